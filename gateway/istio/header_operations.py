"""What a route changes in the headers on the way: none is believed from a client, or told to one, by accident."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderOperations:
    request_remove: tuple[str, ...] = ()
    response_set: Mapping[str, str] = field(default_factory=dict)
    response_remove: tuple[str, ...] = ()


def read_header_operations(node: Node | None, complaints: Complaints) -> HeaderOperations:
    if node is None:
        return HeaderOperations()
    complaints.only(node, ("request", "response"))
    if request := node.get("request"):
        complaints.only(request, ("remove",))
    if response := node.get("response"):
        complaints.only(response, ("set", "remove"))
    return HeaderOperations(
        request_remove=complaints.strings(node.get("request", "remove")),
        response_set=complaints.string_map(node.get("response", "set")),
        response_remove=complaints.strings(node.get("response", "remove")),
    )
