"""OpenFaaS's stack file says of each function what its Service says."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from knative.openfaas.__main__ import PROJECT, REGISTRY, render
from knative.openfaas.stack import Images, UnknownToOpenFaasError, stack

KEPT = PROJECT / "knative" / "openfaas" / "stack.yaml"
IMAGES = Images(registry=REGISTRY, tag="latest")
SETTINGS = {"shop-settings": {"LOG_LEVEL": "info"}}


def test_the_kept_stack_file_is_what_the_services_give(rewriting: bool) -> None:
    rendered = render(IMAGES, "http://127.0.0.1:8080")
    if rewriting:
        KEPT.write_text(rendered, encoding="utf-8")
    assert KEPT.read_text(encoding="utf-8") == rendered, "`make golden` renders it anew; read the diff"


def test_every_function_is_in_it_with_its_bounds() -> None:
    functions = yaml.safe_load(KEPT.read_text(encoding="utf-8"))["functions"]
    assert set(functions) == {file.parent.name.replace("_", "-") for file in PROJECT.glob("functions/*/service.yaml")}
    for function in functions.values():
        assert function["readonly_root_filesystem"] is True
        assert function["environment"]["max_inflight"] == function["labels"]["com.openfaas.scale.target"]


def service(annotations: dict[str, str] | None = None, **container: object) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(
        Path(PROJECT, "functions", "list_products", "service.yaml").read_text(encoding="utf-8")
    )
    changed = copy.deepcopy(document)
    template = changed["spec"]["template"]
    template["metadata"]["annotations"] = {f"autoscaling.knative.dev/{k}": v for k, v in (annotations or {}).items()}
    template["spec"]["containers"][0].update(container)
    return changed


def rendered(document: dict[str, Any]) -> dict[str, Any]:
    function: dict[str, Any] = stack([document], SETTINGS, IMAGES, "http://gateway")["functions"]["list-products"]
    return function


def test_scaling_by_requests_a_second_and_not_to_zero_has_its_labels() -> None:
    labels = rendered(service({"metric": "rps", "target": "50", "min-scale": "2", "window": "90s"}))["labels"]
    assert labels == {
        "com.openfaas.scale.min": "2", "com.openfaas.scale.zero": "false", "com.openfaas.scale.zero-duration": "90s",
        "com.openfaas.scale.type": "rps", "com.openfaas.scale.target": "50",
        "com.openfaas.scale.target-proportion": "0.70",
    }  # fmt: skip


def test_a_secret_is_a_file_and_never_in_the_stack_file() -> None:
    reference = {"name": "keys", "key": "public.jwks"}
    function = rendered(service(env=[{"name": "TOKEN_PUBLIC_KEYS", "valueFrom": {"secretKeyRef": reference}}]))
    assert function["secrets"] == ["keys-public-jwks"]
    assert function["environment"]["TOKEN_PUBLIC_KEYS_FILE"] == "/var/openfaas/secrets/keys-public-jwks"
    assert "TOKEN_PUBLIC_KEYS" not in function["environment"]


@pytest.mark.parametrize(
    "document",
    [
        service({"target-burst-capacity": "0"}),
        service({"metric": "cpu"}),
        service(envFrom=[{"secretRef": {"name": "all"}}]),
        service(env=[{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]),
    ],
    ids=["an annotation", "a metric", "a whole secret", "a field"],
)
def test_what_openfaas_has_no_word_for_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(UnknownToOpenFaasError):
        rendered(document)
