"""Orders in Postgres: added, read whole, and led from one state to the next.

`settle` carries out what `shared.order_states` decides: under the lock of the order's row, with all that belongs to the
step in one transaction, so that a kill leaves all of it or nothing. Locks are taken in one order by everybody: the
order, then its goods by sku. The provider is asked elsewhere (`shared.settlement`), with no lock held.
"""

import uuid
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Row, text

from shared import idempotency, order_states, outbox, stock
from shared.cloud_events import CloudEvent
from shared.idempotency import Response
from shared.money import Money
from shared.order_states import Happening, Status, Step
from shared.orders import Order, OrderLine

# The events of an order have one source, whichever function settled it.
SOURCE = "/place-order"
TOLD: frozenset[Status] = frozenset({"placed", "paid", "cancelled"})

ORDERS = """
    SELECT id::text AS id, status, total_minor, currency, placed_at, (
        SELECT json_agg(json_build_array(sku, name, quantity, unit_price_minor) ORDER BY position)::text
        FROM orders.lines WHERE order_id = orders.id
    ) AS lines
    FROM orders.orders
"""
"""Rows for `from_row`; a WHERE clause may follow."""

ADDING = f"""
    added AS (
        INSERT INTO orders.orders
            (id, account_id, status, total_minor, currency, placed_at, sealed_card, payment_due_at)
        SELECT CAST(:id AS uuid), CAST(:account_id AS uuid), :status, CAST(:total_minor AS bigint), :currency,
            CAST(:placed_at AS timestamptz), CAST(:sealed_card AS bytea),
            CAST(:placed_at AS timestamptz) + make_interval(secs => :due_after_s)
        FROM {{cause}} RETURNING id
    ),
    lined AS (
        INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, currency)
        SELECT id, position - 1, sku, name, quantity, unit_price_minor, :currency
        FROM added, unnest(
            CAST(:skus AS text[]), CAST(:names AS text[]), CAST(:pieces AS int[]), CAST(:prices AS bigint[])
        ) WITH ORDINALITY AS line(sku, name, quantity, unit_price_minor, position)
    ),
    told AS ({outbox.ADDING.format(cause="added")})
"""  # noqa: S608 - ours
"""Parts of a larger statement, which takes `values`: where `cause` has its row, a placed order is added, its lines, and
the event that tells of it."""


LOCK = text(f"{ORDERS} WHERE id = CAST(:id AS uuid) FOR NO KEY UPDATE")
FIND = text(f"{ORDERS} WHERE id = CAST(:id AS uuid) AND account_id = CAST(:account_id AS uuid)")
# Of an order that is still in the state that the step leads out of.
STEP = text(f"""
    WITH stepped AS (
        UPDATE orders.orders SET
            status = :status,
            sealed_card = CASE WHEN :settled THEN NULL ELSE sealed_card END,
            payment_due_at = CASE WHEN :due THEN now() END,
            payment_error = CASE WHEN :declined THEN 'declined' ELSE payment_error END,
            paid_at = CASE WHEN :status = 'paid' THEN now() ELSE paid_at END,
            cancelled_at = CASE WHEN :status = 'cancelled' THEN now() ELSE cancelled_at END
        WHERE id = CAST(:id AS uuid) AND status = :before RETURNING id
    ),
    told AS ({outbox.ADDING.format(cause="stepped WHERE :told")}),
    answered AS ({idempotency.KEEPING.format(cause="stepped")} AND :before = 'placed')
    SELECT id FROM stepped
""")  # noqa: S608 - ours

_lines = msgspec.json.Decoder(list[tuple[str, str, int, int]]).decode


def values(account_id: str, order: Order, sealed_card: bytes, *, due_after_s: float) -> dict[str, object]:
    """The values of an order that is added.

    Args:
        account_id: whose order it is.
        order: as it was placed.
        sealed_card: what it will be paid with.
        due_after_s: when somebody else has it paid, if whoever placed it has not.
    """
    return {
        "id": order.id, "account_id": account_id, "status": order.status, "total_minor": order.total.amount,
        "currency": order.total.currency, "placed_at": order.placed_at, "sealed_card": sealed_card,
        "due_after_s": due_after_s,
        "skus": [line.sku for line in order.items], "names": [line.name for line in order.items],
        "pieces": [line.quantity for line in order.items],
        "prices": [line.unit_price.amount for line in order.items],
        **outbox.values(_event(order, order.placed_at)),
    }  # fmt: skip


def find(connection: Connection, account_id: str, order_id: str) -> Order | None:
    """An order of this account; None where it has none of this id, whatever the text is and whoever has it."""
    if not _well_formed(order_id):
        return None
    row = connection.execute(FIND, {"id": order_id, "account_id": account_id}).one_or_none()
    return None if row is None else from_row(row)


def settle(connection: Connection, order_id: str, happening: Happening) -> Order | None:
    """Let something happen to an order, in the caller's transaction.

    With the step go: the stock that comes back, the card that is forgotten, what the provider is owed, the event, and,
    when the order leaves `placed`, the answer of the Idempotency-Key that it was placed with.

    Args:
        connection: in a transaction that holds no lock on goods.
        order_id: of an order, in the form that we give out.
        happening: what happened.

    Returns:
        The order as it is now; None where nothing changed, or there is no such order (any more).
    """
    row = connection.execute(LOCK, {"id": order_id}).one_or_none()
    done = None if row is None else order_states.step(row.status, happening)
    if row is None or done is None:
        return None
    order = msgspec.structs.replace(from_row(row), status=done.status)
    if done.stock_comes_back:
        stock.give_back(connection, {line.sku: line.quantity for line in order.items})
    _carry_out(connection, order, row.status, done, happening)
    return order


def settle_placed(connection: Connection, placed: Order, happening: Happening) -> Response | None:
    """`settle` in one statement, for who has placed the order and knows it whole: no lock, and no look at it before.

    Returns:
        The answer of the Idempotency-Key; None where nothing was done, for `settle` to look: the order is not as it was
        placed any more, or goods have to come back.
    """
    done = order_states.step("placed", happening)
    if done is None or done.stock_comes_back:
        return None
    order = msgspec.structs.replace(placed, status=done.status)
    return first_answer(order, happening) if _carry_out(connection, order, "placed", done, happening) else None


def first_answer(order: Order, happening: Happening) -> Response:
    """What whoever placed the order is told, now and whenever the key comes again.

    Of a refusal the order is kept: its problem document, with the trace of the request, is made anew each time.
    """
    body = msgspec.json.encode(order)
    if happening is Happening.DECLINED:
        return Response(status=402, body=body)
    return Response(status=201, body=body, headers={"Location": f"/api/orders/{order.id}"})


def from_row(row: Row[tuple[object, ...]]) -> Order:
    """The order of a row of ORDERS."""
    items = []
    for sku, name, quantity, price_minor in _lines(row.lines):
        price = Money(amount=price_minor, currency=row.currency)
        items.append(OrderLine(sku=sku, name=name, quantity=quantity, unit_price=price, line_total=price * quantity))
    total = Money(amount=row.total_minor, currency=row.currency)
    return Order(id=row.id, status=row.status, items=items, total=total, placed_at=row.placed_at)


def _event(order: Order, time: datetime) -> CloudEvent:
    """The event of the order's status. Its id is made of both: it can be there only once."""
    return CloudEvent(
        id=f"{order.id}.{order.status}", source=SOURCE, type=f"zerocart.order.{order.status}.v1", subject=order.id,
        time=time, data=msgspec.json.encode(order), others={"datacontenttype": "application/json"},
    )  # fmt: skip


def _carry_out(connection: Connection, order: Order, before: Status, done: Step, happening: Happening) -> bool:
    """One step of an order, all that belongs to it but the stock; False where it is no longer in the state before."""
    changes = {
        "id": order.id, "subject": order.id, "before": before, "status": done.status, "settled": done.settled,
        "due": done.void_due or not done.settled, "declined": happening is Happening.DECLINED,
        "told": done.status in TOLD, **outbox.values(_event(order, datetime.now(UTC))),
        **idempotency.values(first_answer(order, happening)),
    }  # fmt: skip
    return connection.execute(STEP, changes).one_or_none() is not None


def _well_formed(order_id: str) -> bool:
    try:
        return str(uuid.UUID(order_id)) == order_id
    except ValueError:
        return False
