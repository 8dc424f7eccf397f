"""Somebody buys something in a real browser at the front door: with every function at zero, with Redis or the payment
provider away, with two clicks, in two tabs, and without a mouse; and what it looks like is for everybody.

The stories are told in `frontend/e2e`, by their names.
"""

import pytest

from tests.frontend import node
from tests.promises import faults
from tests.stack import Stack, own_stack

__all__ = ["own_stack"]

pytestmark = pytest.mark.timeout(400)  # a whole browser and a whole shop, on a machine that does something else besides


def tell(browser: str, stack: Stack, file: str, story: str) -> None:
    """Have a browser live through a story; `story` is a part of its name."""
    node.run(
        "run", "--silent", "e2e", "--", f"e2e/{file}.e2e.ts", "-t", story,
        CHROMIUM=browser, STOREFRONT_URL=f"http://localhost:{stack.port}", ZEROCART_HOME=str(stack.home),
        ZEROCART_PORT=str(stack.port), QUICK="1",
    )  # fmt: skip


def test_somebody_looks_around_buys_and_cancels_with_every_function_at_zero(browser: str, own_stack: Stack) -> None:
    for service in ("list-products", "get-product", "register", "login", "cart", "place-order", "charge-payment"):
        own_stack.wait_for_zero(service)
    tell(browser, own_stack, "journey", "somebody looks around")


def test_somebody_buys_while_redis_is_away(browser: str, own_stack: Stack) -> None:
    with faults.redis_away(own_stack, "frozen"):
        tell(browser, own_stack, "journey", "somebody looks around")


@pytest.mark.parametrize(
    ("file", "story"),
    [
        pytest.param("trouble", "payment provider is away", id="without the provider it is paid later"),
        pytest.param("journey", "Pay clicked twice", id="Pay clicked twice is one order"),
        pytest.param("trouble", "two tabs that fill one basket", id="two tabs fill one basket and lose nothing"),
        pytest.param("keyboard", "without a mouse", id="nobody needs a mouse"),
        pytest.param("first-page", "", id="the first page is seen before its script has come"),
        pytest.param("pages", "a stranger sees", id="what a stranger sees is for everybody"),
        pytest.param("pages", "a customer sees", id="what a customer sees is for everybody"),
        pytest.param("ops", "", id="functions are seen to live and can be made to cope"),
    ],
)
def test_a_browser_lives_through_it(browser: str, own_stack: Stack, file: str, story: str) -> None:
    tell(browser, own_stack, file, story)
