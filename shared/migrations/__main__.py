"""`python -m shared.migrations upgrade | downgrade VERSION | current`, on the database of DATABASE_URL."""

import argparse
import os
import sys

import psycopg

from shared.migrations import runner


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.migrations", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("upgrade", help="take every step that is missing").add_argument(
        "revision", nargs="?", default="head", metavar="VERSION"
    )
    commands.add_parser("downgrade", help="go back to a version; `base` removes all").add_argument(
        "revision", metavar="VERSION"
    )
    commands.add_parser("current", help="print the version of the database and the newest")
    arguments = parser.parse_args()
    database_url = os.environ.get("DATABASE_URL")
    if not database_url:
        return _fail("DATABASE_URL is not set", "set it to the database, as postgresql://shop:…@host/shop")
    try:
        if arguments.command == "current":
            version = runner.current(database_url)
            before = version
        elif arguments.command == "upgrade":
            before, version = runner.upgrade(database_url, arguments.revision)
        else:
            before, version = runner.downgrade(database_url, arguments.revision)
    except psycopg.OperationalError as error:
        return _fail(f"the database cannot be reached: {error}", "start it, or correct DATABASE_URL")
    except psycopg.Error as error:
        return _fail(
            f"a step failed, and those before it stay: {error.diag.message_primary or error}",
            error.diag.message_hint or "what it says is to be mended; then the same again goes on from there",
        )
    sys.stdout.write(f"{version or 'base'} (was {before or 'base'}, newest {runner.head()})\n")
    return 0


def _fail(message: str, hint: str) -> int:
    sys.stderr.write(f"error: {message}\n\nhint: {hint}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
