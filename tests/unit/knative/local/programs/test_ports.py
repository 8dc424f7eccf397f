"""A program has the port that it should have, or another one, and never one that somebody else has."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from knative.local.programs.ports import reserve


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
    return found


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_the_port_that_is_asked_for_is_had_and_again_once_it_was_given_back(tmp_path: Path, port: int) -> None:
    for _ in range(2):
        found, lock = reserve(port, tmp_path)
        lock.close()
        assert found == port


def test_a_port_is_one_programs_though_it_does_not_listen_yet(tmp_path: Path, port: int, held: ExitStack) -> None:
    found = []
    for _ in range(3):
        number, lock = reserve(port, tmp_path)
        held.enter_context(lock)
        found.append(number)
    assert found[0] == port
    assert len(set(found)) == 3


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_where_somebody_else_listens_is_left_to_them(tmp_path: Path, held: ExitStack, address: str) -> None:
    other = held.enter_context(socket.create_server((address, 0)))
    found, lock = reserve(other.getsockname()[1], tmp_path)
    lock.close()
    assert found != other.getsockname()[1]
