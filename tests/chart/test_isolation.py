"""Who may reach whom: the page is the chart's, and the chart's is what the functions need, and no more."""

from typing import Any

import pytest

from knative.isolation.__main__ import PAGE, VALUES
from knative.isolation.network_policies import Party, Policies
from knative.isolation.page import whole
from knative.isolation.parties import OTHERS, doors
from knative.isolation.parties import functions as parties_of
from knative.isolation.table import reach
from tests.chart.rendering import Object, functions, of_kind, one, render
from tests.stack import PROJECT


def as_on_the_page() -> list[Object]:
    values: dict[str, Any] = {}
    for each in VALUES:
        path, _, text = each.partition("=")
        *above, last = path.split(".")
        into = values
        for key in above:
            into = into.setdefault(key, {})
        into[last] = {"true": True}.get(text, text)
    return render(values)


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return as_on_the_page()


def test_the_page_says_what_the_manifests_say(objects: list[Object]) -> None:
    assert whole(PAGE.read_text(), objects) == PAGE.read_text(), "run `make isolation` and read the diff"


def takes_the_mesh(function: str) -> bool:
    """Whether a function's code asks for the mesh of its process: without, there is no way to another function."""
    folder = PROJECT / "functions" / function.replace("-", "_")
    return any("mesh.mesh(" in file.read_text() for file in folder.glob("*.py"))


def test_a_function_says_whom_it_calls_if_it_calls_anybody(objects: list[Object]) -> None:
    """By its annotation, which policies are made from; by its code, it calls whoever takes the mesh of its process."""
    says = {name for name, each in functions(objects).items()
            if "zerocart.example/calls" in each["metadata"]["annotations"]}  # fmt: skip
    assert says == {name for name in functions(objects) if takes_the_mesh(name)}


def test_a_function_without_a_need_reaches_no_state_and_no_other_function(objects: list[Object]) -> None:
    may = {who: {door.name for door in found} for who, found in reach(objects).items()}
    for name, service in functions(objects).items():
        environment = {each["name"] for each in service["spec"]["template"]["spec"]["containers"][0]["env"]}
        assert ("Postgres :5432" in may[name]) == ("DATABASE_URL" in environment), name
        assert ("Valkey :6379" in may[name]) == ("REDIS_URL" in environment), name
        calls = "zerocart.example/calls" in service["metadata"]["annotations"]
        assert ("the cluster-local gateway :8081" in may[name]) == calls, name
        assert "the API server :6443" not in may[name]
        assert not {each for each in may[name] if each.startswith("any address")}, name


def test_nobody_of_another_namespace_reaches_anything_of_ours(objects: list[Object]) -> None:
    (stranger,) = [each for each in OTHERS if each.name == "a pod of any other namespace"]
    policies = Policies.among(objects)
    reached = {door.name for door in doors(objects) if policies.may_reach(stranger, door.party, door.port)}
    # The front door is for everybody; what is not of the shop, its own makers guard.
    assert not {
        name for name in reached if name.startswith(("Postgres", "Valkey", "the cluster-local", "the activator"))
    }
    assert not {each.name for each in parties_of(objects) for port in (8012, 8080, 9090)
                if policies.may_reach(stranger, each, port)}  # fmt: skip


def test_without_the_policies_everybody_reaches_everything(objects: list[Object]) -> None:
    """Not that something is closed by a mistake of the reckoning."""
    nobody = Policies(objects=[])
    (stranger,) = [each for each in OTHERS if each.name == "a pod of any other namespace"]
    assert all(nobody.may_reach(stranger, door.party, door.port) for door in doors(objects))


def test_a_new_pod_of_the_namespace_reaches_its_dns_alone(objects: list[Object]) -> None:
    policies, pod = Policies.among(objects), Party(name="new", namespace="shop", labels={"app": "new"})
    assert [door.name for door in doors(objects) if policies.may_reach(pod, door.party, door.port)] == ["DNS :53"]


def test_mtls_is_strict_but_for_what_is_scraped(objects: list[Object]) -> None:
    assert one(objects, "PeerAuthentication", "default")["spec"] == {"mtls": {"mode": "STRICT"}}
    spec = one(objects, "PeerAuthentication", "functions")["spec"]
    assert (spec["mtls"]["mode"], spec["portLevelMtls"]) == ("STRICT", {8080: {"mode": "PERMISSIVE"}})
    (metrics,) = one(objects, "AuthorizationPolicy", "metrics")["spec"]["rules"]
    assert metrics == {"to": [{"operation": {"ports": ["8080"], "methods": ["GET"], "paths": ["/metrics"]}}]}
    assert one(objects, "AuthorizationPolicy", "default-deny")["spec"] == {}


def test_by_identity_too_a_function_is_called_by_its_callers_alone(objects: list[Object]) -> None:
    calls = {
        name: {each.strip() for each in service["metadata"]["annotations"]["zerocart.example/calls"].split(",")}
        for name, service in functions(objects).items()
        if "zerocart.example/calls" in service["metadata"]["annotations"]
    }
    for callee in set().union(*calls.values()):
        (rule,) = one(objects, "AuthorizationPolicy", f"{callee}-from-its-callers")["spec"]["rules"]
        principals = {each.rpartition("/")[2] for each in rule["from"][0]["source"]["principals"]}
        assert principals == {caller for caller, callees in calls.items() if callee in callees}
    accounts = {each["metadata"]["name"] for each in of_kind(objects, "ServiceAccount")}
    for name, service in functions(objects).items():
        spec = service["spec"]["template"]["spec"]
        assert (spec["serviceAccountName"], spec["automountServiceAccountToken"]) == (name, False)
        assert name in accounts
