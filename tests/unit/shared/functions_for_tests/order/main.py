"""A function with all that an endpoint can declare: body, query, path, problems, a key."""

from typing import Annotated

import functions_framework
import msgspec

from shared.endpoint import Answer, Call, endpoint
from shared.errors import OutOfStock


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=8)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: list[Item]
    note: str = ""


class How(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    cursor: str | None = None


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    shop: str
    skus: list[str]
    limit: int
    key: str | None


@functions_framework.http
@endpoint(
    "POST", "/api/shops/{shop}/orders", body=NewOrder, query=How, answers={201: Placed}, problems=(OutOfStock,),
    idempotent=True,
)  # fmt: skip
def order(call: Call[NewOrder, How]) -> Answer:
    """Place an order.

    The whole of it,
    or nothing.
    """
    skus = [item.sku for item in call.body.items]
    if "none" in skus:
        raise OutOfStock(["none"])
    if "bug" in skus:
        raise RuntimeError("the secret of maria@example.com")
    placed = Placed(shop=call.path["shop"], skus=skus, limit=call.query.limit, key=call.idempotency_key)
    return Answer(placed, status=201, headers={"Location": f"/api/orders/{len(skus)}"})
