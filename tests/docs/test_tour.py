"""The README's tour runs as it is written, line by line, in one shell."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.stack import Stack

README = Path(__file__).parents[2] / "README.md"
MARK = "@@line@@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A command of the tour, and what its output must contain."""

    command: str
    expected: str | None


def tour() -> list[Line]:
    """The lines of the block that the README marks as its tour."""
    text = README.read_text(encoding="utf-8")
    found = re.search(r"<!-- tour.*?-->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found, "the README has a tour"
    lines: list[Line] = []
    for line in found[1].splitlines():
        if line.startswith("#=> "):
            lines[-1] = Line(command=lines[-1].command, expected=line.removeprefix("#=> "))
        elif line and not line.startswith("#"):
            lines.append(Line(command=line, expected=None))
    return lines


def here(command: str, stack: Stack) -> str:
    """The command, with this stack's port and home in place of the usual ones."""
    return command.replace("localhost:8080", f"localhost:{stack.port}").replace(".zerocart/", f"{stack.home}/")


def test_the_tour_of_the_readme_runs_as_it_is_written(stack: Stack) -> None:
    lines = tour()
    assert sum(line.expected is not None for line in lines) > 10
    script = "\n".join(f"{here(line.command, stack)}\necho; echo {MARK}$?" for line in lines)
    done = subprocess.run(
        ["bash", "-u"], input=script, capture_output=True, text=True, env=stack.environment, cwd=stack.project,
        timeout=100, check=False,
    )  # fmt: skip
    outputs = re.split(rf"\n?{MARK}(\d+)\n", done.stdout)
    assert len(outputs) == 2 * len(lines) + 1, done.stderr
    for line, output, code in zip(lines, outputs[::2], outputs[1::2], strict=False):
        assert code == "0", f"{line.command}\nended with {code}: {output}\n{done.stderr}"
        if line.expected:
            assert line.expected in output, f"{line.command}\nprinted {output}\nnot {line.expected}"
