"""Drawings: the same for the same name, safe to show, small, and of what the name says."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.illustration import illustrate, palette, patterns, words
from shared.illustration.motifs import MOTIFS

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=80
)


@given(NAMES, st.sampled_from(["Christmas", "Kitchen & Dining", "", "things"]))
def test_any_name_has_a_drawing_and_always_the_same(name: str, category: str) -> None:
    drawing = illustrate(name, category)
    assert drawing == illustrate(name, category)
    root = ElementTree.fromstring(drawing)
    assert (root.tag, root.get("viewBox")) == (f"{SVG}svg", "0 0 400 400")
    assert root.findtext(f"{SVG}title") == name


def test_a_name_cannot_bring_anything_into_the_page() -> None:
    drawing = illustrate("</title><script>alert(1)</script>", "things")
    assert {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(drawing).iter()}.isdisjoint(
        {"script", "foreignObject", "image", "text", "style", "a"}
    )


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_a_shape_is_well_formed_small_and_leaves_no_colour_open(motif: str) -> None:
    colours = {"f": "url(#p)", "m": "#111111", "d": "#222222", "p": "#333333", "a": "#444444"}
    shape = MOTIFS[motif].format(**colours)
    root = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{shape}</svg>')
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "g", "path", "circle", "ellipse", "rect", "use",
    }  # fmt: skip
    assert 200 < len(shape) < 1_700


def test_every_shape_has_a_name_that_calls_for_it() -> None:
    called_for = {motif for motif, _ in words._ROWS} | {*words._BY_CATEGORY.values(), words._OTHERWISE}
    assert called_for == set(MOTIFS)


@pytest.mark.parametrize(
    ("name", "category", "motif"),
    [
        ("Red Retrospot Mug", "Kitchen & Dining", "mug"),
        ("White Hanging Heart T-Light Holder", "Lighting & Candles", "tlight"),
        ("Retrospot Heart Hot Water Bottle", "", "hotwater"),
        ("Lunch Bag Suki Design", "Bags & Purses", "lunchbag"),
        ("Alarm Clock Bakelike Green", "Home Decor", "clock"),
        ("Something Unheard of", "Christmas", "bauble"),
        ("Something Unheard of", "Unheard of", "box"),
    ],
)
def test_the_shape_is_what_the_thing_is(name: str, category: str, motif: str) -> None:
    assert words.choose(name, category) == motif


@pytest.mark.parametrize(
    ("name", "pattern"), [("Retrospot Mug", "dots"), ("Gingham Heart", "checks"), ("Union Jack Cushion", "crosses")]
)
def test_the_pattern_is_the_one_that_is_named(name: str, pattern: str) -> None:
    assert patterns.choose(name, 0) == pattern


@given(st.integers(0, 2**32))
def test_the_colour_is_the_one_that_is_named_whatever_the_seed(seed: int) -> None:
    assert palette.choose("Blue Mug", "", seed) == palette.choose("Mug in Blue", "Christmas", 0)
    assert palette.choose("Blue Mug", "", seed) != palette.choose("Red Mug", "", seed)
