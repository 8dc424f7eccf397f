"""create, update, patch and delete: checked as a whole, durable before the answer, one at a time.

The answer shows the object as it is wanted now with the status that it had. What comes of it follows: a client
that waits goes by `observedGeneration`.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from knative.local.api import answers, bodies, imports, managed_fields, patches, reading, refusals
from knative.local.api.answers import Answer
from knative.local.api.cluster import Cluster
from knative.local.api.history import History
from knative.local.api.requests import Request, Target
from knative.local.api.statuses import (
    Cause,
    StatusError,
    already_exists,
    bad_request,
    conflict,
    forbidden,
    invalid,
    not_allowed,
    not_found,
    success,
    unsupported_media_type,
)
from knative.local.objects import core
from knative.local.objects.defaulting import with_defaults
from knative.local.objects.facts import DocumentFacts
from knative.local.objects.json_values import Object, mapping, text
from knative.local.objects.kinds import (
    BROKER,
    CONFIGURATION,
    DOMAIN_MAPPING,
    KINDS,
    MAKERS,
    NAMESPACE,
    REVISION,
    ROUTE,
    SERVICE,
    TRIGGER,
)
from knative.local.objects.metadata import ROUTES, SERVING, made_by, wanted
from knative.local.objects.stamps import Stamp, first, next_stamp
from knative.local.objects.world import Reference
from shared.errors import ZerocartError

MERGE = "application/merge-patch+json"
OPERATIONS = "application/json-patch+json"
# Who wrote an object of these, and who changed it last, stands in its annotations.
SIGNED = (SERVICE, CONFIGURATION, ROUTE, DOMAIN_MAPPING)
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


class Writer:
    """Args:
    look: brings the history up to date; called before a change is made from what is there.
    """

    def __init__(self, cluster: Cluster, history: History, look: Callable[[], None]) -> None:
        self._cluster = cluster
        self._history = history
        self._look = look
        self._one_at_a_time = asyncio.Lock()
        self.is_writing = False

    async def answer(self, target: Target, request: Request, body: bytes) -> Answer:
        """Carry a request out. Raises StatusError."""
        verb = _verb(target, request.method)
        allowed = (target.kind.subresources or {}).get(target.subresource, ()) or target.kind.verbs
        if verb not in allowed:
            raise not_allowed(request.method)
        async with self._one_at_a_time:
            self._look()
            match verb:
                case "create":
                    return await self._create(target, request, body)
                case "update" | "patch" if target.subresource == "status":
                    # The engine alone says how things are; a client may have its say, and nothing comes of it.
                    return answers.of_object(reading.get(self._history, target))
                case "update":
                    return await self._update(target, request, body)
                case "patch":
                    return await self._patch(target, request, body)
                case "delete":
                    return await self._delete(target, request, body)
                case _:
                    return await self._delete_all(target, request)

    async def _create(self, target: Target, request: Request, body: bytes) -> Answer:
        document = bodies.read_object(body, request.content_type, target)
        name = text(document, "metadata", "name")
        refusals.refuse_name(target, name)
        if not name:
            cause = Cause(field="metadata.name", message="Required value: name or generateName is required")
            raise invalid(target.kind, "", [cause])
        named = replace(target, name=name)
        if reading.reference(named) in self._history.objects:
            raise already_exists(target.kind, name)
        if target.kind == REVISION:
            return await self._import(named, request, document)
        return await self._put(named, request, bodies.written(document), code=201)

    async def _import(self, target: Target, request: Request, document: Object) -> Answer:
        """A Revision that a client brings along, as `kn service import` does: into a Configuration that is there."""
        owner = imports.owner(document, self._history)
        if owner is None:
            raise invalid(target.kind, target.name, [Cause(field="metadata.ownerReferences", message=imports.NO_OWNER)])
        self._refuse_place(target)
        makers = (self._find(Target(kind=kind, namespace=target.namespace, name=owner))[0] for kind in reversed(MAKERS))
        found = next(filter(None, makers), None)
        assert found is not None, f"the Configuration {owner} comes of nothing"
        self.is_writing = True
        try:
            template = imports.template(bodies.written(document))
            maker: Object = {**found, "spec": {**mapping(found, "spec"), "template": template}}
            await self._cluster.import_revision(maker, dry_run=request.dry_run)
        except ZerocartError as error:
            is_strict = request.query.get("fieldValidation") == "Strict"
            raise refusals.of_error(error, target, target.name, is_strict=is_strict) from None
        finally:
            self.is_writing = False
        if request.dry_run:
            return answers.of_object(document, 201)
        self._look()
        made = reading.get(self._history, target)
        return answers.of_object({key: value for key, value in made.items() if key != "status"}, 201)

    async def _update(self, target: Target, request: Request, body: bytes) -> Answer:
        document = bodies.read_object(body, request.content_type, target)
        current = reading.get(self._history, target)
        if not text(document, "metadata", "resourceVersion") and target.kind.group:
            cause = Cause(field="metadata.resourceVersion", message="Invalid value: 0: must be specified for an update")
            raise invalid(target.kind, target.name, [cause])
        self._refuse_other(target, current, document)
        return await self._put(target, request, bodies.written(document))

    async def _patch(self, target: Target, request: Request, body: bytes) -> Answer:
        if request.content_type == APPLY:
            return await self._apply(target, request, body)
        current = reading.get(self._history, target)
        accepted = (OPERATIONS, MERGE, APPLY) if target.kind.group else (OPERATIONS, MERGE, STRATEGIC, APPLY)
        if request.content_type not in accepted:
            raise unsupported_media_type(accepted)
        patch = bodies.read(body, request.content_type)
        match request.content_type:
            case "application/json-patch+json":
                patched = patches.apply_operations(current, patch)
            case _ if not isinstance(patch, dict):
                raise bad_request("error decoding patch: it is no mapping")
            case "application/merge-patch+json":
                patched = _object(patches.merge(current, patch))
            case _:
                patched = _object(patches.merge_strategically(current, patch))
        patched = bodies.placed(patched, target)
        self._refuse_other(target, current, patched)
        return await self._put(target, request, bodies.written(patched))

    async def _apply(self, target: Target, request: Request, body: bytes) -> Answer:
        """`kubectl apply --server-side`."""
        if "fieldManager" not in request.query:
            raise bad_request(
                'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
            )
        config = bodies.written(bodies.read_object(body, request.content_type, target))
        before = self._history.objects.get(reading.reference(target))
        current = bodies.written(before) if before else _empty(config)
        applied = managed_fields.after_apply(
            self._managers(target), current, config, manager=request.manager, api_version=target.kind.api_version,
            now=_now(), force=request.is_set("force"),
        )  # fmt: skip
        if applied.conflicts:
            raise _apply_conflict(target, applied.conflicts)
        code = 200 if before else 201
        return await self._put(target, request, applied.document, code=code, managers=applied.managers)

    async def _put(
        self, target: Target, request: Request, document: Object, *, code: int = 200,
        managers: tuple[Object, ...] | None = None,
    ) -> Answer:  # fmt: skip
        """Write one document, and answer with it."""
        if target.kind in SIGNED:
            document = with_defaults(document)
        self._refuse_place(target)
        before, stamp = self._find(target)
        made = self._history.objects.get(reading.reference(target))
        if before is None and made and made_by(made):
            return await self._put_back(target, request, document, made)
        if before and target.kind in MAKERS:
            refusals.refuse_same_name(before, document)
        if before and target.kind in (BROKER, TRIGGER):
            refusals.refuse_immutable(before, document)
        now = _now()
        if managers is None:
            managers = managed_fields.after_update(
                stamp.managers if stamp else (), bodies.written(before) if before else {}, document,
                manager=request.manager, api_version=target.kind.api_version, now=now,
            )  # fmt: skip
        if before != document or target.kind in MAKERS:
            # What makes revisions is written also where it says the same: its function's code may be another.
            await self._write(target, request, document, managers=managers)
        if request.dry_run:
            stamp = (
                next_stamp(stamp, before, document, now=now)
                if stamp and before
                else first(uid=str(uuid.uuid4()), now=now)
            )
            return answers.of_object(self._shown(target, document, stamp), code)
        _, stamp = self._find(target)
        assert stamp is not None
        return answers.of_object(self._history.show(self._shown(target, document, stamp)), code)

    async def _put_back(self, target: Target, request: Request, document: Object, made: Object) -> Answer:
        """A write to what a Service makes: it must be a right one, and then the Service has it as it was at once."""
        metadata = {**mapping(document, "metadata")}
        labels = mapping(metadata, "labels")
        metadata["labels"] = {key: value for key, value in labels.items() if not key.startswith(f"{SERVING}/")}
        await self._write(target, request, {**document, "metadata": metadata}, managers=(), only_check=True)
        return answers.of_object(made)

    async def _write(
        self, target: Target, request: Request, document: Object, *, managers: tuple[Object, ...],
        only_check: bool = False,
    ) -> None:  # fmt: skip
        self.is_writing = True
        try:
            await self._cluster.write([document], (), managers=managers, dry_run=only_check or request.dry_run)
        except ZerocartError as error:
            is_strict = request.query.get("fieldValidation") == "Strict"
            raise refusals.of_error(error, target, target.name, is_strict=is_strict) from None
        finally:
            self.is_writing = False

    async def _delete(self, target: Target, request: Request, body: bytes) -> Answer:
        current = reading.get(self._history, target)
        options = bodies.read(body, request.content_type) if body else {}
        for key, field in (("uid", "uid"), ("resourceVersion", "resourceVersion")):
            wanted, found = text(options, "preconditions", key), text(current, "metadata", field)
            if wanted and wanted != found:
                words = f"Precondition failed: {key.upper()} in precondition: {wanted}, in object meta: {found}"
                raise conflict(target.kind, target.name, words)
        policy = text(options, "propagationPolicy") or request.query.get("propagationPolicy", "")
        if policy == "Orphan":
            cause = Cause(field="propagationPolicy", message="what is made from an object goes with it here")
            raise invalid(target.kind, target.name, [cause])
        is_dry_run = request.dry_run or bool(isinstance(options, dict) and options.get("dryRun"))
        await self._drop(target, is_dry_run=is_dry_run)
        return answers.of_object(success(target.kind, target.name, text(current, "metadata", "uid")))

    async def _delete_all(self, target: Target, request: Request) -> Answer:
        found = [each for each in reading.objects(self._history, target, request) if not made_by(each)]
        for made in found:
            namespace, name = text(made, "metadata", "namespace"), text(made, "metadata", "name")
            await self._drop(replace(target, namespace=namespace, name=name), is_dry_run=request.dry_run)
        return answers.of_object(reading.list_of(target.kind, found))

    async def _drop(self, target: Target, *, is_dry_run: bool) -> None:
        self._refuse_made(target)
        owner = made_by(self._history.objects[reading.reference(target)])
        if target.kind != REVISION and owner:
            raise forbidden(target.kind, target.name, f"Service {owner} makes it, and would make it again: delete that")
        gone = [reading.reference(target)]
        if target.kind == NAMESPACE:
            gone += self._within(target.name)
        self.is_writing = True
        try:
            await self._cluster.write([], gone, managers=(), dry_run=is_dry_run)
        except ZerocartError as error:
            if target.kind == REVISION:
                raise forbidden(target.kind, target.name, error.message) from None
            raise refusals.of_error(error, target, target.name, is_strict=False) from None
        finally:
            self.is_writing = False
        self._look()

    # What is there.

    def _find(self, target: Target) -> tuple[Object | None, Stamp | None]:
        for each in self._cluster.facts().applied:
            document = each.document
            place = text(document, "metadata", "namespace"), text(document, "metadata", "name")
            if text(document, "kind") == target.kind.kind and place == (target.namespace, target.name):
                return document, each.stamp
        return None, None

    def _within(self, namespace: str) -> list[Reference]:
        """What goes with a namespace. Raises StatusError, 403, for one that is always there."""
        if namespace in core.NAMESPACES or self._find(Target(kind=NAMESPACE, namespace="", name=namespace))[0] is None:
            raise forbidden(NAMESPACE, namespace, "this namespace may not be deleted")
        written = {kind.resource for kind in KINDS if kind.is_written}
        return [each for each in self._history.objects if each.namespace == namespace and each.resource in written]

    def _managers(self, target: Target) -> tuple[Object, ...]:
        _, stamp = self._find(target)
        return stamp.managers if stamp else ()

    def _shown(self, target: Target, document: Object, stamp: Stamp) -> Object:
        if target.kind not in SIGNED:
            made = core.document(DocumentFacts(document=with_defaults(document), stamp=stamp))
            found = self._history.objects.get(reading.reference(target), {})
            return (
                {**made, "status": found["status"]} if target.kind in (BROKER, TRIGGER) and "status" in found else made
            )
        before = self._history.objects.get(reading.reference(target), {})
        status: Object = {"status": before["status"]} if "status" in before else {}
        result: Object = {**wanted(document, stamp), **status}
        if routes := text(before, "metadata", "annotations", ROUTES):
            metadata = mapping(result, "metadata")
            result["metadata"] = {**metadata, "annotations": {**mapping(metadata, "annotations"), ROUTES: routes}}
        return result

    # What is refused before the engine is asked.

    def _refuse_other(self, target: Target, current: Object, document: Object) -> None:
        """A client that means another object, or an older state of it, is told so."""
        wanted = bodies.precondition(document)
        if wanted.uid and wanted.uid != text(current, "metadata", "uid"):
            raise conflict(target.kind, target.name, "the UID in the data is not that of the object")
        if wanted.version and wanted.version != text(current, "metadata", "resourceVersion"):
            raise conflict(target.kind, target.name)
        _, stamp = self._find(target)
        if target.kind in SIGNED and stamp:
            refusals.refuse_other_signature(document, stamp)

    def _refuse_place(self, target: Target) -> None:
        if not target.kind.is_namespaced:
            return
        namespace = Reference(resource=NAMESPACE.resource, namespace="", name=target.namespace)
        if namespace not in self._history.objects:
            raise not_found(NAMESPACE, target.namespace)
        self._refuse_made(target)
        taken = (CONFIGURATION, ROUTE) if target.kind == SERVICE else (target.kind,)
        for kind in taken if target.kind in (SERVICE, CONFIGURATION, ROUTE) else ():
            for other in self._history.select(kind.resource, ""):
                place = text(other, "metadata", "namespace")
                if text(other, "metadata", "name") == target.name and place != target.namespace:
                    owner = target.kind if made_by(other) and target.kind == SERVICE else kind
                    words = (
                        f"a {owner.kind} of this name is in namespace {place}, and there is one a name on one machine"
                    )
                    raise invalid(target.kind, target.name, [Cause(field="metadata.name", message=words)])

    def _refuse_made(self, target: Target) -> None:
        made = {(secret.namespace, secret.name) for secret in self._cluster.facts().made_secrets}
        if target.kind.kind == "Secret" and (target.namespace, target.name) in made:
            raise forbidden(target.kind, target.name, "the stack makes it for itself")


def _verb(target: Target, method: str) -> str:
    verbs = {"PUT": "update", "PATCH": "patch", "DELETE": "delete"} if target.name else {
        "POST": "create", "DELETE": "deletecollection"
    }  # fmt: skip
    if method not in verbs:
        raise not_allowed(method)
    return verbs[method]


def _object(value: object) -> Object:
    if not isinstance(value, dict):
        raise bad_request("error decoding patch: what comes of it is no mapping")
    return value


def _empty(config: Object) -> Object:
    metadata: Object = {key: text(config, "metadata", key) for key in ("name", "namespace")}
    return {"apiVersion": text(config, "apiVersion"), "kind": text(config, "kind"), "metadata": metadata}


def _apply_conflict(target: Target, conflicts: tuple[managed_fields.Conflict, ...]) -> StatusError:
    managers = sorted({each.manager for each in conflicts})
    words = ", ".join(f'"{manager}"' for manager in managers)
    count = "conflict" if len(conflicts) == 1 else "conflicts"
    causes = [
        Cause(field=each.field, message=f'conflict with "{each.manager}"', reason="FieldManagerConflict")
        for each in conflicts
    ]
    fields = "".join(f"\n- {each.field}" for each in conflicts)
    message = f"Apply failed with {len(conflicts)} {count}: {count} with {words}:{fields}"
    return StatusError(409, "Conflict", message, kind=target.kind, name=target.name, causes=causes)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
