"""Starting a stack's engine, and ending everything that a stack has started, whether its engine lives or not."""

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knative.local import control
from knative.local.control import Step, Tell
from knative.local.home import Home
from knative.local.privileges import drop_prefix, own
from knative.local.processes import (
    ProcessIdentity,
    Records,
    last_lines,
    send_signal,
    spawn,
    stop,
    wait_until_gone,
)
from shared.errors import StartError

# In this order each finds what it needs to finish its work: requests first, then what they stand on.
_PARTS = (
    ("broker", "the broker", signal.SIGTERM),
    ("zygote", "the zygote", signal.SIGTERM),
    ("envoy", "Envoy", signal.SIGTERM),
    ("origin", "the storefront's origin", signal.SIGTERM),
    ("valkey", "Valkey", signal.SIGTERM),
    ("postgres", "Postgres", signal.SIGINT),
)
_LONGEST_DRAIN_S = 20.0
# What the engine's process has loaded.
ENGINE_PACKAGES = ("knative", "gateway")


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Hold the stack for one `up` or `down` at a time. Raises StartError where another one holds it."""
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"another `zerocart up` or `down` is at work on {home.root}",
                "wait until it is done, then look at `zerocart status`",
            ) from None
        yield


def held(home: Home) -> bool:
    """Whether an `up` or `down` is at work on the stack."""
    try:
        with alone(home):
            return False
    except StartError:
        return True


def engine_lives(home: Home) -> bool:
    return Records(home.run).find("engine") is not None and home.control_socket.exists()


def start_engine(home: Home, patience_s: float = 60.0) -> None:
    """Start the engine unless it lives, with the code of today. Run by root, it gives up root. Raises StartError."""
    if engine_lives(home):
        loaded = home.run / "engine.digest"
        if loaded.exists() and loaded.read_text(encoding="ascii") == home.code_digest(*ENGINE_PACKAGES):
            return
        # It runs code that was edited since; the next one takes over what runs.
        _stop_engine(home, Records(home.run), lambda _: None)
    if (found := Records(home.run).find("engine")) is not None:
        stop(found, gently=signal.SIGTERM, timeout_s=2.0)
    home.make_folders()
    log = home.log("engine")
    log.touch()
    own(home, os.geteuid())
    environment = {
        **os.environ,
        "ZEROCART_HOME": str(home.root),
        "ZEROCART_PORT": str(home.port),
    }
    command = [*drop_prefix(os.geteuid()), sys.executable, "-m", "knative.local", "engine"]
    process = spawn(command, log=log, environment=environment, folder=home.project)
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        if engine_lives(home):
            process.returncode = 0
            return
        # It leaves at once, with 0, where the keeper was quicker to start one.
        if process.poll():
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise StartError("the engine did not start", last_lines(log, 8) or f"its log {log} is empty")


def stop_all(home: Home, tell: Tell) -> None:
    """End every process of the stack; its data stays. Works from the records, so without an engine too."""
    records = Records(home.run)
    _stop_engine(home, records, tell)
    _stop_part("keeper", "the keeper", signal.SIGTERM, records, tell)
    # The keeper may have been starting a killed engine again.
    _stop_engine(home, records, tell)
    began_s = time.monotonic()
    if count := _stop_instances(home):
        tell(Step(text=f"Stopped {count} function instances", took_s=time.monotonic() - began_s))
    for role, title, gently in _PARTS:
        _stop_part(role, title, gently, records, tell)


def _stop_part(role: str, title: str, gently: signal.Signals, records: Records, tell: Tell) -> None:
    began_s = time.monotonic()
    if identity := records.find(role):
        stop(identity, gently=gently, timeout_s=10.0)
        records.forget(role)
        tell(Step(text=f"Stopped {title}", took_s=time.monotonic() - began_s))


def _stop_engine(home: Home, records: Records, tell: Tell) -> None:
    began_s = time.monotonic()
    if engine := records.find("engine"):
        _quit_engine(home, engine)
        tell(Step(text="Stopped the engine", took_s=time.monotonic() - began_s))


def delete_data(home: Home) -> None:
    """Remove everything that the stack keeps. The caller has stopped it, and asked."""
    for folder in {home.root, home.run}:
        shutil.rmtree(folder, ignore_errors=True)


def _quit_engine(home: Home, engine: ProcessIdentity) -> None:
    try:
        for _ in control.request(home.control_socket, {"op": "quit"}, timeout_s=5.0):
            pass
    except (OSError, StartError):
        send_signal(engine, signal.SIGTERM)
    if not wait_until_gone(engine, 5.0):
        stop(engine, gently=signal.SIGKILL, timeout_s=5.0)


def _stop_instances(home: Home) -> int:
    found = list(_instances(home.instances))
    for identity in found:
        send_signal(identity, signal.SIGTERM)
    deadline_s = time.monotonic() + _LONGEST_DRAIN_S
    for identity in found:
        if not wait_until_gone(identity, max(0.0, deadline_s - time.monotonic())):
            stop(identity, gently=signal.SIGKILL, timeout_s=5.0)
    return len(found)


def _instances(folder: Path) -> Iterator[ProcessIdentity]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.isdecimal():
            try:
                record = json.loads(path.read_bytes())
            except FileNotFoundError:
                # It ended just now, and the zygote has cleared it away.
                continue
            identity = ProcessIdentity(pid=record["pid"], start_ticks=record["start_ticks"])
            if identity.alive:
                yield identity
            path.unlink(missing_ok=True)
