"""What an API server says of a request that it cannot fulfil: a Status, with Kubernetes' own words.

`k8s.io/apimachinery/pkg/api/errors`. Clients go by `code` and `reason`, people by the message.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knative.local.objects.json_values import Json, Object
from knative.local.objects.kinds import Kind
from shared.errors import ZerocartError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One field that is wrong."""

    field: str
    message: str
    reason: str = "FieldValueInvalid"


class StatusError(ZerocartError):
    """An answer that is no success. Raise it anywhere below the app."""

    def __init__(
        self, code: int, reason: str, message: str, *, kind: Kind | None = None, name: str = "",
        causes: Sequence[Cause] = (), retry_after_s: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.code = code
        self.reason = reason
        self._kind = kind
        self._name = name
        self._causes = causes
        self.retry_after_s = retry_after_s

    def body(self) -> Object:
        details: Object = {}
        if self._name:
            details["name"] = self._name
        if self._kind:
            details |= {"group": self._kind.group, "kind": self._kind.plural}
            if self.code == 422:
                details["kind"] = self._kind.kind
        if self._causes:
            causes: list[Json] = [
                {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in self._causes
            ]
            details["causes"] = causes
        if self.retry_after_s:
            details["retryAfterSeconds"] = self.retry_after_s
        result: Object = {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
            "reason": self.reason, "code": self.code,
        }  # fmt: skip
        if details:
            result["details"] = details
        return result


def success(kind: Kind, name: str, uid: str) -> Object:
    """What a deletion is answered with when the object is gone at once."""
    return {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": name, "group": kind.group, "kind": kind.plural, "uid": uid},
    }  # fmt: skip


def unknown_path() -> StatusError:
    return StatusError(404, "NotFound", "the server could not find the requested resource")


def not_found(kind: Kind, name: str) -> StatusError:
    return StatusError(404, "NotFound", f'{kind.resource} "{name}" not found', kind=kind, name=name)


def already_exists(kind: Kind, name: str) -> StatusError:
    return StatusError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', kind=kind, name=name)


def conflict(kind: Kind, name: str, why: str = "") -> StatusError:
    words = why or ("the object has been modified; please apply your changes to the latest version and try again")
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {words}'
    return StatusError(409, "Conflict", message, kind=kind, name=name)


def bad_request(message: str) -> StatusError:
    return StatusError(400, "BadRequest", message)


def not_allowed(verb: str) -> StatusError:
    message = f"the server does not allow this method on the requested resource ({verb})"
    return StatusError(405, "MethodNotAllowed", message)


def forbidden(kind: Kind, name: str, why: str) -> StatusError:
    return StatusError(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {why}', kind=kind, name=name)


def unauthorized() -> StatusError:
    return StatusError(401, "Unauthorized", "Unauthorized")


def unsupported_media_type(accepted: Sequence[str]) -> StatusError:
    message = f"the body of the request was in an unknown format - accepted media types include: {', '.join(accepted)}"
    return StatusError(415, "UnsupportedMediaType", message)


def expired(version: int, oldest: int) -> StatusError:
    return StatusError(410, "Expired", f"too old resource version: {version} ({oldest})")


def continue_expired() -> StatusError:
    message = (
        "The provided continue parameter is too old to display a consistent list result. You must start a new list "
        "without the continue parameter."
    )
    return StatusError(410, "Expired", message)


def invalid(kind: Kind, name: str, causes: Sequence[Cause]) -> StatusError:
    words = ", ".join(f"{cause.field}: {cause.message}" for cause in causes)
    if len(causes) > 1:
        words = f"[{words}]"
    group = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    message = f'{group} "{name}" is invalid: {words}'
    return StatusError(422, "Invalid", message, kind=kind, name=name, causes=causes)


def unavailable(message: str) -> StatusError:
    return StatusError(503, "ServiceUnavailable", message, retry_after_s=1)
