"""GET /api/products and GET /api/products/{sku}."""

from urllib.parse import quote

import pytest

from tests.contract.conftest import Door

PRODUCT = {"sku", "name", "description", "category", "price", "available", "image_url"}


def test_a_page_of_products_has_20_of_them_and_says_where_the_next_begins(door: Door) -> None:
    reply = door.get("/api/products")
    assert reply.status == 200
    assert set(reply.json) == {"items", "next_cursor"}
    items = reply.objects("items")
    assert len(items) == 20
    assert all(set(item) == PRODUCT for item in items)
    assert reply.text("next_cursor")


def test_money_is_minor_units_and_a_currency(door: Door) -> None:
    for item in door.get("/api/products").objects("items"):
        price = item["price"]
        assert isinstance(price, dict)
        assert set(price) == {"amount", "currency"}
        assert isinstance(price["amount"], int)
        assert price["currency"] == "GBP"


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_a_page_has_as_many_as_asked_for(door: Door, limit: int) -> None:
    assert len(door.get(f"/api/products?limit={limit}").objects("items")) == limit


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=ten", "limit=", "limit=1.5"])
def test_a_limit_that_is_none_is_refused(door: Door, query: str) -> None:
    reply = door.get(f"/api/products?{query}")
    assert (reply.status, reply.fields) == (422, ["limit"])


def test_an_unknown_parameter_is_refused(door: Door) -> None:
    reply = door.get("/api/products?colour=red")
    assert (reply.status, reply.fields) == (422, ["colour"])


def test_the_pages_together_have_every_product_once(door: Door) -> None:
    seen: list[object] = []
    path = "/api/products?limit=100"
    while True:
        reply = door.get(path)
        seen += [item["sku"] for item in reply.objects("items")]
        if reply.json["next_cursor"] is None:
            break
        path = f"/api/products?limit=100&cursor={quote(reply.text('next_cursor'))}"
    assert len(seen) == len(set(seen))
    assert len(seen) >= 100


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "a" * 400, "eyJza3UiOiJBIn0"])
def test_a_cursor_that_we_did_not_give_is_refused(door: Door, cursor: str) -> None:
    reply = door.get(f"/api/products?cursor={cursor}")
    assert (reply.status, reply.fields) == (422, ["cursor"])


def test_a_cursor_of_another_search_is_refused(door: Door) -> None:
    cursor = door.get("/api/products?limit=1").text("next_cursor")
    category = quote(str(door.get("/api/products?limit=1").objects("items")[0]["category"]))
    reply = door.get(f"/api/products?limit=1&category={category}&cursor={quote(cursor)}")
    assert (reply.status, reply.fields) == (422, ["cursor"])


def test_a_word_of_its_name_finds_a_product_and_so_does_the_beginning_of_that_word(door: Door) -> None:
    products = door.get("/api/products?limit=100").objects("items")
    word = max((word for product in products for word in str(product["name"]).split() if word.isalpha()), key=len)
    for words in (word, word.upper(), word[:-1]):
        found = door.get(f"/api/products?limit=100&q={quote(words)}").objects("items")
        assert any(word.lower() in str(product["name"]).lower() for product in found), words


def test_words_that_nothing_has_find_nothing(door: Door) -> None:
    reply = door.get("/api/products?q=xylophoniumtrompete")
    assert (reply.status, reply.json) == (200, {"items": [], "next_cursor": None})


@pytest.mark.parametrize("words", ["'", '"', '"a', "a & b | !", "or", "-", ":*", "\\", "%", "💡", "a" * 200, "the"])
def test_whatever_is_typed_is_an_answer(door: Door, words: str) -> None:
    assert door.get(f"/api/products?q={quote(words, safe='')}").status == 200


def test_a_category_has_only_its_own(door: Door) -> None:
    category = str(door.get("/api/products?limit=1").objects("items")[0]["category"])
    items = door.get(f"/api/products?limit=100&category={quote(category)}").objects("items")
    assert items
    assert {item["category"] for item in items} == {category}


def test_one_product_is_as_the_list_shows_it(door: Door) -> None:
    listed = door.get("/api/products?limit=1").objects("items")[0]
    reply = door.get(f"/api/products/{quote(str(listed['sku']))}")
    assert reply.status == 200
    assert {**reply.json, "available": 0} == {**listed, "available": 0}


@pytest.mark.parametrize("sku", ["no-such-sku", "%20", "caf%C3%A9", "a" * 500])
def test_an_unknown_sku_is_404(door: Door, sku: str) -> None:
    reply = door.get(f"/api/products/{sku}")
    assert (reply.status, reply.json["type"]) == (404, "not-found")


@pytest.mark.parametrize("one", [False, True])
def test_who_has_the_answer_already_gets_304(door: Door, one: bool) -> None:
    # Sold out of sight: the answer changes only when it is bought meanwhile, so ask again until it did not.
    path = "/api/products?limit=3"
    if one:
        path = f"/api/products/{quote(str(door.get(path).objects('items')[-1]['sku']))}"
    for _ in range(10):
        first = door.get(path)
        second = door.get(path, headers={"If-None-Match": first.headers["ETag"]})
        if second.status == 304:
            break
    assert second.status == 304
    assert second.body == b""
    assert second.headers["ETag"] == first.headers["ETag"]
    assert "Cache-Control" in second.headers
    assert door.get(path, headers={"If-None-Match": '"other"'}).status == 200


def test_head_is_get_without_the_body(door: Door) -> None:
    reply = door.call("HEAD", "/api/products")
    assert (reply.status, reply.body, reply.content_type) == (200, b"", "application/json")
