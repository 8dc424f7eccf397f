"""Names and descriptions: the file's own words, in title case, and nothing that the name does not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.retail.categories import CATEGORIES, category
from knative.local.retail.naming import name
from knative.local.retail.wording import describe


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("SET OF 6 SPICE TINS PANTRY DESIGN", "Set of 6 Spice Tins Pantry Design"),
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("RED  HARMONICA IN BOX ", "Red Harmonica in Box"),
        ("HOT WATER BOTTLE I AM SO POORLY", "Hot Water Bottle I Am So Poorly"),
        ("THE KING GIFT BAG", "The King Gift Bag"),
        ("RED WOOLLY HOTTIE WHITE HEART.", "Red Woolly Hottie White Heart"),
        ("PAPER CHAIN KIT 50'S CHRISTMAS", "Paper Chain Kit 50's Christmas"),
        ("IF YOU CAN'T STAND THE HEAT MUG", "If You Can't Stand the Heat Mug"),
        ("3 TRADITIONAl BISCUIT CUTTERS  SET", "3 Traditional Biscuit Cutters Set"),
        ("BAG 250g SWIRLY MARBLES", "Bag 250g Swirly Marbles"),
        ("CAMOUFLAGE LED TORCH", "Camouflage LED Torch"),
        ("KEY FOB , SHED", "Key Fob, Shed"),
        ("Dr. Jam's Arouzer Stress Ball", "Dr. Jam's Arouzer Stress Ball"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("", ""),
    ],
)
def test_a_name_is_the_description_in_title_case(description: str, title: str) -> None:
    assert name(description) == title


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_a_name_changes_no_letter_but_its_case(description: str) -> None:
    letters = [sign for sign in description.lower() if sign.isalnum()]
    assert [sign for sign in name(description).lower() if sign.isalnum()] == letters


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "Z"]), max_size=60))
def test_a_name_is_its_own_name(description: str) -> None:
    assert name(name(description)) == name(description)


@pytest.mark.parametrize(
    ("title", "shelf"),
    [
        ("Set of 6 Spice Tins Pantry Design", "Kitchen & Dining"),
        ("Christmas Pudding Trinket Pot", "Christmas"),
        ("Lunch Bag Red Retrospot", "Bags & Purses"),
        ("Tea Bag Plate Red Retrospot", "Kitchen & Dining"),
        ("White Hanging Heart T-Light Holder", "Lighting & Candles"),
        ("Sandwich Bath Sponge", "Bath & Wellbeing"),
        ("Black Heart Card Holder", "Home Decor"),
        ("Spaceboy Birthday Card", "Stationery & Cards"),
        ("Something Else", "Home Decor"),
    ],
)
def test_a_shelf_follows_what_a_thing_is(title: str, shelf: str) -> None:
    assert category(title) == shelf


def test_there_are_few_shelves() -> None:
    assert 8 <= len(CATEGORIES) <= 14


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Red Retrospot Mug", "In red with the retrospot pattern."),
        ("Set/6 Red Spotty Paper Cups", "Sold as a set of 6, in red with spots."),
        ("Pack of 12 London Tissues", "Sold as a pack of 12."),
        ("S/4 Cacti Candles", "Sold as a set of 4."),
        ("Red 3 Piece Retrospot Cutlery Set", "Sold as a set of 3, in red with the retrospot pattern."),
        ("Vintage Snap Cards", ""),
        ("Red White and Blue Flag", ""),
    ],
)
def test_a_description_spells_out_what_the_name_says(title: str, sentence: str) -> None:
    assert describe(title, "Shelf") == f"{title}, from our Shelf shelf. {sentence}".strip()
