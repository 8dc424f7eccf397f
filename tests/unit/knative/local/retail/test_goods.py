"""What is a good: what fits into a parcel. The rest is told with its reason."""

import pytest

from knative.local.retail.goods import is_note, normalise, why_not_a_good


@pytest.mark.parametrize("code", ["85123A", "15056bl", "DCGS0076", "10002", "A-1", "1"])
def test_a_code_with_a_digit_is_a_good(code: str) -> None:
    assert why_not_a_good(code) is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("POST", "postage is a charge"),
        ("DOT", "postage is a charge"),
        ("C2", "carriage is a charge"),
        ("M", "a manual entry is bookkeeping"),
        ("m", "a manual entry is bookkeeping"),
        ("D", "a discount is bookkeeping"),
        ("S", "samples are not sold"),
        ("BANK CHARGES", "a bank's fee is a charge"),
        ("AMAZONFEE", "a marketplace's fee is a charge"),
        ("gift_0001_40", "a gift voucher is money, not a good"),
        ("PADS", "a StockCode without a digit is a note or a charge"),
        ("", "the StockCode is empty"),
        ("A1/2", "the StockCode cannot be part of an address"),
        ("A" * 40 + "1", "the StockCode cannot be part of an address"),
    ],
)
def test_what_is_no_good_has_a_reason(code: str, reason: str) -> None:
    assert why_not_a_good(code) == reason


def test_upper_and_lower_case_are_one_good() -> None:
    assert normalise(" 15056bl ") == normalise("15056BL") == "15056BL"


@pytest.mark.parametrize(("text", "note"), [("?", True), ("damages", True), ("Found", True), ("", True), ("123", True),
                                            ("RED MUG", False), ("LOST PROPERTY BOX", False)])  # fmt: skip
def test_a_stock_keepers_note_is_no_name(text: str, note: bool) -> None:
    assert is_note(text) is note
