"""Who comes in: by the shop's own manifests and a real Envoy."""

import re
from pathlib import Path

import pytest

from tests.unit.gateway.front_door import FrontDoor, destination, shop_mesh
from tests.unit.gateway.tokens import KEYS_URI, bearer, key_set, token, unsigned_token

wrong_tokens = {
    "expired": token(lives_s=-3600),
    "signed by another key": token(key="forger"),
    "signed by an unknown key": token(key="forger", kid="forger"),
    "unsigned": unsigned_token(),
    "for another audience": token(aud="elsewhere"),
    "of another issuer": token(iss="https://elsewhere.example"),
    "no token at all": "x.y.z",
}


@pytest.mark.parametrize("wrong", wrong_tokens.values(), ids=wrong_tokens.keys())
@pytest.mark.parametrize("path", ["/api/orders", "/api/products"])
def test_a_wrong_token_is_refused_with_401_everywhere(door: FrontDoor, wrong: str, path: str) -> None:
    reply = door.ask(path, headers=bearer(wrong))
    assert (reply.status, reply.json["type"]) == (401, "unauthorized")
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert reply.json["trace_id"] == reply.headers["x-trace-id"]


def test_a_right_token_reaches_the_function_which_can_check_it_again(door: FrontDoor) -> None:
    right = token()
    reply = door.ask("/api/orders", method="POST", headers=bearer(right))
    assert reply.status == 200
    assert reply.asked["authorization"] == f"Bearer {right}"


@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/", "/api/orders/7", "/api//orders", "/api/x/../orders"])
def test_an_order_without_a_token_is_401_however_the_path_is_spelled(door: FrontDoor, path: str) -> None:
    reply = door.ask(path)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("scheme", ["Basic dTpw", "bearer", "Token abc"])
def test_something_else_than_a_bearer_token_is_401_and_not_403(door: FrontDoor, scheme: str) -> None:
    assert door.ask("/api/orders", headers={"authorization": scheme}).status == 401


def test_a_token_in_the_address_is_no_token(door: FrontDoor) -> None:
    assert door.ask(f"/api/orders?access_token={token()}").status == 401


def test_what_is_open_needs_no_token(door: FrontDoor) -> None:
    assert door.ask("/api/products").status == 200


def test_a_right_token_without_the_role_is_403_and_with_it_comes_through(tmp_path: Path) -> None:
    admins_only = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: admins, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  action: DENY
  rules:
    - to:
        - operation: {paths: [/api/products]}
      when:
        - key: request.auth.claims[roles]
          notValues: [admin]
"""
    with FrontDoor(folder=tmp_path, mesh=shop_mesh(admins_only), key_sets={KEYS_URI: key_set()}) as door:
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        assert door.ask("/api/products").status == 401
        forbidden = door.ask("/api/products", headers=bearer(token(roles=["customer", "administrator"])))
        assert (forbidden.status, forbidden.json["type"]) == (403, "forbidden")
        assert "www-authenticate" not in forbidden.headers
        assert door.ask("/api/products", headers=bearer(token(roles=["customer", "admin"]))).status == 200
        assert door.ask("/api/products", headers=bearer(token(roles="admin"))).status == 200


def test_a_report_is_for_admins_alone(door: FrontDoor) -> None:
    assert door.ask("/api/reports/sales").status == 401
    for roles in ([], ["customer"], ["administrator"]):
        forbidden = door.ask("/api/reports/sales?from=2026-11-01", headers=bearer(token(roles=roles)))
        assert (forbidden.status, forbidden.json["type"]) == (403, "forbidden")
    assert door.ask("/api/reports/sales", headers=bearer(token(roles=["admin"]))).status == 200
    preflight = {"origin": "https://zerocart.example", "access-control-request-method": "GET"}
    assert door.ask("/api/reports/sales", method="OPTIONS", headers=preflight).status == 200


def test_no_token_passes_until_the_keys_are_known_and_then_without_a_restart(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh()) as door:
        state = [destination("list-orders", ("list-orders-00001", 100))], [door.backend("list-orders-00001")]
        door.apply(*state)
        assert door.ask("/api/orders", headers=bearer(token())).status == 401
        door.key_sets = {KEYS_URI: key_set()}
        door.apply(*state)
        door.wait_until(lambda: door.ask("/api/orders", headers=bearer(token())).status == 200)


def test_what_a_client_says_of_its_way_here_gives_way_to_what_the_gateway_knows(door: FrontDoor) -> None:
    reply = door.ask("/api/products", headers={"Forwarded": "for=6.6.6.6;proto=https", "Host": "shop.example:81"})
    assert reply.asked["forwarded"] == 'for=127.0.0.1;host="shop.example:81";proto=http'


@pytest.mark.parametrize(
    "name",
    [
        "x-user-id", "X-User-Roles", "x-forwarded-user", "x-jwt-payload", "x-envoy-retry-on",
        "x-forwarded-host", "X-Original-URL", "x-rewrite-url", "X-HTTP-Method-Override", "Knative-Serving-Revision",
        "K-Proxy-Request", "K-Passthrough-Lb", "x-forwarded-client-cert", "x_user_id", "X_Forwarded_For", "If_Match",
    ],
)  # fmt: skip
def test_a_header_that_would_claim_or_steer_something_does_not_arrive(door: FrontDoor, name: str) -> None:
    reply = door.ask("/api/products", headers={name: "forged", "x-kept": "kept"})
    assert "x-kept" in reply.asked
    assert not [key for key in reply.asked if re.fullmatch(name, key, re.IGNORECASE)]


def test_the_clients_address_is_the_one_that_the_door_sees_whatever_is_claimed(door: FrontDoor) -> None:
    reply = door.ask("/api/products", headers={"X-Client-Address": "6.6.6.6", "X-Forwarded-For": "6.6.6.6"})
    assert {value for key, value in reply.asked.items() if key.lower() == "x-client-address"} == {"127.0.0.1"}
