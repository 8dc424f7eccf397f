"""Where a sink is: the address that Knative would show for it, and how long an answer may take. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from knative.local.model import Service, ServiceName, Sink

# A Service bounds its requests itself, at its revision's timeout; ours comes after that one.
GRACE_S = 5.0
ELSEWHERE_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An absolute `http://` address. `timeout_s` bounds one request to it."""

    url: str
    timeout_s: float

    @property
    def in_mesh(self) -> bool:
        """Whether it is Envoy that knows the way: its host is a Service's inside the cluster."""
        return (urlsplit(self.url).hostname or "").endswith((".svc.cluster.local", ".svc"))


def resolve(sink: Sink, services: Mapping[ServiceName, Service]) -> Address | None:
    """The address of a sink; None where it is a Service that there is not."""
    if sink.service is None:
        return Address(url=sink.uri, timeout_s=ELSEWHERE_WITHIN_S)
    service = services.get(sink.service)
    if service is None or service.namespace != sink.namespace:
        return None
    base = f"http://{service.name}.{service.namespace}.svc.cluster.local"
    url = urljoin(base, sink.uri) if sink.uri else base
    return Address(url=url, timeout_s=service.template.timeout_s + GRACE_S)


def described(sink: Sink) -> str:
    """A sink that has no address, for people."""
    return f"Service {sink.service} in {sink.namespace}" if sink.service else sink.uri
