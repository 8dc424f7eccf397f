"""One path has one meaning: what the front door's policies read is what the function is asked."""

import pytest

from tests.contract import raw_http
from tests.contract.conftest import Customer, Door
from tests.contract.raw_http import request

# Ways to write /api/cart, and what is not that but close to it. None of them may be answered without a token.
SPELLINGS = [
    b"/api/cart?", b"/api/./cart", b"/api//cart", b"//api/cart", b"///api///cart", b"/./api/cart", b"/x/../api/cart",
    b"/api/products/../cart", b"/api/products/%2e%2e/cart", b"/api/products/.%2E/cart", b"/api/products/..\\cart",
    b"/api/products/..%2fcart", b"/api/products/..%5ccart", b"/api/products/..%255ccart", b"/api/products/..;/cart",
    b"/api/products/..;x=1/cart", b"/images/x.svg/../../api/cart", b"/api/%63art", b"/%61pi/%63%61%72%74",
    b"/api/%2563art", b"/api/cart;", b"/api/cart;x=1", b"/api/cart/", b"/api/cart/.", b"/api/cart/x/..",
    b"/api/cart.", b"/api/cart..", b"/api/cart%20", b"/api/cart%09", b"/api/cart%00", b"/api/cart%3f",
    b"/api/cart%23x", b"/api/cart#x", b"/api/cart%2f", b"/api/cart%c0%af", b"/api/%c0%ae%c0%ae/api/cart",
    b"/api/%e0%80%ae/cart", b"/API/CART", b"/api/Cart", b"/api/c\xc3\xa4rt", b"/api/cart\t", b"/api/cart\x0b",
    b"http://shop.example/api/cart", b"http://shop.example//api/cart", b"http://elsewhere.example/api/cart",
    b"HTTP://shop.example/api/../api/cart", b"http:/api/cart", b"http:///api/cart", b"https://shop.example/api/cart",
    b"ftp://shop.example/api/cart", b"//shop.example/api/cart", b"\\api\\cart", b"/\\api/cart", b"api/cart", b"*",
    b"?/api/cart", b"/api/orders/../cart", b"/api/cart\\", b"/api/cart%5c..%5cproducts",
    b"/api/auth/login/../../cart", b"/.well-known/jwks.json/../../api/cart",
]  # fmt: skip


@pytest.mark.parametrize("target", SPELLINGS, ids=lambda target: target.decode("latin-1"))
def test_no_spelling_of_a_path_gets_around_the_token(base_url: str, customer: Customer, target: bytes) -> None:
    [answer] = raw_http.exchange(base_url, request("GET", target))
    assert answer.status in {400, 401, 404}, answer
    assert b"items" not in answer.body
    bearer = f"Authorization: Bearer {customer.token}".encode()
    [known] = raw_http.exchange(base_url, request("GET", target, bearer))
    # What is the cart with a token asks for one without; the rest is nothing for either.
    assert known.status in ({200, 401, 404} if answer.status == 401 else {answer.status})


@pytest.mark.parametrize(
    "target",
    [
        b"/../../etc/passwd", b"/images/../../../../etc/passwd", b"/images/..%2f..%2fetc/passwd",
        b"/images/....//etc/passwd", b"/images/%2e%2e/%2e%2e/etc/passwd", b"/images/..%5c..%5cetc%5cpasswd",
        b"/images/..%c0%af..%c0%afetc/passwd", b"/images//etc/passwd", b"/images/%2fetc%2fpasswd",
        b"/images/22423.svg%00.png", b"/images/file:%2f%2f%2fetc/passwd", b"/images/..%252f..%252fetc%252fpasswd",
        b"/api/products/..%252f..%252fetc%252fpasswd", b"/images/main.py", b"/images/../functions/get_image/main.py",
        b"/.git/config", b"/.env", b"/images/.",
    ],
    ids=lambda target: target.decode("latin-1"),
)  # fmt: skip
def test_no_spelling_of_a_path_leaves_its_folder(base_url: str, target: bytes) -> None:
    [answer] = raw_http.exchange(base_url, request("GET", target))
    assert answer.status in {400, 404}
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


@pytest.mark.parametrize(
    "target", [b"/api/products", b"/api//products", b"/x/../api/products", b"http://x/api/products"]
)
def test_what_is_another_spelling_of_the_open_is_open(base_url: str, target: bytes) -> None:
    [answer] = raw_http.exchange(base_url, request("GET", target + b"?limit=1"))
    assert answer.status == 200


def test_a_line_break_in_a_path_makes_no_header(door: Door) -> None:
    reply = door.get("/api/products/x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<html>")
    assert reply.status == 404
    assert "Set-Cookie" not in reply.headers
    assert reply.content_type == "application/problem+json"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PROPFIND", "get", "X" * 40])
def test_a_method_that_nobody_has_is_refused_and_shows_no_header(base_url: str, method: str) -> None:
    [answer] = raw_http.exchange(base_url, request(method, b"/api/products", b"X-Secret: shown"))
    assert answer.status in {400, 405, 501}
    assert b"shown" not in answer.body
