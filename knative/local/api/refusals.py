"""What the engine has against a change, in the words that a client of Kubernetes knows: those of Knative's webhook."""

import difflib
import json
from collections.abc import Sequence

from knative.local.api.bodies import SIGNATURES
from knative.local.api.requests import Target
from knative.local.api.statuses import Cause, StatusError, bad_request, invalid
from knative.local.manifest.fields import is_dns_1123_subdomain
from knative.local.objects.defaulting import BROKER_CLASS, with_defaults
from knative.local.objects.json_values import Object, mapping, text, texts
from knative.local.objects.stamps import Stamp
from shared.errors import ManifestErrors, ManifestProblem, ZerocartError

# The file that a document of a request is said to come from.
REQUEST = "the request"
_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
# Of these fields, Knative's schemas say nothing: a strict API server knows none of them.
_PRUNED = {"unknown field, or one that is not honoured here", "must not set the field(s)"}


def of_error(error: ZerocartError, target: Target, name: str, *, is_strict: bool) -> StatusError:
    """The answer to a change that the engine refuses."""
    if not isinstance(error, ManifestErrors):
        words = f"{error.message} ({error.hint})" if error.hint else error.message
        return invalid(target.kind, name, [Cause(field="spec", message=words)])
    if is_strict and all(problem.rule in _PRUNED for problem in error.problems):
        return bad_request(
            f'{target.kind.kind} in version "{target.kind.version}" cannot be handled as a {target.kind.kind}: '
            f"strict decoding error: {', '.join(_unknown(problem) for problem in error.problems)}"
        )
    if target.kind.group.endswith("knative.dev"):
        return denied(f"validation.webhook.{target.kind.group.split('.')[0]}.knative.dev", _words(error.problems))
    if target.kind.group:
        return denied("validation.istio.io", f"configuration is invalid: {_words(error.problems)}")
    causes = [Cause(field=problem.field, message=_rule(problem)) for problem in error.problems]
    return invalid(target.kind, name, causes)


def denied(webhook: str, words: str) -> StatusError:
    """As an API server says that one of its webhooks has refused."""
    prefix = "validation failed: " if webhook.endswith("knative.dev") else ""
    return bad_request(f'admission webhook "{webhook}" denied the request: {prefix}{words}')


def refuse_name(target: Target, name: str) -> None:
    """No object has a name that is no DNS subdomain, whatever its kind asks beyond that. Raises StatusError, 422."""
    if name and target.kind.group and not is_dns_1123_subdomain(name):
        message = f'Invalid value: "{name}": {_SUBDOMAIN}'
        raise invalid(target.kind, name, [Cause(field="metadata.name", message=message)])


def refuse_same_name(before: Object, after: Object) -> None:
    """A template that has a name of its own is changed only together with the name. Raises StatusError, 400."""
    old, new = (mapping(with_defaults(each), "spec", "template") for each in (before, after))
    name = text(new, "metadata", "name")
    if not name or name != text(old, "metadata", "name") or old == new:
        return
    texts = [json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (old, new)]
    lines = difflib.unified_diff(texts[0], texts[1], n=0)
    difference = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    words = f"Saw the following changes without a name change (-old +new): spec.template.metadata.name\n{difference}"
    raise denied("validation.webhook.serving.knative.dev", words)


def refuse_immutable(before: Object, after: Object) -> None:
    """A Trigger stays with its Broker; of a Broker, delivery alone may change. Raises StatusError, 400."""
    old, new = (with_defaults(each) for each in (before, after))
    if text(after, "kind") == "Trigger":
        compared = [("spec.broker", *(text(each, "spec", "broker") for each in (old, new)))]
    else:
        compared = [
            ("spec", *(json.dumps(mapping(each, "spec", "config"), sort_keys=True) for each in (old, new))),
            ("annotations", *(text(each, "metadata", "annotations", BROKER_CLASS) for each in (old, new))),
        ]
    for field, was, wanted in compared:
        if was != wanted:
            what = "annotations" if field == "annotations" else "fields"
            words = f"Immutable {what} changed (-old +new): {field}\n\t-: {was}\n\t+: {wanted}"
            raise denied("validation.webhook.eventing.knative.dev", words)


def refuse_other_signature(document: Object, stamp: Stamp) -> None:
    """Who made an object, and who changed it last, is not for a client to say. Raises StatusError, 400."""
    annotations = texts(document, "metadata", "annotations")
    for key, value in zip(SIGNATURES, (stamp.creator, stamp.modifier), strict=True):
        if annotations.get(key, value) != value:
            words = f"annotation value is immutable: metadata.annotations.{key}"
            raise denied("validation.webhook.serving.knative.dev", words)


def _words(problems: Sequence[ManifestProblem]) -> str:
    # Knative's own form: the message, the path, and details below.
    # One message names all places where it is so.
    places: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        place = problem.field if problem.file == REQUEST else f"{problem.file}:{problem.line}: {problem.field}"
        places.setdefault((problem.rule, problem.hint or ""), []).append(place)
    return "\n".join(
        f"{rule}: {', '.join(sorted(where))}" + (f"\n{hint}" if hint else "") for (rule, hint), where in places.items()
    )


def _rule(problem: ManifestProblem) -> str:
    value = f"Invalid value: {problem.value}: " if problem.value else ""
    return f"{value}{problem.rule}" + (f"; {problem.hint}" if problem.hint else "")


def _unknown(problem: ManifestProblem) -> str:
    return f'unknown field "{problem.field}"' + (f" ({problem.hint})" if problem.hint else "")
