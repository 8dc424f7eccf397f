"""Probes: what is asked of an instance, how often, and how many answers count."""

from knative.local.manifest.fields import LARGEST_INT, bounded, child, mapping, missing, required_text, sequence, text
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
    return _with_handler(
        handler,
        complaints,
        timeout_s=float(bounded(complaints, child(node, "timeoutSeconds"), 0, LARGEST_INT, 0) or defaults.timeout_s),
        period_s=float(period_s) or defaults.period_s,
        failure_threshold=bounded(complaints, child(node, "failureThreshold"), 0, LARGEST_INT, 0)
        or defaults.failure_threshold,
        initial_delay_s=float(bounded(complaints, child(node, "initialDelaySeconds"), 0, LARGEST_INT, 0)),
        success_threshold=bounded(complaints, child(node, "successThreshold"), 0, LARGEST_INT, 1) or 1,
    )


def read_probe(node: Node | None, complaints: Complaints, port: int, port_name: str) -> Probe | None:
    """A liveness or startup probe, with Kubernetes' defaults; None where there is none."""
    if mapping(complaints, node, _fields) is None or node is None:
        return None
    handler = _handler(node, complaints, port, port_name, needed=True)
    initial_delay_s, period_s, timeout_s, failures, successes = (
        bounded(complaints, child(node, name), 0, LARGEST_INT, 0) for name in _times
    )
    bounded(complaints, child(node, "terminationGracePeriodSeconds"), 0, LARGEST_INT, 0)
    return _with_handler(
        handler,
        complaints,
        timeout_s=float(timeout_s or 1),
        period_s=float(period_s or 10),
        failure_threshold=failures or 3,
        initial_delay_s=float(initial_delay_s),
        success_threshold=successes or 1,
    )


def _with_handler(
    handler: Node | None, complaints: Complaints, *, timeout_s: float, period_s: float, failure_threshold: int,
    initial_delay_s: float, success_threshold: int,
) -> Probe:  # fmt: skip
    kind = handler.path.rpartition(".")[2] if handler else "tcpSocket"
    return Probe(
        path=_path(handler, complaints) if kind == "httpGet" else None,
        headers=_headers(handler) if kind == "httpGet" else (),
        command=_command(handler) if kind == "exec" else (),
        grpc_service=handler.text("service") if handler and kind == "grpc" else None,
        timeout_s=timeout_s,
        period_s=period_s,
        failure_threshold=failure_threshold,
        initial_delay_s=initial_delay_s,
        success_threshold=success_threshold,
    )


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
            if not complaints.strings(child(found[0], "command")):
                missing(complaints, found[0], "command")
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


def _check_port(node: Node | None, complaints: Complaints, port: int, port_name: str) -> None:
    # Knative takes 0 for the container's port, and sends its probe to no other.
    if node and (isinstance(node.value, bool) or node.value not in (0, port, "", port_name or "http")):
        complaints.add(node, "Probe port must match container port", hint=f"leave it out, or write {port}")


def _command(handler: Node | None) -> tuple[str, ...]:
    command = child(handler, "command")
    return tuple(str(each.value) for each in (command.items if command else ()))


def _headers(http: Node | None) -> tuple[tuple[str, str], ...]:
    """The headers to ask with; what is wrong with them has been reported."""
    headers = child(http, "httpHeaders")
    return tuple((each.text("name"), each.text("value")) for each in (headers.items if headers else ()))


def _path(http: Node | None, complaints: Complaints) -> str | None:
    """The path to ask; without one, Kubernetes asks for /."""
    if http is None or not isinstance(http.value, dict):
        return None
    path = child(http, "path")
    value = path.value if path and isinstance(path.value, str) else ""
    if path and value and not value.startswith("/"):
        complaints.add(path, "must start with /")
    return value or "/"
