"""Ending everything that a stack has started, whether its engine lives or not; and one at a time."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from knative.local import launch
from knative.local.control import Step
from knative.local.home import PROJECT_ROOT, Home
from knative.local.processes import Records
from shared.errors import StartError
from tests.unit.knative.local.children import child, identity_of
from tests.waiting import wait_until


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(root=tmp_path / "home", project=PROJECT_ROOT, port=8080)
    home.make_folders()
    yield home
    launch.delete_data(home)


def titles(home: Home) -> list[str]:
    steps: list[Step] = []
    launch.stop_all(home, steps.append)
    return [step.text for step in steps]


def add_instance(home: Home, process: subprocess.Popen[bytes]) -> None:
    found = identity_of(process)
    record = {"revision": "login-00001", "ready": True, "pid": found.pid, "start_ticks": found.start_ticks}
    (home.instances / str(found.pid)).write_text(json.dumps(record))


def test_one_up_or_down_at_a_time_and_the_second_says_so(home: Home) -> None:
    with launch.alone(home):
        assert launch.held(home)
        with pytest.raises(StartError, match="another `zerocart up` or `down` is at work"), launch.alone(home):
            pass
    assert not launch.held(home)
    with launch.alone(home):
        pass


def test_the_hold_ends_with_the_process_that_has_it(home: Home) -> None:
    program = f"import fcntl, sys; f = open({str(home.root / 'lock')!r}, 'a'); fcntl.flock(f, fcntl.LOCK_EX);"
    with subprocess.Popen(
        ["python3", "-c", f"{program} print('held', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        holder.stdout.readline()
        assert launch.held(home)
        holder.kill()
        holder.wait()
    assert not launch.held(home)


def test_where_nothing_runs_there_is_nothing_to_stop(home: Home) -> None:
    assert titles(home) == []


def test_everything_is_stopped_requests_first_and_what_they_stand_on_after(home: Home) -> None:
    records = Records(home.run)
    roles = ["keeper", "zygote", "envoy", "valkey", "postgres"]
    with child() as keeper, child() as zygote, child() as envoy, child() as valkey, child() as postgres:
        processes = [keeper, zygote, envoy, valkey, postgres]
        for role, process in zip(roles, processes, strict=True):
            records.write(role, identity_of(process))
        with child() as instance:
            add_instance(home, instance)
            assert titles(home) == [
                "Stopped the keeper", "Stopped 1 function instances", "Stopped the zygote", "Stopped Envoy",
                "Stopped Valkey", "Stopped Postgres",
            ]  # fmt: skip
            # Who reaped them is not the question here.
            wait_until(lambda: all(records.find(role) is None for role in roles), 5, "the end of all")
    assert list(home.instances.iterdir()) == []
    assert not list(home.run.glob("*.json"))


def test_postgres_is_asked_for_a_fast_stop_with_a_checkpoint(home: Home) -> None:
    traps = " ".join(f"trap 'echo {name} > stopped; exit 0' {name};" for name in ("INT", "TERM"))
    with child("sh", "-c", f"cd {home.root}; {traps} touch up; while :; do sleep 0.02; done") as process:
        wait_until((home.root / "up").exists, 5, "a process with its traps")
        Records(home.run).write("postgres", identity_of(process))
        assert titles(home) == ["Stopped Postgres"]
        assert (home.root / "stopped").read_text() == "INT\n"


def test_an_engine_that_answers_nobody_is_ended_all_the_same(home: Home) -> None:
    with child() as engine:
        Records(home.run).write("engine", identity_of(engine))
        assert titles(home) == ["Stopped the engine"]


def test_a_pid_that_somebody_else_has_now_is_left_alone(home: Home) -> None:
    with child() as stranger:
        found = identity_of(stranger)
        record = json.dumps({"pid": found.pid, "start_ticks": found.start_ticks - 1})
        for role in ("keeper", "zygote", "envoy", "valkey", "postgres", "engine"):
            (home.run / f"{role}.json").write_text(record)
        assert titles(home) == []
        assert stranger.poll() is None


def test_an_engine_that_lives_has_a_record_and_a_socket(home: Home) -> None:
    assert not launch.engine_lives(home)
    with child() as engine:
        Records(home.run).write("engine", identity_of(engine))
        assert not launch.engine_lives(home)
        home.control_socket.touch()
        assert launch.engine_lives(home)
        engine.send_signal(signal.SIGKILL)
        engine.wait()
        assert not launch.engine_lives(home)


def test_deleted_data_is_gone_with_its_run_folder_wherever_that_is(tmp_path: Path) -> None:
    home = Home(root=tmp_path / ("x" * 90), project=PROJECT_ROOT, port=8080)
    home.make_folders()
    assert not home.run.is_relative_to(home.root)
    launch.delete_data(home)
    assert not home.root.exists()
    assert not home.run.exists()


def test_two_at_once_never_both_hold_the_stack(home: Home) -> None:
    inside = 0
    most = 0
    lock = threading.Lock()

    def take() -> None:
        nonlocal inside, most
        for _ in range(50):
            try:
                with launch.alone(home):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    with lock:
                        inside -= 1
            except StartError:
                continue

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
