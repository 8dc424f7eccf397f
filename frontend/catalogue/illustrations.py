"""Draws the shipped goods into images/: `python -m frontend.catalogue.illustrations`.

The files are for whoever serves the shop's pictures without a function. They are made from
the code alone, and a test compares them with it.
"""

import sys
from pathlib import Path

from knative.local.retail.shipped import PRODUCTS_CSV, read_shipped
from shared.illustration import illustrate

IMAGES = PRODUCTS_CSV.parent / "images"


def drawings() -> dict[str, str]:
    """Give each file's name and content."""
    return {f"{product.sku}.svg": illustrate(product.name, product.category) for product in read_shipped()}


def write(folder: Path = IMAGES) -> int:
    """Write every drawing, remove what is none any more; give the count."""
    wanted = drawings()
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.svg"):
        if file.name not in wanted:
            file.unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content, encoding="utf-8")
    return len(wanted)


if __name__ == "__main__":
    sys.stderr.write(f"Drew {write()} goods\n")
