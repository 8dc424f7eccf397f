"""One Knative Service as a function of an OpenFaaS stack file (docs.openfaas.com: "YAML reference", "Autoscaling").

What the two have in common is carried over; what OpenFaaS has no word for is refused, or named in README.md. Scaling by
capacity, and to zero, is OpenFaaS Pro's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import ZerocartError

SECRETS = "/var/openfaas/secrets"
LEAVE_WITHIN = "5s"  # after SIGTERM, until the gateway and the Service's endpoints have heard of it
_AUTOSCALING = "autoscaling.knative.dev/"
# Knative's defaults: docs of config-autoscaler.
_CONCURRENCY, _REQUESTS_A_SECOND, _UTILIZATION_PERCENT, _WINDOW = "100", "200", "70", "60s"
_SCALED = {
    "class", "max-scale", "metric", "min-scale", "target", "target-utilization-percentage", "window",
}  # fmt: skip


class UnknownToOpenFaasError(ZerocartError):
    """A Service says something that OpenFaaS has no word for."""

    def __init__(self, service: str, what: str, hint: str) -> None:
        super().__init__(f"Service {service}: {what}, which OpenFaaS has no word for", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Where the images are, and which: `registry/NAME:tag`."""

    registry: str
    tag: str


def stack(
    services: Sequence[Mapping[str, Any]], config_maps: Mapping[str, Mapping[str, str]], images: Images, gateway: str
) -> dict[str, Any]:
    """The stack file of some Services.

    Args:
        services: documents of kind Service, serving.knative.dev/v1.
        config_maps: the data of the ConfigMaps that they name, by name.
        images: where the images are.
        gateway: the address of OpenFaaS's gateway.

    Raises:
        UnknownToOpenFaasError: one cannot be rendered.
    """
    functions = {service["metadata"]["name"]: _function(service, config_maps, images) for service in services}
    return {"version": "1.0", "provider": {"name": "openfaas", "gateway": gateway}, "functions": functions}


def _function(
    service: Mapping[str, Any], config_maps: Mapping[str, Mapping[str, str]], images: Images
) -> dict[str, Any]:
    name, template = service["metadata"]["name"], service["spec"]["template"]
    spec = template["spec"]
    if len(spec["containers"]) != 1:
        raise UnknownToOpenFaasError(name, "it has several containers", "give it one")
    (container,) = spec["containers"]
    environment, secrets = _variables(name, container, config_maps)
    resources = container.get("resources", {})
    return {
        "lang": "dockerfile",
        "skip_build": True,
        "image": f"{images.registry}/{name}:{images.tag}",
        "labels": _labels(name, template["metadata"].get("annotations", {}), spec.get("containerConcurrency", 0)),
        "annotations": {
            "com.openfaas.health.http.path": "/_/health",
            "com.openfaas.ready.http.path": "/_/ready",
        },
        "environment": environment | _limits(spec),
        "secrets": secrets,
        **{field: dict(resources[field]) for field in ("limits", "requests") if field in resources},
        "readonly_root_filesystem": bool(container.get("securityContext", {}).get("readOnlyRootFilesystem")),
    }


def _labels(name: str, annotations: Mapping[str, str], concurrency: int) -> dict[str, str]:
    said = {key.removeprefix(_AUTOSCALING): value for key, value in annotations.items() if key.startswith(_AUTOSCALING)}
    if strange := sorted(set(said) - _SCALED):
        raise UnknownToOpenFaasError(name, f"it has the annotation {_AUTOSCALING}{strange[0]}", "render it without")
    metric = said.get("metric", "concurrency")
    if metric not in ("concurrency", "rps"):
        raise UnknownToOpenFaasError(name, f"it scales by {metric}", "scale it by concurrency or rps")
    least = int(said.get("min-scale", "0"))
    bound = str(concurrency or _CONCURRENCY) if metric == "concurrency" else _REQUESTS_A_SECOND
    percent = float(said.get("target-utilization-percentage", _UTILIZATION_PERCENT))
    labels = {
        "com.openfaas.scale.min": str(max(1, least)),
        "com.openfaas.scale.max": said.get("max-scale", "0"),
        "com.openfaas.scale.zero": str(least == 0).lower(),
        "com.openfaas.scale.zero-duration": said.get("window", _WINDOW),
        "com.openfaas.scale.type": "capacity" if metric == "concurrency" else "rps",
        "com.openfaas.scale.target": said.get("target", bound),
        "com.openfaas.scale.target-proportion": f"{percent / 100:.2f}",
    }
    if labels["com.openfaas.scale.max"] == "0":  # unlimited; OpenFaaS then has its own 20
        del labels["com.openfaas.scale.max"]
    return labels


def _variables(
    name: str, container: Mapping[str, Any], config_maps: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, str], list[str]]:
    """The environment, and the secrets: each a file, which `<VARIABLE>_FILE` names (shared/settings.py)."""
    environment, secrets = {"K_SERVICE": name}, []
    for source in container.get("envFrom", ()):
        if "configMapRef" not in source:
            raise UnknownToOpenFaasError(name, "it takes variables from a whole Secret", "name its keys in env")
        environment |= config_maps[source["configMapRef"]["name"]]
    for variable in container.get("env", ()):
        if "value" in variable:
            environment[variable["name"]] = str(variable["value"])
            continue
        reference = variable["valueFrom"].get("secretKeyRef")
        if reference is None:
            raise UnknownToOpenFaasError(name, f"{variable['name']} comes from no Secret", "give it a value")
        if not reference.get("optional"):
            secret = secret_name(reference["name"], reference["key"])
            secrets.append(secret)
            environment[f"{variable['name']}_FILE"] = f"{SECRETS}/{secret}"
    return environment, sorted(set(secrets))


def secret_name(secret: str, key: str) -> str:
    """OpenFaaS has a secret for each value, and a file for each secret."""
    return f"{secret}-{key}".replace(".", "-")


def _limits(spec: Mapping[str, Any]) -> dict[str, str]:
    """What shared/watchdog.py holds calls to: Knative's queue-proxy does the same by these two fields."""
    timeout = f"{spec.get('timeoutSeconds', 300)}s"
    limits = {"write_timeout": timeout, "read_timeout": timeout, "exec_timeout": timeout}
    limits |= {"healthcheck_interval": LEAVE_WITHIN, "max_inflight": str(spec.get("containerConcurrency", 0))}
    return limits
