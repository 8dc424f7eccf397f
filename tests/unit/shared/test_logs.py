"""A log line is one line, is JSON, knows its trace, and says nothing about a person."""

import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import logs, tracing
from shared.settings import Settings


def written(message: object, *arguments: object, level: int = logging.ERROR, **more: Any) -> dict[str, Any]:
    record = logging.getLogger("a.b").makeRecord("a.b", level, "f", 1, message, arguments, more.pop("exc", None))
    vars(record).update(more)
    text = logs.JsonFormatter("login", "login-00001").format(record)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def test_a_line_says_when_what_and_where() -> None:
    line = written("%s failed", "it")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("time"))
    assert line == {
        "level": "error", "message": "it failed", "service": "login", "revision": "login-00001", "logger": "a.b",
    }  # fmt: skip


def test_within_a_request_a_line_knows_its_trace() -> None:
    trace = tracing.Trace("a" * 32, "b" * 16, True)
    token = tracing.enter(trace)
    line = written("x")
    tracing.leave(token)
    assert (line["trace_id"], line["span_id"]) == ("a" * 32, "b" * 16)
    assert "trace_id" not in written("x")


@given(st.text(), st.text())
def test_no_text_breaks_the_line(message: str, value: str) -> None:
    line = written("%s", message, fields={"x": value})
    if message.isascii() and "@" not in message and not re.search(r"\d{12}", message):
        assert line["message"] == message


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x7f", "\x9b", "\x85", "\u2028"])
def test_nothing_in_a_line_steers_a_terminal_or_ends_it_early(sign: str) -> None:
    record = logging.getLogger("a").makeRecord("a", logging.ERROR, "f", 1, f"x{sign}[2Jy", (), None)
    text = logs.JsonFormatter("login", "login-00001").format(record)
    assert sign not in text
    assert json.loads(text)["message"] == f"x{sign}[2Jy"


def test_half_a_surrogate_pair_is_written_all_the_same() -> None:
    assert written("x\ud800")["message"] == "x\\ud800"


@pytest.mark.parametrize(
    "secret",
    [
        "maria.o'neil+x@example.co.uk", "4242424242424242", "4242 4242 4242 4242",
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOjF9.abc",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
    ],
)  # fmt: skip
def test_what_looks_personal_or_secret_is_masked(secret: str) -> None:
    try:
        raise ValueError(f"duplicate key: ({secret})")
    except ValueError as error:
        line = written(f"about {secret}", exc=(ValueError, error, error.__traceback__), fields={"query": f"x {secret}"})
    assert secret not in json.dumps(line)
    assert "ValueError" in line["exception"]


def test_fields_with_a_telling_name_are_masked_whatever_they_hold() -> None:
    fields = {"password": "x", "access_token": "y", "Card": 42, "email": "z", "sku": "85123A", "count": 3}
    assert written("x", fields=fields)["fields"] == {
        "password": "[masked]", "access_token": "[masked]", "Card": "[masked]", "email": "[masked]",
        "sku": "85123A", "count": 3,
    }  # fmt: skip


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


def test_a_line_is_out_when_the_call_returns(tmp_path: Path, root_logger: logging.Logger) -> None:
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    logs.set_up(Settings(service="login", log_level="warning"), descriptor)
    logging.getLogger("x").info("not this")
    logging.getLogger("x").warning("this")
    lines = (tmp_path / "log").read_text().splitlines()
    os.close(descriptor)
    assert [json.loads(line)["message"] for line in lines] == ["this"]
