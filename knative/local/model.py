"""What the manifests mean, once read: the values that every decision of the engine starts from.

Frozen, so a decision can keep what it saw; without I/O, so `gateway` and `knative.local` can share it.
Field names are Knative's, in snake case; quantities carry their unit.
Source of the rules: Knative Serving v0.50.0, `pkg/apis/serving/v1`, and Eventing, `pkg/apis/{sources,eventing}/v1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NewType

Namespace = NewType("Namespace", str)
ServiceName = NewType("ServiceName", str)
ConfigurationName = NewType("ConfigurationName", str)
RouteName = NewType("RouteName", str)
RevisionName = NewType("RevisionName", str)
BrokerName = NewType("BrokerName", str)
TriggerName = NewType("TriggerName", str)

EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReference:
    """One key of a ConfigMap or Secret, as the value of an environment variable."""

    kind: Literal["ConfigMap", "Secret"]
    name: str
    key: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentVariable:
    name: str
    value: str | KeyReference


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSource:
    """All keys of a ConfigMap or Secret, as environment variables (`envFrom`)."""

    kind: Literal["ConfigMap", "Secret"]
    name: str
    prefix: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How an instance shows that it is well: by a command that ends with 0, by gRPC's own health protocol, by the
    answer to a GET of `path`, or, with none of these, by accepting a connection.
    """

    path: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    grpc_service: str | None = None
    timeout_s: float = 1.0
    period_s: float = 0.05
    failure_threshold: int = 3
    initial_delay_s: float = 0.0
    success_threshold: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """`cpu_request` in processors, 0 where none is asked for; `memory_limit_bytes` is 0 where there is no limit."""

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    port: int = 8080
    protocol: Literal["http1", "h2c"] = "http1"
    environment: tuple[EnvironmentVariable, ...] = ()
    environment_from: tuple[EnvironmentSource, ...] = ()
    working_directory: str = ""
    readiness_probe: Probe = Probe()
    liveness_probe: Probe | None = None
    startup_probe: Probe | None = None
    cpu_request: float = 0.0
    memory_limit_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionTemplate:
    """`spec.template` of a Service or a Configuration: what a revision is made from.

    An answer must begin within `timeout_s`; within `response_start_timeout_s` where that is not 0; and no more than
    `idle_timeout_s` may pass without a byte of it where that is not 0.
    """

    container: Container
    name: str | None = None
    container_concurrency: int = 0
    timeout_s: float = 300.0
    response_start_timeout_s: float = 0.0
    idle_timeout_s: float = 0.0
    annotations: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    labels: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What makes revisions, one after another. `service`: the Service that it is made from, if it is."""

    name: ConfigurationName
    namespace: Namespace
    template: RevisionTemplate
    service: ServiceName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficTarget:
    """A share of a Route's traffic: for a revision, or for the latest ready one of a Configuration."""

    percent: int
    configuration: ConfigurationName | None = None
    revision: RevisionName | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A host, and which revisions have its requests.

    Args:
        service: the Service that it is made from, if it is.
        cluster_local: reached by other functions only, not from outside.
        rollout_duration_s: how long its traffic takes to move to a new revision; 0: as long as ConfigMap
            `config-network` says.
    """

    name: RouteName
    namespace: Namespace
    traffic: tuple[TrafficTarget, ...]
    service: ServiceName | None = None
    cluster_local: bool = False
    rollout_duration_s: int = 0

    # Those whose revisions it is about: those that its traffic names, and that of the Service that made it.
    configurations: tuple[ConfigurationName, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = [target.configuration for target in self.traffic if target.configuration]
        own = [ConfigurationName(self.service)] if self.service else []
        object.__setattr__(self, "configurations", tuple(dict.fromkeys(named + own)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One Configuration and one Route of one name, kept together."""

    configuration: Configuration
    route: Route
    annotations: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    labels: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    @property
    def name(self) -> ServiceName:
        return ServiceName(self.configuration.name)

    @property
    def namespace(self) -> Namespace:
        return self.configuration.namespace

    @property
    def template(self) -> RevisionTemplate:
        return self.configuration.template


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigMap:
    name: str
    namespace: Namespace
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Its values stay out of `repr`, and so out of logs and error messages."""

    name: str
    namespace: Namespace
    data: Mapping[str, str] = field(repr=False)


# Knative Eventing v1: what calls a Service without being asked, and who is told where its events go.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """Where events go: a Knative Service or a Broker, and `uri` relative to it; without, `uri` alone, absolute."""

    service: ServiceName | None = None
    broker: BrokerName | None = None
    namespace: Namespace = Namespace("")
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PingSource:
    """Sends an event to its sink whenever its schedule is due (`sources.knative.dev/v1`)."""

    name: str
    namespace: Namespace
    sink: Sink
    schedule: str = "* * * * *"
    timezone: str = ""
    content_type: str = ""
    data: bytes | None = None
    extensions: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkBinding:
    """Tells the Services that it is about where their events go, in `K_SINK`.

    Those are the one that `subject` names or, without a name, those that have all labels of `selector`.
    """

    name: str
    namespace: Namespace
    sink: Sink
    subject: ServiceName | None = None
    selector: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    extensions: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainMapping:
    """A host from outside that leads to a Route of the same namespace (`serving.knative.dev/v1beta1`)."""

    host: str
    namespace: Namespace
    route: RouteName


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One expression of CloudEvents' Subscriptions API. Without a dialect it says nothing, and lets events pass.

    `attributes` are those of exact, prefix and suffix; `filters` those within all, any and not.
    """

    dialect: Literal["exact", "prefix", "suffix", "all", "any", "not", ""] = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    filters: tuple["Filter", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How often an event is tried, after which pauses, and where it goes when nobody took it.

    `timeout_s` None: as long as the subscriber's own timeout. Without a policy there are no pauses.
    """

    retry: int = 0
    backoff_policy: Literal["linear", "exponential", ""] = ""
    backoff_delay_s: float = 0.0
    timeout_s: float | None = None
    dead_letter_sink: Sink | None = None
    format: Literal["json", "binary", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Takes events, and gives each Trigger those that it asks for (`eventing.knative.dev/v1`)."""

    name: BrokerName
    namespace: Namespace
    delivery: Delivery = field(default_factory=Delivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Asks a Broker for events, for a subscriber. Its `delivery`, where it has one, stands in place of the Broker's.

    `attributes` must all be equal, or there where the value is empty; `filters`, where there are any, decide alone.
    """

    name: TriggerName
    namespace: Namespace
    broker: BrokerName
    subscriber: Sink
    attributes: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    delivery: Delivery | None = None


# What the gateway needs to know of the Routes: who stands behind a Knative host now.


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One revision that Envoy can send requests to, by the Unix socket on which its instances accept.

    `most_requests` may run and wait at once; None: only what the DestinationRules say bounds them. `streams`: it is a
    program of its own, which may stream both ways and change to another protocol; functions do neither. Timeouts are
    those of its RevisionTemplate.
    """

    revision: RevisionName
    configuration: ConfigurationName
    namespace: Namespace
    socket_path: str
    timeout_s: float
    response_start_timeout_s: float = 0.0
    idle_timeout_s: float = 0.0
    most_requests: int | None = None
    protocol: Literal["http1", "h2c"] = "http1"
    streams: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTarget:
    """A resolved share of a Route's traffic; percents of a `Destination` sum to 100."""

    revision: RevisionName
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A Knative Route as the gateway sees it: `<route>.<namespace>.svc.cluster.local` and its traffic.

    `tags` maps a tag to its revision: `<tag>-<route>` is a host of its own. `domains` are hosts that were mapped to
    it: they are reached from outside even where it is for functions alone.
    A destination without targets is known, but has no ready revision yet: it answers 503.
    """

    route: RouteName
    namespace: Namespace
    targets: tuple[RouteTarget, ...]
    tags: Mapping[str, RevisionName] = field(default_factory=dict)
    cluster_local: bool = False
    domains: tuple[str, ...] = ()
