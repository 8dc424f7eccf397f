"""`securityContext`: checked as Knative checks it, and then left to clusters, which have users and namespaces."""

from knative.local.manifest.fields import LARGEST_INT, bounded, child, mapping, text
from shared.yaml_documents import Complaints, Node

_flags = ("allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot", "privileged")
_ids = ("runAsGroup", "runAsUser")


def check_security_context(node: Node | None, complaints: Complaints) -> None:
    known = (*_flags, *_ids, "capabilities", "seccompProfile")
    disallowed = ("appArmorProfile", "procMount", "seLinuxOptions", "windowsOptions")
    if mapping(complaints, node, known, disallowed) is None:
        return
    for name in _flags:
        value = complaints.boolean(child(node, name))
        if name == "privileged" and value and (found := child(node, name)):
            complaints.add(found, "must not set the field(s)", hint="a Knative container is never privileged")
    for name in _ids:
        bounded(complaints, child(node, name), 0, LARGEST_INT, 0)
    capabilities = mapping(complaints, child(node, "capabilities"), ("add", "drop"))
    added = child(capabilities, "add")
    if added and complaints.strings(added) != ("NET_BIND_SERVICE",):
        complaints.add(added, "must not set the field(s)", hint="a cluster's default allows drop, not add")
    complaints.strings(child(capabilities, "drop"))
    profile = mapping(complaints, child(node, "seccompProfile"), ("type", "localhostProfile"))
    kind = text(complaints, profile, "type")
    text(complaints, profile, "localhostProfile")
    if kind not in {"", "RuntimeDefault", "Unconfined", "Localhost"} and profile:
        complaints.add(child(profile, "type") or profile, f"invalid value: {kind}")
