"""What the database needs before the shop can open: its roles, its schemas, and something to sell.

A process of its own, because neither the engine nor the zygote should hold a connection or Alembic.
"""

import os

from knative.local.data import roles
from knative.local.home import Home
from knative.local.retail.seed import load_catalogue
from shared import database
from shared.migrations import runner
from shared.settings import Settings


def main() -> None:
    """Bring the database of DATABASE_URL to the newest version, add the shipped goods, and say so in a line."""
    settings = Settings.from_environment(os.environ)
    roles.prepare(Home.from_environment(os.environ))
    before, after = runner.upgrade(settings.database_url)
    report = load_catalogue(database.engine(settings))
    moved = "Migrated the database to" if before != after else "Found the database at"
    print(f"{moved} {after}, {report.product_count} goods")  # noqa: T201 - its answer
