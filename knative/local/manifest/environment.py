"""`env` and `envFrom`: what a function finds in its environment, and where that comes from."""

import re
from typing import Literal

from knative.local.manifest.fields import child, mapping, required_text, sequence, text
from knative.local.model import EnvironmentSource, EnvironmentVariable, KeyReference
from shared.yaml_documents import Complaints, Node

RESERVED = {"PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"}

# Kubernetes takes any printable ASCII but "="; an environment takes what has no "=" and no NUL.
_name = re.compile(r"[ -<>-~]+")


def read_environment(node: Node | None, complaints: Complaints) -> tuple[EnvironmentVariable, ...]:
    variables = []
    for item in sequence(complaints, node):
        if mapping(complaints, item, ("name", "value", "valueFrom")) is None:
            continue
        name = required_text(complaints, item, "name")
        if name in RESERVED:
            complaints.add(
                child(item, "name") or item, f'"{name}" is a reserved environment variable', show_value=False
            )
        elif name and not _name.fullmatch(name):
            complaints.add(child(item, "name") or item, "must be printable ASCII without =")
        variables.append(EnvironmentVariable(name=name, value=_value(item, complaints)))
    return tuple(variables)


def read_environment_sources(node: Node | None, complaints: Complaints) -> tuple[EnvironmentSource, ...]:
    sources = []
    for item in sequence(complaints, node):
        if mapping(complaints, item, ("configMapRef", "prefix", "secretRef")) is None:
            continue
        reference = _one_reference(item, "configMapRef", "secretRef", complaints)
        if reference is None or mapping(complaints, reference, ("name", "optional")) is None:
            continue
        sources.append(
            EnvironmentSource(
                kind=_kind(reference),
                name=required_text(complaints, reference, "name"),
                prefix=text(complaints, item, "prefix"),
                optional=complaints.boolean(child(reference, "optional")),
            )
        )
    return tuple(sources)


def _value(item: Node, complaints: Complaints) -> str | KeyReference:
    value, value_from = child(item, "value"), child(item, "valueFrom")
    if value_from is None:
        if value is not None and not isinstance(value.value, str):
            complaints.add(value, "must be a string", hint="put it in quotes")
            return ""
        return complaints.string(value)
    if value is not None and value.value != "":
        complaints.add(value_from, "may not be specified when `value` is not empty", show_value=False)
    known = ("configMapKeyRef", "secretKeyRef")
    if mapping(complaints, value_from, known, disallowed=("fieldRef", "fileKeyRef", "resourceFieldRef")) is None:
        return ""
    reference = _one_reference(value_from, *known, complaints)
    if reference is None or mapping(complaints, reference, ("key", "name", "optional")) is None:
        return ""
    return KeyReference(
        kind=_kind(reference),
        name=required_text(complaints, reference, "name"),
        key=required_text(complaints, reference, "key"),
        optional=complaints.boolean(child(reference, "optional")),
    )


def _one_reference(node: Node, config_map: str, secret: str, complaints: Complaints) -> Node | None:
    found = [reference for name in (config_map, secret) if (reference := child(node, name))]
    if len(found) == 1:
        return found[0]
    rule = f"expected exactly one, got {'both' if found else 'neither'}: {config_map}, {secret}"
    complaints.add(node, rule, show_value=False)
    return None


def _kind(reference: Node) -> Literal["ConfigMap", "Secret"]:
    return "Secret" if reference.path.rpartition(".")[2].startswith("secret") else "ConfigMap"
