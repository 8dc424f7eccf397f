"""The access log: one JSON object a line, without query strings, which may say what is nobody's business."""

from gateway.envoy.edge import Edge
from gateway.envoy.resource import Resource, extension
from gateway.istio import Mesh

_fields = {
    "time": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(X-ENVOY-ORIGINAL-HOST?:AUTHORITY)%",
    "path": "%PATH(NQ)%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "duration_ms": "%DURATION%",
    "function_ms": "%REQUEST_DURATION%",
    "received_bytes": "%BYTES_RECEIVED%",
    "sent_bytes": "%BYTES_SENT%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "user_agent": "%REQ(USER-AGENT)%",
    "route": "%ROUTE_NAME%",
    "revision": "%UPSTREAM_CLUSTER%",
    "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    # Read from the answer and not from the trace: so it is what the client saw, also where no trace had begun.
    "trace_id": "%RESP(X-TRACE-ID)%",
}


def access_log(mesh: Mesh, edge: Edge) -> list[Resource]:
    """The logger, or none where no Telemetry asks for one."""
    if not any(telemetry.access_log for telemetry in mesh.telemetries):
        return []
    logger = extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        path=str(edge.access_log),
        log_format={"json_format": _fields},
    )
    return [logger]
