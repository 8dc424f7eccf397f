"""What a PingSource sends: a CloudEvent in binary mode, as Knative's adapter makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from knative.local.model import PingSource
from shared.timestamps import rfc3339

TYPE = "dev.knative.sources.ping"
# Stays as it is in a header (CloudEvents' HTTP binding 1.0.2, 3.1.3.2): printable ASCII but blank, quote and percent.
PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Headers and body of one POST."""

    headers: Mapping[str, str]
    body: bytes


def ping(source: PingSource, event_id: str, at_s: float) -> Posted:
    """The event of one tick. Sent again, it is the same event: make it once.

    Args:
        event_id: different for each tick.
        at_s: when it happens, in seconds since 1970.
    """
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-source": f"/apis/v1/namespaces/{source.namespace}/pingsources/{source.name}",
        "ce-type": TYPE,
        "ce-time": rfc3339(datetime.fromtimestamp(at_s, UTC), "milliseconds"),
        "kn-namespace": source.namespace,
    }
    if source.data is not None and source.content_type:
        headers["content-type"] = source.content_type
    for name, value in source.extensions.items():
        headers[f"ce-{name.lower()}"] = quote(value, safe=PLAIN)
    return Posted(headers=headers, body=source.data or b"")
