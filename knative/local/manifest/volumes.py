"""Volumes: a scratch folder at /tmp is all that a process on one machine has of them."""

import posixpath

from knative.local.manifest.fields import child, mapping, required_text, sequence, text
from shared.yaml_documents import Complaints, Node

_hint = "ConfigMaps and Secrets reach a function by env and envFrom; files belong into the function's folder"


def check_volumes(spec: Node | None, complaints: Complaints) -> None:
    """Volumes and their mounts: `emptyDir` at `/tmp`, which can be written here anyway; nothing else."""
    names: set[str] = set()
    for volume in sequence(complaints, child(spec, "volumes")):
        if mapping(complaints, volume, volume.children) is None:
            continue
        name = required_text(complaints, volume, "name")
        if name in names:
            complaints.add(child(volume, "name") or volume, f'duplicate volume name "{name}"')
        names.add(name)
        for source, node in volume.children.items():
            if source == "emptyDir":
                empty = mapping(complaints, node if node.value is not None else None, ("medium", "sizeLimit"))
                _check_medium(empty, complaints)
            elif source != "name":
                complaints.add(node, "a volume of this kind is not honoured here", hint=_hint, show_value=False)
        if len(volume.children) == 1 and child(volume, "name"):
            complaints.add(volume, "expected exactly one, got neither: emptyDir", hint=_hint, show_value=False)
    mounted: set[str] = set()
    for container in sequence(complaints, child(spec, "containers")):
        for mount in sequence(complaints, child(container, "volumeMounts")):
            mounted |= _mount(mount, names, complaints)
    for volume in sequence(complaints, child(spec, "volumes")):
        name = volume.text("name")
        if name and name not in mounted:
            complaints.add(child(volume, "name") or volume, f'volume with name "{name}" not mounted', show_value=False)


def _check_medium(empty: Node | None, complaints: Complaints) -> None:
    medium = text(complaints, empty, "medium")
    if empty and medium not in {"", "Memory"}:
        complaints.add(child(empty, "medium") or empty, f"invalid value: {medium}")


def _mount(mount: Node, names: set[str], complaints: Complaints) -> set[str]:
    if mapping(complaints, mount, ("name", "mountPath", "readOnly")) is None:
        return set()
    name = required_text(complaints, mount, "name")
    if name and name not in names:
        complaints.add(child(mount, "name") or mount, "volumeMount has no matching volume")
    path = required_text(complaints, mount, "mountPath")
    if path and posixpath.normpath(path) != "/tmp":  # noqa: S108 - the container's, as the manifest names it
        complaints.add(child(mount, "mountPath") or mount, "only /tmp can be mounted here", hint=_hint)
    if complaints.boolean(child(mount, "readOnly")):
        complaints.add(child(mount, "readOnly") or mount, "a read-only scratch folder is not honoured here")
    return {name}
