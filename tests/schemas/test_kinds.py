"""Each object that is rendered for a cluster is of the form that its kind has, whatever is chosen."""

import copy
from pathlib import Path

import pytest

from knative.testbench import accepted
from tests.chart.rendering import ENVIRONMENTS, Object, one, render, tool
from tests.schemas import refused

PRODUCTION = ENVIRONMENTS / "production" / "values.yaml"


def test_every_object_of_every_rendering_is_of_its_kinds_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(tool("helm")).parent), prepend=":")
    wrong = {
        f"{name}: {each['kind']} {each['metadata']['name']}": whys
        for name, objects in accepted.renderings()
        for each in objects
        if (whys := refused(each))
    }
    assert wrong == {}


@pytest.fixture(scope="module")
def production() -> list[Object]:
    return render(PRODUCTION, {"images": {"digestsRequired": False}})


# Kind, name, where, what.
WRONG = {
    "a name that is not": ("Service", "get-product", "spec.template.spec.containers.0.imagePullPolcy", "Never"),
    "a word for a number": ("Cluster", "shop-db", "spec.instances", "three"),
    "a number for a duration": ("VirtualService", "zerocart", "spec.http.0.timeout", 5),
    "nothing where something must be": ("StatefulSet", "shop-valkey", "spec.template.spec.containers", None),
    "a name of Kubernetes' own that is not": ("NetworkPolicy", "default-deny", "spec.policyType", ["Ingress"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_kind_does_not_take_is_found(name: str, production: list[Object]) -> None:
    kind, object_name, path, value = WRONG[name]
    found = copy.deepcopy(one(production, kind, object_name))
    assert refused(found) == []
    *above, last = path.split(".")
    into = found
    for key in above:
        into = into[int(key)] if key.isdigit() else into[key]  # type: ignore[index]
    into[last] = value
    assert refused(found)
