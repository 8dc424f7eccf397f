"""The body of a request that writes: read, checked against its path, and reduced to what a client may say."""

import json
import secrets
from dataclasses import dataclass

import yaml

from knative.local.api import protobuf
from knative.local.api.requests import Target
from knative.local.api.statuses import bad_request, unsupported_media_type
from knative.local.objects.json_values import Json, Object, mapping, plain, text
from knative.local.objects.metadata import ROUTES

_JSON = ("application/json", "*/*", "")
_YAML = ("application/yaml", "application/apply-patch+yaml")
# Written by the server alone; a client sends back what it got.
_SERVERS_METADATA = {
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generateName", "generation",
    "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid",
}  # fmt: skip
SIGNATURES = ("serving.knative.dev/creator", "serving.knative.dev/lastModifier")
_SERVERS_ANNOTATIONS = (*SIGNATURES, ROUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """Which object a client means to write: empty where it does not say."""

    version: str
    uid: str


def read(body: bytes, content_type: str) -> Json:
    """The value of a body. Raises StatusError: 400 for no JSON, 415 for another format."""
    if content_type == protobuf.CONTENT_TYPE:
        return protobuf.read(body)
    try:
        if content_type in _YAML:
            return plain(yaml.safe_load(body))
        if content_type in _JSON or content_type.endswith("+json"):
            return plain(json.loads(body))
    except (ValueError, yaml.YAMLError, AssertionError) as error:
        raise bad_request(f"the object provided is unrecognized: {error}") from None
    raise unsupported_media_type(("application/json", "application/yaml", protobuf.CONTENT_TYPE))


def read_object(body: bytes, content_type: str, target: Target) -> Object:
    """The object of a body, with the name and the namespace of its path. Raises StatusError, 400 and 415."""
    value = read(body, content_type)
    if not isinstance(value, dict):
        raise bad_request("the object provided is unrecognized: it is no mapping")
    return placed(value, target)


def placed(document: Object, target: Target) -> Object:
    """A document with what its path says of it. Raises StatusError, 400, where it says another thing."""
    kind = target.kind
    found = (text(document, "apiVersion") or kind.api_version, text(document, "kind") or kind.kind)
    if found != (kind.api_version, kind.kind):
        raise bad_request(
            f"the API version in the data ({found[0]}, Kind={found[1]}) does not match the expected API version "
            f"({kind.api_version}, Kind={kind.kind})"
        )
    metadata = {**mapping(document, "metadata")}
    for key, wanted in (("namespace", target.namespace), ("name", target.name)):
        if wanted and metadata.setdefault(key, wanted) not in {wanted, None, ""}:
            raise bad_request(
                f"the {key} of the provided object does not match the {key} sent on the request"
                if key == "namespace"
                else f"the name of the object ({metadata[key]}) does not match the name on the URL ({wanted})"
            )
        if wanted:
            metadata[key] = wanted
    if not metadata.get("name") and (prefix := metadata.get("generateName")):
        metadata["name"] = f"{prefix}{secrets.token_hex(3)[:5]}"
    return {**document, "apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata}


def precondition(document: Object) -> Precondition:
    """The object that a document was made from."""
    return Precondition(version=text(document, "metadata", "resourceVersion"), uid=text(document, "metadata", "uid"))


def written(document: Object) -> Object:
    """What of a document is its writer's to say: no status, nothing that the server keeps."""
    metadata: Object = {
        key: value
        for key, value in mapping(document, "metadata").items()
        if key not in _SERVERS_METADATA and value not in (None, [], {})
    }
    annotations = {
        key: value for key, value in mapping(metadata, "annotations").items() if key not in _SERVERS_ANNOTATIONS
    }
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    return {**{key: value for key, value in document.items() if key != "status"}, "metadata": metadata}
