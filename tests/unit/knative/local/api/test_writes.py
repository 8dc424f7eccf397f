"""Creating, changing and deleting: what is answered is kept, and what is refused changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from knative.local.model import Namespace, Secret
from knative.local.store import Store
from tests.unit.knative.local.api.harness import CONFIG_MAPS, SERVICES, SERVING, Stack, config_map, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]

CORE_SERVICE = "/api/v1/namespaces/shop/services/hello"
RENAMED = {"spec": {"template": {"metadata": {"name": "hello-blue"}}}}
ENVIRONMENT = {"spec": {"template": {"spec": {"timeoutSeconds": 10}}}}


async def ready(stack: Stack) -> dict[str, Any]:
    """A Service whose first revision serves."""
    await stack.create(SERVICES, service())
    stack.ready("hello-00001")
    return await stack.get(f"{SERVICES}/hello")


def test_a_new_service_has_what_knative_adds_and_no_status_yet(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        made = await stack.create(SERVICES, service())
        assert "status" not in made
        assert made["metadata"]["generation"] == 1
        assert made["metadata"]["annotations"] == {
            "serving.knative.dev/creator": "zerocart", "serving.knative.dev/lastModifier": "zerocart",
        }  # fmt: skip
        assert made["spec"]["traffic"] == [{"latestRevision": True, "percent": 100}]
        (container,) = made["spec"]["template"]["spec"]["containers"]
        assert container["name"] == "user-container"

    on_stack(test)


def test_a_change_is_answered_with_the_status_from_before_so_that_kn_sees_one(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        patched = await stack.patch(f"{SERVICES}/hello", ENVIRONMENT)
        assert patched["metadata"]["generation"] == 2
        assert patched["status"] == before["status"]
        after = await stack.get(f"{SERVICES}/hello")
        assert after["status"]["observedGeneration"] == 2
        assert int(after["metadata"]["resourceVersion"]) > int(patched["metadata"]["resourceVersion"])

    on_stack(test)


def test_a_change_of_the_traffic_raises_the_generation_and_makes_no_revision(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        traffic = [{"revisionName": "hello-00001", "percent": 100, "tag": "stable"}]
        patched = await stack.patch(f"{SERVICES}/hello", {"spec": {"traffic": traffic}})
        assert patched["metadata"]["generation"] == 2
        assert len((await stack.get(f"{SERVING}/revisions"))["items"]) == 1
        shown = (await stack.get(f"{SERVICES}/hello"))["status"]["traffic"]
        assert shown == [
            {
                "latestRevision": False, "percent": 100, "revisionName": "hello-00001", "tag": "stable",
                "url": "http://stable-hello.shop.localhost:8080",
            }
        ]  # fmt: skip

    on_stack(test)


def test_labels_alone_leave_the_generation(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        patched = await stack.patch(f"{SERVICES}/hello", {"metadata": {"labels": {"team": "a"}}})
        assert patched["metadata"]["generation"] == 1
        assert patched["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]

    on_stack(test)


def test_other_code_under_the_same_manifest_is_a_new_generation(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        (stack.engine.home.project / "functions" / "hello" / "main.py").write_text("# version 2\n")
        patched = await stack.patch(f"{SERVICES}/hello", {})
        assert patched["metadata"]["generation"] == 2
        assert (await stack.get(f"{SERVICES}/hello"))["status"]["latestCreatedRevisionName"] == "hello-00002"

    on_stack(test)


def test_a_write_to_one_service_leaves_the_edited_code_of_another_alone(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        (stack.engine.home.project / "functions" / "hello" / "main.py").write_text("# version 2\n")
        await stack.create(CONFIG_MAPS, config_map())
        assert [each["metadata"]["name"] for each in (await stack.get(f"{SERVING}/revisions"))["items"]] == [
            "hello-00001"
        ]

    on_stack(test)


def test_a_name_is_taken_once(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(SERVICES, service())
        again = await stack.call("POST", SERVICES, service())
        assert (again.code, again.body["reason"]) == (409, "AlreadyExists")
        assert again.body["message"] == 'services.serving.knative.dev "hello" already exists'

    on_stack(test)


def test_an_update_made_from_an_older_state_is_a_conflict(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        old = await ready(stack)
        await stack.patch(f"{SERVICES}/hello", {"metadata": {"labels": {"team": "a"}}})
        found = await stack.call("PUT", f"{SERVICES}/hello", old)
        assert (found.code, found.body["reason"]) == (409, "Conflict")
        assert (await stack.get(f"{SERVICES}/hello"))["metadata"]["labels"] == {"team": "a"}

    on_stack(test)


def test_an_update_that_names_no_version_is_refused(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        found = await stack.call("PUT", f"{SERVICES}/hello", service())
        assert (found.code, found.body["details"]["causes"][0]["field"]) == (422, "metadata.resourceVersion")

    on_stack(test)


def test_an_update_of_another_object_of_the_name_is_a_conflict(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        old = await ready(stack)
        assert (await stack.call("DELETE", f"{SERVICES}/hello")).code == 200
        new = await ready(stack)
        assert new["metadata"]["uid"] != old["metadata"]["uid"]
        old["metadata"]["resourceVersion"] = new["metadata"]["resourceVersion"]
        assert (await stack.call("PUT", f"{SERVICES}/hello", old)).code == 409

    on_stack(test)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_dry_run_is_checked_and_changes_nothing(on_stack: OnStack, method: str) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        path = f"{SERVICES}?dryRun=All" if method == "POST" else f"{SERVICES}/hello?dryRun=All"
        body = {"POST": service("other"), "PATCH": ENVIRONMENT, "DELETE": None}[method]
        content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        found = await stack.call(method, path, body, content_type=content_type)
        assert found.code in {200, 201}
        if method == "PATCH":
            assert found.body["metadata"]["generation"] == 2
        assert (await stack.get(SERVICES))["items"] == [before]
        wrong = {"spec": {"template": {"spec": {"timeoutSeconds": 700}}}}
        if method == "PATCH":
            assert (await stack.call(method, path, wrong, content_type=content_type)).code == 400

    on_stack(test)


def test_what_knative_refuses_is_refused_with_its_words_and_changes_nothing(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        wrong = {"spec": {"template": {"spec": {"timeoutSeconds": 700}}}}
        found = await stack.call("PATCH", f"{SERVICES}/hello", wrong, content_type="application/merge-patch+json")
        assert (found.code, found.body["reason"]) == (400, "BadRequest")
        assert found.body["message"] == (
            'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: '
            "expected 0 <= 700 <= 600: spec.template.spec.timeoutSeconds"
        )
        assert await stack.get(f"{SERVICES}/hello") == before

    on_stack(test)


def test_an_unknown_field_is_named_where_a_client_asks_for_strictness(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        found = await stack.call("POST", f"{SERVICES}?fieldValidation=Strict", service(trafic=[]))
        assert found.code == 400
        assert 'strict decoding error: unknown field "spec.trafic"' in found.body["message"]

    on_stack(test)


def test_a_template_is_not_changed_under_the_name_of_its_revision(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        await stack.patch(f"{SERVICES}/hello", RENAMED)
        assert (await stack.get(f"{SERVICES}/hello"))["status"]["latestCreatedRevisionName"] == "hello-blue"
        found = await stack.call("PATCH", f"{SERVICES}/hello", ENVIRONMENT, content_type="application/merge-patch+json")
        assert found.code == 400
        assert "Saw the following changes without a name change (-old +new)" in found.body["message"]

    on_stack(test)


def test_nobody_says_who_made_an_object(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        forged = {"metadata": {"annotations": {"serving.knative.dev/creator": "me"}}}
        found = await stack.call("PATCH", f"{SERVICES}/hello", forged, content_type="application/merge-patch+json")
        assert found.code == 400
        assert "annotation value is immutable" in found.body["message"]

    on_stack(test)


def test_all_that_is_made_from_a_service_goes_with_it(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        gone = await stack.call("DELETE", f"{SERVICES}/hello")
        assert (gone.code, gone.body["details"]["uid"]) == (200, before["metadata"]["uid"])
        for plural in ("services", "configurations", "routes", "revisions"):
            assert (await stack.get(f"{SERVING}/{plural}"))["items"] == []
        assert (await stack.call("GET", f"{SERVICES}/hello")).code == 404

    on_stack(test)


def test_a_deletion_of_another_object_of_the_name_is_refused(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        options = {"preconditions": {"uid": "5c0f4d0e-0000-0000-0000-000000000000"}}
        assert (await stack.call("DELETE", f"{SERVICES}/hello", options)).code == 409
        assert (await stack.call("GET", f"{SERVICES}/hello")).code == 200

    on_stack(test)


def test_a_label_that_goes_stays_on_the_core_service_as_with_knative(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        await stack.patch(f"{SERVICES}/hello", {"metadata": {"labels": {"team": "a"}}})
        assert (await stack.get(CORE_SERVICE))["metadata"]["labels"]["team"] == "a"
        await stack.patch(f"{SERVICES}/hello", {"metadata": {"labels": {"team": None}}})
        assert "team" not in (await stack.get(f"{SERVING}/routes/hello"))["metadata"]["labels"]
        assert (await stack.get(CORE_SERVICE))["metadata"]["labels"]["team"] == "a"

    on_stack(test)


def test_a_route_counts_the_changes_of_its_own(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        await stack.patch(f"{SERVICES}/hello", ENVIRONMENT)
        assert (await stack.get(f"{SERVING}/routes/hello"))["metadata"]["generation"] == 1
        traffic = [{"revisionName": "hello-00001", "percent": 100}]
        await stack.patch(f"{SERVICES}/hello", {"spec": {"traffic": traffic}})
        assert (await stack.get(f"{SERVING}/routes/hello"))["metadata"]["generation"] == 2
        assert (await stack.get(f"{SERVICES}/hello"))["metadata"]["generation"] == 3

    on_stack(test)


def test_a_service_is_ready_when_envoy_leads_its_requests_so(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        made = await ready(stack)
        assert {each["status"] for each in made["status"]["conditions"]} == {"True"}
        controller = stack.engine.controller
        assert controller.deployment
        (destination,) = controller.destinations()
        controller.taken_over = {destination.route: replace(destination, targets=())}
        (waiting,) = [
            each
            for each in (await stack.get(f"{SERVICES}/hello"))["status"]["conditions"]
            if each["type"] == "RoutesReady"
        ]
        assert (waiting["status"], waiting["reason"]) == ("Unknown", "Uninitialized")
        controller.taken_over = {destination.route: destination}
        assert {each["status"] for each in (await stack.get(f"{SERVICES}/hello"))["status"]["conditions"]} == {"True"}

    on_stack(test)


def test_a_revision_that_requests_reach_is_not_deleted_and_an_idle_one_is(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        await stack.patch(f"{SERVICES}/hello", ENVIRONMENT)
        stack.ready("hello-00002")
        refused = await stack.call("DELETE", f"{SERVING}/revisions/hello-00002")
        assert (refused.code, refused.body["reason"]) == (403, "Forbidden")
        assert (await stack.call("DELETE", f"{SERVING}/revisions/hello-00001?dryRun=All")).code == 200
        assert (await stack.call("GET", f"{SERVING}/revisions/hello-00001")).code == 200
        assert (await stack.call("DELETE", f"{SERVING}/revisions/hello-00001")).code == 200
        assert (await stack.call("GET", f"{SERVING}/revisions/hello-00001")).code == 404

    on_stack(test)


def test_a_config_map_that_a_service_needs_stays(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIG_MAPS, config_map(A="1"))
        needing = service()
        containers = needing["spec"]["template"]["spec"]["containers"]  # type: ignore[index, call-overload]
        containers[0]["envFrom"] = [{"configMapRef": {"name": "settings"}}]  # type: ignore[index, call-overload]
        await stack.create(SERVICES, needing)
        refused = await stack.call("DELETE", f"{CONFIG_MAPS}/settings")
        assert refused.code == 422
        assert "ConfigMap settings" in refused.body["message"]
        assert (await stack.get(f"{CONFIG_MAPS}/settings"))["data"] == {"A": "1"}

    on_stack(test)


def test_a_namespace_takes_what_is_in_it_along(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        lost = await stack.call("POST", "/api/v1/namespaces/demo/configmaps", config_map())
        assert (lost.code, lost.body["message"]) == (404, 'namespaces "demo" not found')
        await stack.create(
            "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}
        )
        await stack.create("/api/v1/namespaces/demo/configmaps", config_map())
        assert (await stack.call("DELETE", "/api/v1/namespaces/demo")).code == 200
        assert (await stack.get("/api/v1/namespaces/demo/configmaps"))["items"] == []
        assert (await stack.call("DELETE", "/api/v1/namespaces/shop")).code == 403

    on_stack(test)


def test_a_collection_is_deleted_by_its_labels(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        for name, team in (("one", "a"), ("two", "b")):
            made = config_map(name)
            made["metadata"] = {"name": name, "labels": {"team": team}}
            await stack.create(CONFIG_MAPS, made)
        assert (await stack.call("DELETE", f"{CONFIG_MAPS}?labelSelector=team%3Da")).code == 200
        assert [each["metadata"]["name"] for each in (await stack.get(CONFIG_MAPS))["items"]] == ["two"]

    on_stack(test)


def test_a_status_is_the_engines_to_say(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        before = await ready(stack)
        patched = await stack.patch(f"{SERVICES}/hello/status", {"status": {"url": "http://elsewhere"}})
        assert patched == before

    on_stack(test)


def test_a_name_may_be_left_to_the_server(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        document = service()
        document["metadata"] = {"generateName": "hello-"}
        made = await stack.create(SERVICES, document)
        assert made["metadata"]["name"].startswith("hello-")
        assert len(made["metadata"]["name"]) == len("hello-") + 5

    on_stack(test)


def test_what_was_answered_outlives_the_engine(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        await stack.patch(f"{SERVICES}/hello", ENVIRONMENT)
        written = await stack.get(f"{SERVICES}/hello")
        found = Store(stack.engine.home)
        (stamp,) = found.stamps.values()
        assert stamp.uid == written["metadata"]["uid"]
        assert stamp.created_at == written["metadata"]["creationTimestamp"]
        assert stamp.generation == written["metadata"]["generation"] == 2
        assert found.stamps == stack.engine.controller.store.stamps

    on_stack(test)


def test_what_was_deleted_stays_so_for_the_next_engine_and_for_the_next_up(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIG_MAPS, config_map())
        (document,) = stack.engine.controller.store.documents.values()
        stack.engine.controller.store.accept(stack.engine.controller.store.propose([document], from_project=True))
        await stack.call("DELETE", f"{CONFIG_MAPS}/settings")
        found = Store(stack.engine.home)
        assert found.documents == {}
        found.accept(found.propose([document], from_project=True))
        assert found.documents == {}

    on_stack(test)


def test_a_service_may_go_while_a_route_names_it(on_stack: OnStack) -> None:
    route = {
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "routes"},
        "spec": {
            "hosts": ["*"], "gateways": ["front"],
            "http": [
                {
                    "name": "hello",
                    "match": [{"uri": {"prefix": "/hello"}}],
                    "retries": {"attempts": 0},
                    "rewrite": {"authority": "hello.shop.svc.cluster.local"},
                    "route": [{"destination": {"host": "knative-local-gateway.istio-system.svc.cluster.local",
                                               "port": {"number": 80}}}],
                }
            ],
        },
    }  # fmt: skip
    gateway = {
        "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "front"},
        "spec": {
            "selector": {"istio": "ingressgateway"},
            "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
        },
    }  # fmt: skip

    async def test(stack: Stack) -> None:
        path = "/apis/networking.istio.io/v1/namespaces/shop"
        await stack.create(f"{path}/gateways", gateway)
        early = await stack.call("POST", f"{path}/virtualservices", route)
        assert early.code == 400
        assert 'admission webhook "validation.istio.io" denied the request' in early.body["message"]
        await ready(stack)
        await stack.create(f"{path}/virtualservices", route)
        assert (await stack.call("DELETE", f"{SERVICES}/hello")).code == 200
        await ready(stack)

    on_stack(test)


def test_a_revision_that_only_the_traffic_names_stays_too(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        traffic = [{"revisionName": "hello-00001", "percent": 100}]
        await stack.patch(f"{SERVICES}/hello", {"spec": {**ENVIRONMENT["spec"], "traffic": traffic}})
        stack.ready("hello-00002")
        refused = await stack.call("DELETE", f"{SERVING}/revisions/hello-00001")
        assert (refused.code, refused.body["reason"]) == (403, "Forbidden")
        newest = await stack.call("DELETE", f"{SERVING}/revisions/hello-00002")
        assert "the newest of its Configuration" in newest.body["message"]

    on_stack(test)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_the_stack_makes_for_itself_is_nobody_elses_to_write(on_stack: OnStack, method: str) -> None:
    async def test(stack: Stack) -> None:
        stack.made_secrets = (Secret(name="key", namespace=Namespace("shop"), data={"a": "b"}),)
        path = "/api/v1/namespaces/shop/secrets/key"
        before = await stack.get(path)
        assert before["data"] == {"a": "Yg=="}
        assert (await stack.call(method, path, before if method == "PUT" else None)).code == 403
        assert await stack.get(path) == before

    on_stack(test)


def test_a_name_means_one_service_on_one_machine(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await ready(stack)
        found = await stack.call("POST", SERVICES.replace("/shop/", "/default/"), service())
        assert (found.code, found.body["details"]["causes"][0]["field"]) == (422, "metadata.name")

    on_stack(test)
