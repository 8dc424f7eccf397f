"""Whether the database agrees with what the shop acknowledged.

Three questions, after any mishap in between. Is every acknowledged order there, with its
total, to the penny? Is there no order that nobody was told of? Is no good lost or made up:
per sku, stock + pieces in orders not cancelled stays what it was?
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from knative.local.retail.answers import Placed
from knative.local.retail.buyer import Outcome, Uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """An order as the database has it. `key` is the Idempotency-Key it was placed under, if that is still known."""

    total_minor: int
    lines_total_minor: int
    piece_count: int
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The database at one moment: the replayed customers' orders by id, and all goods by sku.

    goods: stock + pieces in orders that are not cancelled, anybody's.
    """

    orders: Mapping[str, StoredOrder]
    goods: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What does not agree; all empty is well. `settled_late` are uncertain orders that were placed after all."""

    acknowledged_count: int
    missing: tuple[str, ...]
    different: tuple[str, ...]
    unexpected: tuple[str, ...]
    goods_changed: Mapping[str, int]
    settled_late: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.different or self.unexpected or self.goods_changed)


def compare(before: Ledger, after: Ledger, outcomes: Collection[Outcome]) -> Agreement:
    """Compare what was acknowledged with the database before and after.

    An order that was there before needs no acknowledgement: an earlier replay had it.
    """
    acknowledged = {
        outcome.result.order_id: (outcome.result, outcome.placement)
        for outcome in outcomes
        if isinstance(outcome.result, Placed)
    }
    uncertain_keys = {outcome.placement.key for outcome in outcomes if isinstance(outcome.result, Uncertain)}
    missing = []
    different = []
    for order_id, (placed, placement) in acknowledged.items():
        stored = after.orders.get(order_id)
        if stored is None:
            missing.append(order_id)
        elif (stored.total_minor, stored.lines_total_minor, stored.piece_count) != (
            placed.total_minor,
            placed.total_minor,
            placement.piece_count,
        ):
            different.append(order_id)
    unknown = [order_id for order_id in after.orders if order_id not in before.orders and order_id not in acknowledged]
    late = [order_id for order_id in unknown if after.orders[order_id].key in uncertain_keys]
    # A sku that only one of the two has was seeded, or is sold no more: that is no sale.
    skus = before.goods.keys() & after.goods.keys()
    changed = {sku: after.goods[sku] - before.goods[sku] for sku in sorted(skus)}
    return Agreement(
        acknowledged_count=len(acknowledged),
        missing=tuple(missing),
        different=tuple(different),
        unexpected=tuple(order_id for order_id in unknown if order_id not in late),
        goods_changed={sku: change for sku, change in changed.items() if change},
        settled_late=tuple(late),
    )
