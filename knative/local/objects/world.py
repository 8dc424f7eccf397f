"""All objects of a stack at one moment, from what the engine knows; and which of them are what they were.

`Objects` keeps what it made of each Service's facts, so that 500 Services at rest cost a comparison each.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knative.local.objects import brokers, configuration, core, domain_mapping, events, pod, revision, route, service
from knative.local.objects.facts import (
    BrokerFacts,
    ClusterFacts,
    DocumentFacts,
    EventingFacts,
    ServiceFacts,
    TriggerFacts,
)
from knative.local.objects.json_values import Object, text
from knative.local.objects.kinds import DOMAIN_MAPPING, kind_of


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


def of_service(facts: ServiceFacts, before: Mapping[Reference, Object], *, now: str) -> list[Object]:
    """A Service and everything that is made from it.

    Of what was never shown before, nobody knows since when it is so: since its newest revision was made, at least.
    """
    if not before and facts.newest:
        now = facts.newest.created_at

    def earlier(resource: str, name: str) -> Object | None:
        return before.get(Reference(resource=resource, namespace=facts.service.namespace, name=name))

    name = facts.service.name
    of_service = service.present(facts, earlier("services.serving.knative.dev", name), now=now)
    of_configuration = configuration.present(
        facts, of_service, earlier("configurations.serving.knative.dev", name), now=now
    )
    of_route = route.present(facts, of_service, earlier("routes.serving.knative.dev", name), now=now)
    result = [of_service, of_configuration, of_route, core.shadow(facts, of_route, earlier("services", name))]
    for each in facts.revisions:
        before_revision = earlier("revisions.serving.knative.dev", each.revision.name)
        of_revision = revision.present(each, of_configuration, before_revision, now=now)
        result.append(of_revision)
        result += [pod.present(instance, each, of_revision) for instance in each.instances]
    return result


class Objects:
    """What was made of the facts before, by where it came from."""

    def __init__(self) -> None:
        self._facts: dict[str, ServiceFacts | DocumentFacts | EventingFacts] = {}
        self._made: dict[str, list[Object]] = {}
        self._around: list[Object] = []
        self._events: deque[Object] = deque(maxlen=events.KEPT)
        # What an engine finds when it starts happened before.
        self._is_first = True

    def take(self, facts: ClusterFacts, *, now: str) -> list[Object] | None:
        """All objects that there are now, or None where nothing is other than the last time."""
        found = {f"{text(each.document, 'kind')}{_place(each.document)}": each for each in facts.applied}
        changed = [source for source, each in found.items() if self._facts.get(source) != each]
        gone = self._facts.keys() - found.keys()
        for source in gone:
            del self._made[source]
        for source in changed:
            self._made[source] = self._make(found[source], self._made.get(source, []), now)
        self._facts = {**found}
        self._is_first = False
        around = list(_around(facts, list(self._every())))
        if not changed and not gone and around == self._around:
            return None
        self._around = around
        return [*self._every(), *around, *self._events]

    def _make(
        self, facts: ServiceFacts | DocumentFacts | EventingFacts, before: list[Object], now: str
    ) -> list[Object]:
        match facts:
            case DocumentFacts() if text(facts.document, "kind") == DOMAIN_MAPPING.kind:
                return [domain_mapping.present(facts, next(iter(before), None), now=now)]
            case DocumentFacts():
                return [core.document(facts)]
            case BrokerFacts():
                return [brokers.present_broker(facts, next(iter(before), None), now=now)]
            case TriggerFacts():
                return [brokers.present_trigger(facts, next(iter(before), None), now=now)]
        made = of_service(facts, {reference_of(each): each for each in before}, now=now)
        if not self._is_first:
            self._events.extend(events.of_change(before, made, now=now))
        return made

    def _every(self) -> Iterator[Object]:
        for made in self._made.values():
            yield from made


def _is_namespace(document: Object) -> bool:
    return (text(document, "apiVersion"), text(document, "kind")) == ("v1", "Namespace")


def _place(document: Object) -> str:
    return f"/{text(document, 'metadata', 'namespace')}/{text(document, 'metadata', 'name')}"


def _around(facts: ClusterFacts, objects: list[Object]) -> Iterator[Object]:
    """What is there for the objects to be in: namespaces and the like."""
    for secret in facts.made_secrets:
        yield core.made_secret(secret, created_at=facts.began_at)
    applied = {text(each.document, "metadata", "name") for each in facts.documents if _is_namespace(each.document)}
    for name in sorted({*core.namespaces_of(objects), *applied}):
        if name not in applied:
            yield core.namespace(name, created_at=facts.began_at)
        yield core.service_account(name, created_at=facts.began_at)
    yield core.ingress(facts.port, created_at=facts.began_at)
