"""Who a caller is, and what is whose: forged tokens and headers, other people's things, fields that are not theirs."""

import base64
import json
import secrets
import time
from collections.abc import Mapping

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import OKPAlgorithm

from tests.contract import raw_http
from tests.contract.conftest import CARD, Customer, Door, Reply, join, new_email
from tests.contract.raw_http import request

Goods = list[dict[str, object]]

pytestmark = pytest.mark.usefixtures("slow_clients")  # they are served beside them
PROBLEM = "application/problem+json"


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(key: Ed25519PrivateKey | RSAPrivateKey, algorithm: str, claims: object, head: Mapping[str, object]) -> str:
    return jwt.encode(dict(claims), key, algorithm=algorithm, headers=dict(head))  # type: ignore[call-overload]


def with_hmac(secret: bytes, claims: object, head: Mapping[str, object]) -> str:
    """As HS256, which PyJWT does not do with a public key."""
    text = f"{encoded({'alg': 'HS256', 'typ': 'JWT', **head})}.{encoded(claims)}"
    signature = hmac.HMAC(secret, hashes.SHA256())
    signature.update(text.encode())
    return f"{text}.{encoded(signature.finalize())}"


def forgeries(token: str, published: Mapping[str, object]) -> dict[str, str]:
    """Tokens as forgers would make them of a right one and of the published key."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    kid = jwt.get_unverified_header(token)["kid"]
    own, rsa = Ed25519PrivateKey.generate(), generate_private_key(65537, 2048)
    own_key = json.loads(OKPAlgorithm.to_jwk(own.public_key()))
    now = int(time.time())
    public_bytes = base64.urlsafe_b64decode(f"{published['x']}==")
    admin = claims | {"roles": ["admin"]}

    critical = {"alg": "EdDSA", "kid": kid, "crit": ["x"], "x": 1}

    def mine(head: Mapping[str, object], **change: object) -> str:
        return signed(own, "EdDSA", claims | change, head)

    return {
        "no algorithm": f"{encoded({'alg': 'none', 'kid': kid})}.{encoded(admin)}.",
        "no algorithm, in other letters": f"{encoded({'alg': 'nOnE', 'kid': kid})}.{encoded(admin)}.{signature}",
        "an empty signature": f"{head}.{payload}.",
        "other claims under the old signature": f"{head}.{encoded(admin)}.{signature}",
        "the public key's bytes as a secret": with_hmac(public_bytes, admin, {"kid": kid}),
        "the public key's text as a secret": with_hmac(str(published["x"]).encode(), admin, {"kid": kid}),
        "the key set's text as a secret": with_hmac(json.dumps({"keys": [published]}).encode(), admin, {"kid": kid}),
        "another key under our name": mine({"kid": kid}),
        "another key under its own name": mine({"kid": "mine"}),
        "no name": mine({}),
        "a name that is a path": mine({"kid": "../../../../dev/null"}),
        "a name that is SQL": mine({"kid": "x' UNION SELECT 'y"}),
        "a name that is no text": mine({"kid": kid}).replace(
            mine({"kid": kid}).partition(".")[0], encoded({"alg": "EdDSA", "kid": [kid]})
        ),
        "a key of its own in the header": mine({"kid": kid, "jwk": own_key}),
        "a place of its own for keys": mine(
            {"kid": "mine", "jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9"}
        ),
        "a certificate of its own": mine({"kid": kid, "x5c": ["MIIB"]}),
        "RS256": signed(rsa, "RS256", claims, {"kid": kid}),
        "an extension that must be known": f"{encoded(critical)}.{payload}.{signature}",
        "another issuer": mine({"kid": kid}, iss="https://elsewhere.example"),
        "an hour ago": mine({"kid": kid}, exp=now - 3600),
        "not yet": mine({"kid": kid}, nbf=now + 3600),
        "a second signature": f"{token}.{signature}",
        "a signature that is longer": f"{token}AAAA",
        "a signature in other letters": f"{head}.{payload}.{signature.swapcase()}",
        "30 KiB": f"{head}.{encoded(claims | {'x': 'y' * 20_000})}.{signature}",
        "nothing": "..",
    }


@pytest.fixture(scope="module")
def forged(door: Door, customer: Customer) -> dict[str, str]:
    [published] = door.get("/.well-known/jwks.json").objects("keys")
    return forgeries(customer.token, published)


def test_no_forged_token_is_taken_for_a_right_one(door: Door, customer: Customer, forged: dict[str, str]) -> None:
    taken = {
        name: reply.status
        for name, token in forged.items()
        if (reply := door.get("/api/me", token=token)).status != 401
    }
    assert taken == {}
    assert door.get("/api/me", token=customer.token).text("id") == customer.id


def test_a_function_that_is_asked_by_its_own_name_refuses_them_too(
    door: Door, base_url: str, customer: Customer, forged: dict[str, str]
) -> None:
    """By its Knative host a request meets no policy of the front door's paths: the function's own check stands."""
    port = base_url.rpartition(":")[2]
    host = {"Host": f"get-profile.shop.localhost:{port}"}
    right = door.get("/", headers=host, token=customer.token)
    if right.status == 404:
        pytest.skip("this engine gives the services other names")
    assert right.text("id") == customer.id
    assert door.get("/", headers=host).status == 401
    taken = [name for name, token in forged.items() if door.get("/", headers=host, token=token).status != 401]
    assert taken == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"}, {"Authorization": "bearer  "}, {"Authorization": "Basic {token}"},
        {"Authorization": "Bearer {token}, Bearer {token}"}, {"Authorization": "Bearer {token} x"},
        {"X-Authorization": "Bearer {token}"}, {"Cookie": "access_token={token}; Authorization={token}"},
        {"Proxy-Authorization": "Bearer {token}"}, {"X_Authorization": "Bearer {token}"},
    ],
)  # fmt: skip
def test_a_token_counts_in_its_own_header_and_alone(door: Door, customer: Customer, headers: Mapping[str, str]) -> None:
    sent = {name: value.replace("{token}", customer.token) for name, value in headers.items()}
    assert door.get("/api/me", headers=sent).status == 401
    assert door.get(f"/api/me?access_token={customer.token}").status == 401


CLAIMING = [
    "X-User-Id", "X-User", "X-Account-Id", "X-Subject", "X-Roles", "X-Forwarded-User", "X-Forwarded-Email",
    "X-Jwt-Payload",
    "X-Envoy-Original-Path", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "X-Forwarded-Prefix",
    "X-HTTP-Method-Override", "X-Method-Override", "Forwarded", "Knative-Serving-Revision", "Knative-Serving-Tag",
    "K-Proxy-Request", "K-Network-Probe", "X-Forwarded-Client-Cert", "X_User_Id", "X-Envoy-Internal",
]  # fmt: skip


def test_no_header_that_a_client_can_write_makes_it_somebody_or_goes_elsewhere(door: Door, customer: Customer) -> None:
    victim = join(door)
    values = [victim.id, victim.email, "admin", "/api/me", "DELETE", "for=127.0.0.1;host=get-profile.shop.localhost"]
    for value in values:
        claims = dict.fromkeys(CLAIMING, value)
        assert door.get("/api/me", headers=claims).status == 401
        mine = door.get("/api/me", headers=claims, token=customer.token)
        assert (mine.status, mine.text("id"), mine.json["roles"]) == (200, customer.id, [])
        assert door.get("/api/products?limit=1", headers=claims).objects("items")


def test_what_claims_to_be_a_header_of_ours_by_an_underscore_is_none(door: Door, customer: Customer) -> None:
    reply = door.call("PUT", "/api/cart", {"items": []}, headers={"If_Match": "*"}, token=customer.token)
    assert reply.status == 428, "WSGI writes If_Match as If-Match"


@pytest.mark.parametrize(
    "line",
    [
        b"traceparent: 00-zz", b"traceparent: 00-%s-%s-01" % (b"0" * 32, b"0" * 16), b"traceparent: " + b"a" * 5000,
        b"traceparent: ff-%s-%s-01" % (b"a" * 32, b"b" * 16), b"traceparent: \xff\xfe",
        b"traceparent: 00-%s-%s-01\r\ntraceparent: 00-%s-%s-01" % (b"a" * 32, b"b" * 16, b"c" * 32, b"d" * 16),
        b"tracestate: " + b"x=y," * 3000, b"baggage: " + b"x=y," * 3000, b"X-Request-Id: ../../x", b"X-B3-TraceId: zz",
    ],
    ids=lambda line: line[:24].decode(errors="replace"),
)  # fmt: skip
def test_a_trace_that_is_none_is_replaced_and_the_request_answered(base_url: str, line: bytes) -> None:
    for target, status in ((b"/api/products?limit=1", 200), (b"/api/products/none", 404)):
        [answer] = raw_http.exchange(base_url, request("GET", target, line))
        assert answer.status == status
        [trace_id] = [text[12:] for text in answer.head.split(b"\r\n") if text.startswith(b"x-trace-id: ")]
        assert len(trace_id) == 32
        assert set(trace_id) <= set(b"0123456789abcdef")
        assert set(trace_id) != set(b"0")


HOSTS = [
    "charge-payment.shop.svc.cluster.local", "charge-payment.shop.svc", "charge-payment.shop", "charge-payment",
    "charge-payment.shop.localhost", "CHARGE-PAYMENT.SHOP.LOCALHOST", "charge-payment.shop.localhost.",
    "charge-payment-00001.shop.svc.cluster.local", "localhost\r\nHost: charge-payment.shop.svc.cluster.local",
    "relay-outbox.shop.svc.cluster.local", "expire-data.shop.localhost", "record-sale.shop.svc.cluster.local",
    "knative-local-gateway.istio-system.svc.cluster.local", "127.0.0.1:9901", "169.254.169.254",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_no_host_leads_from_outside_to_what_is_for_the_shop_itself(base_url: str, host: str) -> None:
    for target in (b"/internal/payments", b"/internal/payments/void", b"/", b"/readyz", b"/metrics"):
        for form in (target, b"http://" + host.partition("\r")[0].encode() + target):
            sent = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" % (
                form, host.encode(),
            )  # fmt: skip
            assert [answer.status for answer in raw_http.exchange(base_url, sent)] == [404]


BROKERS = ["broker-ingress.knative-eventing.svc.cluster.local", "broker-ingress.knative-eventing", "broker-ingress"]


@pytest.mark.parametrize("host", BROKERS)
def test_no_host_leads_from_outside_to_the_broker(base_url: str, host: str) -> None:
    body = b'{"specversion":"1.0","id":"1","source":"/place-order","type":"zerocart.order.paid.v1"}'
    for form in (b"/shop/shop", f"http://{host}/shop/shop".encode()):
        sent = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
            form, host.encode(), b"application/cloudevents+json", len(body), body,
        )  # fmt: skip
        assert [answer.status for answer in raw_http.exchange(base_url, sent)] == [404]


# Other people's things.


def place(door: Door, customer: Customer, goods: Goods) -> Reply:
    body = {"items": [{"sku": goods[0]["sku"], "quantity": 1}], "payment": {"card": CARD}}
    headers = {"Idempotency-Key": secrets.token_hex(12)}
    reply = door.post("/api/orders", body, headers=headers, token=customer.token)
    assert reply.status == 201, reply
    return reply


def test_another_persons_order_is_404_as_one_that_never_was(door: Door, customer: Customer, goods: Goods) -> None:
    order_id, stranger = place(door, customer, goods).text("id"), join(door)
    unknown = order_id[:-4] + ("0000" if order_id[-4:] != "0000" else "1111")
    for method, path in (("GET", "/api/orders/{}"), ("POST", "/api/orders/{}/cancel")):
        replies = [door.call(method, path.format(name), token=stranger.token) for name in (order_id, unknown)]
        assert [(reply.status, reply.content_type) for reply in replies] == [(404, PROBLEM)] * 2
        documents = [
            json.loads(reply.body.replace(name.encode(), b"id")) | {"trace_id": ""}
            for reply, name in zip(replies, (order_id, unknown), strict=True)
        ]
        assert documents[0] == documents[1], "a difference would tell that there is one"
    assert door.get("/api/orders", token=stranger.token).objects("items") == []
    seen = door.get(f"/api/orders/{order_id}", token=customer.token)
    assert (seen.status, seen.json["status"] == "cancelled") == (200, False)


@pytest.mark.parametrize(
    "name", ["1", "%27%20OR%201=1--", "*", "%00", "..%2f..%2fproducts", "{}", "null", "a" * 3000, "%ff"]
)
def test_an_orders_name_that_is_none_is_refused(door: Door, customer: Customer, name: str) -> None:
    for method, path in (("GET", f"/api/orders/{name}"), ("POST", f"/api/orders/{name}/cancel")):
        assert door.call(method, path, token=customer.token).status in {400, 404}


def test_a_cart_is_its_owners_and_no_field_or_header_makes_it_another_ones(
    door: Door, customer: Customer, goods: Goods
) -> None:
    stranger = join(door)
    line = {"sku": goods[0]["sku"], "quantity": 7}
    assert (
        door.call("PUT", "/api/cart", {"items": [line]}, headers={"If-Match": "*"}, token=customer.token).status == 200
    )
    assert door.get("/api/cart", token=stranger.token).objects("items") == []
    assert door.get(f"/api/cart?account_id={customer.id}", token=stranger.token).status in {200, 422}
    for extra in ("account_id", "user_id", "id", "owner"):
        reply = door.call(
            "PUT", "/api/cart", {"items": [], extra: customer.id}, headers={"If-Match": "*"}, token=stranger.token
        )
        assert (reply.status, reply.fields) == (422, [extra])
    mine = door.get("/api/cart", token=customer.token).objects("items")
    assert [(item["sku"], item["quantity"]) for item in mine] == [(line["sku"], 7)]


def test_reports_are_not_for_a_customer(door: Door, customer: Customer) -> None:
    path = "/api/reports/sales?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z"
    assert door.get(path).status == 401
    headers = {"X-Roles": "admin", "X-User-Roles": "admin", "X-Jwt-Payload": encoded({"roles": ["admin"]})}
    assert door.get(path, headers=headers, token=customer.token).status == 403


# Fields that are not the client's to set.


@pytest.mark.parametrize("field", ["roles", "id", "is_admin", "password_hash", "created_at", "__class__", "__proto__"])
def test_no_field_of_an_account_is_taken_that_is_not_asked_for(door: Door, field: str) -> None:
    email, password = new_email(), secrets.token_urlsafe(12)
    body = {"email": email, "password": password, "name": "Eve", field: ["admin"]}
    reply = door.patiently("POST", "/api/auth/register", body)
    assert (reply.status, reply.fields) == (422, [field])
    login = door.patiently("POST", "/api/auth/login", {"email": email, "password": password, field: ["admin"]})
    assert (login.status, login.fields) == (422, [field])
    assert door.patiently("POST", "/api/auth/login", {"email": email, "password": password}).status == 401


ORDER_FIELDS = ["id", "status", "total", "placed_at", "account_id", "currency", "__proto__"]
LINE_FIELDS = ["price", "unit_price", "line_total", "name", "available"]
PAYMENT_FIELDS = ["amount", "status", "paid", "token"]


@pytest.mark.parametrize(
    "field",
    ORDER_FIELDS + [f"items[0].{name}" for name in LINE_FIELDS] + [f"payment.{name}" for name in PAYMENT_FIELDS],
)
def test_no_field_of_an_order_is_taken_that_is_not_asked_for(
    door: Door, customer: Customer, goods: Goods, key: str, field: str
) -> None:
    line: dict[str, object] = {"sku": goods[0]["sku"], "quantity": 1}
    payment: dict[str, object] = {"card": CARD}
    body: dict[str, object] = {"items": [line], "payment": payment}
    place, _, name = field.rpartition(".")
    {"": body, "items[0]": line, "payment": payment}[place][name] = 0
    reply = door.post("/api/orders", body, headers={"Idempotency-Key": key}, token=customer.token)
    assert (reply.status, reply.fields) == (422, [field])


def test_a_key_that_stands_twice_is_refused_whichever_would_win(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    line = b'[{"sku":"%s","quantity":1}]' % str(goods[0]["sku"]).encode()
    once = b'{"items":%s,"payment":{"card":"4242424242424242"}}' % line
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    for twice in (b'{"items":%s,%s' % (line, once[1:]), once.replace(b'"quantity":1', b'"quantity":9,"quantity":1')):
        reply = door.call("POST", "/api/orders", twice, headers=headers, token=customer.token)
        assert (reply.status, reply.json["type"]) == (400, "malformed-request")
    assert door.call("POST", "/api/orders", once, headers=headers, token=customer.token).status == 201


# Guessing.


def test_one_account_is_not_guessed_from_many_addresses_nor_under_many_spellings(door: Door) -> None:
    email = new_email()

    def guess(turn: int) -> int:
        origin = f"203.0.113.{turn}"
        headers = {
            "X-Forwarded-For": origin, "X_Forwarded_For": origin, "X-Real-IP": origin, "Forwarded": f"for={origin}",
            "True-Client-IP": origin, "X-Envoy-External-Address": origin,
        }  # fmt: skip
        spelled = email.swapcase() if turn % 2 else email
        body = {"email": spelled, "password": f"guess number {turn}"}
        return door.call("POST", "/api/auth/login", body, headers=headers).status

    statuses = [guess(turn) for turn in range(16)]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 12, "ten at once, and one in ten seconds"
