"""Terraform's files, read without Terraform: blocks by python-hcl2, references by their form.

There is no Terraform here and no provider's schema, so what `terraform validate` would say of a resource's arguments is
not known; what can be known from the files alone is in these tests.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import hcl2

from tests.stack import PROJECT

ROOT = PROJECT / "knative" / "terraform"
MODULES = sorted(each for each in (ROOT / "modules").iterdir())
ALL = [ROOT, *MODULES]

Block = dict[str, Any]

_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|(?:#|//)[^\n]*|/\*.*?\*/', re.DOTALL)
_REFERENCE = re.compile(
    r"(?<![\w.\-\"])(?:(?P<kind>var|local|module)\.(?P<name>\w+)(?:\.(?P<output>\w+))?"
    r"|data\.(?P<data>\w+\.\w+)|(?P<resource>aws_\w+\.\w+))"
)


@dataclass(frozen=True)
class Configuration:
    """One folder of Terraform's files."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def files(self) -> dict[str, str]:
        return {each.name: each.read_text(encoding="utf-8") for each in sorted(self.folder.glob("*.tf"))}

    @cached_property
    def text(self) -> str:
        """All of it, without comments."""
        return _COMMENT.sub(lambda found: found[1] or "", "\n".join(self.files.values()))

    @cached_property
    def blocks(self) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for content in self.files.values():
            for kind, blocks in hcl2.loads(content).items():
                if isinstance(blocks, list):
                    found.setdefault(kind, []).extend(_plain(block) for block in blocks)
        return found

    def named(self, kind: str) -> dict[str, Block]:
        """Blocks with one label, as variables are."""
        return {name: block for each in self.blocks.get(kind, []) for name, block in each.items()}

    def typed(self, kind: str = "resource") -> Iterator[tuple[str, str, Block]]:
        """Blocks with two labels: type, name, content."""
        for each in self.blocks.get(kind, []):
            for type_, named in each.items():
                for name, block in named.items():
                    yield type_, name, block

    def of_type(self, type_: str) -> list[Block]:
        return [block for found, _, block in self.typed() if found == type_]

    @cached_property
    def locals(self) -> set[str]:
        return {name for each in self.blocks.get("locals", []) for name in each}

    @cached_property
    def references(self) -> set[tuple[str, str, str]]:
        """Kind, name, and of a module the output."""
        found = set()
        for match in _REFERENCE.finditer(_without_literals(self.text)):
            if match["kind"]:
                found.add((match["kind"], match["name"], match["output"] or ""))
            else:
                found.add(("data", match["data"], "") if match["data"] else ("resource", match["resource"], ""))
        return found


@functools.cache
def configuration(folder: Path) -> Configuration:
    """Read once."""
    return Configuration(folder)


def _without_literals(text: str) -> str:
    """Strings gone but for what is interpolated into them."""
    return re.sub(
        r'"((?:\\.|[^"\\])*?)"', lambda found: " ".join(re.findall(r"\$\{(.*?)\}", found[1], re.DOTALL)), text
    )


def _plain(value: Any) -> Any:
    """Without the quotes that the reader leaves around strings, and without its own marks."""
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str) and len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def source(folder: Path, call: Block) -> Path:
    """The folder of the module that is called."""
    return (folder / str(call["source"])).resolve()
