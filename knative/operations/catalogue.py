"""Adds the shipped goods that the shop does not have: `python -m knative.operations.catalogue`, with DATABASE_URL."""

import os
import sys

from knative.local.retail.seed import load_catalogue
from shared import database
from shared.errors import ZerocartError
from shared.settings import Settings


def main() -> int:
    """0 when all are there. What the shop has stays as it is, its stock too."""
    try:
        report = load_catalogue(database.engine(Settings.from_environment(os.environ)))
    except ZerocartError as error:
        sys.stderr.write(f"error: {error}\n\nhint: {error.hint or 'it may be run again'}\n")
        return 1
    sys.stdout.write(f"added {report.added_count} of {report.product_count} goods\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
