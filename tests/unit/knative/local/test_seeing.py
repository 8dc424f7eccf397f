"""`zerocart top` and `zerocart burst`, as a person and as a script use them."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from knative.local.cli import zerocart
from shared import metrics_files
from tests.promises.faults import home_of
from tests.stack import Stack, free_port
from tests.waiting import wait_until


def picture(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stack.run("top", "--once", "--json"))
    return found


def shown_of(stack: Stack, service: str) -> dict[str, Any]:
    (found,) = [each for each in picture(stack)["services"] if each["name"] == service]
    return dict(found["revisions"][0])


@pytest.mark.parametrize(
    "words",
    [
        ("burst", "--rate", "5001"),
        ("burst", "--rate", "0"),
        ("burst", "--rate", "nan"),
        ("burst", "--seconds", "61"),
        ("burst", "--path", "api/products"),
        ("burst", "--path", "http://example.com/"),
        ("burst", "--path", "/a HTTP/1.1\r\nHost: b"),
        ("top", "list-products"),
    ],
    ids=" ".join,
)
def test_a_load_without_bounds_or_for_elsewhere_is_wrong_usage(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(zerocart, words)
    assert done.exit_code == 2, done.output


@pytest.mark.parametrize("words", [("top",), ("top", "--once"), ("top", "--json"), ("burst",)], ids=" ".join)
def test_without_a_stack_nothing_is_sent_or_drawn_and_the_command_that_starts_it_is_told(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = Stack(home=tmp_path / "home", port=free_port()).zerocart(*words)
    assert (done.code, done.output) == (1, "")
    assert "not up" in done.errors
    assert "make up" in done.errors


class TestTop:
    def test_one_picture_has_every_revision_and_part_and_a_terminal_is_not_needed(self, stack: Stack) -> None:
        text = stack.run("top")
        found = stack.status()
        for service in found["services"]:
            for revision in service["revisions"]:
                assert revision["name"] in text
        assert "postgres ready   redis ready" in text
        assert "\x1b" not in text

    def test_a_script_gets_all_that_status_tells_and_the_latencies(self, stack: Stack) -> None:
        found, status = picture(stack), stack.status()
        assert set(found) == {*status, "at"}
        for service in found["services"]:
            for revision in service["revisions"]:
                assert revision["target"] > 0
                assert {"p50_ms", "p99_ms", "panic", "cold_starts", "last_cold_start"} <= set(revision)

    def test_latencies_are_shown_while_requests_come_and_gone_when_none_do(self, stack: Stack) -> None:
        def p99_ms() -> float | None:
            assert stack.call("GET", "/api/products").status == 200
            return shown_of(stack, "list-products")["p99_ms"]  # type: ignore[no-any-return]

        wait_until(lambda: (p99_ms() or 0) > 0, 30.0, "a latency")
        wait_until(lambda: shown_of(stack, "list-products")["p99_ms"] is None, 30.0, "no latency")

    def test_a_cold_start_is_counted_and_shown_with_its_phases(self, stack: Stack) -> None:
        stack.wait_for_zero("list-products")
        before = shown_of(stack, "list-products")["cold_starts"]
        began_s = time.monotonic()
        assert stack.call("GET", "/api/products").status == 200
        took_s = time.monotonic() - began_s
        after = shown_of(stack, "list-products")
        assert after["cold_starts"] == before + 1
        start = after["last_cold_start"]
        assert start["queued_s"] is not None
        assert min(start.values()) >= 0
        # The request that waited for it took longer than the start, but for its instance's last word to the engine.
        assert 0 < start["total_s"] < took_s + 1.0

    def test_a_cold_start_is_a_metric_of_its_function_phase_by_phase(self, stack: Stack) -> None:
        def counted() -> dict[str, float]:
            samples = [s for metric in metrics_files.collect(folder) for s in metric.samples]
            name = "zerocart_cold_start_phase_seconds_count"
            return {sample.labels["phase"]: sample.value for sample in samples if sample.name == name}

        stack.wait_for_zero("list-products")
        folder = home_of(stack).metrics / shown_of(stack, "list-products")["name"]
        before = counted()
        assert stack.call("GET", "/api/products").status == 200
        phases = ("queued", "forked", "connected", "first_byte")
        wait_until(lambda: all(counted().get(each, 0) > before.get(each, 0) for each in phases), 10.0, "the phases")

    def test_a_script_that_has_read_enough_ends_it_without_a_complaint(self, stack: Stack) -> None:
        with started(stack, "top", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stderr
            assert json.loads(process.stdout.readline())["services"]
            process.stdout.close()
            assert process.wait(20.0) == 0
            assert process.stderr.read() == b""

    @pytest.mark.parametrize("ending", [b"q", b"\x03"], ids=["q", "Ctrl-C"])
    def test_in_a_terminal_it_is_drawn_until_a_key_ends_it_and_the_terminal_is_as_before(
        self, stack: Stack, ending: bytes
    ) -> None:
        with terminal(stack, "top") as (process, keyboard):
            seen = read_until(keyboard, b"q ends")
            assert b"list-products" in seen
            os.write(keyboard, ending)
            assert b"\x1b[?1049l" in read_until(keyboard, b"\x1b[?1049l")
            assert process.wait(20.0) == 0


class TestBurst:
    def test_every_request_is_answered_and_told_and_drawn(self, stack: Stack, tmp_path: Path) -> None:
        file = tmp_path / "plot.svg"
        done = stack.zerocart("burst", "--rate", "50", "--seconds", "2", "--json", "--svg", str(file))
        assert done.code == 0, done.errors
        found = json.loads(done.output)
        assert found["sent"] == 100
        assert found["statuses"] == {"200": 100}
        assert (found["pending"], found["ended_early"], found["service"]) == (0, False, "list-products")
        assert sum(each["sent"] for each in found["seconds"]) == 100
        assert found["seconds"][1]["ready_instances"] >= 1
        assert 0 < found["latency_s"]["p50"] <= found["latency_s"]["p99"]
        assert len(done.errors.splitlines()) == 1 + len(found["seconds"]), "a head, and a line a second"
        title = ElementTree.parse(file).findtext("{http://www.w3.org/2000/svg}title")
        assert title == "GET /api/products, 50 a second for 2 s, list-products"

    def test_a_path_that_the_gateway_refuses_is_refused_and_no_service_s(self, stack: Stack) -> None:
        done = stack.zerocart("burst", "--rate", "20", "--seconds", "1", "--path", "/api/nothing", "--json")
        found = json.loads(done.output)
        assert found["statuses"] == {"404": 20}
        assert found["service"] is None
        assert Path(found["svg"]) == stack.home / "burst.svg"

    def test_ctrl_c_ends_it_early_with_the_table_and_the_plot(self, stack: Stack, tmp_path: Path) -> None:
        file = tmp_path / "plot.svg"
        words = ("burst", "--rate", "50", "--seconds", "60", "--svg", str(file))
        with started(stack, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stderr
            assert b"SENT" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(20.0) == 0
            assert b"ended early" in process.stdout.read()
        assert ElementTree.parse(file).getroot().tag.endswith("svg")


@contextmanager
def started(stack: Stack, *words: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "knative.local", *words]
    with subprocess.Popen(command, env={**stack.environment, "TERM": "xterm"}, cwd=stack.project, **streams) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def terminal(stack: Stack, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command in a terminal of its own, of 60 lines: its process, and where one types and reads."""
    keyboard, screen = pty.openpty()
    try:
        resize(keyboard, rows=60, columns=160)
        streams = {"stdin": screen, "stdout": screen, "stderr": screen, "start_new_session": True}
        taking = {"preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
        with started(stack, *words, **streams, **taking) as process:
            yield process, keyboard
    finally:
        os.close(screen)
        os.close(keyboard)


def resize(keyboard: int, *, rows: int, columns: int) -> None:
    fcntl.ioctl(keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_until(keyboard: int, wanted: bytes, within_s: float = 20.0) -> bytes:
    """What appears until `wanted` has, or nothing more comes in time."""
    seen, deadline_s = b"", time.monotonic() + within_s
    while wanted not in seen and (left_s := deadline_s - time.monotonic()) > 0:
        if select.select([keyboard], [], [], left_s)[0]:
            seen += os.read(keyboard, 65536)
    return seen
