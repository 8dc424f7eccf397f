"""A subscriber in the open, which remembers what it got, and answers as a test tells it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request; names of headers in lower case. `at_s` is on the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float

    @property
    def id(self) -> str:
        return self.headers["ce-id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    status: int = 202
    headers: Mapping[str, str] | None = None
    body: bytes = b""


class Subscriber:
    """`says`: what it answers, in turn, the last one from then on; held back while `answers` is not set."""

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Received] = []
        self.held_count = 0
        self.says: list[Said] = [Said()]
        self.answers = threading.Event()
        self.answers.set()
        self._lock = threading.Lock()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        with self._lock:
            self.received.append(Received(path=path, headers=headers, body=body, at_s=time.monotonic()))
            said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
            self.held_count += 1
        self.answers.wait(30)
        with self._lock:
            self.held_count -= 1
        return said


@contextmanager
def listening() -> Iterator[Subscriber]:
    subscriber = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            said = subscriber.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(said.status)
            for name, value in (said.headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_arguments: object) -> None:
            """Silence: a test says what it saw."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                """The broker was killed while it waited."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # with 5, a connection may be lost that its client takes for made

    server = Server(("127.0.0.1", 0), Handler)
    subscriber.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield subscriber
    finally:
        subscriber.answers.set()
        server.shutdown()
        server.server_close()
        thread.join()
