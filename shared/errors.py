"""Every error of ours, as one tree, and what each becomes at an edge.

    ZerocartError(message, hint)        whatever we raise on purpose
    ├── SettingError                    an environment variable is missing or wrong
    ├── ManifestErrors                  all that is wrong with a set of manifests, at once
    ├── StartError                      a process of the stack did not start
    └── Problem                         an answer to an HTTP client, RFC 9457
        ├── MalformedRequest            400
        ├── Unauthorized                401
        ├── Forbidden                   403
        ├── NotFound                    404
        ├── MethodNotAllowed            405
        ├── Conflict                    409
        │   └── OutOfStock              409, with the skus
        ├── TooLarge                    413
        ├── UnsupportedMediaType        415
        ├── Unprocessable               422, with the fields
        ├── TooManyRequests             429, with Retry-After
        └── Unavailable                 503, with Retry-After

Facts are attributes and the message is made from them. Only an edge (the command line, the
HTTP endpoint) turns an error into text, and never the text of an error that is not ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class ZerocartError(Exception):
    """Whatever we raise on purpose.

    Args:
        message: where, what it is, what it must be.
        hint: what to do about it, or None where the message says all.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class StartError(ZerocartError):
    """A process of the stack did not start, or did not become ready in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestProblem:
    """One thing that is wrong in a manifest: where, what it is, what it must be."""

    file: str
    line: int
    field: str
    value: str
    rule: str
    hint: str | None = None

    def __str__(self) -> str:
        is_what = f" is {self.value}," if self.value else ":"
        return f"{self.file}:{self.line}: {self.field}{is_what} {self.rule}"


class ManifestErrors(ZerocartError):
    """All that is wrong with a set of manifests. Nothing of the set is applied."""

    def __init__(self, problems: Sequence[ManifestProblem]) -> None:
        self.problems = tuple(problems)
        hints = list(dict.fromkeys(problem.hint for problem in problems if problem.hint))
        super().__init__("\n".join(map(str, problems)), "\n".join(hints) or None)
