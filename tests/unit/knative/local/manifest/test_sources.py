"""PingSource and SinkBinding: read as Knative reads them, and what is wrong is named with its line."""

import base64
import copy

import pytest

from knative.local.model import PingSource, ServiceName, Sink, SinkBinding
from tests.unit.knative.local.manifest.reading import read_all

REF = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "relay-outbox"}
PING: dict[str, object] = {
    "apiVersion": "sources.knative.dev/v1",
    "kind": "PingSource",
    "metadata": {"name": "relay", "namespace": "shop"},
    "spec": {
        "schedule": "*/10 * * * * *",
        "timezone": "Europe/London",
        "contentType": "application/json",
        "data": '{"a": 1}',
        "sink": {"ref": REF, "uri": "/run"},
        "ceOverrides": {"extensions": {"team": "red"}},
    },
}
BINDING: dict[str, object] = {
    "apiVersion": "sources.knative.dev/v1",
    "kind": "SinkBinding",
    "metadata": {"name": "relay", "namespace": "shop"},
    "spec": {"subject": REF, "sink": {"uri": "http://collector.example:9000/events"}},
}


def changed(document: dict[str, object], path: str, value: object) -> dict[str, object]:
    """With one value changed, or taken away by None."""
    result = copy.deepcopy(document)
    *way, last = path.split(".")
    place: dict[str, object] = result
    for key in way:
        place = place[key]  # type: ignore[assignment]
    place[last] = value
    if value is None:
        del place[last]
    return result


def read_ping(document: dict[str, object]) -> PingSource:
    manifests, problems = read_all(document)
    assert problems == []
    (found,) = manifests.ping_sources
    return found


def read_binding(document: dict[str, object]) -> SinkBinding:
    manifests, problems = read_all(document)
    assert problems == []
    (found,) = manifests.sink_bindings
    return found


def problem_of(document: dict[str, object]) -> tuple[str, str]:
    """Where the one mistake is, and what is said of it."""
    _, (problem,) = read_all(document)
    assert problem.line >= 1
    return problem.field, f"{problem.rule} {problem.hint or ''}"


def test_a_ping_source_is_read() -> None:
    found = read_ping(PING)
    assert (found.name, found.namespace) == ("relay", "shop")
    assert (found.schedule, found.timezone) == ("*/10 * * * * *", "Europe/London")
    assert (found.content_type, found.data) == ("application/json", b'{"a": 1}')
    assert found.extensions == {"team": "red"}
    assert found.sink == Sink(service=ServiceName("relay-outbox"), namespace=found.namespace, uri="/run")


def test_what_a_ping_source_leaves_out_is_as_in_knative() -> None:
    found = read_ping({**PING, "spec": {"sink": {"ref": REF}}})
    assert (found.schedule, found.timezone, found.data, found.content_type) == ("* * * * *", "", None, "")


def test_data_may_be_base64() -> None:
    document = changed(changed(PING, "spec.data", None), "spec.contentType", "image/png")
    encoded = base64.b64encode(b"\x00\xff" * 40).decode()
    assert read_ping(changed(document, "spec.dataBase64", f"{encoded[:40]}\n{encoded[40:]}\n")).data == b"\x00\xff" * 40


def test_a_sink_may_be_in_another_namespace() -> None:
    found = read_ping(changed(PING, "spec.sink.ref", {**REF, "namespace": "audit"}))
    assert found.sink.namespace == "audit"


def test_a_sink_binding_is_read() -> None:
    found = read_binding(BINDING)
    assert (found.name, found.subject, found.selector) == ("relay", "relay-outbox", {})
    assert found.sink == Sink(uri="http://collector.example:9000/events")


def test_a_sink_binding_may_select_by_labels() -> None:
    subject = {key: value for key, value in REF.items() if key != "name"}
    selecting = {**subject, "namespace": "shop", "selector": {"matchLabels": {"team": "red"}}}
    found = read_binding(changed(BINDING, "spec.subject", selecting))
    assert (found.subject, found.selector) == (None, {"team": "red"})


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        ("spec", None, "spec.sink", "missing"),
        ("metadata.name", None, "metadata.name", "missing"),
        ("spec.schedule", "@every 5m", "spec.schedule", "unsupported descriptor @every"),
        ("spec.schedule", "0 0 * * 7", "spec.schedule", "day of week must be from 0 to 6"),
        ("spec.timezone", "Nowhere/City", "spec.timezone", "Europe/London"),
        ("spec.scedule", "* * * * *", "spec.scedule", "did you mean schedule?"),
        ("spec.data", "[1]", "spec.data", "must be a JSON object"),
        ("spec.data", "{", "spec.data", "must be a JSON object"),
        ("spec.data", {"a": 1}, "spec.data", "must be a string"),
        ("spec.dataBase64", "e30=", "spec.dataBase64", "got both"),
        ("spec.contentType", "text/plain\r\nx-y: z", "spec.contentType", "printable"),
        ("spec.sink", None, "spec.sink", "missing"),
        ("spec.sink", {}, "spec.sink", "got none: ref, uri"),
        ("spec.sink", {"uri": "/run"}, "spec.sink.uri", "Relative URI is not allowed"),
        ("spec.sink", {"uri": "https://a.example"}, "spec.sink.uri", "https to a sink is not honoured here"),
        ("spec.sink", {"uri": "http://a.example:port"}, "spec.sink.uri", "must be a URI"),
        ("spec.sink", {"uri": "http://a.example/ö"}, "spec.sink.uri", "must be a URI"),
        ("spec.sink", {"uri": "http://a.example", "CACerts": ""}, "spec.sink.CACerts", "not honoured here"),
        ("spec.sink.uri", "http://a.example", "spec.sink.uri", "Absolute URI is not allowed"),
        ("spec.sink.uri", "//a.example/b", "spec.sink.uri", "Absolute URI is not allowed"),
        ("spec.sink.ref.kind", "Broker", "spec.sink.ref.kind", "a sink of kind Broker"),
        ("spec.sink.ref.apiVersion", "v1", "spec.sink.ref.kind", "a Service of serving.knative.dev/v1 is"),
        ("spec.sink.ref.name", None, "spec.sink.ref.name", "missing"),
        ("spec.ceOverrides.extensions", {"a-b": "c"}, "spec.ceOverrides.extensions.a-b", "alphanumeric"),
        ("spec.ceOverrides.extensions", {"Type": "c"}, "spec.ceOverrides.extensions.Type", "an attribute"),
        ("spec.ceOverrides.extensions", {"a": 1}, "spec.ceOverrides.extensions.a", "must be a string"),
    ],
)
def test_what_is_wrong_with_a_ping_source_is_refused_where_it_stands(
    path: str, value: object, field: str, words: str
) -> None:
    where, said = problem_of(changed(PING, path, value))
    assert where == field
    assert words in said


@pytest.mark.parametrize("encoded", ["a", "{}", "e30"])
def test_data_that_is_no_base64_is_refused(encoded: str) -> None:
    assert problem_of(changed(changed(PING, "spec.data", None), "spec.dataBase64", encoded))[0] == "spec.dataBase64"


def test_base64_of_what_is_no_json_is_refused_where_the_type_says_json() -> None:
    document = changed(changed(PING, "spec.data", None), "spec.dataBase64", base64.b64encode(b"[1]").decode())
    assert problem_of(document)[0] == "spec.dataBase64"


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        ("spec.subject", None, "spec.subject", "missing"),
        ("spec.subject.kind", "Deployment", "spec.subject.kind", "a subject of kind Deployment"),
        ("spec.subject.name", None, "spec.subject", "got neither: selector, name"),
        ("spec.subject.selector", {"matchLabels": {"a": "b"}}, "spec.subject", "got both: selector, name"),
        ("spec.subject.namespace", "audit", "spec.subject.namespace", "must be shop"),
        ("spec.schedule", "* * * * *", "spec.schedule", "unknown field"),
    ],
)
def test_what_is_wrong_with_a_binding_is_refused_where_it_stands(
    path: str, value: object, field: str, words: str
) -> None:
    where, said = problem_of(changed(BINDING, path, value))
    assert where == field
    assert words in said


@pytest.mark.parametrize("selector", [{}, {"matchLabels": {}}, {"matchExpressions": []}])
def test_a_selector_must_select(selector: object) -> None:
    subject = {**{key: value for key, value in REF.items() if key != "name"}, "selector": selector}
    _, problems = read_all(changed(BINDING, "spec.subject", subject))
    assert {problem.field.partition(".match")[0] for problem in problems} == {"spec.subject.selector"}


def test_two_of_one_name_are_refused() -> None:
    _, (problem,) = read_all(PING, PING)
    assert "stands already" in problem.rule
