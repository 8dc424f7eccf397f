"""The functions of this test process behind an HTTP proxy, by their Knative names, as the gateway's mesh has them.

with SmallMesh("record_sale") as mesh:       # http_proxy is `mesh.url`
    mesh.says["record-sale"] = 503           # in place of what the function would answer
"""

import io
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from shared import settings, wsgi
from shared.server import build_app
from tests.unit.functions.conftest import FUNCTIONS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request that came through, and what it was answered."""

    service: str
    body: bytes
    traceparent: str | None
    status: int
    trace_id: str | None


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - as its base has it
        """Tests have nothing to say on standard error."""


class SmallMesh:
    """`says` is answered in place of a service; `then` is called when it has answered, before its caller knows."""

    def __init__(self, *functions: str) -> None:
        self._apps = {
            name.replace("_", "-"): build_app(FUNCTIONS / name / "main.py", settings.current()) for name in functions
        }
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.says: dict[str, int | Callable[[bytes], int | None]] = {}
        self.then: Callable[[str], object] = lambda _service: None
        self.passed: list[Passed] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def bodies(self, service: str, status: int = 204) -> list[bytes]:
        return [each.body for each in self.passed if (each.service, each.status) == (service, status)]

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        service, body = request.host.partition(".")[0], request.get_data()
        said = self.says.get(service)
        environ["wsgi.input"] = io.BytesIO(body)
        instead = said(body) if callable(said) else said
        if instead is not None:
            answer = Response("instead", instead)
        elif service in self._apps:
            line, headers, content = wsgi.call(self._apps[service], environ)
            answer = Response(content, int(line[:3]), headers)
        else:
            answer = Response(status=HTTPStatus.NOT_FOUND)
        self.passed.append(
            Passed(
                service=service, body=body, status=answer.status_code, trace_id=answer.headers.get("x-trace-id"),
                traceparent=request.headers.get("traceparent"),
            )
        )  # fmt: skip
        self.then(service)
        return answer(environ, start_response)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
