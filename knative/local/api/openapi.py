"""OpenAPI v3, as much as `kubectl` reads before it applies: that the server itself checks fields.

A PATCH with the parameter `fieldValidation` makes kubectl leave validation to the server, whose words are Knative's.
"""

import hashlib
import json

from knative.local.objects.json_values import Json, Object
from knative.local.objects.kinds import KINDS, Kind


def index() -> Object:
    """`/openapi/v3`: where the document of each version is."""
    paths: Object = {}
    for kind in KINDS:
        where = _where(kind)
        digest = hashlib.sha256(json.dumps(document(where)).encode()).hexdigest()[:32]
        paths[where] = {"serverRelativeURL": f"/openapi/v3/{where}?hash={digest}"}
    return {"paths": paths}


def document(where: str) -> Object | None:
    """The document of `api/v1` or `apis/{group}/{version}`."""
    kinds = [kind for kind in KINDS if _where(kind) == where]
    if not kinds:
        return None
    return {
        "openapi": "3.0.0",
        "info": {"title": "Zerocart", "version": "v1"},
        "paths": {path: operations for kind in kinds for path, operations in _paths(kind).items()},
        "components": {"schemas": {_schema_name(kind): _schema(kind) for kind in kinds}},
    }


def _where(kind: Kind) -> str:
    return f"apis/{kind.api_version}" if kind.group else f"api/{kind.version}"


def _paths(kind: Kind) -> Object:
    within = "/namespaces/{namespace}" if kind.is_namespaced else ""
    collection = f"/{_where(kind)}{within}/{kind.plural}"
    one: Object = {}
    for method, verb in (("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete")):
        if verb in kind.verbs:
            one[method] = _operation(kind, verb)
    many: Object = {"get": _operation(kind, "list")}
    if kind.is_written:
        many["post"] = _operation(kind, "create")
    return {collection: many, f"{collection}/{{name}}": one}


def _operation(kind: Kind, verb: str) -> Object:
    parameters: list[Json] = []
    if verb in {"create", "patch", "update"}:
        parameters = [
            {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
            for name in ("dryRun", "fieldManager", "fieldValidation")
        ]
    reference: Object = {"$ref": f"#/components/schemas/{_schema_name(kind)}"}
    return {
        "operationId": f"{verb}_{kind.group or 'core'}_{kind.version}_{kind.kind}",
        "parameters": parameters,
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": reference}}}},
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": _group_version_kind(kind),
    }


def _schema_name(kind: Kind) -> str:
    return ".".join([*reversed((kind.group or "core.k8s.io").split(".")), kind.version, kind.kind])


def _schema(kind: Kind) -> Object:
    free: Object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    fields: Object = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": free}
    for name in ("data", "stringData") if kind.kind in {"ConfigMap", "Secret"} else ("spec", "status"):
        fields[name] = free
    return {
        "type": "object",
        "description": f"{kind.kind} of {kind.api_version}.",
        "properties": fields,
        "x-kubernetes-group-version-kind": [_group_version_kind(kind)],
        "x-kubernetes-preserve-unknown-fields": True,
    }


def _group_version_kind(kind: Kind) -> Object:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}
