"""A collector of OpenTelemetry's: takes OTLP over HTTP, and keeps what it was sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. The names of its headers are in lower case, its body is unpacked."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    url: str
    received: list[Sent] = field(default_factory=list)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that is there until the block ends."""
    received: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding"):  # Envoy's own spans
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            headers = {name.lower(): value for name, value in self.headers.items()}
            packed = headers.get("content-encoding") == "gzip"
            received.append(Sent(self.path, headers, gzip.decompress(body) if packed else body))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Collector(url=f"http://127.0.0.1:{server.server_port}", received=received)
        server.shutdown()
