"""Somebody buys something in a real browser at the front door: with every function at zero, and with Redis away."""

import pytest

from tests.frontend import node
from tests.promises import faults
from tests.stack import Stack, own_stack

__all__ = ["own_stack"]

pytestmark = pytest.mark.timeout(400)  # a whole browser and a whole shop, on a machine that does something else besides
JOURNEY = ("run", "--silent", "e2e", "--", "e2e/journey.e2e.ts", "-t", "somebody looks around")


def buy(browser: str, stack: Stack) -> None:
    node.run(*JOURNEY, CHROMIUM=browser, STOREFRONT_URL=f"http://localhost:{stack.port}")


def test_somebody_looks_around_buys_and_cancels_with_every_function_at_zero(browser: str, own_stack: Stack) -> None:
    for service in ("list-products", "get-product", "register", "login", "cart", "place-order", "charge-payment"):
        own_stack.wait_for_zero(service)
    buy(browser, own_stack)


def test_somebody_buys_while_redis_is_away(browser: str, own_stack: Stack) -> None:
    with faults.redis_away(own_stack, "frozen"):
        buy(browser, own_stack)
