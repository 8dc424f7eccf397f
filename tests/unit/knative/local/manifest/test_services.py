import pytest

from knative.local.manifest import is_ours
from knative.local.model import (
    ConfigurationName,
    EnvironmentSource,
    EnvironmentVariable,
    KeyReference,
    Probe,
    RevisionName,
    TrafficTarget,
)
from shared.yaml_documents import parse_documents
from tests.unit.knative.local.manifest.reading import VALID, changed, read_all, read_service


def test_a_whole_service_is_read() -> None:
    service = read_service(VALID)
    container = service.template.container
    assert (service.name, service.namespace, service.route.cluster_local) == ("list-products", "shop", True)
    assert (service.template.name, service.template.container_concurrency, service.template.timeout_s) == (
        "list-products-blue",
        8,
        30,
    )
    assert service.template.annotations["autoscaling.knative.dev/target"] == "10"
    assert (container.port, container.protocol, container.args) == (8081, "http1", ("--verbose",))
    assert container.environment == (
        EnvironmentVariable(name="CONCURRENCY", value="8"),
        EnvironmentVariable(name="DATABASE_URL", value=KeyReference(kind="Secret", name="shop-database", key="url")),
    )
    assert container.environment_from == (
        EnvironmentSource(kind="ConfigMap", name="shop-settings", prefix="SHOP_", optional=True),
    )
    assert container.readiness_probe == Probe(path="/readyz", period_s=2)
    assert service.route.traffic == (
        TrafficTarget(percent=90, configuration=ConfigurationName("list-products"), tag="candidate"),
        TrafficTarget(percent=10, revision=RevisionName("list-products-00001")),
    )


def test_what_is_left_out_has_knative_s_defaults() -> None:
    service = read_service(
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": "login", "creationTimestamp": None},
            "spec": {
                "template": {"metadata": {"creationTimestamp": None}, "spec": {"containers": [{"image": "login"}]}}
            },
            "status": {},
        }
    )
    assert service.namespace == "shop"
    assert service.route.traffic == (TrafficTarget(percent=100, configuration=ConfigurationName("login")),)
    assert (service.template.timeout_s, service.template.container_concurrency) == (300, 0)
    assert service.template.container.port == 8080
    assert service.template.container.readiness_probe == Probe()
    assert not service.route.cluster_local


def test_a_mistake_says_file_line_field_value_and_rule() -> None:
    _, (problem,) = read_all(changed("spec.template.spec.timeoutSeconds", 700))
    assert str(problem) == (
        "functions/list_products/service.yaml:23: spec.template.spec.timeoutSeconds is 700, expected 0 <= 700 <= 600"
    )


@pytest.mark.parametrize(
    ("path", "value", "field", "rule"),
    [
        ("metadata.name", "List", "metadata.name", "not a DNS 1035 label"),
        ("metadata.name", "x" * 64, "metadata.name", "must be no more than 63 characters"),
        ("metadata.name", None, "metadata.name", "missing field(s)"),
        ("metadata.namespace", "9", "metadata.namespace", "not a DNS 1035 label"),
        ("metadata.labels", {"a": "b c"}, "metadata.labels.a", "a valid label must"),
        ("metadata.labels", {"a b": "c"}, "metadata.labels.a b", "a qualified name must"),
        ("metadata.annotations", {"Ex_ample/a": "c"}, "metadata.annotations.Ex_", "a qualified name must"),
        ("metadata.labels", {"networking.knative.dev/visibility": "local"}, "visibility", "expected cluster-local"),
        ("metadata.annotations", {"autoscaling.knative.dev/target": "1"}, "metadata.annotations.a", "invalid key name"),
        (
            "metadata.annotations",
            {"serving.knative.dev/rollout-duration": "1.5s"},
            "rollout",
            "not at second precision",
        ),
        ("metadata.annotations", {"serving.knative.dev/rollout-duration": "-1s"}, "rollout", "must be positive"),
        ("spec", None, "spec.template.spec.containers", "missing field(s)"),
        ("spec.template", None, "spec.template.spec.containers", "missing field(s)"),
        ("spec.template.spec", None, "spec.template.spec.containers", "missing field(s)"),
        ("spec.template.spec.containers", [], "spec.template.spec.containers", "missing field(s)"),
        ("spec.template.spec.containers", [{"image": "a"}] * 2, "spec.template.spec.containers", "one container"),
        ("spec.template.metadata.name", "blue", "spec.template.metadata.name", 'must have prefix "list-products-"'),
        ("spec.template.spec.containerConcurrency", -1, "containerConcurrency", "expected 0 <= -1 <= 1000"),
        ("spec.template.spec.timeoutSeconds", "30", "timeoutSeconds", "must be a whole number"),
        ("spec.template.spec.responseStartTimeoutSeconds", 601, "responseStart", "expected 0 <= 601 <= 600"),
        ("spec.template.spec.idleTimeoutSeconds", -1, "idleTimeoutSeconds", "expected 0 <= -1 <= 600"),
        ("spec.template.spec.nodeSelector", {"a": "b"}, "nodeSelector", "must not set the field(s)"),
        ("spec.template.spec.terminationGracePeriodSeconds", 5, "terminationGrace", "must not set the field(s)"),
        ("spec.template.spec.automountServiceAccountToken", True, "automount", "must not set the field(s)"),
        ("spec.template.spec.initContainers", [{"image": "a"}], "initContainers", "must not set the field(s)"),
        ("spec.template.spec.serviceAccountName", "a b", "serviceAccountName", "invalid value: a b"),
        ("spec.template.spec.timeoutSecond", 5, "timeoutSecond", "unknown field"),
        ("spec.traffic.0.percent", 80, "spec.traffic", "Traffic targets sum to 90, want 100"),
        ("spec.traffic.0.percent", 101, "spec.traffic[0].percent", "expected 0 <= 101 <= 100"),
        ("spec.traffic.1.tag", "candidate", "spec.traffic[1].tag", 'Multiple definitions for "candidate"'),
        ("spec.traffic.0.tag", "V1", "spec.traffic[0].tag", "not a DNS 1035 label"),
        ("spec.traffic.0.latestRevision", False, "latestRevision", 'may not set revisionName "" when latestRevision'),
        ("spec.traffic.0.revisionName", "a-1", "latestRevision", 'may not set revisionName "a-1" when latestRevision'),
        ("spec.traffic.0.configurationName", "a", "configurationName", "must not set the field(s)"),
        ("spec.traffic", {}, "spec.traffic", "must be a list"),
    ],
)
def test_what_knative_refuses_is_refused(path: str, value: object, field: str, rule: str) -> None:
    _, problems = read_all(changed(path, value))
    assert problems
    assert any(field in problem.field and rule in problem.rule for problem in problems), problems


def test_an_annotation_of_the_autoscaler_is_checked_at_its_own_line() -> None:
    annotations = {"autoscaling.knative.dev/min-scale": "2", "autoscaling.knative.dev/max-scale": "1"}
    _, (problem,) = read_all(changed("spec.template.metadata.annotations", annotations))
    assert (problem.line, problem.rule) == (18, "max-scale=1 is less than min-scale=2")


def test_a_timeout_of_zero_is_the_default() -> None:
    assert read_service(changed("spec.template.spec.timeoutSeconds", 0)).template.timeout_s == 300


@pytest.mark.parametrize(("timeout", "start", "expected_s"), [(30, 5, 5), (30, 30, 0), (30, None, 0), (600, None, 300)])
def test_the_start_of_an_answer_has_a_bound_of_its_own_where_that_is_the_smaller(
    timeout: int, start: int | None, expected_s: float
) -> None:
    spec: dict[str, object] = {"timeoutSeconds": timeout, "containers": [{"image": "dev.local/a"}]}
    if start is not None:
        spec["responseStartTimeoutSeconds"] = start
    assert read_service(changed("spec.template.spec", spec)).template.response_start_timeout_s == expected_s


def test_a_pause_in_an_answer_has_no_bound_unless_one_is_named() -> None:
    assert read_service(changed("spec.template.spec.timeoutSeconds", 30)).template.idle_timeout_s == 0
    assert read_service(changed("spec.template.spec.idleTimeoutSeconds", 5)).template.idle_timeout_s == 5


def test_all_mistakes_are_reported_at_once() -> None:
    document = changed("spec.template.spec.timeoutSeconds", 700)
    document["kin"] = 1
    document["metadata"] = {"name": "X"}
    _, problems = read_all(document)
    assert len(problems) == 4  # the revision's name has lost its prefix as well


def test_a_service_may_stand_only_once() -> None:
    _, (problem,) = read_all(VALID, VALID)
    assert problem.rule == "this Service stands already in functions/list_products/service.yaml:1"


def test_other_kinds_are_left_to_others() -> None:
    foreign = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "nonsense": True}
    manifests, problems = read_all(foreign, {"apiVersion": "v1", "kind": "Service"})
    assert (manifests.services, problems) == ((), [])
    documents = parse_documents(
        "kind: Service\napiVersion: serving.knative.dev/v1\n---\nkind: Service\n---\n- 1\n", "x"
    )
    assert [is_ours(document) for document in documents] == [True, False, False]
