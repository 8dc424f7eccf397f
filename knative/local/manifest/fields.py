"""What reading any field needs: presence, shape, and Knative's words for what is wrong with it.

Null means absent, as it does to an API server.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from shared.yaml_documents import Complaints, Node

LARGEST_INT = 2**31 - 1

_dns_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_dns_1123 = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")

_qualified = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_data_key = re.compile(r"[-._a-zA-Z0-9]+")


def child(node: Node | None, *keys: str) -> Node | None:
    """The node at a path of keys, or None where it is absent or null."""
    found = node.get(*keys) if node else None
    return None if found is None or found.value is None else found


def is_mapping(complaints: Complaints, node: Node | None) -> bool:
    """True for a mapping; what is there and is none is reported."""
    if node is None:
        return False
    if not isinstance(node.value, dict):
        complaints.add(node, "must be a mapping")
        return False
    return True


def mapping(
    complaints: Complaints, node: Node | None, known: Iterable[str], disallowed: Collection[str] = ()
) -> Node | None:
    """The node if it is a mapping; its keys beside `known` are reported, those in `disallowed` in Knative's words."""
    if node is None or not is_mapping(complaints, node):
        return None
    for key in disallowed:
        if (found := child(node, key)) is not None:
            complaints.add(found, "must not set the field(s)", show_value=False)
    # Named as known only where they stand: a hint must not lead to them.
    complaints.only(node, [*known, *(key for key in disallowed if key in node.children)])
    return node


def sequence(complaints: Complaints, node: Node | None) -> Sequence[Node]:
    """The items of a list; what is no list is reported and has none."""
    if node is None or node.value is None:
        return ()
    if not isinstance(node.value, list):
        complaints.add(node, "must be a list")
        return ()
    return node.items


def absent(parent: Node, name: str) -> Node:
    """Where a field would stand that is not there."""
    path = f"{parent.path}.{name}" if parent.path else name
    return Node(file=parent.file, line=parent.line, path=path, value=None)


def missing(complaints: Complaints, parent: Node, name: str, *, hint: str | None = None) -> None:
    complaints.add(absent(parent, name), "missing field(s)", hint=hint, show_value=False)


def bounded(
    complaints: Complaints, node: Node | None, low: int, high: int, default: int, *, hint: str | None = None
) -> int:
    """A whole number within bounds; what is none is reported and read as the default."""
    if node is None or node.value is None:
        return default
    before = len(complaints.problems)
    value = complaints.integer(node, default)
    if len(complaints.problems) == before and not low <= value <= high:
        complaints.add(node, f"expected {low} <= {value} <= {high}", hint=hint)
        return default
    return value


def text(complaints: Complaints, parent: Node | None, name: str, default: str = "") -> str:
    return complaints.string(child(parent, name), default)


def required_text(complaints: Complaints, parent: Node, name: str) -> str:
    node = child(parent, name)
    value = complaints.string(node)
    if node is None or node.value == "":
        missing(complaints, parent, name)
    return value


def dns_1035_rule(name: str) -> str | None:
    """Why a name is no DNS-1035 label, in Kubernetes' words, or None."""
    if len(name) > 63:
        return "not a DNS 1035 label: [must be no more than 63 characters]"
    if not _dns_1035.fullmatch(name):
        return (
            "not a DNS 1035 label: [a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
            "start with an alphabetic character, and end with an alphanumeric character]"
        )
    return None


def check_keys(complaints: Complaints, node: Node | None) -> None:
    """The keys of labels and annotations: a name of at most 63, after an optional prefix and a slash."""
    for key, value in (node.children if node else {}).items():
        prefix, slash, name = key.rpartition("/")
        if not _qualified.fullmatch(name) or (slash and not is_dns_1123_subdomain(prefix)):
            complaints.add(
                value,
                f"invalid key name \"{key}\": a qualified name must consist of alphanumeric characters, '-', '_' or "
                "'.', and must start and end with an alphanumeric character, after an optional DNS subdomain and '/'",
                show_value=False,
            )


def check_data_keys(complaints: Complaints, node: Node | None) -> None:
    """The keys of a ConfigMap's or Secret's data, which may become names of files."""
    for key, value in (node.children if node else {}).items():
        if len(key) > 253 or not _data_key.fullmatch(key) or key in {".", ".."}:
            complaints.add(
                value,
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                show_value=False,
            )


def is_qualified_name(name: str) -> bool:
    return bool(_qualified.fullmatch(name))


def is_dns_1123_subdomain(name: str) -> bool:
    return len(name) <= 253 and bool(_dns_1123.fullmatch(name))
