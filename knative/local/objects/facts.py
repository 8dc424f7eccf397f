"""What the engine knows of one Service, as the objects are made from it. Frozen: equal facts make equal objects."""

from dataclasses import dataclass

from knative.local.gradual_rollout import Rollout
from knative.local.model import Destination, Secret, Service, TrafficTarget
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp
from knative.local.pods import Pod
from knative.local.rollout import Revision


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
        routed_at: since when requests reach it, or no longer do; RFC 3339.
        is_routed: whether some host leads to it.
    """

    revision: Revision
    template: Object
    created_at: str
    is_routed: bool
    instances: tuple[InstanceFacts, ...] = ()
    desired_count: int = 0

    @property
    def ready_count(self) -> int:
        return sum(each.is_ready for each in self.instances)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A Service: its document and stamp, what it means, where its requests go, its revisions in order.

    Args:
        port: of the front door, for the URLs.
        rollout: who has the traffic to the latest revision, while that moves.
        is_taken_over: whether Envoy already leads the requests so.
        routed: the traffic that the gateway goes by: an earlier one while the Service's own cannot be assigned.
    """

    document: Object
    stamp: Stamp
    service: Service
    destination: Destination
    revisions: tuple[RevisionFacts, ...]
    port: int
    rollout: Rollout | None = None
    routed: tuple[TrafficTarget, ...] = ()
    is_taken_over: bool = True

    @property
    def newest(self) -> RevisionFacts | None:
        return self.revisions[-1] if self.revisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """An applied document that is no Service: what it says is all that there is to it.

    Args:
        finds: whether the Service that a DomainMapping leads to is there.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """Everything of one stack that clients are shown.

    Args:
        made_secrets: those that the stack makes for itself; nobody else may write them.
        began_at: when the stack was first made, RFC 3339.
    """

    services: tuple[ServiceFacts, ...]
    documents: tuple[DocumentFacts, ...]
    made_secrets: tuple[Secret, ...]
    began_at: str
    port: int
    eventing: tuple[EventingFacts, ...] = ()

    @property
    def applied(self) -> list[ServiceFacts | DocumentFacts | EventingFacts]:
        """What came of a document."""
        return [*self.services, *self.documents, *self.eventing]
