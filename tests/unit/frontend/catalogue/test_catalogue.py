"""The shipped goods: a full shop, each with a picture that is made by the code as it is."""

from collections import Counter
from pathlib import Path

import pytest

from frontend.catalogue import build
from frontend.catalogue.illustrations import IMAGES, drawings, write
from knative.local.retail.categories import CATEGORIES, category
from knative.local.retail.goods import why_not_a_good
from knative.local.retail.naming import name
from knative.local.retail.products import Product
from knative.local.retail.shipped import PRODUCTS_CSV, read_shipped
from knative.local.retail.wording import describe


def test_the_shop_is_full() -> None:
    goods = read_shipped()
    assert len(goods) == len({good.sku for good in goods}) == len({good.name for good in goods}) == 500
    shelves = Counter(good.category for good in goods)
    assert set(shelves) == set(CATEGORIES)
    assert min(shelves.values()) >= 20


@pytest.mark.parametrize("good", read_shipped(), ids=lambda good: good.sku)
def test_a_good_is_as_the_rules_of_today_would_have_it(good: Product) -> None:
    assert why_not_a_good(good.sku) is None
    assert name(good.name) == good.name
    assert category(good.name) == good.category
    assert describe(good.name, good.category) == good.description
    assert (good.price_minor > 0, good.currency, good.available > 0) == (True, "GBP", True)


def test_the_pictures_are_those_that_the_code_draws() -> None:
    drawn = drawings()
    assert {file.name: file.read_text(encoding="utf-8") for file in IMAGES.iterdir()} == drawn, (
        "`python -m frontend.catalogue.illustrations` draws them again"
    )
    assert sum(len(content) for content in drawn.values()) < 1_000_000
    assert len(set(drawn.values())) == len(drawn)


def test_drawing_again_removes_what_is_no_good_any_more(tmp_path: Path) -> None:
    (tmp_path / "gone.svg").write_text("")
    assert write(tmp_path) == 500
    assert not (tmp_path / "gone.svg").exists()


def test_the_most_sold_are_chosen_and_some_of_each_shelf() -> None:
    def good(sku: str, shelf: str, title: str = "") -> Product:
        return Product(
            sku=sku, name=title or sku, description="", category=shelf, price_minor=1, currency="GBP", available=1
        )

    mugs = [good(f"M{number:03}", "Kitchen & Dining") for number in range(100)]
    products = [*mugs, good("S1", "Storage"), good("M200", "Kitchen & Dining", title="M099")]
    units = {product.sku: position for position, product in enumerate(mugs)} | {"S1": 0, "M200": 1}
    chosen = [product.sku for product in build.choose(products, units, 40)]
    assert chosen == [f"M{number:03}" for number in range(61, 100)] + ["S1"]


def test_the_week_makes_a_catalogue_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    week = PRODUCTS_CSV.parents[2] / "tests" / "data" / "online-retail-2010-12-01-to-07.csv.gz"
    monkeypatch.setattr(build, "PRODUCTS_CSV", tmp_path / "products.csv")
    assert build.main([str(week)]) == 0
    assert len(read_shipped(tmp_path / "products.csv")) == 500
    assert build.main([str(tmp_path / "none.csv")]) == 1
    assert "there is no such file" in capsys.readouterr().err
