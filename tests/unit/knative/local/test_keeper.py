"""A real keeper: sockets outlive an engine, a killed engine comes back, and one that left on purpose does not."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest

from knative.local.channel import Channel, receive_kept
from knative.local.keeper import MOST_REVIVALS, EngineCommand
from knative.local.listening import listen
from knative.local.processes import ProcessIdentity, identify
from tests.stack import PROJECT
from tests.unit.knative.local.children import child, identity_of
from tests.waiting import wait_until

NAME = "hello-00001"
# An engine that says who it is and lives on, and one that dies at once.
STAYS = 'echo $$ >> "$0/engines"; exec sleep 60'
DIES = 'echo $$ >> "$0/engines"'


class Scene:
    """A keeper's folder, and an engine that talks to it by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.channels: list[Channel] = []

    def connect(self) -> tuple[Channel, dict[str, socket.socket]]:
        channel = Channel(lambda _message: None, lambda: None)
        self.channels.append(channel)
        return channel, receive_kept(channel.connect(self.folder / "keeper"))

    def answers(self) -> bool:
        try:
            return self.kept() == set()
        except OSError:
            return False

    def kept(self) -> set[str]:
        """What the next engine is handed."""
        channel, found = self.connect()
        channel.close()
        for each in found.values():
            each.close()
        return set(found)

    def command(self, engine: ProcessIdentity, script: str) -> dict[str, object]:
        return {
            "engine": asdict(
                EngineCommand(
                    pid=engine.pid, start_ticks=engine.start_ticks, command=["sh", "-c", script, str(self.folder)],
                    environment={"PATH": os.defpath}, log=str(self.folder / "log"), folder=str(self.folder),
                )
            )
        }  # fmt: skip

    @property
    def engines(self) -> list[int]:
        """The pids of the engines that the keeper has started."""
        with suppress(FileNotFoundError):
            return [int(line) for line in (self.folder / "engines").read_text().splitlines()]
        return []


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="zc-") as name:
        scene = Scene(Path(name))
        command = [sys.executable, "-m", "knative.local", "keeper", str(scene.folder / "keeper")]
        with subprocess.Popen(command, cwd=PROJECT) as process:
            try:
                wait_until(scene.answers, 20, "a keeper")
                yield scene
            finally:
                for channel in scene.channels:
                    channel.close()
                process.kill()
                for pid in scene.engines:
                    # Its start was seen, so it is ours; a dead one's pid is left alone.
                    if (found := identify(pid)) is not None and "sleep" in Path(f"/proc/{found.pid}/comm").read_text():
                        os.kill(found.pid, signal.SIGKILL)


def test_the_next_engine_is_handed_the_very_same_sockets(scene: Scene) -> None:
    channel, kept = scene.connect()
    assert kept == {}
    with listen(scene.folder / "hello.sock") as listening:
        channel.send({"keep": NAME}, listening)
        channel.close()
    # No engine lives, and none has it open; a connection waits all the same.
    with socket.socket(socket.AF_UNIX) as client:
        wait_until(lambda: scene.kept() == {NAME}, 10, "a socket that is kept")
        client.connect(str(scene.folder / "hello.sock"))
        client.sendall(b"hello")
        channel, kept = scene.connect()
        kept[NAME].setblocking(True)
        accepted, _ = kept[NAME].accept()
        with accepted, kept[NAME]:
            assert accepted.recv(5) == b"hello"
    channel.close()


def test_a_dropped_socket_is_kept_no_more(scene: Scene) -> None:
    channel, _ = scene.connect()
    with listen(scene.folder / "hello.sock") as listening:
        channel.send({"keep": NAME}, listening)
        channel.send({"keep": "login-00001"}, listening)
    channel.send({"drop": NAME})
    channel.close()
    wait_until(lambda: scene.kept() == {"login-00001"}, 10, "one socket less")


def test_a_killed_engine_is_started_again_and_again(scene: Scene) -> None:
    channel, _ = scene.connect()
    with child() as engine:
        channel.send(scene.command(identity_of(engine), STAYS))
        engine.kill()
        wait_until(lambda: len(scene.engines) == 1, 10, "an engine after the first kill")
        # This one is killed before it could say who it is.
        os.kill(scene.engines[0], signal.SIGKILL)
        wait_until(lambda: len(scene.engines) == 2, 10, "an engine after the second kill")
    channel.close()


def test_an_engine_that_was_dead_before_it_was_known_is_started_again_too(scene: Scene) -> None:
    channel, _ = scene.connect()
    with child() as engine:
        before = identity_of(engine)
    channel.send(scene.command(before, STAYS))
    wait_until(lambda: len(scene.engines) == 1, 10, "an engine")
    channel.close()


def test_an_engine_that_says_goodbye_stays_away(scene: Scene) -> None:
    channel, _ = scene.connect()
    with child() as engine:
        channel.send(scene.command(identity_of(engine), STAYS))
        # Whatever it has to hear before the last word.
        for number in range(100):
            channel.send({"drop": f"hello-{number:05d}"})
        channel.send({"goodbye": True})
    channel.close()
    # The keeper does one thing after another: once it has answered again, it has seen the end too.
    assert scene.kept() == set()
    assert scene.kept() == set()
    assert scene.engines == []


def test_an_engine_that_hangs_up_and_lives_is_not_doubled(scene: Scene) -> None:
    channel, _ = scene.connect()
    with child() as engine:
        channel.send(scene.command(identity_of(engine), STAYS))
        channel.close()
        assert scene.kept() == set()
        assert scene.engines == []
        engine.kill()
        wait_until(lambda: len(scene.engines) == 1, 10, "an engine after the kill")


def test_an_engine_that_dies_again_and_again_is_given_up(scene: Scene) -> None:
    channel, _ = scene.connect()
    with child() as engine:
        channel.send(scene.command(identity_of(engine), DIES))
    wait_until(lambda: len(scene.engines) == MOST_REVIVALS, 20, "the last try")
    assert scene.kept() == set()
    assert len(scene.engines) == MOST_REVIVALS
    channel.close()


def test_a_message_is_heard_and_the_end_of_the_other_side_is_told_once(tmp_path: Path) -> None:
    async def story() -> None:
        heard: asyncio.Queue[object] = asyncio.Queue()
        with (
            tempfile.TemporaryDirectory(prefix="zc-") as name,
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
        ):
            listener.bind(f"{name}/s")
            listener.listen()
            channel = Channel(heard.put_nowait, lambda: heard.put_nowait("gone"))
            channel.send({"nobody": "hears"})
            channel.connect(Path(name, "s"))
            channel.listen()
            other, _ = listener.accept()
            other.send(json.dumps({"forked": 7}).encode())
            assert await asyncio.wait_for(heard.get(), 5) == {"forked": 7}
            other.close()
            assert await asyncio.wait_for(heard.get(), 5) == "gone"
            assert not channel.connected
            channel.send({"nobody": "hears"})
            assert heard.empty()

    asyncio.run(story())


def test_nobody_at_the_other_side_is_an_error_and_not_a_connection(tmp_path: Path) -> None:
    channel = Channel(lambda _message: None, lambda: None)
    with pytest.raises(FileNotFoundError):
        channel.connect(tmp_path / "none")
    assert not channel.connected
