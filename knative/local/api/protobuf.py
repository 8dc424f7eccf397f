"""Kubernetes' protobuf, of the three kinds that `kubectl create` sends so: ConfigMaps, Secrets and Namespaces.

It sends them so whatever the server says that it takes. An envelope (`runtime.Unknown`) after four magic bytes names
the kind; of the object itself only what such a command can say is read: names, labels, annotations, data.
Field numbers: `k8s.io/api/core/v1/generated.proto`, `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`.
"""

import base64
from collections.abc import Iterator

from knative.local.api.statuses import bad_request
from knative.local.objects.json_values import Json, Object

CONTENT_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_METADATA = {1: "name", 2: "generateName", 3: "namespace", 5: "uid", 6: "resourceVersion"}
_LABELS = {11: "labels", 12: "annotations"}


def read(body: bytes) -> Object:
    """The object of a body. Raises StatusError, 400, for what is none, or is of another kind."""
    if not body.startswith(_MAGIC):
        raise bad_request("the object provided is unrecognized: it does not begin as Kubernetes' protobuf does")
    try:
        envelope = dict(_fields(body[len(_MAGIC) :]))
        names = {number: value.decode() for number, value in _fields(envelope.get(1, b""))}
        document: Object = {"apiVersion": names.get(1, ""), "kind": names.get(2, "")}
        content = envelope.get(2, b"")
        match document["apiVersion"], document["kind"]:
            case "v1", "ConfigMap":
                return document | _config_map(content)
            case "v1", "Secret":
                return document | _secret(content)
            case "v1", "Namespace":
                return document | {"metadata": _metadata(dict(_fields(content)).get(1, b""))}
            case _:
                raise bad_request(f"{document['kind']} is not taken as protobuf here; send JSON")
    except (IndexError, UnicodeDecodeError) as error:
        raise bad_request(f"the object provided is unrecognized: {error}") from None


def _config_map(content: bytes) -> Object:
    data: Object = {}
    binary: Object = {}
    result: Object = {"data": data}
    for number, value in _fields(content):
        match number:
            case 1:
                result["metadata"] = _metadata(value)
            case 2:
                data |= _text_entry(value)
            case 3:
                key, bytes_value = _entry(value)
                binary[key] = base64.b64encode(bytes_value).decode()
            case 4:
                result["immutable"] = bool(value)
    return result | ({"binaryData": binary} if binary else {})


def _secret(content: bytes) -> Object:
    data: Object = {}
    texts: Object = {}
    result: Object = {"data": data}
    for number, value in _fields(content):
        match number:
            case 1:
                result["metadata"] = _metadata(value)
            case 2:
                key, bytes_value = _entry(value)
                data[key] = base64.b64encode(bytes_value).decode()
            case 3:
                result["type"] = value.decode()
            case 4:
                texts |= _text_entry(value)
            case 5:
                result["immutable"] = bool(value)
    return result | ({"stringData": texts} if texts else {})


def _metadata(content: bytes) -> Json:
    result: Object = {}
    maps: dict[str, Object] = {}
    for number, value in _fields(content):
        if name := _METADATA.get(number):
            result[name] = value.decode()
        elif name := _LABELS.get(number):
            maps.setdefault(name, {}).update(_text_entry(value))
    return {**{name: value for name, value in result.items() if value}, **maps}


def _text_entry(content: bytes) -> Object:
    key, value = _entry(content)
    return {key: value.decode()}


def _entry(content: bytes) -> tuple[str, bytes]:
    """A map's entry is a message of key and value; what is empty is left out."""
    fields = dict(_fields(content))
    return fields.get(1, b"").decode(), fields.get(2, b"")


def _fields(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message, by number. A number's value is one byte that says whether it is not 0.

    Raises IndexError where the message ends too early.
    """
    position = 0
    while position < len(content):
        tag, position = _varint(content, position)
        match tag & 7:
            case 0:
                value, position = _varint(content, position)
                yield tag >> 3, b"\x01" if value else b""
            case 2:
                size, position = _varint(content, position)
                if position + size > len(content):
                    raise IndexError("a field of it ends after the body")
                yield tag >> 3, content[position : position + size]
                position += size
            case 1 | 5 as width:
                position += 8 if width == 1 else 4
            case other:
                raise IndexError(f"wire type {other} is none of Kubernetes'")


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if not byte & 0x80:
            return value, position
