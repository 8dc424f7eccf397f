"""Processes that outlive who started them are known again, never mistaken, and ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.processes import (
    ProcessIdentity,
    Records,
    identify,
    last_lines,
    send_signal,
    spawn,
    start_ticks,
    stop,
    wait_until_gone,
    wait_until_reaped,
    write_atomically,
)
from tests.unit.knative.local.children import DEAF, child, identity_of
from tests.waiting import wait_until


def test_a_recycled_pid_is_not_taken_for_the_process_that_had_it() -> None:
    with child() as process:
        found = identity_of(process)
        assert found.alive
        assert not ProcessIdentity(pid=found.pid, start_ticks=found.start_ticks - 1).alive


def test_a_process_that_has_ended_but_was_not_reaped_is_not_alive() -> None:
    with child("true") as process:
        wait_until(lambda: identify(process.pid) is None, 5, "the end of a process")
        assert Path(f"/proc/{process.pid}").exists()


def test_no_process_has_no_start() -> None:
    with child() as process:
        pass
    assert start_ticks(process.pid) is None


def test_a_name_with_a_parenthesis_and_spaces_does_not_shift_what_is_read() -> None:
    strange = "import pathlib, time; pathlib.Path('/proc/self/comm').write_text(') R 1 (x'); time.sleep(60)"
    with child(sys.executable, "-c", strange) as process:
        before = identity_of(process)
        wait_until(lambda: ") R 1" in Path(f"/proc/{process.pid}/comm").read_text(), 5, "the strange name")
        assert identity_of(process) == before


def test_a_signal_reaches_only_the_process_that_was_known() -> None:
    with child() as process:
        found = identity_of(process)
        send_signal(ProcessIdentity(pid=found.pid, start_ticks=found.start_ticks + 1), signal.SIGKILL)
        assert process.poll() is None
        send_signal(found, signal.SIGKILL)
        assert process.wait(5) == -signal.SIGKILL


def test_who_leaves_when_asked_is_not_killed() -> None:
    with child() as process:
        # The status goes to whoever asks first; that it was asked for shows in how it ended.
        process.returncode = None
        stop(identity_of(process), gently=signal.SIGTERM, timeout_s=5.0)
        assert identify(process.pid) is None


def test_who_does_not_leave_when_asked_is_killed() -> None:
    with child("sh", "-c", DEAF) as process:
        found = identity_of(process)
        # Deaf once its trap is set, and its first sleep says so.
        wait_until(lambda: Path(f"/proc/{found.pid}/task/{found.pid}/children").read_text(), 5, "a deaf process")
        stop(found, gently=signal.SIGTERM, timeout_s=0.1)
        assert not found.alive


def test_the_wait_for_an_end_is_bounded() -> None:
    with child() as process:
        assert not wait_until_gone(identity_of(process), 0.05)


def test_the_end_of_somebody_elses_child_is_seen_too() -> None:
    grandchild = "import subprocess; p = subprocess.Popen(['sleep', '0.2']); print(p.pid, flush=True); p.wait()"
    with subprocess.Popen([sys.executable, "-c", grandchild], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        found = identify(int(parent.stdout.readline()))
        assert found is not None
        assert wait_until_gone(found, 10.0)


def test_a_dead_child_is_reaped_while_it_is_waited_for() -> None:
    with child("true") as process:
        wait_until(lambda: identify(process.pid) is None, 5, "the end of a process")
        wait_until_reaped(process.pid, timeout_s=5.0)
        assert not Path(f"/proc/{process.pid}").exists()


def test_a_spawned_process_has_its_own_session_its_log_and_no_input(tmp_path: Path) -> None:
    log = tmp_path / "log"
    question = "import os, sys; print(os.getsid(0) == os.getpid(), repr(sys.stdin.read()), os.environ['ONLY'])"
    process = spawn([sys.executable, "-c", question], log=log, environment={"ONLY": "this"}, folder=tmp_path)
    assert process.wait(10) == 0
    assert log.read_text() == "True '' this\n"


class TestRecords:
    def test_a_role_that_was_never_filled_has_nobody(self, tmp_path: Path) -> None:
        assert Records(tmp_path).find("zygote") is None

    def test_who_lives_is_found_by_another_reader(self, tmp_path: Path) -> None:
        with child() as process:
            Records(tmp_path).write("zygote", identity_of(process))
            assert Records(tmp_path).find("zygote") == identity_of(process)

    def test_who_is_dead_is_not_found_and_its_record_stays_for_the_next_to_replace(self, tmp_path: Path) -> None:
        # A reader that removed it could remove the record that the next one has just written.
        records = Records(tmp_path)
        with child() as process:
            records.write("zygote", identity_of(process))
        assert records.find("zygote") is None
        assert [path.name for path in tmp_path.iterdir()] == ["zygote.json"]

    def test_who_was_forgotten_is_not_found(self, tmp_path: Path) -> None:
        records = Records(tmp_path)
        with child() as process:
            records.write("zygote", identity_of(process))
            records.forget("zygote")
            assert records.find("zygote") is None


def test_a_file_is_replaced_whole_with_its_mode_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"old")
    write_atomically(file, b"new", mode=0o600)
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "objects.json"
    write_atomically(file, b"old")
    (tmp_path / f".{file.name}.{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"


@given(lines=st.lists(st.text(st.characters(categories=["L", "N", "P"]))), count=st.integers(1, 10))
def test_the_end_of_a_log_is_its_last_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], count: int
) -> None:
    log = tmp_path_factory.mktemp("log") / "log"
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if log.stat().st_size < 8192:
        assert last_lines(log, count) == "\n".join(lines[-count:])


def test_the_end_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none") == ""
