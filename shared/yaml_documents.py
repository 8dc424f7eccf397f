"""YAML manifests in which every value knows its file and line, so that an error can name them.

Readers walk a `Node` and report to one `Complaints`; nothing stops at the first mistake, and a field that
nobody asked for is a mistake too: `Complaints.only` refuses it.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from shared.errors import ManifestErrors, ManifestProblem

type_names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value of a YAML file and where it stands.

    `value` is plain data (str, int, float, bool, None, dict, list); `children` has the nodes of a mapping by
    key, `items` those of a sequence.
    """

    file: str
    line: int
    path: str
    value: object
    children: Mapping[str, "Node"] = field(default_factory=dict)
    items: Sequence["Node"] = ()

    def get(self, *keys: str) -> "Node | None":
        """The node at a path of keys, or None where any of them is absent."""
        node: Node | None = self
        for key in keys:
            node = node.children.get(key) if node else None
        return node

    def text(self, *keys: str, default: str = "") -> str:
        """The string at a path of keys, unchecked: for names that a message needs before all is checked."""
        node = self.get(*keys)
        return node.value if node and isinstance(node.value, str) else default


class Complaints:
    """Collects what is wrong while a reader goes on; `raise_if_any` ends it."""

    def __init__(self) -> None:
        self.problems: list[ManifestProblem] = []

    def add(self, node: Node, rule: str, *, hint: str | None = None, show_value: bool = True) -> None:
        """Report one mistake at a node; `rule` says what the value must be."""
        value = _shown(node.value) if show_value else ""
        self.problems.append(
            ManifestProblem(file=node.file, line=node.line, field=node.path, value=value, rule=rule, hint=hint)
        )

    def only(self, node: Node, allowed: Iterable[str]) -> None:
        """Refuse the keys of a mapping that are not among `allowed`, with the nearest allowed one as a hint."""
        known = list(allowed)
        for key, child in node.children.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known)) or 'nothing'}"
                self.add(child, "unknown field, or one that is not honoured here", hint=hint)

    def string(self, node: Node | None, default: str = "") -> str:
        return node.value if node and self._is(node, str) else default  # type: ignore[return-value]

    def integer(self, node: Node | None, default: int = 0) -> int:
        return node.value if node and self._is(node, int) else default  # type: ignore[return-value]

    def number(self, node: Node | None, default: float = 0.0) -> float:
        if node is None:
            return default
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return float(node.value)
        self.add(node, "must be a number")
        return default

    def boolean(self, node: Node | None, default: bool = False) -> bool:
        return node.value if node and self._is(node, bool) else default  # type: ignore[return-value]

    def strings(self, node: Node | None) -> tuple[str, ...]:
        """A list of strings."""
        if node is None:
            return ()
        if not isinstance(node.value, list):
            self.add(node, "must be a list of strings")
            return ()
        return tuple(self.string(item) for item in node.items)

    def string_map(self, node: Node | None) -> dict[str, str]:
        """A mapping of strings to strings, as labels, annotations and the data of a ConfigMap are."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.add(node, "must be a mapping of strings")
            return {}
        result = {}
        for key, child in node.children.items():
            if isinstance(child.value, str):
                result[key] = child.value
            else:
                self.add(child, "must be a string", hint="put it in quotes")
        return result

    def raise_if_any(self) -> None:
        """Raises ManifestErrors with everything reported so far, in order of file and line."""
        if self.problems:
            raise ManifestErrors(sorted(self.problems, key=lambda problem: (problem.file, problem.line)))

    def _is(self, node: Node, wanted: type) -> bool:
        if isinstance(node.value, wanted) and not (wanted is int and isinstance(node.value, bool)):
            return True
        self.add(node, f"must be {type_names[wanted]}")
        return False


def read_documents(paths: Iterable[Path], complaints: Complaints, root: Path) -> list[Node]:
    """Read every YAML document of some files and folders (`*.yaml` and `*.yml`, in order of name).

    Files are named relative to `root` where they lie below it. What is not YAML is reported to `complaints`.
    """
    documents: list[Node] = []
    for file in _files(paths):
        name = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            whole = Node(file=name, line=1, path="the file", value=None)
            complaints.add(whole, f"cannot be read: {error}", show_value=False)
        else:
            documents += read_text(text, name, complaints)
    return documents


def read_text(text: str, name: str, complaints: Complaints) -> list[Node]:
    """The documents of one YAML text; `name` is what errors call the file."""
    try:
        return parse_documents(text, name)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
        whole = Node(file=name, line=mark.line + 1 if mark else 1, path="the file", value=None)
        complaints.add(whole, f"is not YAML: {problem}", show_value=False)
        return []


def parse_documents(text: str, name: str) -> list[Node]:
    """The documents of one YAML text; `name` is what errors call the file. Raises yaml.YAMLError."""
    loader = _Loader(text)
    try:
        trees = []
        while loader.check_node():
            if (tree := loader.get_node()) is not None:
                trees.append(_convert(loader, tree, name, ""))
        return [tree for tree in trees if tree.value is not None]
    finally:
        loader.dispose()


def document_of(value: object, name: str, path: str = "") -> Node:
    """The node of plain data that was a document before, as JSON keeps it; its lines are forgotten."""
    if isinstance(value, dict):
        children = {key: document_of(each, name, f"{path}.{key}" if path else key) for key, each in value.items()}
        return Node(file=name, line=1, path=path, value=value, children=children)
    if isinstance(value, list):
        items = [document_of(each, name, f"{path}[{index}]") for index, each in enumerate(value)]
        return Node(file=name, line=1, path=path, value=value, items=items)
    return Node(file=name, line=1, path=path, value=value)


class _Loader(yaml.SafeLoader):
    """Reads what JSON can say: a date is a string, as it is to a cluster."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - a class attribute is how PyYAML is told
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _convert(loader: yaml.SafeLoader, tree: yaml.Node, file: str, path: str) -> Node:
    line = tree.start_mark.line + 1
    if isinstance(tree, yaml.MappingNode):
        children: dict[str, Node] = {}
        for key_tree, value_tree in tree.value:
            key = str(loader.construct_object(key_tree, deep=True))
            if key in children:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} stands twice", key_tree.start_mark)
            child = _convert(loader, value_tree, file, f"{path}.{key}" if path else key)
            # A key's own line, not its value's: a block starts a line later.
            children[key] = Node(
                file=file, line=key_tree.start_mark.line + 1, path=child.path, value=child.value,
                children=child.children, items=child.items,
            )  # fmt: skip
        return Node(file=file, line=line, path=path, value={k: n.value for k, n in children.items()}, children=children)
    if isinstance(tree, yaml.SequenceNode):
        items = [_convert(loader, item, file, f"{path}[{index}]") for index, item in enumerate(tree.value)]
        return Node(file=file, line=line, path=path, value=[item.value for item in items], items=items)
    value = loader.construct_object(tree, deep=True)
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise yaml.constructor.ConstructorError(None, None, f"{tree.tag} is not for manifests", tree.start_mark)
    return Node(file=file, line=line, path=path, value=value)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in {".yaml", ".yml"})
        else:
            yield path


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value)
