"""A CronJob's calls are a PingSource's, so far apart, and a failed one is told."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from knative.operations.call import call, due_s


class Function(ThreadingHTTPServer):
    asked: list[dict[str, str]]
    status: int = 200


class Handler(BaseHTTPRequestHandler):
    server: Function

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append({**{key.lower(): value for key, value in self.headers.items()}, "": body.decode()})
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def function() -> Iterator[Function]:
    made = Function(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def address(function: Function) -> str:
    return f"http://127.0.0.1:{function.server_address[1]}"


def test_a_minute_of_six_calls_is_one_each_ten_seconds() -> None:
    assert due_s(6, 10) == [0, 10, 20, 30, 40, 50]


def test_each_call_is_an_event_of_its_own(function: Function) -> None:
    said: list[str] = []
    assert call(
        address(function), "/apis/v1/namespaces/shop/pingsources/x", "{}", times=3, every_s=0.02, say=said.append
    )
    assert len(said) == len(function.asked)
    assert {each[""] for each in function.asked} == {"{}"}
    assert {each["ce-type"] for each in function.asked} == {"dev.knative.sources.ping"}
    assert len({each["ce-id"] for each in function.asked}) == len(function.asked)


def test_a_call_that_is_answered_with_an_error_fails_the_job_and_the_next_is_made(function: Function) -> None:
    function.status = 503
    said: list[str] = []
    assert not call(address(function), "s", "{}", times=2, every_s=0.5, say=said.append)
    assert [line.rpartition(" ")[2] for line in said] == ["503", "503"]


def test_nobody_there_is_told_by_name_of_the_error() -> None:
    said: list[str] = []
    assert not call("http://127.0.0.1:9/", "s", "{}", times=1, every_s=0, say=said.append)
    assert "NewConnectionError" in said[0]
