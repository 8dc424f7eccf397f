"""What a person sees: words that carry the sense, with and without colour, in any encoding."""

import io
import re

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.control import Step
from knative.local.terminal import duration, harmless, show_error, show_step, table
from shared.errors import StartError, ZerocartError

words = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)


class Terminal(io.TextIOWrapper):
    """A stream in memory that says of itself that a person's terminal reads it, or not."""

    def __init__(self, *, encoding: str = "utf-8", tty: bool = False) -> None:
        self.bytes = io.BytesIO()
        self.tty = tty
        super().__init__(self.bytes, encoding=encoding)

    def isatty(self) -> bool:
        return self.tty

    @property
    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


def test_a_step_is_one_line_with_its_time_at_the_right() -> None:
    out = Terminal()
    show_step(Step(text="Started Valkey", took_s=0.031), out)
    show_step(Step(text="Started Postgres", took_s=1.26), out)
    first, second = out.text.splitlines()
    assert re.fullmatch(r" ✓ Started Valkey +31 ms", first)
    assert re.fullmatch(r" ✓ Started Postgres +1\.3 s", second)
    assert len(first) == len(second)


def test_what_failed_has_another_sign_and_not_only_another_colour() -> None:
    out = Terminal()
    show_step(Step(text="Port 8080", took_s=0.0, done=False), out)
    assert out.text.startswith(" ✗ Port 8080")


@pytest.mark.parametrize(("done", "sign"), [(True, "ok"), (False, "failed")])
def test_a_terminal_without_utf_8_gets_words(done: bool, sign: str) -> None:
    out = Terminal(encoding="ascii")
    show_step(Step(text="Port 8080", took_s=0.0, done=done), out)
    assert out.text.startswith(f" {sign} Port 8080")


def test_only_a_terminal_gets_colour_and_none_where_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(*, tty: bool) -> str:
        out = Terminal(tty=tty)
        show_step(Step(text="Started Valkey", took_s=0.0), out)
        show_error(StartError("no"), out)
        return out.text

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in shown(tty=True)
    assert "\x1b[" not in shown(tty=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(tty=True) == shown(tty=False)


def test_an_error_says_what_is_wrong_and_then_what_to_do() -> None:
    out = Terminal()
    show_error(ZerocartError("port 8080 is taken", "take another"), out)
    assert out.text == "\nerror: port 8080 is taken\n\nhint: take another\n"


def test_an_error_without_a_hint_ends_after_its_message() -> None:
    out = Terminal()
    show_error(ZerocartError("port 8080 is taken"), out)
    assert out.text == "\nerror: port 8080 is taken\n"


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, "0 ms"), (0.034, "34 ms"), (0.1, "0.1 s"), (1.26, "1.3 s")])
def test_a_time_is_told_as_people_tell_it(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@given(
    rows=st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=1))
)
def test_the_columns_of_a_table_stand_below_one_another(rows: list[list[str]]) -> None:
    lines = table(rows).splitlines()
    assert [line.split() for line in lines] == rows
    starts = [[match.start() for match in re.finditer(r"\S+", line)] for line in lines]
    assert all(start == starts[0] for start in starts)


@given(rows=st.lists(st.lists(words, min_size=3, max_size=3), min_size=1))
def test_figures_end_below_one_another(rows: list[list[str]]) -> None:
    lines = table(rows, frozenset({0, 1, 2})).splitlines()
    ends = [[match.end() for match in re.finditer(r"\S+", line)] for line in lines]
    assert all(end == ends[0] for end in ends)


@given(st.text())
def test_what_others_wrote_steers_no_terminal_and_loses_nothing(text: str) -> None:
    shown = harmless(text)
    assert [sign for sign in shown if sign not in "\t\n" and (ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0)] == []
    assert harmless(shown) == shown
    plain = "".join(sign for sign in text if sign.isprintable())
    assert all(sign in shown for sign in plain)


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\x07", "\r", "\x08", "\u202e", "\u2066", "\u2028"])
def test_a_sign_that_would_steer_is_written_out(sign: str) -> None:
    assert harmless(f"a{sign}b\tc\n") == f"a\\u{ord(sign):04x}b\tc\n"
