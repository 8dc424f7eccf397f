"""Where a sink is: the address that Knative would show for it, and how long an answer may take. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from knative.local.model import BrokerName, Namespace, Service, ServiceName, Sink

# A Service bounds its requests itself, at its revision's timeout; ours comes after that one.
GRACE_S = 5.0
ELSEWHERE_WITHIN_S = 30.0
# All Brokers share one ingress, as on a cluster.
BROKER_INGRESS = "broker-ingress"
EVENTING = Namespace("knative-eventing")

BrokerKey = tuple[Namespace, BrokerName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An absolute `http://` address. `timeout_s` bounds one request to it."""

    url: str
    timeout_s: float

    @property
    def in_mesh(self) -> bool:
        """Whether it is Envoy that knows the way: its host is a Service's inside the cluster."""
        return (urlsplit(self.url).hostname or "").endswith((".svc.cluster.local", ".svc"))


def resolve(sink: Sink, services: Mapping[ServiceName, Service], brokers: Collection[BrokerKey] = ()) -> Address | None:
    """The address of a sink; None where it is a Service or a Broker that there is not."""
    if sink.broker is not None:
        if (sink.namespace, sink.broker) not in brokers:
            return None
        base, timeout_s = broker_url(sink.namespace, sink.broker), ELSEWHERE_WITHIN_S
    elif sink.service is not None:
        service = services.get(sink.service)
        if service is None or service.namespace != sink.namespace:
            return None
        base = f"http://{service.name}.{service.namespace}.svc.cluster.local"
        timeout_s = service.template.timeout_s + GRACE_S
    else:
        return Address(url=sink.uri, timeout_s=ELSEWHERE_WITHIN_S)
    return Address(url=urljoin(base, sink.uri) if sink.uri else base, timeout_s=timeout_s)


def broker_url(namespace: Namespace, broker: BrokerName) -> str:
    """Where a Broker takes events: `status.address.url`."""
    return f"http://{BROKER_INGRESS}.{EVENTING}.svc.cluster.local/{namespace}/{broker}"


def described(sink: Sink) -> str:
    """A sink that has no address, for people."""
    if sink.broker:
        return f"Broker {sink.broker} in {sink.namespace}"
    return f"Service {sink.service} in {sink.namespace}" if sink.service else sink.uri
