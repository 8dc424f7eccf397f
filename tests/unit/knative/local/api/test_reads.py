"""Getting and listing: who may, what is found, in which form, in which pieces."""

from collections.abc import Awaitable, Callable

import pytest

from tests.unit.knative.local.api.harness import CONFIG_MAPS, SERVICES, SERVING, TABLE, Stack, config_map, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]


@pytest.mark.parametrize("token", ["", "let me", "let me in too"])
def test_without_the_token_nothing_is_said(on_stack: OnStack, token: str) -> None:
    async def test(stack: Stack) -> None:
        for path in (SERVICES, "/version", "/apis", "/nowhere"):
            found = await stack.call("GET", path, token=token)
            assert (found.code, found.body["reason"]) == (401, "Unauthorized")
        assert (await stack.call("GET", "/readyz", token=token)).code == 200

    on_stack(test)


def test_nothing_is_read_or_written_before_the_stack_is_up(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        stack.daemon._up = False
        assert (await stack.call("GET", "/readyz")).code == 503
        found = await stack.call("GET", SERVICES)
        assert (found.code, found.headers["Retry-After"]) == (503, "1")
        assert (await stack.call("POST", SERVICES, service())).code == 503
        stack.daemon._up = True
        assert (await stack.get(SERVICES))["items"] == []

    on_stack(test)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere", "/api/v2/pods", "/apis/apps/v1/namespaces/shop/deployments",
        f"{SERVING}/services/hello/scale",
        f"{SERVING}/services/hello/status/more", "/apis/serving.knative.dev/v1/services/hello",
        "/api/v1/namespaces//pods",
    ],
)  # fmt: skip
def test_what_is_not_offered_is_not_found(on_stack: OnStack, path: str) -> None:
    async def test(stack: Stack) -> None:
        assert (await stack.call("GET", path)).code == 404

    on_stack(test)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{SERVING}/revisions/hello"), ("DELETE", "/api/v1/namespaces/shop/pods/hello"), ("PUT", SERVICES),
        ("PATCH", "/api/v1/namespaces/shop/services/hello"), ("POST", "/version"), ("DELETE", f"{SERVING}/revisions"),
        ("POST", f"{SERVICES}/hello/status"),
    ],
)  # fmt: skip
def test_what_is_only_to_look_at_is_not_written(on_stack: OnStack, method: str, path: str) -> None:
    async def test(stack: Stack) -> None:
        found = await stack.call(method, path, {})
        assert (found.code, found.body["reason"]) == (405, "MethodNotAllowed")

    on_stack(test)


def test_an_object_that_is_not_there_is_named(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        found = await stack.call("GET", f"{SERVICES}/nobody")
        assert found.code == 404
        assert found.body["message"] == 'services.serving.knative.dev "nobody" not found'
        assert found.body["details"] == {"name": "nobody", "group": "serving.knative.dev", "kind": "services"}

    on_stack(test)


def test_a_table_has_knatives_columns_and_a_row_for_each_object(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(SERVICES, service())
        stack.ready("hello-00001")
        found = await stack.get(SERVICES, accept=TABLE)
        assert [column["name"] for column in found["columnDefinitions"]] == [
            "Name", "URL", "LatestCreated", "LatestReady", "Ready", "Reason"
        ]  # fmt: skip
        (row,) = found["rows"]
        assert row["cells"] == [
            "hello", "http://hello.shop.localhost:8080", "hello-00001", "hello-00001", "True", None
        ]  # fmt: skip
        assert row["object"]["kind"] == "PartialObjectMetadata"
        one = await stack.get(f"{SERVICES}/hello?includeObject=Object", accept=TABLE)
        assert one["rows"][0]["object"]["kind"] == "Service"

    on_stack(test)


def test_a_long_list_comes_in_pieces_with_each_object_once(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        names = [f"settings-{number}" for number in range(5)]
        for name in names:
            await stack.create(CONFIG_MAPS, config_map(name))
        found, token = [], ""
        for remaining in (3, 1, None):
            piece = await stack.get(f"{CONFIG_MAPS}?limit=2&continue={token}")
            found += [each["metadata"]["name"] for each in piece["items"]]
            token = piece["metadata"].get("continue", "")
            assert piece["metadata"].get("remainingItemCount") == remaining
        assert (found, token) == (names, "")
        assert (await stack.call("GET", f"{CONFIG_MAPS}?continue=nonsense")).code == 400

    on_stack(test)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("labelSelector=team%3Da", ["one"]),
        ("labelSelector=team!%3Da", ["three", "two"]),
        ("labelSelector=team", ["one", "two"]),
        ("labelSelector=!team", ["three"]),
        ("labelSelector=team+in+(a,b),!old", ["one"]),
        ("labelSelector=team+notin+(a)", ["three", "two"]),
        ("fieldSelector=metadata.name%3Dtwo", ["two"]),
        ("fieldSelector=metadata.name!%3Dtwo", ["one", "three"]),
    ],
)
def test_selectors_let_through_what_they_say(on_stack: OnStack, query: str, names: list[str]) -> None:
    labels: dict[str, dict[str, str]] = {"one": {"team": "a"}, "two": {"team": "b", "old": "yes"}, "three": {}}

    async def test(stack: Stack) -> None:
        for name, its in labels.items():
            document = config_map(name)
            document["metadata"] = {"name": name, "labels": {**its}}
            await stack.create(CONFIG_MAPS, document)
        found = await stack.get(f"{CONFIG_MAPS}?{query}")
        assert [each["metadata"]["name"] for each in found["items"]] == names

    on_stack(test)


@pytest.mark.parametrize("query", ["fieldSelector=spec.size%3D1", "labelSelector=a+b", "limit=many"])
def test_a_query_that_cannot_be_understood_is_refused(on_stack: OnStack, query: str) -> None:
    async def test(stack: Stack) -> None:
        assert (await stack.call("GET", f"{CONFIG_MAPS}?{query}")).code == 400

    on_stack(test)


def test_every_kind_that_discovery_names_can_be_listed(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        groups = (await stack.get("/apis"))["groups"]
        versions = [f"/apis/{version['groupVersion']}" for group in groups for version in group["versions"]]
        aggregated = {
            (item["metadata"].get("name", ""), version["version"], resource["resource"], tuple(resource["verbs"]))
            for path in ("/api", "/apis")
            for item in (
                await stack.get(path, accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            )["items"]
            for version in item["versions"]
            for resource in version["resources"]
        }
        plain = set()
        for version in ("/api/v1", *versions):
            for resource in (await stack.get(version))["resources"]:
                if "/" in resource["name"]:
                    continue
                assert (await stack.get(f"{version}/{resource['name']}"))["kind"] == f"{resource['kind']}List"
                group, _, number = version.removeprefix("/apis/").removeprefix("/api/").rpartition("/")
                plain.add((group, number, resource["name"], tuple(resource["verbs"])))
        assert plain == aggregated

    on_stack(test)


def test_openapi_leaves_the_check_of_fields_to_the_server(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        index = (await stack.get("/openapi/v3"))["paths"]
        url = index["apis/serving.knative.dev/v1"]["serverRelativeURL"]
        document = await stack.get(url)
        operation = document["paths"]["/apis/serving.knative.dev/v1/namespaces/{namespace}/services/{name}"]["patch"]
        assert operation["x-kubernetes-group-version-kind"]["kind"] == "Service"
        assert "fieldValidation" in [parameter["name"] for parameter in operation["parameters"]]

    on_stack(test)


def test_a_secret_is_shown_encoded_and_what_was_not_is_encoded_then(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        path = "/api/v1/namespaces/shop/secrets"
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"a": "b"}}
        made = await stack.create(path, secret)
        assert (made["data"], made["type"]) == ({"a": "Yg=="}, "Opaque")
        assert "stringData" not in await stack.get(f"{path}/key")

    on_stack(test)
