"""One server for both engines: the same answers over a Unix socket and in a container."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.shared.instances import FUNCTIONS, ROOT, WITHIN_S, Instances, ask
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def order_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("s")
    with Instances("order", folder, {"PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics")}) as instances:
        instances.start()
        yield instances.socket_path


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def test_it_lives_and_says_what_it_needs(order_socket: Path) -> None:
    assert parsed(ask(order_socket, "/healthz"))[0] == 200
    status, _, body = parsed(ask(order_socket, "/readyz"))
    assert (status, msgspec.json.decode(body)) == (200, {"ready": True, "dependencies": {}})


def test_requests_are_counted_and_its_own_paths_are_not(order_socket: Path) -> None:
    def counted() -> float:
        _, headers, body = parsed(ask(order_socket, "/metrics"))
        assert headers["content-type"].startswith("text/plain")
        found = re.search(
            r'zerocart_requests_total\{function="order",method="other",status="405"\} (\S+)', body.decode()
        )
        return float(found[1]) if found else 0.0

    before = counted()
    assert parsed(ask(order_socket, "/api/shops/x/orders", "BREW"))[0] == 405
    assert counted() == before + 1


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "status"),
    [
        ("/api/shops/x/orders POST", "idempotency-key: k\r\ncontent-type: application/json\r\n", b'{"items": []}', 201),
        ("/robots.txt GET", "", b"", 404),
        ("/favicon.ico GET", "", b"", 404),
        ("//api//shops GET", "", b"", 404),
        ("/api/shops/x/orders PUT", "", b"", 405),
        ("/api/shops/x/orders POST", "content-type: application/json\r\n", b"{" * 300_000, 413),
        ("/%ff%00/.. GET", "", b"", 404),
    ],
)
def test_every_answer_has_its_trace_and_every_error_is_a_problem(
    order_socket: Path, request_line: str, headers: str, body: bytes, status: int
) -> None:
    path, method = request_line.split()
    given, answered, content = parsed(ask(order_socket, path, method, headers, body))
    assert given == status
    assert re.fullmatch("[0-9a-f]{32}", answered["x-trace-id"])
    if status >= 400:
        assert answered["content-type"] == "application/problem+json"
        document: dict[str, Any] = msgspec.json.decode(content)
        assert (document["status"], document["trace_id"]) == (status, answered["x-trace-id"])


def test_a_head_request_is_answered_without_a_body(order_socket: Path) -> None:
    for path, status in (("/healthz", 200), ("/robots.txt", 404), ("/nothing", 404)):
        found, headers, body = parsed(ask(order_socket, path, "HEAD"))
        assert (found, body) == (status, b"")
        assert int(headers["content-length"]) > 0


CUT_SHORT = [
    b"content-length: 40\r\n\r\n" + b'{"items": []}',
    b"transfer-encoding: chunked\r\n\r\nd\r\n" + b'{"items": []}\r\n',
]


@pytest.mark.parametrize("framing", CUT_SHORT, ids=["by length", "chunked"])
def test_a_body_whose_sender_goes_away_is_never_taken_for_whole(tmp_path: Path, framing: bytes) -> None:
    with Instances("order", tmp_path) as instances, socket.socket(socket.AF_UNIX) as connection:
        instances.start()
        connection.settimeout(WITHIN_S)
        connection.connect(str(instances.socket_path))
        head = (
            b"POST /api/shops/x/orders HTTP/1.1\r\nhost: t\r\nidempotency-key: k\r\ncontent-type: application/json\r\n"
        )
        connection.sendall(head + framing)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        assert b" 201 " not in answer
        metrics = ask(instances.socket_path, "/metrics").decode()
        assert 'status="201"' not in metrics
        assert 'method="POST",status="400"} 1.0' in metrics


def test_a_bug_is_in_the_log_with_its_trace_and_masked(tmp_path: Path) -> None:
    with Instances("order", tmp_path) as instances:
        instances.start()
        body = b'{"items": [{"sku": "bug", "quantity": 1}]}'
        headers = "idempotency-key: k\r\ncontent-type: application/json\r\n"
        status, answered, _ = parsed(ask(instances.socket_path, "/api/shops/x/orders", "POST", headers, body))
        line = msgspec.json.decode(instances.log.read_bytes().splitlines()[-1], type=dict[str, Any])
    assert (status, line["level"], line["service"]) == (500, "error", "order")
    assert line["trace_id"] == answered["x-trace-id"]
    assert "RuntimeError" in line["exception"]
    assert "maria@example.com" not in line["exception"]


def test_a_function_without_an_endpoint_is_served_and_its_errors_tell_nothing(tmp_path: Path) -> None:
    with Instances("plain", tmp_path) as instances:
        instances.start()
        assert parsed(ask(instances.socket_path, "/x", "POST", body=b"y"))[2] == b"/x POST"
        assert parsed(ask(instances.socket_path, "/x", "HEAD"))[2] == b""
        for path, expected in (("/fail", 500), ("/teapot", 418)):
            status, headers, body = parsed(ask(instances.socket_path, path))
            assert (status, headers["content-type"]) == (expected, "application/problem+json")
            assert msgspec.json.decode(body)["trace_id"] == headers["x-trace-id"]
            assert b"secret" not in body


def test_plain_functions_framework_serves_an_endpoint_too(tmp_path: Path) -> None:
    port = free_port()
    words = ["functions-framework", "--source", str(FUNCTIONS / "order/main.py"), "--target", "order"]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        wait_until(lambda: _connects(port), WITHIN_S, "a listening functions-framework")
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        connection.request("POST", "/api/shops/x/orders", b'{"items": []}', headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:12]) == (201, b'{"shop":"x",')
        connection.request("POST", "/api/shops/x/orders", b"{}", headers)
        refusal = connection.getresponse()
        assert (refusal.status, refusal.getheader("Content-Type")) == (422, "application/problem+json")
        assert re.fullmatch("[0-9a-f]{32}", refusal.getheader("x-trace-id") or "")
    finally:
        connection.close()
        os.killpg(process.pid, signal.SIGKILL)  # it has a worker of its own
        process.wait()


def test_metrics_are_the_sum_over_instances_also_ended_ones(tmp_path: Path) -> None:
    with Instances("echo", tmp_path, {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}) as instances:
        for _ in range(3):
            pid = instances.start()
            ask(instances.socket_path)
            if _ < 2:
                instances.stop(pid)
        text = ask(instances.socket_path, "/metrics").decode()
    assert 'zerocart_requests_total{function="echo",method="GET",status="200"} 3.0' in text
    assert 'zerocart_cold_start_seconds_count{function="echo"} 3.0' in text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def container(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server as a container starts it, and its port."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "FUNCTION_SOURCE": str(FUNCTIONS / "echo/main.py")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "shared.server"], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: _connects(port), WITHIN_S, "a listening server")
        yield process, port
    finally:
        process.kill()
        process.wait()


def test_in_a_container_it_keeps_connections_alive(container: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = container
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    for _ in range(3):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b'{"hello":"world"}'
        assert connection.sock is not None  # kept
    process.send_signal(signal.SIGTERM)
    assert process.wait(WITHIN_S) == 0
    assert connection.sock.recv(1) == b""  # an idle connection does not hold it up
    connection.close()


def test_a_container_that_stops_under_load_closes_after_an_answer(
    container: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = container
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    answered_count, told_to_close = 0, False
    while not told_to_close:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.read() == b'{"hello":"world"}'
        told_to_close = answer.getheader("Connection") == "close"
        answered_count += 1
        if answered_count == 20:
            process.send_signal(signal.SIGTERM)
    connection.close()
    assert answered_count > 20
    assert process.wait(WITHIN_S) == 0


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_port_that_is_taken_is_said(container: tuple[subprocess.Popen[bytes], int]) -> None:
    _, port = container
    environment = {"FUNCTION_SOURCE": str(FUNCTIONS / "echo/main.py"), "PORT": str(port)}
    ended = subprocess.run(
        [sys.executable, "-m", "shared.server"], env={"PATH": os.environ["PATH"], **environment}, cwd=ROOT,
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr.splitlines()[0][:20]) == (1, f"error: PORT is {port}"[:20])


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "FUNCTION_SOURCE is ''"),
        ({"FUNCTION_SOURCE": "no.py"}, "no.py"),
        ({"FUNCTION_SOURCE": str(FUNCTIONS / "echo/main.py"), "PORT": "x"}, "PORT is 'x'"),
    ],
)
def test_what_is_missing_is_said_without_a_traceback(environment: dict[str, str], says: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "shared.server"], env={"PATH": os.environ["PATH"], **environment}, cwd=ROOT,
        capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
