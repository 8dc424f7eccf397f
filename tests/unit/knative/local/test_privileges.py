"""Giving up root: only where there is root to give up."""

import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_what_root_starts_may_read_below_a_folder_that_only_root_may_enter_and_is_told_so(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0o700)
    question = f"import os; print(os.listdir({str(closed)!r}), os.access({str(closed / 'inside')!r}, os.F_OK))"
    words = [*privileges.drop_prefix(os.geteuid()), sys.executable, "-c", question]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "['inside'] True\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_a_container_s_root_can_give_up_root_too() -> None:
    inside = "from knative.local import privileges; import subprocess; "
    inside += "print(subprocess.run([*privileges.drop_prefix(0), 'id', '-u'], capture_output=True, text=True))"
    words = ["setpriv", "--bounding-set", "-dac_read_search", "--", sys.executable, "-c", inside]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4])
    assert "stdout='65534\\n'" in done.stdout
