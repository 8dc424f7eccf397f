"""The engine, as the API sees it: what its stores and tables hold, as facts."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from knative.local.api import eventing_facts
from knative.local.api.refusals import REQUEST
from knative.local.deployment import Deployment
from knative.local.engine import Engine
from knative.local.model import (
    Configuration,
    ConfigurationName,
    Destination,
    RevisionName,
    Route,
    RouteName,
    Secret,
    Service,
    ServiceName,
)
from knative.local.objects.facts import (
    ClusterFacts,
    ConfigurationFacts,
    DocumentFacts,
    InstanceFacts,
    RevisionFacts,
    RouteFacts,
    ServiceFacts,
)
from knative.local.objects.json_values import Object, mapping, plain, text
from knative.local.objects.kinds import CONFIGURATION, DOMAIN_MAPPING, KINDS, NAMESPACE, ROUTE, SERVICE
from knative.local.objects.stamps import Stamp
from knative.local.objects.world import Reference
from knative.local.reconciler import Instance, Phase
from knative.local.rollout import Revision, by_configuration
from knative.local.routing import NOTHING, Assigned, choices, routes_to
from knative.local.store import DEFAULT_NAMESPACE, Key, key_of
from shared.remembered import Remembered
from shared.yaml_documents import Node, document_of

# Kinds of `serving.knative.dev/v1` that somebody writes.
_SERVING = frozenset(each.kind for each in (SERVICE, CONFIGURATION, ROUTE))

# What facts follow from: the same of it, the same facts.
_OfConfiguration = tuple[
    Configuration, tuple[Revision, ...], tuple[tuple[InstanceFacts, ...], ...], tuple[int, ...],
    tuple[tuple[RouteName, ...], ...], tuple[Route, ...],
]  # fmt: skip
_OfRoute = tuple[Route, Destination, Assigned, tuple[Revision, ...], tuple[ConfigurationName, ...], bool]

Write = Callable[[list[Node], list[Key], dict[Key, tuple[Object, ...]], bool], Awaitable[None]]
Import = Callable[[Node, bool], Awaitable[None]]


class EngineCluster:
    """Args:
    is_up: whether the engine has taken over what is applied.
    is_broker_running: whether the process of the Brokers is there.
    secrets: those that the stack makes for itself.
    write: takes documents over, drops objects, keeps `managedFields`; only checks where the last one is true.
    import_revision: makes a revision of a Service or Configuration with the template that the document has; or only
        checks.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        is_up: Callable[[], bool],
        is_broker_running: Callable[[], bool],
        secrets: Callable[[], tuple[Secret, ...]],
        write: Write,
        import_revision: Import,
    ) -> None:
        self._engine = engine
        self._is_up = is_up
        self._is_broker_running = is_broker_running
        self._secrets = secrets
        self._write = write
        self._import_revision = import_revision
        # What a fact is made from, and the fact: what is unchanged must be the same object.
        self._documents: dict[Key, tuple[Node, Object]] = {}
        self._snapshots: dict[RevisionName, tuple[Revision, Object, str]] = {}
        self._services: Remembered[ServiceFacts] = Remembered()
        self._configurations: Remembered[ConfigurationFacts] = Remembered()
        self._routes: Remembered[RouteFacts] = Remembered()
        self._began_at = _time_of(engine.home.root)

    @property
    def is_up(self) -> bool:
        return self._is_up()

    def log(self, configuration: str) -> Path:
        return self._engine.home.log(configuration)

    def facts(self) -> ClusterFacts:
        store, deployment = self._engine.controller.store, self._engine.controller.deployment
        for forgotten in self._snapshots.keys() - store.revisions.keys():
            del self._snapshots[forgotten]
        for dropped in self._documents.keys() - store.documents.keys():
            del self._documents[dropped]
        services: list[ServiceFacts] = []
        configurations: list[ConfigurationFacts] = []
        routes: list[RouteFacts] = []
        documents = []
        of_eventing: dict[Key, tuple[Object, Stamp]] = {}
        now = self._look(deployment) if deployment else None
        for key, node in store.documents.items():
            if (key.kind, node.text("apiVersion")) in eventing_facts.KINDS:
                of_eventing[key] = self._document(key, node), store.stamps[key]
            elif key.kind not in _SERVING:
                documents.append(self._other(key, node, deployment))
            elif now is None:
                continue
            elif key.kind == SERVICE.kind and (service := now.deployment.services.get(ServiceName(key.name))):
                services.append(self._service(key, node, service, now))
            elif key.kind == CONFIGURATION.kind and (
                configuration := now.deployment.configurations.get(ConfigurationName(key.name))
            ):
                configurations.append(self._configuration(key, node, configuration, now))
            elif key.kind == ROUTE.kind and (route := now.deployment.routes.get(RouteName(key.name))):
                routes.append(self._route(key, node, route, now))
        for remembered in (self._services, self._configurations, self._routes):
            remembered.sweep()
        return ClusterFacts(
            services=tuple(services),
            configurations=tuple(configurations),
            routes=tuple(routes),
            documents=tuple(documents),
            made_secrets=self._secrets(),
            began_at=self._began_at,
            port=self._engine.home.port,
            eventing=eventing_facts.of(of_eventing, deployment, is_running=self._is_broker_running())
            if deployment
            else (),
        )

    def _look(self, deployment: Deployment) -> "_Look":
        """What all Services, Configurations and Routes are seen with."""
        store = self._engine.controller.store
        instances: dict[RevisionName, list[Instance]] = {}
        for instance in self._engine.instances.observed():
            if instance.pid:
                instances.setdefault(instance.revision, []).append(instance)
        leads_to = self._engine.controller.destinations()
        routes = routes_to(leads_to)
        return _Look(
            deployment=deployment,
            revisions=by_configuration(sorted(store.revisions.values(), key=lambda each: each.generation)),
            instances={name: tuple(found) for name, found in instances.items()},
            leads_to={each.route: each for each in leads_to},
            routes=routes,
            named=_named(deployment.routes.values()),
        )

    async def write(
        self, documents: Sequence[Object], gone: Collection[Reference], *, managers: tuple[Object, ...], dry_run: bool
    ) -> None:
        nodes = [document_of(document, REQUEST) for document in documents]
        kinds = {kind.resource: kind.kind for kind in KINDS}
        keys = [
            Key(kind=kinds[each.resource], namespace=each.namespace or DEFAULT_NAMESPACE, name=each.name)
            for each in gone
        ]
        await self._write(nodes, keys, {key_of(node): managers for node in nodes}, dry_run)

    async def import_revision(self, maker: Object, *, dry_run: bool) -> None:
        await self._import_revision(document_of(maker, REQUEST), dry_run)

    def _other(self, key: Key, node: Node, deployment: Deployment | None) -> DocumentFacts:
        document, stamp = self._document(key, node), self._engine.controller.store.stamps[key]
        if key.kind != DOMAIN_MAPPING.kind:
            return DocumentFacts(document=document, stamp=stamp)
        name = text(document, "spec", "ref", "name")
        found: Service | Route | None = None
        if deployment and text(document, "spec", "ref", "kind") == ROUTE.kind:
            found = deployment.routes.get(RouteName(name))
        elif deployment:
            found = deployment.services.get(ServiceName(name))
        finds = found is not None and found.namespace == key.namespace
        return DocumentFacts(document=document, stamp=stamp, finds=finds, port=self._engine.home.port)

    def _service(self, key: Key, node: Node, service: Service, now: "_Look") -> ServiceFacts:
        deployment = now.deployment
        configuration = service.configuration if deployment.makes_configuration(service) else None
        route = service.route if deployment.makes_route(service) else None
        of_configuration = self._of_configuration(configuration, now) if configuration else None
        of_route = self._of_route(route, now) if route else None
        stamp = self._engine.controller.store.stamps[key]

        def present() -> ServiceFacts:
            document = self._document(key, node)
            return ServiceFacts(
                document=document, stamp=stamp, service=service,
                configuration=of_configuration and self._present_configuration(document, stamp, of_configuration),
                route=of_route and self._present_route(document, stamp, of_route),
            )  # fmt: skip

        return self._services.of(key, (node, stamp, service, of_configuration, of_route), present)

    def _configuration(self, key: Key, node: Node, configuration: Configuration, now: "_Look") -> ConfigurationFacts:
        found, stamp = self._of_configuration(configuration, now), self._engine.controller.store.stamps[key]

        def present() -> ConfigurationFacts:
            return self._present_configuration(self._document(key, node), stamp, found)

        return self._configurations.of(key, (node, stamp, found), present)

    def _of_configuration(self, configuration: Configuration, now: "_Look") -> _OfConfiguration:
        """All that the facts of a Configuration follow from, beside its document."""
        revisions = tuple(now.revisions.get(configuration.name, ()))
        running = tuple(self._instances(revision.name, now.instances.get(revision.name, ())) for revision in revisions)
        desired = tuple(map(self._engine.desired, revisions))
        routes = tuple(now.routes.get(revision.name, ()) for revision in revisions)
        return configuration, revisions, running, desired, routes, now.named.get(configuration.name, ())

    def _present_configuration(self, document: Object, stamp: Stamp, found: _OfConfiguration) -> ConfigurationFacts:
        configuration, revisions, running, desired, routes, named = found
        naming = (each.name for each in named if each.namespace == configuration.namespace)
        return ConfigurationFacts(
            document=document, stamp=stamp, configuration=configuration,
            revisions=tuple(map(self._revision, revisions, running, desired, routes)),
            routes=tuple(sorted({*naming, *chain(*routes)})),
        )  # fmt: skip

    def _route(self, key: Key, node: Node, route: Route, now: "_Look") -> RouteFacts:
        found, stamp = self._of_route(route, now), self._engine.controller.store.stamps[key]

        def present() -> RouteFacts:
            return self._present_route(self._document(key, node), stamp, found)

        return self._routes.of(key, (node, stamp, found), present)

    def _of_route(self, route: Route, now: "_Look") -> _OfRoute:
        """All that the facts of a Route follow from, beside its document."""
        controller = self._engine.controller
        leads_to = now.leads_to[route.name]
        assigned = controller.store.assigned.get(route.name, NOTHING)
        about = choices(route, assigned, now.revisions, controller.store.revisions)
        is_taken_over = not controller.taken_over or controller.taken_over.get(route.name) == leads_to
        return route, leads_to, assigned, about, now.there(route), is_taken_over

    def _present_route(self, document: Object, stamp: Stamp, found: _OfRoute) -> RouteFacts:
        route, leads_to, assigned, about, there, is_taken_over = found
        return RouteFacts(
            document=document, stamp=stamp, route=route, destination=leads_to, port=self._engine.home.port,
            choices=about, configurations=there, assigned=assigned, is_taken_over=is_taken_over,
        )  # fmt: skip

    def _revision(
        self, revision: Revision, running: tuple[InstanceFacts, ...], desired: int, routes: tuple[RouteName, ...]
    ) -> RevisionFacts:
        template, created_at = self._snapshot(revision)
        return RevisionFacts(
            revision=revision, template=template, created_at=created_at, routes=routes,
            instances=running, desired_count=desired,
        )  # fmt: skip

    def _instances(self, name: RevisionName, running: Sequence[Instance]) -> tuple[InstanceFacts, ...]:
        pods = self._engine.pods
        return (
            *(
                InstanceFacts(
                    pod=pods.of(each.pid),
                    is_ready=each.is_ready,
                    is_leaving=each.phase in {Phase.DRAINING, Phase.STRAY},
                )
                for each in running
            ),
            *(InstanceFacts(pod=pod, is_ready=False, is_leaving=False) for pod in pods.waiting(name)),
        )

    def _document(self, key: Key, node: Node) -> Object:
        kept = self._documents.get(key)
        if kept and kept[0] is node:
            return kept[1]
        value = plain(node.value)
        assert isinstance(value, dict)
        document = value
        if key.kind != NAMESPACE.kind:
            document = {**value, "metadata": {**mapping(value, "metadata"), "namespace": key.namespace}}
        self._documents[key] = node, document
        return document

    def _snapshot(self, revision: Revision) -> tuple[Object, str]:
        """The template of a revision, and when it was made. A later revision may have the name of one that is gone."""
        kept = self._snapshots.get(revision.name)
        if kept and kept[0].digest == revision.digest:
            return kept[1:]
        file = self._engine.controller.store.manifest(revision.name)
        found = mapping(plain(json.loads(file.read_bytes())), "spec", "template"), _time_of(file)
        self._snapshots[revision.name] = revision, *found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What there is at one moment.

    Args:
        revisions: of each Configuration, in order.
        routes: those that lead to each revision.
        named: those whose traffic names each Configuration.
    """

    deployment: Deployment
    revisions: Mapping[ConfigurationName, Sequence[Revision]]
    instances: Mapping[RevisionName, tuple[Instance, ...]]
    leads_to: Mapping[RouteName, Destination]
    routes: Mapping[RevisionName, tuple[RouteName, ...]]
    named: Mapping[ConfigurationName, tuple[Route, ...]]

    def there(self, route: Route) -> tuple[ConfigurationName, ...]:
        """Those that there are of the Configurations which a Route names."""
        if route.service is not None:
            return route.configurations  # it has no other than its own, and is not without
        known = self.deployment.configurations
        return tuple(
            each for each in route.configurations if each in known and known[each].namespace == route.namespace
        )


def _named(routes: Iterable[Route]) -> dict[ConfigurationName, tuple[Route, ...]]:
    result: dict[ConfigurationName, tuple[Route, ...]] = {}
    for route in routes:
        for name in route.configurations:
            result[name] = (*result[name], route) if name in result else (route,)
    return result


def _time_of(path: Path) -> str:
    """When a file was last written, RFC 3339; now, where it is gone."""
    try:
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        moment = datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
