import pytest

from knative.local.model import Probe
from tests.unit.knative.local.manifest.reading import CONTAINER, changed, read_all, read_service


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("image", "", "missing field(s)"),
        ("image", "not an image", "Failed to parse image reference"),
        ("image", 5, "must be a string"),
        ("lifecycle", {"preStop": {}}, "must not set the field(s)"),
        ("stdin", True, "must not set the field(s)"),
        ("tty", True, "must not set the field(s)"),
        ("comand", ["a"], "unknown field"),
        ("name", "queue-proxy", '"queue-proxy" is a reserved container name'),
        ("imagePullPolicy", "Sometimes", "invalid value: Sometimes"),
        ("terminationMessagePolicy", "Shout", "invalid value: Shout"),
        ("args", "--verbose", "must be a list of strings"),
        ("ports", [{"containerPort": 1}, {"containerPort": 2}], "more than one container port is set"),
        ("ports", [{"containerPort": 9090}], "9090 is a reserved port, please use a different value"),
        ("ports", [{"containerPort": 70000}], "expected 0 <= 70000 <= 65535"),
        ("ports", [{"name": "web"}], "Port name web is not allowed"),
        ("ports", [{"protocol": "UDP"}], "invalid value: UDP"),
        ("ports", [{"hostPort": 80}], "must not set the field(s)"),
        ("env", [{"value": "1"}], "missing field(s)"),
        ("env", [{"name": "PORT", "value": "1"}], '"PORT" is a reserved environment variable'),
        ("env", [{"name": "K_SERVICE", "value": "1"}], '"K_SERVICE" is a reserved environment variable'),
        ("env", [{"name": "A=B", "value": "1"}], "must be printable ASCII without ="),
        ("env", [{"name": "A", "value": 1}], "must be a string"),
        ("env", [{"name": "A", "valueFrom": {}}], "expected exactly one, got neither"),
        ("env", [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}], "must not set the field(s)"),
        ("env", [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "a"}}}], "missing field(s)"),
        ("env", [{"name": "A", "value": "1", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}], "not empty"),
        ("env", [5], "must be a mapping"),
        ("envFrom", [{}], "expected exactly one, got neither"),
        ("envFrom", [{"configMapRef": {"name": "a"}, "secretRef": {"name": "a"}}], "expected exactly one, got both"),
        ("envFrom", [{"secretRef": {}}], "missing field(s)"),
        ("resources", {"limits": {"cpu": "lots"}}, "must be a quantity"),
        ("resources", {"limit": {"cpu": 1}}, "unknown field"),
        ("securityContext", {"privileged": True}, "must not set the field(s)"),
        ("securityContext", {"runAsUser": -1}, "expected 0 <= -1 <= 2147483647"),
        ("securityContext", {"runAsNonRoot": "yes"}, "must be true or false"),
        ("securityContext", {"capabilities": {"add": ["SYS_ADMIN"]}}, "must not set the field(s)"),
        ("securityContext", {"seccompProfile": {"type": "None"}}, "invalid value: None"),
        ("volumeMounts", [{"name": "scratch", "mountPath": "/data"}], "only /tmp can be mounted here"),
        ("volumeMounts", [{"name": "other", "mountPath": "/tmp"}], "volumeMount has no matching volume"),
        ("volumeMounts", [], 'volume with name "scratch" not mounted'),
        ("readinessProbe", {"grpc": {"port": 8082}}, "Probe port must match container port"),
        ("livenessProbe", {"exec": {}}, "missing field"),
        ("readinessProbe", {"httpGet": {}, "tcpSocket": {}}, "expected exactly one, got both: httpGet, tcpSocket"),
        ("readinessProbe", {"httpGet": {"port": 1}}, "Probe port must match container port"),
        ("readinessProbe", {"httpGet": {"port": []}}, "Probe port must match container port"),
        ("readinessProbe", {"httpGet": {"scheme": "HTTPS"}}, "only HTTP is honoured here"),
        ("readinessProbe", {"httpGet": {"host": "example.com"}}, "another host is not honoured here"),
        ("readinessProbe", {"httpGet": {"path": "readyz"}}, "must start with /"),
        ("readinessProbe", {"failureThreshold": 3}, "failureThreshold is disallowed when periodSeconds is zero"),
        ("readinessProbe", {"periodSeconds": -1}, "expected 0 <= -1 <= 2147483647"),
        ("livenessProbe", {"periodSeconds": 1}, "expected exactly one, got neither: httpGet, tcpSocket, exec, grpc"),
        ("startupProbe", {"httpGet": {}, "period": 1}, "unknown field"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_its_rule(path: str, value: object, rule: str) -> None:
    _, problems = read_all(changed(f"{CONTAINER}.{path}", value))
    assert any(rule in problem.rule for problem in problems), problems


@pytest.mark.parametrize(
    "volumes",
    [
        [{"name": "scratch", "persistentVolumeClaim": {"claimName": "a"}}],
        [{"name": "scratch", "configMap": {"name": "a"}}],
        [{"name": "scratch"}],
        [{"name": "scratch", "emptyDir": {"medium": "Tape"}}],
        [{"name": "scratch", "emptyDir": None}, {"name": "scratch", "emptyDir": {}}],
        ["scratch"],
    ],
)
def test_of_volumes_only_a_scratch_folder_is_accepted(volumes: object) -> None:
    _, problems = read_all(changed("spec.template.spec.volumes", volumes))
    assert problems


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ({}, Probe()),
        ({"tcpSocket": {"port": 0}}, Probe()),
        ({"httpGet": {"port": "http1"}}, Probe(path="/")),
        (
            {"httpGet": {"path": "/a"}, "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 7},
            Probe(path="/a", period_s=5, timeout_s=2, failure_threshold=7),
        ),
        ({"initialDelaySeconds": 3, "successThreshold": 2}, Probe(initial_delay_s=3, success_threshold=2)),
    ],
)
def test_a_readiness_probe_has_knative_s_defaults(probe: object, expected: Probe) -> None:
    container = read_service(changed(f"{CONTAINER}.readinessProbe", probe)).template.container
    assert container.readiness_probe == expected


@pytest.mark.parametrize("image", ["login", "shop/login:1", "registry.example/shop/login", "localhost:5000/login:v1.2"])
def test_an_image_is_any_reference(image: str) -> None:
    assert read_service(changed(f"{CONTAINER}.image", image)).template.container.image == image


@pytest.mark.parametrize(("asked", "expected"), [("100m", 0.1), (2, 2.0), (".5", 0.5), ("0.25", 0.25), (None, 0.0)])
def test_the_processor_asked_for_is_read_in_processors(asked: object, expected: float) -> None:
    requests = {} if asked is None else {"cpu": asked}
    service = read_service(changed(f"{CONTAINER}.resources", {"requests": requests}))
    assert service.template.container.cpu_request == expected
