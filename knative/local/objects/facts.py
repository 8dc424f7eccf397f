"""What the engine knows of one Service, Configuration or Route, as objects are made from it.

Frozen: equal facts make equal objects.
"""

from collections.abc import Collection
from dataclasses import dataclass

from knative.local.model import (
    Configuration,
    ConfigurationName,
    Destination,
    Route,
    RouteName,
    RouteTarget,
    Secret,
    Service,
)
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp
from knative.local.pods import Pod
from knative.local.rollout import Revision
from knative.local.routing import NOTHING, Assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFacts:
    """A process of a revision, in its Pod."""

    pod: Pod
    is_ready: bool
    is_leaving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionFacts:
    """A revision and what runs of it.

    Args:
        template: `spec.template` as it was applied when the revision was made.
        created_at: when that was, RFC 3339.
        routes: the Routes that have a host which leads to it.
    """

    revision: Revision
    template: Object
    created_at: str
    routes: tuple[RouteName, ...] = ()
    instances: tuple[InstanceFacts, ...] = ()
    desired_count: int = 0

    @property
    def ready_count(self) -> int:
        return sum(each.is_ready for each in self.instances)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFacts:
    """A Configuration: what it was made from and that document's stamp, what it means, its revisions in order.

    Args:
        document: its own or, where a Service makes it, the Service's.
        routes: the Routes that name it, or lead to a revision of it.
    """

    document: Object
    stamp: Stamp
    configuration: Configuration
    revisions: tuple[RevisionFacts, ...]
    routes: tuple[RouteName, ...] = ()

    @property
    def newest(self) -> RevisionFacts | None:
        return self.revisions[-1] if self.revisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """A Route: what it was made from and that document's stamp, what it means, where its requests go.

    Args:
        document: its own or, where a Service makes it, the Service's.
        port: of the front door, for the URLs.
        choices: the revisions that it is about.
        configurations: those that there are of the Configurations which it names.
        assigned: what it was last made to lead to.
        is_taken_over: whether Envoy already leads the requests so.
    """

    document: Object
    stamp: Stamp
    route: Route
    destination: Destination
    port: int
    choices: tuple[Revision, ...]
    configurations: Collection[ConfigurationName]
    assigned: Assigned = NOTHING
    is_taken_over: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A Service: its document and stamp, what it means, and what it has made.

    Without a Configuration or a Route where there is one of that name which is not the Service's.
    """

    document: Object
    stamp: Stamp
    service: Service
    configuration: ConfigurationFacts | None
    route: RouteFacts | None

    @property
    def revisions(self) -> tuple[RevisionFacts, ...]:
        return self.configuration.revisions if self.configuration else ()

    @property
    def targets(self) -> tuple[RouteTarget, ...]:
        """Who has its requests now."""
        return self.route.destination.targets if self.route else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """An applied document that is no Service: what it says is all that there is to it.

    Args:
        finds: whether the Service or Route that a DomainMapping leads to is there.
        port: of the front door, for the URL of one.
    """

    document: Object
    stamp: Stamp
    finds: bool = False
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationFacts:
    """Where events are to go: `url` None, where it is an object that there is not, by its resource and name."""

    url: str | None
    resource: str = ""
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFacts:
    """A Broker: its document and stamp, where it takes events, and whether what does so runs."""

    document: Object
    stamp: Stamp
    url: str
    is_running: bool
    dead_letter_sink: DestinationFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerFacts:
    """A Trigger: its document and stamp, its Broker if there is one, and where its events go."""

    document: Object
    stamp: Stamp
    broker_name: str
    broker: BrokerFacts | None
    subscriber: DestinationFacts
    dead_letter_sink: DestinationFacts | None = None


EventingFacts = BrokerFacts | TriggerFacts
AppliedFacts = ServiceFacts | ConfigurationFacts | RouteFacts | DocumentFacts | EventingFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """Everything of one stack that clients are shown.

    Args:
        configurations, routes: those that no Service makes.
        made_secrets: those that the stack makes for itself; nobody else may write them.
        began_at: when the stack was first made, RFC 3339.
    """

    services: tuple[ServiceFacts, ...]
    configurations: tuple[ConfigurationFacts, ...]
    routes: tuple[RouteFacts, ...]
    documents: tuple[DocumentFacts, ...]
    made_secrets: tuple[Secret, ...]
    began_at: str
    port: int
    eventing: tuple[EventingFacts, ...] = ()

    @property
    def applied(self) -> list[AppliedFacts]:
        """What came of a document."""
        return [*self.services, *self.configurations, *self.routes, *self.documents, *self.eventing]
