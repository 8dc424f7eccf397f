"""What a route of a VirtualService matches: a path, a method, headers that are there and headers that are not."""

from dataclasses import dataclass

from gateway.istio.values import StringMatch, read_string_match, require
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMatch:
    """Headers by name, in lower case, in the manifest's order."""

    uri: StringMatch
    method: StringMatch | None = None
    headers: tuple[tuple[str, StringMatch], ...] = ()
    without_headers: tuple[tuple[str, StringMatch], ...] = ()


def read_http_match(node: Node, complaints: Complaints) -> HttpMatch | None:
    """A match, or None where its path cannot be read."""
    complaints.only(node, ("uri", "method", "headers", "withoutHeaders"))
    method = node.get("method")
    method_match = read_string_match(method, complaints) if method else None
    headers = _read_headers(node.get("headers"), complaints)
    without_headers = _read_headers(node.get("withoutHeaders"), complaints)
    uri = require(node, "uri", complaints)
    uri_match = read_string_match(uri, complaints) if uri else None
    if uri and uri_match and uri_match.kind != "regex" and not uri_match.value.startswith("/"):
        complaints.add(uri.children[uri_match.kind], "must start with /")
    if uri_match is None:
        return None
    return HttpMatch(uri=uri_match, method=method_match, headers=headers, without_headers=without_headers)


def _read_headers(node: Node | None, complaints: Complaints) -> tuple[tuple[str, StringMatch], ...]:
    if node is None:
        return ()
    read = []
    for name, child in node.children.items():
        if name != name.lower():
            complaints.add(child, "must be named in lower case", show_value=False)
        match = read_string_match(child, complaints)
        if match:
            read.append((name, match))
    return tuple(read)
