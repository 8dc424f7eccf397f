"""A Revision that a client brings along, as `kn service import` does; and a DomainMapping, as `kn domain` writes it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.unit.knative.local.api.harness import SERVICES, SERVING, Stack, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]

REVISIONS = f"{SERVING}/revisions"
MAPPINGS = "/apis/serving.knative.dev/v1beta1/namespaces/shop/domainmappings"


def revision(configuration: dict[str, Any], name: str, generation: str = "7") -> dict[str, Any]:
    owner = {
        "apiVersion": "serving.knative.dev/v1", "kind": "Configuration", "name": configuration["metadata"]["name"],
        "uid": configuration["metadata"]["uid"], "controller": True,
    }  # fmt: skip
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Revision",
        "metadata": {
            "name": name, "ownerReferences": [owner],
            "labels": {
                "serving.knative.dev/configurationGeneration": generation,
                "serving.knative.dev/serviceUID": "of another cluster", "team": "a",
            },
        },
        "spec": {"containers": [{"image": "dev.local/zerocart/hello", "env": [{"name": "A", "value": "old"}]}]},
    }  # fmt: skip


async def configuration(stack: Stack) -> dict[str, Any]:
    await stack.create(SERVICES, service())
    stack.ready("hello-00001")
    return await stack.get(f"{SERVING}/configurations/hello")


def test_it_is_made_as_it_was_and_takes_nothing_from_the_one_that_serves(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        made = await stack.create(REVISIONS, revision(await configuration(stack), "hello-00007"))
        assert "status" not in made
        stack.ready("hello-00007")
        found = await stack.get(f"{REVISIONS}/hello-00007")
        labels = found["metadata"]["labels"]
        assert (labels["serving.knative.dev/configurationGeneration"], labels["team"]) == ("7", "a")
        assert labels["serving.knative.dev/serviceUID"] != "of another cluster"
        assert found["spec"]["containers"][0]["env"] == [{"name": "A", "value": "old"}]
        of_service = (await stack.get(f"{SERVICES}/hello"))["status"]
        assert of_service["latestCreatedRevisionName"] == of_service["latestReadyRevisionName"] == "hello-00001"
        assert [each["revisionName"] for each in of_service["traffic"]] == ["hello-00001"]

    on_stack(test)


def test_it_gets_the_traffic_that_the_service_gives_it(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(REVISIONS, revision(await configuration(stack), "hello-00007"))
        stack.ready("hello-00007")
        traffic = [{"revisionName": "hello-00007", "percent": 100}]
        await stack.patch(f"{SERVICES}/hello", {"spec": {"traffic": traffic}})
        found = await stack.get(f"{SERVICES}/hello")
        assert [each["revisionName"] for each in found["status"]["traffic"]] == ["hello-00007"]

    on_stack(test)


def test_the_next_of_its_service_goes_on_from_those_made_here(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(REVISIONS, revision(await configuration(stack), "hello-00007"))
        await stack.patch(f"{SERVICES}/hello", {"spec": {"template": {"spec": {"timeoutSeconds": 10}}}})
        assert (await stack.get(f"{REVISIONS}/hello-00002"))["metadata"]["name"] == "hello-00002"

    on_stack(test)


@pytest.mark.parametrize("owners", [[], [{"kind": "Configuration", "name": "hello", "uid": "another"}]])
def test_without_a_configuration_that_is_there_it_is_refused(on_stack: OnStack, owners: list[Any]) -> None:
    async def test(stack: Stack) -> None:
        brought = revision(await configuration(stack), "hello-00007")
        brought["metadata"]["ownerReferences"] = owners
        refused = await stack.call("POST", REVISIONS, brought)
        assert refused.code == 422
        assert "metadata.ownerReferences" in refused.body["message"]
        assert (await stack.call("GET", f"{REVISIONS}/hello-00007")).code == 404

    on_stack(test)


def test_its_template_is_checked_like_any_other_and_twice_it_is_refused(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        brought = revision(await configuration(stack), "hello-00007")
        brought["spec"]["timeoutSeconds"] = 700
        refused = await stack.call("POST", REVISIONS, brought)
        assert refused.code == 400
        assert "expected 0 <= 700 <= 600" in refused.body["message"]
        del brought["spec"]["timeoutSeconds"]
        assert (await stack.call("POST", f"{REVISIONS}?dryRun=All", brought)).code == 201
        assert (await stack.call("GET", f"{REVISIONS}/hello-00007")).code == 404
        await stack.create(REVISIONS, brought)
        assert (await stack.call("POST", REVISIONS, brought)).code == 409

    on_stack(test)


def mapping(service_name: str = "hello") -> dict[str, Any]:
    return {
        "apiVersion": "serving.knative.dev/v1beta1",
        "kind": "DomainMapping",
        "metadata": {"name": "shop.example.org"},
        "spec": {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": service_name}},
    }


def test_a_mapping_is_ready_when_its_service_is_there_and_no_longer_when_that_goes(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(MAPPINGS, mapping())
        (unready,) = [each for each in await conditions(stack) if each["type"] == "Ready"]
        assert (unready["status"], unready["reason"]) == ("False", "ResolveFailed")
        await configuration(stack)
        assert {each["status"] for each in await conditions(stack)} == {"True"}
        assert (await stack.call("DELETE", f"{SERVICES}/hello")).code == 200
        assert {each["status"] for each in await conditions(stack)} == {"True", "False", "Unknown"}

    on_stack(test)


def test_a_mapping_has_its_owner_and_the_namespace_of_what_it_leads_to(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        made = await stack.create(MAPPINGS, mapping())
        assert made["spec"]["ref"]["namespace"] == "shop"
        assert made["metadata"]["annotations"]["serving.knative.dev/creator"] == "zerocart"
        assert "status" not in made

    on_stack(test)


async def conditions(stack: Stack) -> list[dict[str, Any]]:
    found = (await stack.get(f"{MAPPINGS}/shop.example.org"))["status"]["conditions"]
    assert [each["type"] for each in found] == sorted(each["type"] for each in found)
    return list(found)
