"""The statements of one order, taken down while the functions' own code runs them, as scripts for pgbench.

So pgbench does what the shop does in the database, to the letter, and nothing else: no HTTP, no JSON, no Python. It
prepares each statement once a connection, as the functions' driver does.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from functions.charge_payment import store as provider
from shared import database, order_store, placement
from shared.baskets import Line
from shared.order_states import Happening
from shared.placement import Wish
from shared.settlement import OpenPayment
from tests.promises.customers import CARD

# Each run of a script is another order: its id and its key end in a number that pgbench draws.
NUMBER_DIGITS = 12
DRAWN = f"\\set n random({10 ** (NUMBER_DIGITS - 1)}, {10**NUMBER_DIGITS - 1})\n"
SEALED_CARD_BYTES = 76


def script(engine: Engine, sku: str, other_sku: str) -> str:
    """Place and pay one order of two goods in the engine's database; the script that does the same again and again."""
    order_id = str(uuid.uuid4())
    key = f"bench-{order_id}"
    lines = [Line(sku=sku, quantity=1), Line(sku=other_sku, quantity=2)]
    wish = Wish(account_id=str(uuid.uuid4()), key=key, lines=lines, card=CARD)
    with taken_down(engine) as statements:
        begun = database.run_autocommit(engine, lambda c: placement.begin(c, wish, order_id, bytes(SEALED_CARD_BYTES)))
        assert isinstance(begun, OpenPayment)
        placed = begun.placed
        assert placed is not None
        provider.charge(order_id, begun.total, lambda: CARD)
        database.run_autocommit(engine, lambda c: order_store.settle_placed(c, placed, Happening.CHARGED))
    drawn = f"{order_id[:-NUMBER_DIGITS]}' || :n || '"  # within a literal, where a prepared statement has no variable
    return DRAWN + "".join(f"{statement.replace(order_id, drawn)};\n" for statement in statements)


def count(script: str) -> int:
    """How many statements a script sends."""
    return sum(line.endswith(";") for line in script.splitlines())


def write_scripts(engine: Engine, skus: Sequence[str]) -> Iterator[str]:
    """A script for each pair of neighbours, so that the orders of several clients are seldom of the same goods."""
    for sku, other_sku in zip(skus[::2], skus[1::2], strict=True):
        yield script(engine, sku, other_sku)


@contextmanager
def taken_down(engine: Engine) -> Iterator[list[str]]:
    """What an engine sends for the time, in one line each, with its values in it."""
    statements: list[str] = []

    def execute(*told: Any) -> None:
        _, cursor, statement, parameters, _, _ = told
        full = psycopg.ClientCursor(cursor.connection).mogrify(statement, parameters)
        statements.append(" ".join(full.split()))

    def boundary(connection: Connection, word: str) -> None:
        driver = connection.connection.driver_connection
        if driver is not None and not driver.autocommit:  # there, none is sent
            statements.append(word)

    listeners = {
        "before_cursor_execute": execute,
        "begin": lambda connection: boundary(connection, "BEGIN"),
        "commit": lambda connection: boundary(connection, "COMMIT"),
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
