"""Configurations and Routes of one's own, and those that a Service makes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from knative.local.objects.json_values import Json, Object
from knative.local.store import Store
from tests.unit.knative.local.api.harness import APPLY, SERVICES, SERVING, TABLE, Stack, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]

CONFIGURATIONS, ROUTES = f"{SERVING}/configurations", f"{SERVING}/routes"
DOMAINS = "/apis/serving.knative.dev/v1beta1/namespaces/shop/domainmappings"
OPERATIONS = "application/json-patch+json"
LONGER: Object = {"spec": {"template": {"spec": {"timeoutSeconds": 10}}}}


def configuration(name: str = "hello", **metadata: Json) -> Object:
    return {
        "apiVersion": "serving.knative.dev/v1", "kind": "Configuration", "metadata": {"name": name, **metadata},
        "spec": {"template": {"spec": {"containers": [{"image": "dev.local/zerocart/hello"}]}}},
    }  # fmt: skip


def route(*traffic: Json, name: str = "front", **metadata: Json) -> Object:
    targets: list[Json] = [*(traffic or [{"configurationName": "hello", "percent": 100}])]
    return {
        "apiVersion": "serving.knative.dev/v1", "kind": "Route", "metadata": {"name": name, **metadata},
        "spec": {"traffic": targets},
    }  # fmt: skip


def conditions(made: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["type"]: (each["status"], each.get("reason", "")) for each in made["status"]["conditions"]}


def targets(stack: Stack, name: str = "front") -> dict[str, int]:
    """Who Envoy is told has a Route's requests."""
    (found,) = [each for each in stack.engine.controller.destinations() if each.route == name]
    return {each.revision: each.percent for each in found.targets}


async def both(stack: Stack) -> None:
    """A Configuration and a Route of one's own, which serve."""
    await stack.create(CONFIGURATIONS, configuration())
    await stack.create(ROUTES, route())
    stack.ready("hello-00001")


class TestAConfiguration:
    def test_makes_revisions_that_are_of_no_service(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            made = await stack.create(CONFIGURATIONS, configuration())
            assert (made["metadata"]["generation"], "status" in made) == (1, False)
            assert made["metadata"]["annotations"] == {
                "serving.knative.dev/creator": "zerocart", "serving.knative.dev/lastModifier": "zerocart",
            }  # fmt: skip
            assert made["spec"]["template"]["spec"]["containers"][0]["name"] == "user-container"
            waiting = await stack.get(f"{CONFIGURATIONS}/hello")
            assert conditions(waiting) == {"Ready": ("Unknown", "")}
            stack.ready("hello-00001")
            found = await stack.get(f"{CONFIGURATIONS}/hello")
            assert conditions(found) == {"Ready": ("True", "")}
            assert found["status"]["latestCreatedRevisionName"] == "hello-00001"
            assert found["status"]["latestReadyRevisionName"] == "hello-00001"
            revision = (await stack.get(f"{SERVING}/revisions/hello-00001"))["metadata"]
            assert revision["labels"]["serving.knative.dev/configuration"] == "hello"
            assert "serving.knative.dev/service" not in revision["labels"]
            (owner,) = revision["ownerReferences"]
            assert (owner["kind"], owner["uid"]) == ("Configuration", found["metadata"]["uid"])
            assert (await stack.get(SERVICES))["items"] == []
            environment = stack.engine.controller.environments
            assert {name: each["K_SERVICE"] for name, each in environment.items()} == {"hello-00001": ""}

        on_stack(test)

    def test_a_change_of_the_template_is_a_revision_and_one_of_the_labels_none(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await stack.create(CONFIGURATIONS, configuration())
            stack.ready("hello-00001")
            labelled = await stack.patch(f"{CONFIGURATIONS}/hello", {"metadata": {"labels": {"team": "a"}}})
            assert labelled["metadata"]["generation"] == 1
            changed = await stack.patch(f"{CONFIGURATIONS}/hello", LONGER)
            assert changed["metadata"]["generation"] == 2
            assert changed["status"]["observedGeneration"] == 1, "a client must see that it has changed"
            stack.broken("hello-00002", "it died")
            found = await stack.get(f"{CONFIGURATIONS}/hello")
            assert found["status"]["observedGeneration"] == 2
            assert conditions(found) == {"Ready": ("False", "RevisionFailed")}
            assert found["status"]["latestReadyRevisionName"] == "hello-00001"
            revision = await stack.get(f"{SERVING}/revisions/hello-00002")
            assert "team" not in revision["metadata"]["labels"]

        on_stack(test)

    def test_goes_with_its_revisions(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            gone = await stack.call("DELETE", f"{CONFIGURATIONS}/hello?propagationPolicy=Foreground")
            assert (gone.code, gone.body["status"]) == (200, "Success")
            assert (await stack.get(f"{SERVING}/revisions"))["items"] == []
            assert stack.engine.controller.store.revisions == {}
            left = await stack.get(f"{ROUTES}/front")
            assert conditions(left)["AllTrafficAssigned"] == ("False", "ConfigurationMissing")
            assert targets(stack) == {}

        on_stack(test)

    def test_a_revision_s_name_that_another_one_has_is_not_made_again(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await stack.create(SERVICES, service("hello-more"))
            named = configuration()
            named["spec"] = {"template": {**named["spec"]["template"], "metadata": {"name": "hello-more-00001"}}}  # type: ignore[index, call-overload, dict-item]
            await stack.create(CONFIGURATIONS, named)
            found = await stack.get(f"{CONFIGURATIONS}/hello")
            assert conditions(found) == {"Ready": ("False", "RevisionFailed")}
            owner = (await stack.get(f"{SERVING}/revisions/hello-more-00001"))["metadata"]["ownerReferences"][0]
            assert owner["name"] == "hello-more"

        on_stack(test)


class TestARoute:
    def test_waits_for_its_configuration_and_serves_then(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            made = await stack.create(ROUTES, route())
            assert made["spec"]["traffic"] == [{"configurationName": "hello", "latestRevision": True, "percent": 100}]
            missing = await stack.get(f"{ROUTES}/front")
            assert conditions(missing) == {
                "AllTrafficAssigned": ("False", "ConfigurationMissing"),
                "CertificateProvisioned": ("True", "TLSNotEnabled"),
                "IngressReady": ("Unknown", "IngressNotConfigured"),
                "Ready": ("False", "ConfigurationMissing"),
            }
            await stack.create(CONFIGURATIONS, configuration())
            waiting = await stack.get(f"{ROUTES}/front")
            assert conditions(waiting)["Ready"] == ("Unknown", "RevisionMissing")
            stack.ready("hello-00001")
            found = await stack.get(f"{ROUTES}/front")
            assert conditions(found)["Ready"] == ("True", "")
            assert found["status"]["url"] == "http://front.shop.localhost:8080"
            assert found["status"]["address"] == {"url": "http://front.shop.svc.cluster.local"}
            assert found["status"]["traffic"] == [
                {"latestRevision": True, "percent": 100, "revisionName": "hello-00001"}
            ]
            assert targets(stack) == {"hello-00001": 100}
            shadow = await stack.get("/api/v1/namespaces/shop/services/front")
            assert shadow["metadata"]["ownerReferences"][0]["uid"] == found["metadata"]["uid"]

        on_stack(test)

    def test_names_itself_to_what_it_leads_to(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await stack.create(SERVICES, service())
            stack.ready("hello-00001")
            await stack.create(ROUTES, route())
            for kind, name in (("configurations", "hello"), ("revisions", "hello-00001")):
                made = await stack.get(f"{SERVING}/{kind}/{name}")
                assert made["metadata"]["annotations"]["serving.knative.dev/routes"] == "front,hello", kind
            await stack.call("DELETE", f"{ROUTES}/front")
            made = await stack.get(f"{SERVING}/revisions/hello-00001")
            assert made["metadata"]["annotations"]["serving.knative.dev/routes"] == "hello"

        on_stack(test)

    def test_splits_its_requests_between_configurations_and_revisions_of_services(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            await stack.create(SERVICES, service("bye"))
            stack.ready("bye-00001")
            await stack.patch(f"{CONFIGURATIONS}/hello", LONGER)
            stack.ready("hello-00002")
            split = [
                {"configurationName": "hello", "percent": 50}, {"configurationName": "bye", "percent": 30},
                {"revisionName": "hello-00001", "percent": 20, "tag": "old"},
            ]  # fmt: skip
            patched = await stack.patch(f"{ROUTES}/front", {"spec": {"traffic": split}})
            assert patched["metadata"]["generation"] == 2
            assert targets(stack) == {"hello-00002": 50, "bye-00001": 30, "hello-00001": 20}
            found = await stack.get(f"{ROUTES}/front")
            assert found["status"]["traffic"][2]["url"] == "http://old-front.shop.localhost:8080"
            # What cannot be assigned leaves the requests where they are.
            wrong: Json = [{"op": "replace", "path": "/spec/traffic/1/configurationName", "value": "nobody"}]
            await stack.patch(f"{ROUTES}/front", wrong, OPERATIONS)
            assert conditions(await stack.get(f"{ROUTES}/front"))["Ready"] == ("False", "ConfigurationMissing")
            assert targets(stack) == {"hello-00002": 50, "bye-00001": 30, "hello-00001": 20}

        on_stack(test)

    def test_moves_bit_by_bit_where_it_says_so(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            await stack.patch(
                f"{ROUTES}/front", {"metadata": {"annotations": {"serving.knative.dev/rollout-duration": "60s"}}}
            )
            await stack.patch(f"{CONFIGURATIONS}/hello", LONGER)
            stack.ready("hello-00002")
            assert targets(stack) == {"hello-00001": 99, "hello-00002": 1}
            assert conditions(await stack.get(f"{ROUTES}/front"))["IngressReady"] == ("Unknown", "RolloutInProgress")
            store = stack.engine.controller.store
            store.save()
            assert Store(stack.engine.home).assigned == store.assigned

        on_stack(test)

    def test_for_functions_alone_has_no_host_outside(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            labels = {"networking.knative.dev/visibility": "cluster-local"}
            await stack.patch(f"{ROUTES}/front", {"metadata": {"labels": labels}})
            assert (await stack.get(f"{ROUTES}/front"))["status"]["url"] == "http://front.shop.svc.cluster.local"

        on_stack(test)

    def test_a_revision_that_it_leads_to_is_not_deleted(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            await stack.patch(f"{CONFIGURATIONS}/hello", LONGER)
            stack.ready("hello-00002")
            pinned = [{"revisionName": "hello-00001", "percent": 100}]
            await stack.patch(f"{ROUTES}/front", {"spec": {"traffic": pinned}})
            refused = await stack.call("DELETE", f"{SERVING}/revisions/hello-00001")
            assert (refused.code, "requests reach it" in refused.body["message"]) == (403, True)

        on_stack(test)

    def test_a_domain_leads_to_it(self, on_stack: OnStack) -> None:
        async def test(stack: Stack) -> None:
            await both(stack)
            reference: Object = {"kind": "Route", "name": "front", "apiVersion": "serving.knative.dev/v1"}
            mapping: Object = {
                "apiVersion": "serving.knative.dev/v1beta1", "kind": "DomainMapping",
                "metadata": {"name": "shop.example.org"}, "spec": {"ref": reference},
            }  # fmt: skip
            await stack.create(DOMAINS, mapping)
            assert conditions(await stack.get(f"{DOMAINS}/shop.example.org"))["Ready"] == ("True", "")
            await stack.call("DELETE", f"{ROUTES}/front")
            (ready,) = [
                each
                for each in (await stack.get(f"{DOMAINS}/shop.example.org"))["status"]["conditions"]
                if each["type"] == "Ready"
            ]
            assert ready["message"] == 'failed to get object shop/front: routes.serving.knative.dev "front" not found'

        on_stack(test)


REFUSED: dict[str, tuple[list[Json], str]] = {
    "neither": ([{"percent": 100}], "expected exactly one, got neither: "
                "spec.traffic[0].configurationName, spec.traffic[0].revisionName"),
    "both": ([{"percent": 100, "configurationName": "a", "revisionName": "b"}], "expected exactly one, got both: "
             "spec.traffic[0].configurationName, spec.traffic[0].revisionName"),
    "no traffic": ([], "Traffic targets sum to 0, want 100: spec.traffic"),
    "too little": ([{"percent": 99, "configurationName": "a"}], "Traffic targets sum to 99, want 100: spec.traffic"),
    "not a name": ([{"percent": 100, "configurationName": "a!"}], 'invalid key name "a!": '
                   "spec.traffic[0].configurationName"),
    "a tag twice": ([{"percent": 50, "configurationName": "a", "tag": "t"},
                     {"percent": 50, "configurationName": "b", "tag": "t"}],
                    'Multiple definitions for "t": spec.traffic[0].tag, spec.traffic[1].tag'),
    "not the latest": ([{"percent": 100, "configurationName": "a", "latestRevision": False}],
                       'may not set revisionName "" when latestRevision is false: spec.traffic[0].latestRevision'),
    "a url": ([{"percent": 100, "configurationName": "a", "url": "http://x"}],
              "must not set the field(s): spec.traffic[0].url"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_traffic_is_refused_in_knative_s_words(on_stack: OnStack, case: str) -> None:
    traffic, words = REFUSED[case]

    async def test(stack: Stack) -> None:
        document = route()
        document["spec"] = {"traffic": [*traffic]}
        refused = await stack.call("POST", ROUTES, document)
        assert refused.code == 400
        prefix = 'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: '
        assert refused.body["message"] == prefix + words
        assert (await stack.get(ROUTES))["items"] == []

    on_stack(test)


@pytest.mark.parametrize(("path", "document"), [(CONFIGURATIONS, configuration), (ROUTES, route)])
def test_who_is_no_service_may_not_say_that_it_is_one_s(
    on_stack: OnStack, path: str, document: Callable[..., Object]
) -> None:
    async def test(stack: Stack) -> None:
        refused = await stack.call("POST", path, document(labels={"serving.knative.dev/service": "x"}))
        assert "missing field(s): metadata.labels.serving.knative.dev/service" in refused.body["message"]

    on_stack(test)


@pytest.mark.parametrize(("path", "document"), [(CONFIGURATIONS, configuration), (ROUTES, route)])
def test_a_dry_run_leaves_nothing(on_stack: OnStack, path: str, document: Callable[..., Object]) -> None:
    async def test(stack: Stack) -> None:
        made = await stack.call("POST", f"{path}?dryRun=All", document())
        assert (made.code, made.body["metadata"]["generation"]) == (201, 1)
        assert (await stack.get(path))["items"] == []

    on_stack(test)


@pytest.mark.parametrize(("path", "document"), [(CONFIGURATIONS, configuration), (ROUTES, route)])
def test_it_is_applied_by_a_server_that_keeps_who_said_what(
    on_stack: OnStack, path: str, document: Callable[..., Object]
) -> None:
    async def test(stack: Stack) -> None:
        body = document(labels={"team": "a"})
        name = str(body["metadata"]["name"])  # type: ignore[index, call-overload]
        url = f"{path}/{name}?fieldManager=a&force=true"
        first = await stack.call("PATCH", url, body, content_type=APPLY)
        assert first.code == 201
        again = await stack.call("PATCH", url, document(labels={"team": "b"}), content_type=APPLY)
        assert (again.code, again.body["metadata"]["labels"]["team"]) == (200, "b")
        other = await stack.call(
            "PATCH", f"{path}/{name}?fieldManager=b", document(labels={"team": "c"}), content_type=APPLY
        )
        assert (other.code, other.body["reason"]) == (409, "Conflict")

    on_stack(test)


@pytest.mark.parametrize(
    ("path", "document", "columns"),
    [
        (CONFIGURATIONS, configuration, ["Name", "LatestCreated", "LatestReady", "Ready", "Reason"]),
        (ROUTES, route, ["Name", "URL", "Ready", "Reason"]),
    ],
)
def test_it_has_knative_s_columns_and_a_watch_tells_of_it(
    on_stack: OnStack, path: str, document: Callable[..., Object], columns: list[str]
) -> None:
    async def test(stack: Stack) -> None:
        version = (await stack.get(path))["metadata"]["resourceVersion"]
        async with stack.watch(f"{path}?watch=1&resourceVersion={version}") as watched:
            made = await stack.create(path, document())
            event = await watched.next()
            assert (event["type"], event["object"]["metadata"]["uid"]) == ("ADDED", made["metadata"]["uid"])
            assert (await watched.next())["object"]["status"]["observedGeneration"] == 1
            await stack.call("DELETE", f"{path}/{made['metadata']['name']}")
            assert (await watched.next())["type"] == "DELETED"
        table = await stack.get(path, accept=TABLE)
        assert [each["name"] for each in table["columnDefinitions"]] == columns

    on_stack(test)


@pytest.mark.parametrize("kind", ["configurations", "routes"])
def test_what_a_service_makes_is_as_the_service_has_it(on_stack: OnStack, kind: str) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(SERVICES, service())
        stack.ready("hello-00001")
        before = await stack.get(f"{SERVING}/{kind}/hello")
        written = {**before, "metadata": {**before["metadata"], "labels": {"team": "b"}}}
        put = await stack.call("PUT", f"{SERVING}/{kind}/hello", written)
        assert (put.code, put.body) == (200, before)
        patch: Object = {
            "spec": {"template": {"spec": {"containers": []}}} if kind == "configurations" else {"traffic": []}
        }
        wrong = await stack.call("PATCH", f"{SERVING}/{kind}/hello", patch, content_type="application/merge-patch+json")
        assert wrong.code == 400, "a wrong one is refused all the same"
        again = await stack.call(
            "POST", f"{SERVING}/{kind}", configuration() if kind == "configurations" else route(name="hello")
        )
        assert (again.code, again.body["reason"]) == (409, "AlreadyExists")
        gone = await stack.call("DELETE", f"{SERVING}/{kind}/hello")
        assert (gone.code, "Service hello makes it" in gone.body["message"]) == (403, True)
        await stack.call("DELETE", f"{SERVING}/{kind}")
        assert await stack.get(f"{SERVING}/{kind}/hello") == before
        assert targets(stack, "hello") == {"hello-00001": 100}

    on_stack(test)


def test_a_service_takes_over_neither_a_configuration_nor_a_route_that_is_there(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIGURATIONS, configuration())
        stack.ready("hello-00001")
        await stack.create(SERVICES, service())
        found = await stack.get(f"{SERVICES}/hello")
        assert conditions(found)["ConfigurationsReady"] == ("False", "NotOwned")
        assert (await stack.get(ROUTES))["items"] == []
        own = (await stack.get(f"{CONFIGURATIONS}/hello"))["metadata"]
        assert "ownerReferences" not in own
        # With the one of its own gone, the Service makes its own, and revisions of its own.
        await stack.call("DELETE", f"{CONFIGURATIONS}/hello")
        made = (await stack.get(f"{CONFIGURATIONS}/hello"))["metadata"]
        assert made["uid"] != own["uid"]
        revision = await stack.get(f"{SERVING}/revisions/hello-00001")
        assert revision["metadata"]["labels"]["serving.knative.dev/service"] == "hello"
        await stack.create(ROUTES, route(name="bye"))
        await stack.create(SERVICES, service("bye"))
        assert conditions(await stack.get(f"{SERVICES}/bye"))["RoutesReady"] == ("False", "NotOwned")
        assert stack.engine.services_status()

    on_stack(test)


def test_all_of_it_is_there_for_the_next_engine(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await both(stack)
        before = stack.engine.controller.store
        before.save()
        after = Store(stack.engine.home)
        assert (after.revisions, after.assigned) == (before.revisions, before.assigned)
        assert after.stamps == before.stamps
        assert {str(key) for key in after.documents} == {"Configuration hello", "Route front"}

    on_stack(test)
