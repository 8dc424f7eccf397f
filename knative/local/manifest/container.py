"""The one container of a revision: what runs, on which port, and what of it is only checked."""

import re

from knative.local.manifest.environment import read_environment, read_environment_sources
from knative.local.manifest.fields import bounded, child, mapping, required_text, sequence, text
from knative.local.manifest.probes import read_probe, read_readiness
from knative.local.manifest.security import check_security_context
from knative.local.model import Container
from shared.yaml_documents import Complaints, Node

RESERVED_PORTS = {8008, 8012, 8013, 8022, 9090, 9091}

_fields = (
    "args", "command", "env", "envFrom", "image", "imagePullPolicy", "livenessProbe", "name", "ports", "readinessProbe",
    "resources", "securityContext", "startupProbe", "terminationMessagePath", "terminationMessagePolicy",
    "volumeMounts", "workingDir",
)  # fmt: skip
_disallowed = ("lifecycle", "resizePolicy", "restartPolicy", "stdin", "stdinOnce", "tty", "volumeDevices")
# Registry and path, then a tag, a digest or both, as a registry's client takes them.
_image = re.compile(r"[a-zA-Z0-9][\w.:-]*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?")
_cpu = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(m?)")
# Kubernetes' suffixes: powers of 1000, and of 1024 with an i.
_BYTES = {"n": 1e-9, "u": 1e-6, "m": 1e-3} | {
    f"{letter}{i}": float((1024 if i else 1000) ** power)
    for power, letter in enumerate("kMGTPE", start=1)
    for i in ("", "i")
}
_BYTES["Ki"] = _BYTES.pop("ki")
_quantity = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([EPTGMk]i?|Ki|[mnu]|[eE][+-]?[0-9]+)?")


def read_container(node: Node, complaints: Complaints) -> Container:
    """The container, with Knative's defaults: port 8080, HTTP/1, ready when the port accepts."""
    if mapping(complaints, node, _fields, _disallowed) is None:
        return Container(image="")
    port, port_name = _port(child(node, "ports"), complaints)
    _check_unenforced(node, complaints)
    return Container(
        image=_read_image(node, complaints),
        command=complaints.strings(child(node, "command")),
        args=complaints.strings(child(node, "args")),
        port=port,
        protocol="h2c" if port_name == "h2c" else "http1",
        environment=read_environment(child(node, "env"), complaints),
        environment_from=read_environment_sources(child(node, "envFrom"), complaints),
        working_directory=text(complaints, node, "workingDir"),
        readiness_probe=read_readiness(child(node, "readinessProbe"), complaints, port, port_name),
        liveness_probe=read_probe(child(node, "livenessProbe"), complaints, port, port_name),
        startup_probe=read_probe(child(node, "startupProbe"), complaints, port, port_name),
        cpu_request=_cpu_request(node),
        memory_limit_bytes=_memory_limit_bytes(node),
    )


def _read_image(node: Node, complaints: Complaints) -> str:
    image = required_text(complaints, node, "image")
    if image and not _image.fullmatch(image):
        hint = "for example registry.example/shop/login:1"
        complaints.add(child(node, "image") or node, "Failed to parse image reference", hint=hint)
    return image


def _port(ports: Node | None, complaints: Complaints) -> tuple[int, str]:
    items = sequence(complaints, ports)
    if not items:
        return 8080, ""
    if len(items) > 1 and ports is not None:
        complaints.add(
            ports,
            "more than one container port is set",
            hint="only a single port is allowed across all containers",
            show_value=False,
        )
    node = items[0]
    mapping(complaints, node, ("containerPort", "name", "protocol"), disallowed=("hostIP", "hostPort"))
    number = child(node, "containerPort")
    port = bounded(complaints, number, 0, 65535, 8080) or 8080
    if number and port in RESERVED_PORTS:
        complaints.add(number, f"{port} is a reserved port, please use a different value", hint="leave it out for 8080")
    protocol = child(node, "protocol")
    if protocol and complaints.string(protocol, "TCP") != "TCP":
        complaints.add(protocol, f"invalid value: {protocol.value}", hint="TCP, or nothing")
    name = text(complaints, node, "name")
    if name not in {"", "http1", "h2c"}:
        complaints.add(
            child(node, "name") or node,
            f"Port name {name} is not allowed",
            hint="Name must be empty, or one of: 'h2c', 'http1'",
        )
    return port, name


def _check_unenforced(node: Node, complaints: Complaints) -> None:
    if text(complaints, node, "name") == "queue-proxy":
        complaints.add(child(node, "name") or node, '"queue-proxy" is a reserved container name', show_value=False)
    _one_of(child(node, "imagePullPolicy"), ("Always", "IfNotPresent", "Never"), complaints)
    _one_of(child(node, "terminationMessagePolicy"), ("File", "FallbackToLogsOnError"), complaints)
    text(complaints, node, "terminationMessagePath")
    check_security_context(child(node, "securityContext"), complaints)
    resources = mapping(complaints, child(node, "resources"), ("limits", "requests"), disallowed=("claims",))
    for name in ("limits", "requests"):
        quantities = child(resources, name)
        known = quantities.children if quantities else ()
        if mapping(complaints, quantities, known) is not None and quantities is not None:
            for quantity in quantities.children.values():
                _check_quantity(quantity, complaints)


def _cpu_request(node: Node) -> float:
    """`resources.requests.cpu` in processors: a number, or thousandths with an m. What is wrong was complained of."""
    value = child(child(child(node, "resources"), "requests"), "cpu")
    found = _cpu.fullmatch(str(value.value)) if value else None
    return float(found[1]) / (1000 if found[2] else 1) if found else 0.0


def _memory_limit_bytes(node: Node) -> int:
    """`resources.limits.memory`. What is wrong was complained of."""
    value = child(child(child(node, "resources"), "limits"), "memory")
    found = _quantity.fullmatch(str(value.value)) if value else None
    if found is None:
        return 0
    suffix = found[2] or ""
    if suffix[:1] in {"e", "E"} and suffix[1:].lstrip("+-").isdecimal():
        return int(float(f"{found[1]}{suffix}"))
    return int(float(found[1]) * _BYTES.get(suffix, 1.0))


def _check_quantity(node: Node, complaints: Complaints) -> None:
    is_number = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    if not is_number and not (isinstance(node.value, str) and _quantity.fullmatch(node.value)):
        complaints.add(node, "must be a quantity", hint="for example 100m of cpu, 128Mi of memory")


def _one_of(node: Node | None, known: tuple[str, ...], complaints: Complaints) -> None:
    if node and complaints.string(node, known[0]) not in known:
        complaints.add(node, f"invalid value: {node.value}", hint=f"one of: {', '.join(known)}")
