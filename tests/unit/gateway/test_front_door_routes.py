"""Where a request goes: by the shop's own manifests and a real Envoy."""

import http.client

import pytest

from tests.unit.gateway.front_door import FrontDoor, reply


@pytest.mark.parametrize(
    ("path", "function"),
    {
        "/api/products": "list-products-00001",
        "/api/products?q=mug&limit=5": "list-products-00001",
        "/api/products/85123A": "get-product-00001",
        "/api/auth/login": "login-00001",
        "/images/85123A.svg": "get-image-00001",
    }.items(),
)
def test_a_path_reaches_its_function_by_the_functions_own_name(door: FrontDoor, path: str, function: str) -> None:
    answer = door.ask(path)
    assert answer.json["function"] == function
    assert answer.json["path"] == path
    assert answer.asked["host"] == f"{function.removesuffix('-00001')}.shop.svc.cluster.local"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_function_which_alone_says_405(door: FrontDoor, method: str) -> None:
    answer = door.ask("/api/products", method=method, headers={"x-answer": "405"})
    assert answer.status == 405
    if method != "HEAD":
        assert answer.json["method"] == method


@pytest.mark.parametrize("path", ["/", "/api", "/api/products/a/b", "/api/product", "/.env"])
def test_what_is_not_routed_is_a_404_problem(door: FrontDoor, path: str) -> None:
    answer = door.ask(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {
        "type": "not-found",
        "title": "There is no such thing here",
        "status": 404,
        "detail": "Nothing is served at this address",
        "instance": path,
        "trace_id": answer.headers["x-trace-id"],
    }


@pytest.mark.parametrize("path", ["/api//products", "/x/../api/products", "/api/./products", "/x/%2e%2e/api/products"])
def test_a_path_has_one_spelling_for_the_function(door: FrontDoor, path: str) -> None:
    assert door.ask(path).json["path"] == "/api/products"


@pytest.mark.parametrize("path", ["/images/..%2fapi", "/api%2Fproducts", "/images/..%5Cx"])
def test_an_encoded_slash_is_a_400_problem_and_reaches_nobody(door: FrontDoor, path: str) -> None:
    answer = door.ask(path)
    assert (answer.status, answer.json["type"]) == (400, "malformed-request")
    assert answer.json["trace_id"] == answer.headers["x-trace-id"]
    assert len(answer.headers["x-trace-id"]) == 32


@pytest.mark.parametrize("port", ["", ":1", ":8080"])
def test_a_service_is_reached_by_its_knative_host_whatever_the_port(door: FrontDoor, port: str) -> None:
    answer = door.ask("/any/path", headers={"host": f"split.shop.localhost{port}"})
    assert answer.json["function"] in {"split-00001", "split-00002"}
    assert answer.json["path"] == "/any/path"


def test_a_tag_reaches_its_revision_alone(door: FrontDoor) -> None:
    for tag, function in (("old", "split-00001"), ("next", "split-00002")):
        functions = {door.ask("/", headers={"host": f"{tag}-split.shop.localhost"}).json["function"] for _ in range(8)}
        assert functions == {function}


def test_a_split_shares_the_traffic(door: FrontDoor) -> None:
    functions = [door.ask("/", headers={"host": "split.shop.localhost"}).json["function"] for _ in range(100)]
    # Half and half: fewer than 20 of 100 happens once in ten thousand million runs.
    assert 20 <= functions.count("split-00001") <= 80


@pytest.mark.parametrize("host", ["charge-payment.shop.localhost", "unknown.shop.localhost", "x.localhost:8080"])
def test_a_function_for_others_only_is_404_from_outside_like_an_unknown_one(door: FrontDoor, host: str) -> None:
    assert door.ask("/", headers={"host": host}).status == 404


@pytest.mark.parametrize("path", ["/internal/payments", "/internal/payments/void", "/api/../internal/payments", "/"])
@pytest.mark.parametrize("host", ["localhost", "charge-payment.shop.svc.cluster.local", "charge-payment.shop", "*"])
def test_what_functions_ask_of_one_another_is_404_from_outside_under_whatever_name(
    door: FrontDoor, host: str, path: str
) -> None:
    body = b'{"order_id": "order-1"}'
    assert door.ask(path, method="POST", headers={"host": host}, body=body).status == 404
    # As a client asks a proxy: the name is in the request's first line.
    assert door.ask(f"http://charge-payment.shop.svc.cluster.local{path}", method="POST", body=body).status == 404


@pytest.mark.parametrize(
    "host", ["charge-payment.shop.svc.cluster.local", "charge-payment.shop.svc", "charge-payment.shop:80"]
)
def test_a_function_is_reached_by_others_through_the_mesh(door: FrontDoor, host: str) -> None:
    assert door.ask("/charges", headers={"host": host}, mesh=True).json["function"] == "charge-payment-00001"


def test_the_mesh_is_an_http_proxy_too(door: FrontDoor) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.mesh_port, timeout=10)
    connection.request("GET", "http://charge-payment.shop.svc.cluster.local/charges?x=1")
    answer = reply(connection.getresponse())
    connection.close()
    assert answer.json["function"] == "charge-payment-00001"
    assert answer.json["path"] == "/charges?x=1"


def test_the_mesh_knows_no_other_host(door: FrontDoor) -> None:
    assert door.ask("http://example.com/", mesh=True).status == 404


def test_a_service_without_a_ready_revision_is_503_with_retry_after(door: FrontDoor) -> None:
    answer = door.ask("/api/events", method="POST", body=b"{}")
    assert (answer.status, answer.headers["retry-after"], answer.json["type"]) == (503, "1", "unavailable")


def test_a_revision_whose_socket_is_gone_is_503_with_retry_after(door: FrontDoor) -> None:
    answer = door.ask("/", headers={"host": "silent.shop.localhost"})
    assert (answer.status, answer.headers["retry-after"], answer.json["type"]) == (503, "1", "unavailable")
