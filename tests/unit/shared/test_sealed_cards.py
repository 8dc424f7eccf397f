"""A sealed card opens for the provider and for its order, and for nobody and nothing else."""

import base64
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SettingError
from shared.sealed_cards import SealError, generate_keys, seal, unseal

CARD = "4242424242424242"
PRIVATE, PUBLIC = generate_keys()


@given(card=st.text(), order_id=st.text())
def test_what_was_sealed_opens_for_its_order(card: str, order_id: str) -> None:
    assert unseal(seal(card, order_id, PUBLIC), order_id, PRIVATE) == card


@given(order_id=st.text(), other=st.text())
def test_it_opens_for_no_other_order(order_id: str, other: str) -> None:
    if order_id != other:
        with pytest.raises(SealError):
            unseal(seal(CARD, order_id, PUBLIC), other, PRIVATE)


@given(position=st.integers(0), change=st.integers(1, 255))
def test_changed_in_any_byte_it_does_not_open(position: int, change: int) -> None:
    sealed = bytearray(seal(CARD, "order-1", PUBLIC))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(SealError):
        unseal(bytes(sealed), "order-1", PRIVATE)


@given(length=st.integers(0, 63), more=st.binary(min_size=1, max_size=40))
def test_cut_short_or_with_something_behind_it_does_not_open(length: int, more: bytes) -> None:
    sealed = seal(CARD, "order-1", PUBLIC)
    assert len(sealed) == 64
    for other in (sealed[:length], sealed + more, more):
        with pytest.raises(SealError):
            unseal(other, "order-1", PRIVATE)


@pytest.mark.parametrize("point", [bytes(32), (1).to_bytes(32, "little"), (2**255 - 18).to_bytes(32, "little")])
def test_a_senders_key_that_leads_to_no_secret_does_not_open(point: bytes) -> None:
    with pytest.raises(SealError):
        unseal(point + seal(CARD, "order-1", PUBLIC)[32:], "order-1", PRIVATE)


def test_with_another_key_it_does_not_open() -> None:
    other, _ = generate_keys()
    with pytest.raises(SealError):
        unseal(seal(CARD, "order-1", PUBLIC), "order-1", other)


def test_the_public_key_opens_nothing() -> None:
    with pytest.raises(SealError):
        unseal(seal(CARD, "order-1", PUBLIC), "order-1", PUBLIC)


def test_sealed_twice_it_looks_different_everywhere() -> None:
    first, second = seal(CARD, "order-1", PUBLIC), seal(CARD, "order-1", PUBLIC)
    # 16 bytes in a row that are equal would be a repeated key, tag or text.
    assert not any(first[start : start + 16] in second for start in range(len(first) - 15))


def test_what_lies_with_open_orders_since_an_earlier_release_opens() -> None:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    sealed = "Vujz5uYjrxkDMoorWk3ERECBKW0vJlPGmjXDr_EuyjwykLg5UfkbKFT9lexa2HXRyZnJfHg4akrr6exZwTprRQ=="
    assert unseal(base64.urlsafe_b64decode(sealed), "order-1", key) == CARD


@pytest.mark.parametrize("key", ["", "secret-4711", "A" * 42, "A" * 43, "é" * 44])
def test_a_key_that_is_none_is_an_error_of_the_setting_and_is_not_shown(key: str) -> None:
    with pytest.raises(SettingError) as sealing:
        seal(CARD, "order-1", key)
    with pytest.raises(SettingError) as opening:
        unseal(bytes(64), "order-1", key)
    assert (sealing.value.variable, opening.value.variable) == ("PAYMENT_PUBLIC_KEY", "PAYMENT_PRIVATE_KEY")
    for error in (sealing.value, opening.value):
        assert not key or key not in f"{error} {error.value} {error.hint}"


def test_an_error_says_nothing_of_card_order_or_key() -> None:
    with pytest.raises(SealError) as caught:
        unseal(seal(CARD, "order-1", PUBLIC), "order-2", PRIVATE)
    assert caught.value.__cause__ is None
    for secret in (CARD, "order-", PRIVATE, PUBLIC):
        assert secret not in repr(caught.value) + str(caught.value)


def test_cryptography_is_loaded_when_a_card_is_sealed_and_not_before() -> None:
    program = """
import sys
from shared import sealed_cards
before = "cryptography" in sys.modules
sealed_cards.generate_keys()
print(before, "cryptography" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"
