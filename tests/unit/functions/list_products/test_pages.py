"""Pages of products: whole, without repeats, found by words and by category, and from nowhere else."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.functions.conftest import Function, Shop, fields


@pytest.fixture
def list_products(shop: Shop) -> Function:
    return shop.function("list_products")


def name_goods(shop: Shop, names: dict[str, str]) -> None:
    """Have goods with these names by their skus, with nothing else to find in them."""
    shop.stock(dict.fromkeys(names, 5))
    for sku, name in names.items():
        shop.rows("UPDATE catalog.products SET name = %s, description = '' WHERE sku = %s", [name, sku])


def skus(client: Function, query: str = "") -> list[str]:
    response = client.get(f"/api/products?{query}")
    assert response.status_code == 200, response.text
    return [item["sku"] for item in response.json["items"]]


def walk(client: Function, query: str) -> list[list[str]]:
    """All pages of a search."""
    pages: list[list[str]] = []
    cursor = ""
    while True:
        document = client.get(f"/api/products?{query}{cursor}").json
        pages.append([item["sku"] for item in document["items"]])
        if document["next_cursor"] is None:
            return pages
        cursor = f"&cursor={quote(document['next_cursor'])}"


def test_a_product_is_shown_with_all_that_the_contract_names(shop: Shop, list_products: Function) -> None:
    shop.stock({"85123A": 7}, price_minor=295)
    assert list_products.get("/api/products").json == {
        "items": [
            {
                "sku": "85123A", "name": "Good 85123A", "description": "A description of 85123A",
                "category": "things", "price": {"amount": 295, "currency": "GBP"}, "available": 7,
                "image_url": "/images/85123A.svg",
            }
        ],
        "next_cursor": None,
    }  # fmt: skip


@pytest.mark.parametrize("limit", [1, 3, 10, 100])
def test_pages_follow_one_another_without_gap_or_repeat(shop: Shop, list_products: Function, limit: int) -> None:
    goods = [f"S{number:02}" for number in range(10)]
    shop.stock(dict.fromkeys(goods, 1))
    pages = walk(list_products, f"limit={limit}")
    assert [sku for page in pages for sku in page] == goods
    assert all(len(page) == limit for page in pages[:-1])


def test_what_comes_and_goes_between_two_pages_moves_nothing_else(shop: Shop, list_products: Function) -> None:
    shop.stock({"B": 1, "D": 1, "F": 1, "H": 1})
    first = list_products.get("/api/products?limit=2").json
    shop.rows("DELETE FROM catalog.products WHERE sku = 'D'")
    shop.rows("UPDATE catalog.products SET sku = 'A' WHERE sku = 'H'")
    second = skus(list_products, f"limit=2&cursor={quote(first['next_cursor'])}")
    assert second == ["F"]


def test_a_search_pages_through_matches_of_one_rank(shop: Shop, list_products: Function) -> None:
    name_goods(shop, {f"S{number}": "red candle" for number in range(7)} | {"X": "blue plate"})
    pages = walk(list_products, "q=candle&limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(sku for page in pages for sku in page) == [f"S{number}" for number in range(7)]


def test_the_best_match_comes_first(shop: Shop, list_products: Function) -> None:
    name_goods(shop, {"A": "plate", "B": "candle", "C": "red candle holder for a candle"})
    shop.rows("UPDATE catalog.products SET description = 'goes with a candle' WHERE sku = 'A'")
    assert skus(list_products, "q=candle")[-1] == "A"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("candle", ["A", "B"]),
        ("CANDLES", ["A", "B"]),  # another form of the word
        ("cand", ["A", "B"]),  # the last word may be unfinished
        ("red cand", ["A"]),
        ("cand red", []),  # but only the last
        ('"red candle"', ["A"]),
        ('"candle red"', []),
        ("candle -red", ["B"]),
        ("plate or holder", ["B", "C"]),
        ("  candle  ", ["A", "B"]),
        ("the", []),
        ("-", []),
    ],
)
def test_words_find_as_people_type_them(shop: Shop, list_products: Function, words: str, found: list[str]) -> None:
    name_goods(shop, {"A": "red candle", "B": "candle holder", "C": "blue plate"})
    assert sorted(skus(list_products, f"q={quote(words)}")) == found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Red candle", "canlde"), ("Red candle", "redd candel"), ("Red candle", "camdle red"),
        ("Cake plate", "palte"),
        ("Café crème", "cafe"), ("Cafe creme", "CAFÉ"), ("Красная свеча", "свеча"), ("Красная свеча", "СВЕЧ"),
        ("Красная свеча", "свечта"), ("Κόκκινο κερί", "κοκκινο"), ("赤い蝋燭", "蝋燭"), ("紅色蠟燭台", "蠟燭"),
        ("빨간 양초", "양초"), ("شمعة حمراء", "شمعة"), ("נר אדום", "נר"), ("लाल मोमबत्ती", "मोमबत्ती"),
        ("เทียนสีแดง", "สีแดง"),
        ("Kırmızı İnci", "inci"), ("Świeca łódź", "swieca"), ("𠮷野家", "野家"),  # noqa: RUF001 - letters that look alike are what this is about
    ],
)  # fmt: skip
def test_names_of_every_alphabet_are_found_slips_and_all(
    shop: Shop, list_products: Function, name: str, words: str
) -> None:
    name_goods(shop, {"A": name, "B": "Blue teapot", "C": "Синий чайник", "D": "青い急須"})
    assert skus(list_products, f"q={quote(words)}") == ["A"]


def test_of_very_many_matches_the_pages_go_by_sku(shop: Shop, list_products: Function) -> None:
    goods = [f"S{number:03}" for number in range(510)]
    shop.stock(dict.fromkeys(goods, 1))
    assert [sku for page in walk(list_products, "q=good&limit=100") for sku in page] == goods


@pytest.mark.parametrize("words", ['"canlde"', "canlde -red", "xyzzyq", "co"])
def test_what_was_meant_as_it_stands_or_is_like_nothing_finds_nothing(
    shop: Shop, list_products: Function, words: str
) -> None:
    name_goods(shop, {"A": "red candle"})
    assert skus(list_products, f"q={quote(words)}") == []


def test_the_pages_of_a_corrected_search_are_all_of_one_search(shop: Shop, list_products: Function) -> None:
    name_goods(shop, {f"S{number}": "red candle" for number in range(5)})
    first = list_products.get("/api/products?q=cadnle&limit=2").json
    name_goods(shop, {f"S{number}": "red candle" for number in range(5)} | {"X": "cadnle"})
    rest = skus(list_products, f"q=cadnle&limit=2&cursor={quote(first['next_cursor'])}")
    assert rest == ["S2", "S3"]


@pytest.mark.parametrize("query", ["limit=7", "limit=7&q=candle", "limit=7&q=cadnle"])
def test_while_others_come_and_go_nothing_that_stays_is_left_out_or_shown_twice(
    shop: Shop, list_products: Function, query: str
) -> None:
    stay = {f"S{number:03}": "red candle" for number in range(0, 120, 2)}
    name_goods(shop, stay)
    begun, ended = threading.Event(), threading.Event()

    def change() -> None:
        rounds = 0
        with psycopg.connect(shop.database_url, autocommit=True) as connection:
            while not ended.is_set():
                sku = f"S{(rounds * 37) % 120 | 1:03}"
                connection.execute("DELETE FROM catalog.products WHERE sku = %s", [sku])
                connection.execute(
                    "INSERT INTO catalog.products VALUES (%s, 'red candle', '', 'things', 250, 'GBP', 5, '')", [sku]
                )
                connection.execute("UPDATE catalog.products SET available = available + 1 WHERE sku < %s", [sku])
                rounds += 1
                begun.set()

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(change)
        try:
            assert begun.wait(20), "nothing comes and goes"
            walks = [[sku for page in walk(list_products, query) for sku in page] for _ in range(8)]
        finally:
            ended.set()
        writer.result()
    for shown in walks:
        assert len(set(shown)) == len(shown)
        assert [sku for sku in shown if sku in stay] == list(stay)


def test_a_category_has_only_its_own_also_among_matches(shop: Shop, list_products: Function) -> None:
    name_goods(shop, {"A": "red candle", "B": "red plate"})
    shop.rows("UPDATE catalog.products SET category = 'light' WHERE sku = 'A'")
    assert skus(list_products, "category=light") == ["A"]
    assert skus(list_products, "category=things&q=red") == ["B"]
    assert skus(list_products, "category=none") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(words=st.one_of(st.text(max_size=60), st.text("ab'\"-:*&|!() \\<>\t", max_size=30)))
def test_whatever_is_typed_is_an_answer(list_products: Function, words: str) -> None:
    response = list_products.get("/api/products", query_string={"q": words})
    expected = 422 if "\0" in words else 200
    assert response.status_code == expected, response.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
        ("colour=red", "colour"), ("q=%00", "q"), (f"q={'a' * 201}", "q"), ("q=a&q=b", "q"),
        ("cursor=", "cursor"), ("cursor=AAAA", "cursor"), ("cursor=%C3%A9", "cursor"),
        (f"cursor={'A' * 700}", "cursor"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(list_products: Function, query: str, field: str) -> None:
    response = list_products.get(f"/api/products?{query}")
    assert (response.status_code, fields(response)) == (422, [field])


def test_a_cursor_that_was_changed_is_refused(shop: Shop, list_products: Function) -> None:
    shop.stock({"A": 1, "B": 1})
    cursor = list_products.get("/api/products?limit=1").json["next_cursor"]
    for position, letter in enumerate(cursor):
        forged = cursor[:position] + ("A" if letter != "A" else "B") + cursor[position + 1 :]
        response = list_products.get("/api/products", query_string={"limit": 1, "cursor": forged})
        # The last letter may hold bits that mean nothing: then it is the same cursor.
        assert response.status_code == 422 or position == len(cursor) - 1


def test_a_cursor_of_another_search_is_refused(shop: Shop, list_products: Function) -> None:
    shop.stock({"A": 1, "B": 1})
    cursor = list_products.get("/api/products?limit=1").json["next_cursor"]
    response = list_products.get("/api/products", query_string={"category": "things", "cursor": cursor})
    assert (response.status_code, fields(response)) == (422, ["cursor"])


def test_who_has_the_answer_gets_304_until_it_changes(shop: Shop, list_products: Function) -> None:
    shop.stock({"A": 1})
    etag = list_products.get("/api/products").headers["ETag"]
    assert re.fullmatch(r'W/"[0-9a-f]{24}"', etag)
    for given_tags in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        response = list_products.get("/api/products", headers={"If-None-Match": given_tags})
        assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", etag)
        assert "Content-Type" not in response.headers
    assert list_products.get("/api/products", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_head_has_the_headers_of_get(shop: Shop, list_products: Function) -> None:
    shop.stock({"A": 1})
    whole, head = list_products.get("/api/products"), list_products.head("/api/products")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
