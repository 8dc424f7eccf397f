"""The engine, as the API sees it: what its stores and tables hold, as facts."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

from knative.local.api import eventing_facts
from knative.local.api.refusals import REQUEST
from knative.local.engine import Engine
from knative.local.model import Destination, RevisionName, Secret, Service, ServiceName
from knative.local.objects.facts import ClusterFacts, DocumentFacts, InstanceFacts, RevisionFacts, ServiceFacts
from knative.local.objects.json_values import Object, mapping, plain, text
from knative.local.objects.kinds import DOMAIN_MAPPING, KINDS, NAMESPACE
from knative.local.objects.stamps import Stamp
from knative.local.objects.world import Reference
from knative.local.reconciler import Instance, Phase
from knative.local.rollout import Revision, routed, routed_traffic
from knative.local.store import DEFAULT_NAMESPACE, Key, key_of
from shared.remembered import Remembered
from shared.yaml_documents import Node, document_of

Write = Callable[[list[Node], list[Key], dict[Key, tuple[Object, ...]], bool], Awaitable[None]]
Import = Callable[[Node, bool], Awaitable[None]]


class EngineCluster:
    """Args:
    is_up: whether the engine has taken over what is applied.
    is_broker_running: whether the process of the Brokers is there.
    secrets: those that the stack makes for itself.
    write: takes documents over, drops objects, keeps `managedFields`; only checks where the last one is true.
    import_revision: makes a revision of a Service with the template that the document has; or only checks.
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
        self._began_at = _time_of(engine.home.root)

    @property
    def is_up(self) -> bool:
        return self._is_up()

    def log(self, service: str) -> Path:
        return self._engine.home.log(service)

    def facts(self) -> ClusterFacts:
        store, deployment = self._engine.controller.store, self._engine.controller.deployment
        services = deployment.services if deployment else {}
        instances: dict[RevisionName, list[Instance]] = {}
        for instance in self._engine.instances.observed():
            if instance.pid:
                instances.setdefault(instance.revision, []).append(instance)
        for forgotten in self._snapshots.keys() - store.revisions.keys():
            del self._snapshots[forgotten]
        for dropped in self._documents.keys() - store.documents.keys():
            del self._documents[dropped]
        revisions: dict[str, list[Revision]] = {}
        for revision in sorted(store.revisions.values(), key=lambda each: each.generation):
            revisions.setdefault(revision.service, []).append(revision)
        leads_to = {each.service: each for each in self._engine.controller.destinations()}
        of_services, documents = [], []
        of_eventing: dict[Key, tuple[Object, Stamp]] = {}
        for key, node in store.documents.items():
            if key.kind == "Service":
                if found := leads_to.get(ServiceName(key.name)):
                    own = tuple(revisions.get(key.name, ()))
                    of_services.append(self._service(key, node, own, found, instances))
            elif (key.kind, node.text("apiVersion")) in eventing_facts.KINDS:
                of_eventing[key] = self._document(key, node), store.stamps[key]
            else:
                documents.append(self._other(key, node, services))
        self._services.sweep()
        return ClusterFacts(
            services=tuple(of_services),
            documents=tuple(documents),
            made_secrets=self._secrets(),
            began_at=self._began_at,
            port=self._engine.home.port,
            eventing=eventing_facts.of(of_eventing, deployment, is_running=self._is_broker_running())
            if deployment
            else (),
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

    async def import_revision(self, service: Object, *, dry_run: bool) -> None:
        await self._import_revision(document_of(service, REQUEST), dry_run)

    def _other(self, key: Key, node: Node, services: Mapping[ServiceName, Service]) -> DocumentFacts:
        document, stamp = self._document(key, node), self._engine.controller.store.stamps[key]
        if key.kind != DOMAIN_MAPPING.kind:
            return DocumentFacts(document=document, stamp=stamp)
        found = services.get(ServiceName(text(document, "spec", "ref", "name")))
        finds = found is not None and found.namespace == key.namespace
        return DocumentFacts(document=document, stamp=stamp, finds=finds, port=self._engine.home.port)

    def _service(
        self, key: Key, node: Node, revisions: tuple[Revision, ...], leads_to: Destination,
        instances: dict[RevisionName, list[Instance]],
    ) -> ServiceFacts:  # fmt: skip
        controller = self._engine.controller
        assert controller.deployment is not None
        service = controller.deployment.services[leads_to.service]
        rollout = controller.store.rollouts.get(service.name)
        is_taken_over = not controller.taken_over or controller.taken_over.get(service.name) == leads_to
        running = tuple(self._instances(revision.name, instances.get(revision.name, ())) for revision in revisions)
        desired = tuple(map(self._engine.desired, revisions))
        stamp = controller.store.stamps[key]

        def present() -> ServiceFacts:
            return ServiceFacts(
                document=self._document(key, node), stamp=stamp, service=service, destination=leads_to,
                revisions=tuple(map(self._revision, revisions, running, desired, repeat(routed([leads_to])))),
                port=self._engine.home.port,
                rollout=rollout if rollout and rollout.moving else None,
                routed=routed_traffic(service, revisions, rollout),
                is_taken_over=is_taken_over,
            )  # fmt: skip

        sources = node, stamp, service, revisions, leads_to, rollout, is_taken_over, running, desired
        return self._services.of(key, sources, present)

    def _revision(
        self, revision: Revision, running: tuple[InstanceFacts, ...], desired: int, reached: frozenset[RevisionName]
    ) -> RevisionFacts:
        template, created_at = self._snapshot(revision)
        return RevisionFacts(
            revision=revision, template=template, created_at=created_at, is_routed=revision.name in reached,
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
        file = self._engine.controller.store.folder(revision.name) / "service.json"
        found = mapping(plain(json.loads(file.read_bytes())), "spec", "template"), _time_of(file)
        self._snapshots[revision.name] = revision, *found
        return found


def _time_of(path: Path) -> str:
    """When a file was last written, RFC 3339; now, where it is gone."""
    try:
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        moment = datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
