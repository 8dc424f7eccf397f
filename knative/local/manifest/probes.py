"""Probes: the readiness probe that the engine runs, and the others, which are checked and left to clusters."""

from knative.local.manifest.fields import LARGEST_INT, bounded, child, mapping, required_text, sequence, text
from knative.local.model import Probe
from shared.yaml_documents import Complaints, Node

_handlers = ("httpGet", "tcpSocket", "exec", "grpc")
_times = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold")
_fields = (*_handlers, *_times, "terminationGracePeriodSeconds")


def read_readiness(node: Node | None, complaints: Complaints, port: int, port_name: str) -> Probe:
    """The readiness probe. Absent, or with period 0, it is Knative's own: tried every 50 ms, without a bound."""
    if mapping(complaints, node, _fields) is None or node is None:
        return Probe()
    handler = _handler(node, complaints, port, port_name, needed=False)
    if handler and (kind := handler.path.rpartition(".")[2]) in {"exec", "grpc"}:
        hint = "httpGet with a path, or tcpSocket, is"
        complaints.add(handler, f"a readiness probe by {kind} is not honoured here", hint=hint, show_value=False)
    period_s = bounded(complaints, child(node, "periodSeconds"), 0, LARGEST_INT, 0)
    for name in ("failureThreshold", "timeoutSeconds"):
        value = child(node, name)
        # An explicit 0 is absent to Knative: its defaults fill it.
        if period_s:
            bounded(complaints, value, 0, LARGEST_INT, 1)
        elif value and value.value != 0:
            complaints.add(
                value, f"{name} is disallowed when periodSeconds is zero", hint="write periodSeconds as well"
            )
    defaults = Probe()
    return Probe(
        path=_path(child(node, "httpGet"), complaints),
        timeout_s=float(bounded(complaints, child(node, "timeoutSeconds"), 0, LARGEST_INT, 0) or defaults.timeout_s),
        period_s=float(period_s) or defaults.period_s,
        failure_threshold=bounded(complaints, child(node, "failureThreshold"), 0, LARGEST_INT, 0)
        or defaults.failure_threshold,
        initial_delay_s=float(bounded(complaints, child(node, "initialDelaySeconds"), 0, LARGEST_INT, 0)),
        success_threshold=bounded(complaints, child(node, "successThreshold"), 0, LARGEST_INT, 1) or 1,
    )


def check_probe(node: Node | None, complaints: Complaints, port: int, port_name: str) -> None:
    """A liveness or startup probe: its shape alone."""
    if mapping(complaints, node, _fields) is None or node is None:
        return
    _handler(node, complaints, port, port_name, needed=True)
    for name in (*_times, "terminationGracePeriodSeconds"):
        bounded(complaints, child(node, name), 0, LARGEST_INT, 0)


def _handler(node: Node, complaints: Complaints, port: int, port_name: str, needed: bool) -> Node | None:
    found = [handler for name in _handlers if (handler := child(node, name))]
    if len(found) > 1:
        names = ", ".join(handler.path.rpartition(".")[2] for handler in found)
        complaints.add(node, f"expected exactly one, got both: {names}", show_value=False)
    if not found:
        if needed:
            complaints.add(node, f"expected exactly one, got neither: {', '.join(_handlers)}", show_value=False)
        return None
    match found[0].path.rpartition(".")[2]:
        case "httpGet":
            _check_http(found[0], complaints)
        case "exec":
            mapping(complaints, found[0], ("command",))
            complaints.strings(child(found[0], "command"))
        case "grpc":
            mapping(complaints, found[0], ("port", "service"))
            text(complaints, found[0], "service")
        case _:
            mapping(complaints, found[0], ("host", "port"))
            text(complaints, found[0], "host")
    _check_port(child(found[0], "port"), complaints, port, port_name)
    return found[0]


def _check_http(node: Node, complaints: Complaints) -> None:
    if mapping(complaints, node, ("host", "httpHeaders", "path", "port", "scheme")) is None:
        return
    text(complaints, node, "path")
    scheme = child(node, "scheme")
    if scheme and complaints.string(scheme, "HTTP") not in {"HTTP", ""}:
        complaints.add(scheme, "only HTTP is honoured here")
    if host := child(node, "host"):
        complaints.add(host, "another host is not honoured here", hint="leave it out: the instance itself is asked")
    headers = child(node, "httpHeaders")
    for header in sequence(complaints, headers):
        if mapping(complaints, header, ("name", "value")) is not None:
            required_text(complaints, header, "name")
            text(complaints, header, "value")
    if headers and headers.items:
        complaints.add(headers, "headers of a probe are not honoured here", show_value=False)


def _check_port(node: Node | None, complaints: Complaints, port: int, port_name: str) -> None:
    # Knative takes 0 for the container's port, and sends its probe to no other.
    if node and (isinstance(node.value, bool) or node.value not in (0, port, "", port_name or "http")):
        complaints.add(node, "Probe port must match container port", hint=f"leave it out, or write {port}")


def _path(http: Node | None, complaints: Complaints) -> str | None:
    """The path to ask; without one, Kubernetes asks for /."""
    if http is None or not isinstance(http.value, dict):
        return None
    path = child(http, "path")
    value = path.value if path and isinstance(path.value, str) else ""
    if path and value and not value.startswith("/"):
        complaints.add(path, "must start with /")
    return value or "/"
