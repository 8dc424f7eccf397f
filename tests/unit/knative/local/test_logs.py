"""A log is bounded, and whoever writes it goes on."""

from pathlib import Path

import pytest

from knative.local import logs
from knative.local.home import Home


def test_a_log_that_is_too_large_is_cut_and_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 100)
    home = Home(root=tmp_path, project=tmp_path, port=8080)
    home.logs.mkdir()
    small, large = home.log("small"), home.log("large")
    small.write_text("short\n")
    with large.open("a", buffering=1) as writer:
        writer.write("before\n" * 50)
        for _ in range(2):
            logs.bound(home)
        writer.write("after\n")
    assert large.read_text() == "after\n"
    assert large.with_suffix(".log.1").read_text() == "before\n" * 50
    assert small.read_text() == "short\n"
    assert list(logs.tail(home, "large", count=5, follow=False)) == ["after\n"]
