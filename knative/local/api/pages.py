"""`limit` and `continue`: a long list in pieces. A token says where the last piece ended, and of which version."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from knative.local.api.statuses import bad_request
from knative.local.objects.json_values import Object, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Args:
    token: for the next piece; empty where this is the last.
    remaining_count: of objects after this piece.
    """

    objects: Sequence[Object]
    token: str = ""
    remaining_count: int = 0


def page(objects: Sequence[Object], *, limit: int, token: str, version: int) -> Page:
    """The piece of a list after `token`. `objects` are in order of namespace and name. Raises StatusError, 400.

    The list goes on from the place that the token names, at whatever stands there now: an object that comes or
    goes meanwhile is seen or not, and no other one is missed or seen twice.
    """
    if token:
        place = _place_of(token)
        objects = [made for made in objects if _place(made) > place]
    if not limit or len(objects) <= limit:
        return Page(objects=objects)
    piece = objects[:limit]
    next_token = base64.urlsafe_b64encode(json.dumps([version, *_place(piece[-1])]).encode()).decode()
    return Page(objects=piece, token=next_token, remaining_count=len(objects) - limit)


def version_of(token: str) -> int:
    """The version of the list that a token goes on with. Raises StatusError, 400."""
    return _read(token)[0]


def _place(made: Object) -> tuple[str, str]:
    return text(made, "metadata", "namespace"), text(made, "metadata", "name")


def _place_of(token: str) -> tuple[str, str]:
    _, namespace, name = _read(token)
    return namespace, name


def _read(token: str) -> tuple[int, str, str]:
    try:
        version, namespace, name = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        raise bad_request("continue key is not valid: it is no token of this server") from None
    return int(version), str(namespace), str(name)
