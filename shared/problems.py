"""Problem documents (RFC 9457): what an error looks like to an HTTP client."""

from http import HTTPStatus

import msgspec

from shared.errors import Problem

PROBLEM_TYPE = "application/problem+json"

_encode = msgspec.json.Encoder().encode


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is wrong, by its path in the body or its name in the query."""

    field: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as RFC 9457 has it; `trace_id` finds it in traces and logs."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str
    errors: list[FieldProblem] = []


def problem_document(problem: Problem, instance: str, trace_id: str) -> bytes:
    """The document of a problem that was raised while `instance`, a path, was asked for."""
    document: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "trace_id": trace_id,
    }
    if problem.errors:
        document["errors"] = [FieldProblem(field=error.field, message=error.message) for error in problem.errors]
    for name in problem.extra:
        document[name] = getattr(problem, name)
    return _encode(document)


def status_document(status: int, instance: str, trace_id: str) -> bytes:
    """The document of an error of which only the status is known, or may be told."""
    known = HTTPStatus(status)
    return _encode(
        ProblemDocument(
            type=known.phrase.lower().replace(" ", "-"),
            title=known.phrase,
            status=status,
            detail=known.description or known.phrase,
            instance=instance,
            trace_id=trace_id,
        )
    )


def internal_error(instance: str, trace_id: str) -> bytes:
    """The document of a bug: nothing of it but the trace id, by which it is found in the log."""
    return _encode(
        ProblemDocument(
            type="internal-error",
            title="Something went wrong on our side",
            status=500,
            detail="It is logged under this trace id",
            instance=instance,
            trace_id=trace_id,
        )
    )
