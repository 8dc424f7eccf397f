"""All objects of a stack at one moment, from what the engine knows; and which of them are what they were.

`Objects` keeps what it made of each Service's facts, so that 500 Services at rest cost a comparison each.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knative.local.objects import (
    brokers,
    configuration,
    core,
    domain_mapping,
    events,
    metadata,
    pod,
    revision,
    route,
    service,
)
from knative.local.objects.facts import (
    AppliedFacts,
    BrokerFacts,
    ClusterFacts,
    ConfigurationFacts,
    DocumentFacts,
    RouteFacts,
    ServiceFacts,
    TriggerFacts,
)
from knative.local.objects.json_values import Object, text
from knative.local.objects.kinds import (
    CONFIGURATION,
    DOMAIN_MAPPING,
    REVISION,
    ROUTE,
    SERVICE,
    SHADOW,
    Kind,
    kind_of,
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reference:
    """Which object: `resource` is as `Kind.resource` has it, the namespace of one without is empty."""

    resource: str
    namespace: str
    name: str


def reference_of(made: Object) -> Reference:
    kind = kind_of(text(made, "apiVersion"), text(made, "kind"))
    assert kind is not None, f"no kind for {text(made, 'apiVersion')} {text(made, 'kind')}"
    return Reference(
        resource=kind.resource, namespace=text(made, "metadata", "namespace"), name=text(made, "metadata", "name")
    )


Earlier = Mapping[Reference, Object]


def of_service(facts: ServiceFacts, before: Earlier, *, now: str) -> list[Object]:
    """A Service and everything that is made from it.

    Of what was never shown before, nobody knows since when it is so: since its newest revision was made, at least.
    """
    if not before and facts.configuration and facts.configuration.newest:
        now = facts.configuration.newest.created_at
    made = service.present(facts, _earlier(before, SERVICE, facts.document), now=now)
    result = [made]
    if facts.configuration:
        wanted = configuration.of_service(facts.configuration, made)
        result += _with_revisions(facts.configuration, wanted, before, now=now)
    if facts.route:
        result += _with_shadow(facts.route, route.of_service(facts.route, made), before, now=now)
    return result


def of_configuration(facts: ConfigurationFacts, before: Earlier, *, now: str) -> list[Object]:
    """A Configuration of its own, its revisions and what runs of them; of `now` as in `of_service`."""
    if not before and facts.newest:
        now = facts.newest.created_at
    return _with_revisions(facts, metadata.wanted(facts.document, facts.stamp), before, now=now)


def of_route(facts: RouteFacts, before: Earlier, *, now: str) -> list[Object]:
    """A Route of its own. Of one never shown before, it is so since its document changed, at least."""
    since = now if before else facts.stamp.changed_at
    return _with_shadow(facts, metadata.wanted(facts.document, facts.stamp), before, now=since)


def _with_revisions(facts: ConfigurationFacts, wanted: Object, before: Earlier, *, now: str) -> list[Object]:
    made = configuration.present(facts, wanted, _earlier(before, CONFIGURATION, wanted), now=now)
    result = [made]
    for each in facts.revisions:
        place: Object = {"metadata": {"namespace": each.revision.namespace, "name": each.revision.name}}
        of_revision = revision.present(each, made, _earlier(before, REVISION, place), now=now)
        result.append(of_revision)
        result += [pod.present(instance, each, of_revision) for instance in each.instances]
    return result


def _with_shadow(facts: RouteFacts, wanted: Object, before: Earlier, *, now: str) -> list[Object]:
    made = route.present(facts, wanted, _earlier(before, ROUTE, wanted), now=now)
    return [made, core.shadow(facts, made, _earlier(before, SHADOW, wanted))]


def _earlier(before: Earlier, kind: Kind, made: Object) -> Object | None:
    namespace, name = text(made, "metadata", "namespace"), text(made, "metadata", "name")
    return before.get(Reference(resource=kind.resource, namespace=namespace, name=name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The objects that became other or are new, and those that are gone."""

    put: tuple[Object, ...]
    gone: tuple[Reference, ...]


class Objects:
    """What was made of the facts before, by where it came from."""

    def __init__(self) -> None:
        self._facts: dict[str, AppliedFacts] = {}
        self._made: dict[str, list[Object]] = {}
        self._around: list[Object] = []
        self._events: deque[Object] = deque()
        # What an engine finds when it starts happened before.
        self._is_first = True

    def take(self, facts: ClusterFacts, *, now: str, again: Iterable[Object] = ()) -> Difference:
        """What is other than the last time.

        Args:
            again: objects that were shown meanwhile in another way: what was made of their documents is given again.
        """
        found = {_source(each.document): each for each in facts.applied}
        before, after = [], []
        for source in self._facts.keys() - found.keys():
            before += self._made.pop(source)
        for source, each in found.items():
            kept = self._facts.get(source)
            if kept is not each and kept != each:
                earlier = self._made.get(source, [])
                self._made[source] = made = self._make(each, earlier, now)
                before += earlier
                after += made
                if isinstance(each, ServiceFacts | ConfigurationFacts | RouteFacts):
                    after += self._note(earlier, made, now)
        for shown in again:
            after += self._made.get(_source(shown), [])
        self._facts = found
        self._is_first = False
        around = list(_around(facts))
        if around != self._around:
            before += self._around
            after += around
            self._around = around
        while len(self._events) > events.KEPT:
            before.append(self._events.popleft())
        there = {reference_of(each) for each in after}
        return Difference(put=tuple(after), gone=tuple(each for each in map(reference_of, before) if each not in there))

    def _make(self, facts: AppliedFacts, before: list[Object], now: str) -> list[Object]:
        match facts:
            case DocumentFacts() if text(facts.document, "kind") == DOMAIN_MAPPING.kind:
                return [domain_mapping.present(facts, next(iter(before), None), now=now)]
            case DocumentFacts():
                return [core.document(facts)]
            case BrokerFacts():
                return [brokers.present_broker(facts, next(iter(before), None), now=now)]
            case TriggerFacts():
                return [brokers.present_trigger(facts, next(iter(before), None), now=now)]
        earlier = {reference_of(each): each for each in before}
        match facts:
            case ConfigurationFacts():
                return of_configuration(facts, earlier, now=now)
            case RouteFacts():
                return of_route(facts, earlier, now=now)
        return of_service(facts, earlier, now=now)

    def _note(self, before: list[Object], made: list[Object], now: str) -> list[Object]:
        """The events of a change, which are objects too. What an engine finds when it starts happened before it."""
        happened = [] if self._is_first else events.of_change(before, made, now=now)
        self._events.extend(happened)
        return happened


def _source(document: Object) -> str:
    return f"{text(document, 'kind')}{_place(document)}"


def _is_namespace(document: Object) -> bool:
    return (text(document, "apiVersion"), text(document, "kind")) == ("v1", "Namespace")


def _place(document: Object) -> str:
    return f"/{text(document, 'metadata', 'namespace')}/{text(document, 'metadata', 'name')}"


def _around(facts: ClusterFacts) -> Iterator[Object]:
    """What is there for the objects to be in: namespaces and the like."""
    for secret in facts.made_secrets:
        yield core.made_secret(secret, created_at=facts.began_at)
    applied = {text(each.document, "metadata", "name") for each in facts.documents if _is_namespace(each.document)}
    for name in sorted({*core.namespaces_of([each.document for each in facts.applied]), *applied}):
        if name not in applied:
            yield core.namespace(name, created_at=facts.began_at)
        yield core.service_account(name, created_at=facts.began_at)
    yield core.ingress(facts.port, created_at=facts.began_at)
