"""Where requests wait: a connection finds a socket at any moment, and tells that it waits."""

import asyncio
import socket
import threading
from pathlib import Path

import pytest

from knative.local.listening import listen
from knative.local.model import RevisionName
from knative.local.sockets import SocketTable

NAME = RevisionName("list-products-00001")


def connect(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(5)
    client.connect(str(path))
    return client


def test_a_connection_waits_though_nobody_accepts(tmp_path: Path) -> None:
    with listen(tmp_path / "socket") as listening, connect(tmp_path / "socket") as client:
        client.sendall(b"hello")
        listening.setblocking(True)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(5) == b"hello"


def test_while_a_socket_is_replaced_there_is_always_one(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    sockets = [listen(path)]
    stopping = threading.Event()
    refused: list[OSError] = []

    def go_on_connecting() -> None:
        while not stopping.is_set():
            try:
                connect(path).close()
            except OSError as error:
                refused.append(error)
                return

    thread = threading.Thread(target=go_on_connecting)
    thread.start()
    for _ in range(200):
        sockets.append(listen(path, backlog_count=4096))
    stopping.set()
    thread.join()
    for each in sockets:
        each.close()
    assert refused == []


def test_who_sees_the_name_is_taken_at_once(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    refused: list[OSError] = []

    def connect_when_it_is_there() -> None:
        while not path.exists():
            pass
        try:
            connect(path).close()
        except OSError as error:
            refused.append(error)

    for _ in range(200):
        thread = threading.Thread(target=connect_when_it_is_there)
        thread.start()
        with listen(path):
            thread.join()
        path.unlink()
    assert refused == []


def test_past_the_queue_a_connection_is_refused_at_once_and_does_not_hang(tmp_path: Path) -> None:
    with listen(tmp_path / "socket", backlog_count=1):
        clients = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for client in clients:
            client.setblocking(False)
        # The kernel lets one more in than it was told.
        for client in clients[:2]:
            client.connect(str(tmp_path / "socket"))
        with pytest.raises(BlockingIOError):
            clients[2].connect(str(tmp_path / "socket"))
        for client in clients:
            client.close()


def test_a_watch_tells_of_a_connection_once_and_is_over(tmp_path: Path) -> None:
    async def scene() -> None:
        told: asyncio.Queue[RevisionName] = asyncio.Queue()
        table = SocketTable(lambda name: tmp_path / name, told.put_nowait)
        table.open(NAME)
        table.watch(NAME)
        assert table.watched == {NAME}
        with connect(tmp_path / NAME), connect(tmp_path / NAME):
            assert await asyncio.wait_for(told.get(), 5) == NAME
            await asyncio.sleep(0)
            assert told.empty()
            assert table.watched == frozenset()
        table.close(NAME)

    asyncio.run(scene())


def test_a_watch_tells_of_a_connection_that_came_before_it(tmp_path: Path) -> None:
    # Between the last instance's end and the watch there is no gap to fall into.
    async def scene() -> None:
        told: asyncio.Queue[RevisionName] = asyncio.Queue()
        table = SocketTable(lambda name: tmp_path / name, told.put_nowait)
        table.open(NAME)
        with connect(tmp_path / NAME):
            table.watch(NAME)
            assert await asyncio.wait_for(told.get(), 5) == NAME
        table.close(NAME)

    asyncio.run(scene())


def test_a_closed_socket_is_gone_from_the_table_and_from_the_folder(tmp_path: Path) -> None:
    async def scene() -> None:
        table = SocketTable(lambda name: tmp_path / name, lambda _name: None)
        table.open(NAME)
        table.watch(NAME)
        table.close(NAME)
        assert (table.listening, table.watched, list(tmp_path.iterdir())) == (frozenset(), frozenset(), [])

    asyncio.run(scene())


def test_sockets_that_were_kept_are_taken_over_and_doubles_are_closed(tmp_path: Path) -> None:
    async def scene() -> None:
        table = SocketTable(lambda name: tmp_path / name, lambda _name: None)
        own = table.open(NAME)
        double, other = listen(tmp_path / "double"), listen(tmp_path / "other")
        table.adopt({NAME: double, "login-00001": other})
        assert dict(table.items()) == {NAME: own, "login-00001": other}
        assert double.fileno() == -1
        table.close(NAME)
        other.close()

    asyncio.run(scene())
