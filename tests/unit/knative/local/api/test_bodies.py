"""What a body may be, and what of it counts."""

import base64
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.api import protobuf
from knative.local.api.statuses import StatusError
from knative.local.objects.json_values import Object
from tests.unit.knative.local.api.harness import CONFIG_MAPS, SERVICES, Stack, config_map, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]

# As kubectl 1.37.1 sends them: `create secret generic s1 --from-literal=A=1`, `create configmap c1 --from-literal=k=v`,
# `create namespace demo`.
SECRET = (
    b'k8s\x00\n\x0c\n\x02v1\x12\x06Secret\x12"\n\x16\n\x02s1\x12\x00\x1a\x04shop"\x00*\x002\x008\x00B\x00'
    b'\x12\x06\n\x01A\x12\x011\x1a\x00\x1a\x00"\x00'
)
CONFIG_MAP = (
    b'k8s\x00\n\x0f\n\x02v1\x12\tConfigMap\x12 \n\x16\n\x02c1\x12\x00\x1a\x04shop"\x00*\x002\x008\x00B\x00'
    b'\x12\x06\n\x01k\x12\x01v\x1a\x00"\x00'
)
NAMESPACE = (
    b'k8s\x00\n\x0f\n\x02v1\x12\tNamespace\x12\x1c\n\x14\n\x04demo\x12\x00\x1a\x00"\x00*\x002\x008\x00B\x00'
    b'\x12\x00\x1a\x02\n\x00\x1a\x00"\x00'
)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (
            SECRET,
            {"kind": "Secret", "metadata": {"name": "s1", "namespace": "shop"}, "data": {"A": "MQ=="}, "type": ""},
        ),
        (CONFIG_MAP, {"kind": "ConfigMap", "metadata": {"name": "c1", "namespace": "shop"}, "data": {"k": "v"}}),
        (NAMESPACE, {"kind": "Namespace", "metadata": {"name": "demo"}}),
    ],
)
def test_what_kubectl_creates_arrives(body: bytes, document: Object) -> None:
    assert protobuf.read(body) == {"apiVersion": "v1", **document}


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_are_refused(body: bytes) -> None:
    for content in (body, b"k8s\x00" + body, SECRET[: len(body)]):
        try:
            assert "kind" in protobuf.read(content)
        except StatusError as error:
            assert error.code == 400  # noqa: PT017 - either is right


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"a: [", "application/yaml", 400),
        (b"{}", "text/csv", 415),
        (b"{}", "application/vnd.kubernetes.protobuf", 400),
    ],
)
def test_what_is_no_object_is_refused(on_stack: OnStack, body: bytes, content_type: str, code: int) -> None:
    async def test(stack: Stack) -> None:
        assert (await stack.call("POST", CONFIG_MAPS, body, content_type=content_type)).code == code

    on_stack(test)


def test_a_body_is_of_the_kind_and_the_name_that_its_path_says(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        found = await stack.call("POST", SERVICES, config_map())
        assert found.code == 400
        assert "does not match the expected API version (serving.knative.dev/v1, Kind=Service)" in found.body["message"]
        await stack.create(SERVICES, service())
        assert (await stack.call("PUT", f"{SERVICES}/hello", service("other"))).code == 400
        elsewhere = service("third")
        elsewhere["metadata"] = {"name": "third", "namespace": "default"}
        assert (await stack.call("POST", SERVICES, elsewhere)).code == 400

    on_stack(test)


def test_a_body_beyond_all_bounds_is_refused(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        large = config_map(a=base64.b64encode(bytes(3 * 1024 * 1024)).decode())
        assert (await stack.call("POST", CONFIG_MAPS, large)).code == 413

    on_stack(test)


def test_what_the_server_keeps_is_not_taken_from_a_client(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        document = config_map(a="b")
        document["metadata"] = {
            "name": "settings", "uid": "mine", "generation": 9, "creationTimestamp": "1999-01-01T00:00:00Z",
            "managedFields": [{"manager": "me"}],
        }  # fmt: skip
        metadata = (await stack.create(CONFIG_MAPS, document))["metadata"]
        assert metadata["uid"] != "mine"
        assert not metadata["creationTimestamp"].startswith("1999")
        assert [each["manager"] for each in metadata["managedFields"]] == ["unknown"]

    on_stack(test)
