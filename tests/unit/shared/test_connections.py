"""Connections to a server that says, byte by byte, what each test wants it to say."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import connections
from shared.connections import Answer, Connections, NoAnswerError
from shared.deadlines import Deadline

REQUEST = connections.request("GET", "/", {"host": "x"})
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Some: thing\r\n\r\n{}"


class Server:
    """Answers each request with the next of `says`, the last one for ever; a connection whose answer is cut ends."""

    def __init__(self, *says: bytes) -> None:
        self.says = list(says)
        self.seen: list[bytes] = []
        self.accepted: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # the thread that accepts leaves it
        self._accepting.join()
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        for connection in self.accepted:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := connection.recv(65536):
                self.seen.append(request)
                said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
                for piece in (said[i : i + 1] for i in range(len(said))) if len(said) < 300 else [said]:
                    connection.sendall(piece)
                if not said.startswith(b"HTTP/1.1 ") or said.endswith(b"only this"):
                    return


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(OK)
    yield made
    made.close()


@pytest.fixture
def kept() -> Iterator[Connections]:
    made = Connections(most_idle=2)
    yield made
    made.close()


def ask(kept: Connections, server: Server, within_s: float = 5.0) -> Answer:
    return kept.ask(server.address, REQUEST, Deadline.within(within_s))


def test_an_answer_that_comes_byte_by_byte_is_whole(kept: Connections, server: Server) -> None:
    answer = ask(kept, server)
    assert (answer.status, answer.headers["x-some"], answer.body) == (200, "thing", b"{}")


def test_an_answer_in_chunks_is_put_together(kept: Connections, server: Server) -> None:
    server.says = [b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"]
    answer = ask(kept, server)
    assert (answer.status, answer.body) == (201, b"abcde")
    assert ask(kept, server).body == b"abcde"
    assert len(server.accepted) == 1


def test_what_only_says_that_an_answer_will_come_is_none(kept: Connections, server: Server) -> None:
    server.says = [b"HTTP/1.1 103 Early Hints\r\nX-Some: hint\r\n\r\n" + OK.replace(b"X-Some", b"X-Other")]
    answer = ask(kept, server)
    assert (answer.status, "x-some" in answer.headers, answer.body) == (200, False, b"{}")


def test_one_connection_is_asked_again_and_again(kept: Connections, server: Server) -> None:
    for _ in range(5):
        ask(kept, server)
    assert len(server.accepted) == 1


def test_a_connection_that_was_closed_meanwhile_is_not_asked(kept: Connections, server: Server) -> None:
    ask(kept, server)
    server.hang_up()
    (idle,) = kept._idle[server.address]
    assert select.select([idle], [], [], 5)[0], "the end of it has arrived"
    assert ask(kept, server).status == 200
    assert len(server.accepted) == 2


def test_what_a_server_says_unasked_is_no_answer(kept: Connections, server: Server) -> None:
    server.says = [OK + OK.replace(b"200 OK", b"299 No").replace(b"thing", b"x" * 300), OK]
    assert ask(kept, server).status == 200
    assert ask(kept, server).status == 200
    assert len(server.accepted) == 2


def test_a_connection_whose_answer_says_that_it_ends_is_not_kept(kept: Connections, server: Server) -> None:
    server.says = [OK.replace(b"X-Some: thing", b"Connection: close")]
    ask(kept, server)
    ask(kept, server)
    assert len(server.accepted) == 2


def test_no_more_are_kept_than_may_be_idle(kept: Connections, server: Server) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert {each.status for each in threads.map(lambda _: ask(kept, server), range(40))} == {200}
    assert len(kept._idle[server.address]) <= 2


@pytest.mark.parametrize(
    "said",
    [
        b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + bytes(connections.LARGEST_ANSWER_BYTES + 1),
    ],
    ids=["nothing", "another protocol", "cut short", "two lengths", "chunks that are none", "too much"],
)  # fmt: skip
def test_what_is_no_whole_answer_is_none_and_its_connection_is_left(
    kept: Connections, server: Server, said: bytes
) -> None:
    server.says = [said, OK]
    with pytest.raises(NoAnswerError):
        ask(kept, server, within_s=0.4)
    assert ask(kept, server).status == 200
    assert len(server.accepted) == 2


def test_nobody_there_is_no_answer(kept: Connections) -> None:
    with pytest.raises(NoAnswerError):
        kept.ask(("127.0.0.1", 1), REQUEST, Deadline.within(1))


@pytest.mark.parametrize("value", ["a\r\nx-other: b", "a\nb", "a\rb"])
def test_no_value_writes_a_header_of_its_own(value: str) -> None:
    with pytest.raises(ValueError, match="must be one line"):
        connections.request("GET", "/", {"host": "x", "idempotency-key": value})
    with pytest.raises(ValueError, match="must be one line"):
        connections.request("GET", f"/{value}", {"host": "x"})


def test_a_method_whose_answer_could_not_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="HEAD"):
        connections.request("HEAD", "/", {"host": "x"})


def test_a_body_has_its_length_and_a_post_without_one_says_so() -> None:
    assert connections.request("POST", "/", {"host": "x"}, b"{}").endswith(b"content-length: 2\r\n\r\n{}")
    assert b"content-length: 0\r\n" in connections.request("POST", "/", {"host": "x"})
    assert b"content-length" not in REQUEST
