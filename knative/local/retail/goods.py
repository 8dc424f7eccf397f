"""What in a retailer's file is a good, and why the rest is not.

A shop can sell what it can put into a parcel. Postage, fees, discounts and vouchers stand in
the same column as goods, and stock keepers write notes where a name belongs; both are told
apart here, by tables that say the reason, so that a seed can say it too.
"""

import re

# Code as the file spells it (compared without case) -> why it is no good.
_CHARGES = {
    "POST": "postage is a charge",
    "DOT": "postage is a charge",
    "C2": "carriage is a charge",
    "AMAZONFEE": "a marketplace's fee is a charge",
    "BANK CHARGES": "a bank's fee is a charge",
    "CRUK": "a commission is a charge",
    "B": "a bad debt is bookkeeping",
    "ADJUST": "an adjustment is bookkeeping",
    "ADJUST2": "an adjustment is bookkeeping",
    "M": "a manual entry is bookkeeping",
    "D": "a discount is bookkeeping",
    "S": "samples are not sold",
    "TEST001": "a test entry is bookkeeping",
    "TEST002": "a test entry is bookkeeping",
}
_VOUCHER = re.compile(r"gift_\d+_\d+", re.IGNORECASE)
_ADDRESSABLE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,31}")

_NOTES = frozenset(
    {
        *("amazon", "amazon sales", "barcode problem", "broken", "check", "check?", "counted", "cracked", "crushed"),
        *("damaged", "damages", "damages?", "destroyed", "dotcom", "dotcom sales", "ebay", "faulty", "found"),
        *("given away", "incorrect stock entry.", "lost", "mailout", "missing", "mixed up", "mouldy", "rusty"),
        *("sample", "samples", "smashed", "sold as 1", "test", "thrown away", "unsaleable", "wet", "wrongly coded"),
        *("wrongly marked",),
    }
)


def normalise(stock_code: str) -> str:
    """Give the sku of a StockCode: upper case, because 85123a and 85123A are one good in the file."""
    return stock_code.strip().upper()


def why_not_a_good(stock_code: str) -> str | None:
    """Say why a StockCode is no good, or None where it is one."""
    sku = normalise(stock_code)
    if not sku:
        return "the StockCode is empty"
    if reason := _CHARGES.get(sku):
        return reason
    if _VOUCHER.fullmatch(sku):
        return "a gift voucher is money, not a good"
    if not any(sign.isdigit() for sign in sku):
        return "a StockCode without a digit is a note or a charge"
    if not _ADDRESSABLE.fullmatch(sku):
        return "the StockCode cannot be part of an address"
    return None


def is_note(description: str) -> bool:
    """Tell a stock keeper's note ("?", "damages") from the name of a good."""
    return description.strip().lower() in _NOTES or not any(sign.isalpha() for sign in description)
