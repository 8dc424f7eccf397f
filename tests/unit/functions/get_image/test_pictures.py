"""The pictures of goods: any good has one, drawn from its name, and nothing else has."""

from xml.etree import ElementTree

import pytest

from shared.illustration import illustrate
from tests.unit.functions.conftest import Function, Shop


@pytest.fixture
def get_image(shop: Shop) -> Function:
    shop.stock({"85123A": 7, "Größe 1": 1})
    return shop.function("get_image")


def test_a_good_has_the_picture_of_its_name(get_image: Function) -> None:
    response = get_image.get("/images/85123A.svg")
    assert (response.status_code, response.content_type) == (200, "image/svg+xml")
    assert response.text == illustrate("Good 85123A", "things")
    assert ElementTree.fromstring(response.text).tag == "{http://www.w3.org/2000/svg}svg"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


def test_a_picture_that_the_client_has_is_not_sent_again(get_image: Function) -> None:
    etag = get_image.get("/images/85123A.svg").headers["ETag"]
    response = get_image.get("/images/85123A.svg", headers={"If-None-Match": etag})
    assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", etag)


def test_the_address_in_image_url_is_found_whatever_the_sku(get_image: Function) -> None:
    assert get_image.get("/images/Gr%C3%B6%C3%9Fe%201.svg").status_code == 200


@pytest.mark.parametrize("file", ["none.svg", "85123A", "85123A.png", ".svg", "svg", "85123a.svg", "x/85123A.svg"])
def test_what_is_no_good_has_no_picture(get_image: Function, file: str) -> None:
    response = get_image.get(f"/images/{file}")
    assert (response.status_code, response.json["type"]) == (404, "not-found")


def test_a_picture_cannot_be_changed(get_image: Function) -> None:
    response = get_image.post("/images/85123A.svg")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
