"""Giving up root: only where there is root to give up."""

import os
import subprocess
import sys

import pytest

from knative.local import privileges


def test_an_ordinary_user_s_commands_run_as_they_are() -> None:
    assert privileges.drop_prefix(1000) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_what_root_starts_runs_as_nobody_and_still_finds_its_python() -> None:
    words = [
        *privileges.drop_prefix(os.geteuid()),
        sys.executable,
        "-c",
        "import os; print(os.geteuid(), os.getegid())",
    ]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "65534 65534\n"
