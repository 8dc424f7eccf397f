"""The kinds of object that clients can ask for: their names, what can be done with each, its columns in a Table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from knative.local.objects.defaulting import BROKER_CLASS
from knative.local.objects.json_values import Json, Object, at, items, mapping, number, text

READ = ("get", "list", "watch")
# In the order of an API server's own list.
WRITE = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
SERVING = ("all", "knative", "serving")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a Table beside the name. Of type `date`, its value is a time and its cell an age.

    One that `is_wide` is shown by `-o wide` alone.
    """

    name: str
    value: Callable[[Object], Json]
    type: str = "string"
    description: str = ""
    is_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of object. A core kind has no group.

    Args:
        verbs: without `create`, the objects are made by the engine, and clients look at them.
        subresources: their names, and the verbs of each.
        name_comes_last: in a Table, and only a wide one shows it.
    """

    kind: str
    plural: str
    version: str
    group: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_namespaced: bool = True
    verbs: tuple[str, ...] = WRITE
    columns: tuple[Column, ...] = ()
    subresources: Mapping[str, tuple[str, ...]] | None = None
    name_comes_last: bool = False

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        return self.kind.lower()

    @property
    def is_written(self) -> bool:
        return "update" in self.verbs

    @property
    def resource(self) -> str:
        """As messages name it: `services.serving.knative.dev`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def _path(*keys: str) -> Callable[[Object], Json]:
    return lambda made: at(made, *keys)


def _condition(field: str) -> Callable[[Object], Json]:
    def value(made: Object) -> Json:
        ready = (each for each in items(made, "status", "conditions") if text(each, "type") == "Ready")
        return at(next(ready, None), field)

    return value


def _ready_containers(made: Object) -> Json:
    statuses = items(made, "status", "containerStatuses")
    return f"{sum(at(each, 'ready') is True for each in statuses)}/{len(statuses)}"


def _pod_status(made: Object) -> Json:
    """Of a container that waits, why; otherwise the phase."""
    waiting = (text(each, "state", "waiting", "reason") for each in items(made, "status", "containerStatuses"))
    return next(filter(None, waiting), text(made, "status", "phase"))


def _restarts(made: Object) -> Json:
    return sum(number(each, "restartCount") for each in items(made, "status", "containerStatuses"))


def _ports(made: Object) -> Json:
    return ",".join(f"{at(each, 'port')}/{text(each, 'protocol')}" for each in items(made, "spec", "ports"))


def _involved(made: Object) -> Json:
    return f"{text(made, 'involvedObject', 'kind').lower()}/{text(made, 'involvedObject', 'name')}"


def _printed(name: str, *keys: str, of_type: str = "string") -> Column:
    """A column of a custom resource, whose description is where its value stands."""
    return Column(name=name, value=_path(*keys), type=of_type, description=_json_path("".join(map(_step, keys))))


def _step(key: str) -> str:
    return "['{}']".format(key.replace(".", "\\.")) if "." in key else f".{key}"


def _json_path(path: str) -> str:
    return f"Custom resource definition column (in JSONPath format): {path}"


_url = _printed("URL", "status", "url")
_latest = (
    _printed("LatestCreated", "status", "latestCreatedRevisionName"),
    _printed("LatestReady", "status", "latestReadyRevisionName"),
)
_ready = tuple(
    Column(
        name=name,
        value=_condition(field),
        description=_json_path(f".status.conditions[?(@.type=='Ready')].{field}"),
    )
    for name, field in (("Ready", "status"), ("Reason", "reason"))
)
_age = Column(name="Age", value=_path("metadata", "creationTimestamp"), type="date")
_data = Column(name="Data", value=lambda made: len(mapping(made, "data")), type="integer")
_status = {"status": ("get", "patch", "update")}

SERVICE = Kind(
    kind="Service", plural="services", group="serving.knative.dev", version="v1", short_names=("kservice", "ksvc"),
    categories=SERVING, columns=(_url, *_latest, *_ready), subresources=_status,
)  # fmt: skip
CONFIGURATION = Kind(
    kind="Configuration", plural="configurations", group="serving.knative.dev", version="v1",
    short_names=("config", "cfg"), categories=SERVING, columns=(*_latest, *_ready), subresources=_status,
)  # fmt: skip
REVISION = Kind(
    kind="Revision", plural="revisions", group="serving.knative.dev", version="v1", short_names=("rev",),
    categories=SERVING, verbs=("delete", "get", "list", "create", "watch"),
    columns=(
        _printed("Config Name", "metadata", "labels", "serving.knative.dev/configuration"),
        _printed("Generation", "metadata", "labels", "serving.knative.dev/configurationGeneration"),
        *_ready,
        _printed("Actual Replicas", "status", "actualReplicas", of_type="integer"),
        _printed("Desired Replicas", "status", "desiredReplicas", of_type="integer"),
    ),
    subresources=_status,
)  # fmt: skip
ROUTE = Kind(
    kind="Route", plural="routes", group="serving.knative.dev", version="v1", short_names=("rt",),
    categories=SERVING, columns=(_url, *_ready), subresources=_status,
)  # fmt: skip

DOMAIN_MAPPING = Kind(
    kind="DomainMapping", plural="domainmappings", group="serving.knative.dev", version="v1beta1", short_names=("dm",),
    categories=SERVING, columns=(_url, *_ready), subresources=_status,
)  # fmt: skip

NAMESPACE = Kind(
    kind="Namespace", plural="namespaces", version="v1", short_names=("ns",), is_namespaced=False,
    columns=(Column(name="Status", value=_path("status", "phase")), _age),
)  # fmt: skip
CONFIG_MAP = Kind(
    kind="ConfigMap", plural="configmaps", version="v1", short_names=("cm",),
    columns=(_data, _age),
)  # fmt: skip
SECRET = Kind(
    kind="Secret", plural="secrets", version="v1",
    columns=(Column(name="Type", value=_path("type")), _data, _age),
)  # fmt: skip
SHADOW = Kind(
    kind="Service", plural="services", version="v1", short_names=("svc",), categories=("all",), verbs=READ,
    columns=(
        Column(name="Type", value=_path("spec", "type")),
        Column(name="Cluster-IP", value=_path("spec", "clusterIP")),
        Column(name="External-IP", value=_path("spec", "externalName")),
        Column(name="Port(s)", value=_ports),
        _age,
    ),
)  # fmt: skip
SERVICE_ACCOUNT = Kind(
    kind="ServiceAccount", plural="serviceaccounts", version="v1", short_names=("sa",), verbs=READ, columns=(_age,)
)
POD = Kind(
    kind="Pod", plural="pods", version="v1", short_names=("po",), categories=("all",), verbs=READ,
    columns=(
        Column(name="Ready", value=_ready_containers),
        Column(name="Status", value=_pod_status),
        Column(name="Restarts", value=_restarts, type="integer"),
        _age,
    ),
    subresources={"log": ("get",)},
)  # fmt: skip
EVENT = Kind(
    kind="Event", plural="events", version="v1", short_names=("ev",), verbs=READ, name_comes_last=True,
    columns=(
        Column(name="Last Seen", value=_path("lastTimestamp"), type="date"),
        Column(name="Type", value=_path("type")),
        Column(name="Reason", value=_path("reason")),
        Column(name="Object", value=_involved),
        Column(name="Message", value=_path("message")),
    ),
)  # fmt: skip


def _istio(kind: str, plural: str, group: str, version: str, *short_names: str) -> Kind:
    return Kind(
        kind=kind, plural=plural, group=f"{group}.istio.io", version=version, short_names=short_names,
        categories=("istio-io", f"{group}-istio-io"), columns=(_age,),
    )  # fmt: skip


ISTIO = (
    _istio("Gateway", "gateways", "networking", "v1", "gw"),
    _istio("VirtualService", "virtualservices", "networking", "v1", "vs"),
    _istio("DestinationRule", "destinationrules", "networking", "v1", "dr"),
    _istio("ServiceEntry", "serviceentries", "networking", "v1", "se"),
    _istio("EnvoyFilter", "envoyfilters", "networking", "v1alpha3"),
    _istio("RequestAuthentication", "requestauthentications", "security", "v1", "ra"),
    _istio("AuthorizationPolicy", "authorizationpolicies", "security", "v1", "ap"),
    _istio("Telemetry", "telemetries", "telemetry", "v1", "telemetry"),
)

SOURCES = tuple(
    Kind(
        kind=kind, plural=f"{kind.lower()}s", group="sources.knative.dev", version="v1",
        categories=("all", "knative", "sources"), columns=(*columns, _age),
    )
    for kind, columns in (
        ("PingSource", (Column(name="Schedule", value=_path("spec", "schedule")),)),
        ("SinkBinding", (Column(name="Subject", value=_path("spec", "subject", "name")),)),
    )
)  # fmt: skip

EVENTING = ("all", "knative", "eventing")
BROKER = Kind(
    kind="Broker", plural="brokers", group="eventing.knative.dev", version="v1", categories=EVENTING,
    columns=(
        Column(name="URL", value=_path("status", "address", "url")),
        _age,
        *_ready,
        Column(name="Class", value=_path("metadata", "annotations", BROKER_CLASS), is_wide=True),
    ),
    subresources=_status,
)  # fmt: skip
TRIGGER = Kind(
    kind="Trigger", plural="triggers", group="eventing.knative.dev", version="v1", categories=EVENTING,
    columns=(
        Column(name="Broker", value=_path("spec", "broker")),
        Column(name="Subscriber_URI", value=_path("status", "subscriberUri")),
        _age,
        *_ready,
    ),
    subresources=_status,
)  # fmt: skip

KINDS = (
    SERVICE, CONFIGURATION, REVISION, ROUTE, DOMAIN_MAPPING, NAMESPACE, CONFIG_MAP, SECRET, SHADOW, SERVICE_ACCOUNT,
    POD, EVENT, *ISTIO, *SOURCES, BROKER, TRIGGER,
)  # fmt: skip


# Those that revisions come of.
MAKERS = (SERVICE, CONFIGURATION)
_BY_PATH = {(each.group, each.version, each.plural): each for each in KINDS}
_BY_NAME = {(each.api_version, each.kind): each for each in KINDS}


def find(group: str, version: str, plural: str) -> Kind | None:
    """The kind behind a path of the API."""
    return _BY_PATH.get((group, version, plural))


def kind_of(api_version: str, kind: str) -> Kind | None:
    """The kind of a document."""
    return _BY_NAME.get((api_version, kind))
