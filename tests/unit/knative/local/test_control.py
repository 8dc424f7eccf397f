"""How the command line and the engine talk: steps as they get done, one last line, and no silence that hangs."""

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local import control, control_server
from knative.local.control import Step, Tell
from knative.local.control_server import Handler
from shared.errors import StartError, ZerocartError

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zc-") as folder:
        yield Path(folder, "control.sock")


def ask(path: Path, handler: Handler, message: dict[str, Any]) -> list[Step | dict[str, Any]]:
    """One request to an engine that answers with `handler`; what came of it."""

    async def whole() -> list[Step | dict[str, Any]]:
        server = await control_server.serve(path, handler)
        try:
            return await asyncio.to_thread(lambda: list(control.request(path, message, timeout_s=5.0)))
        finally:
            server.close()

    return asyncio.run(whole())


@given(message=st.dictionaries(st.text(), plain))
def test_a_request_arrives_as_it_was_sent_and_so_does_its_result(message: dict[str, Any]) -> None:
    async def echo(request: dict[str, Any], _tell: Tell) -> object:
        return request

    with tempfile.TemporaryDirectory(prefix="zc-") as folder:
        assert ask(Path(folder, "s"), echo, message) == [{"result": message}]


def test_steps_come_before_the_result_in_their_order(path: Path) -> None:
    async def work(_request: dict[str, Any], tell: Tell) -> object:
        tell(Step(text="Started Valkey", took_s=0.1))
        tell(Step(text="Start Envoy", took_s=0.25, done=False))
        return {}

    assert ask(path, work, {"op": "up"}) == [
        Step(text="Started Valkey", took_s=0.1),
        Step(text="Start Envoy", took_s=0.25, done=False),
        {"result": {}},
    ]


def test_a_step_is_seen_while_the_work_goes_on(path: Path) -> None:
    seen = threading.Event()

    async def work(_request: dict[str, Any], tell: Tell) -> object:
        tell(Step(text="Begun", took_s=0.0))
        assert await asyncio.to_thread(seen.wait, 5), "the step did not arrive before the end"
        return {}

    async def whole() -> None:
        server = await control_server.serve(path, work)

        def client() -> None:
            for answer in control.request(path, {"op": "up"}, timeout_s=10.0):
                if isinstance(answer, Step):
                    seen.set()

        await asyncio.to_thread(client)
        server.close()

    asyncio.run(whole())


def test_an_error_arrives_with_its_hint(path: Path) -> None:
    async def fail(_request: dict[str, Any], _tell: Tell) -> object:
        raise StartError("port 8080 is taken", "take another")

    with pytest.raises(ZerocartError, match="port 8080 is taken") as error:
        ask(path, fail, {"op": "up"})
    assert error.value.hint == "take another"


def test_a_full_disk_is_an_error_with_a_hint_and_the_engine_lives_on(path: Path) -> None:
    async def fail(request: dict[str, Any], _tell: Tell) -> object:
        if request["op"] == "up":
            raise OSError(28, "No space left on device")
        return "alive"

    async def whole() -> None:
        server = await control_server.serve(path, fail)
        with pytest.raises(ZerocartError, match="No space left"):
            await asyncio.to_thread(lambda: list(control.request(path, {"op": "up"}, timeout_s=5.0)))
        answers = await asyncio.to_thread(lambda: list(control.request(path, {"op": "status"}, timeout_s=5.0)))
        assert answers == [{"result": "alive"}]
        server.close()

    asyncio.run(whole())


def test_an_engine_that_dies_in_its_answer_is_told_from_one_that_is_done(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def die() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(4096)
                accepted.sendall(b'{"step": "Begun", "took_s": 0, "done": true}\n')

        thread = threading.Thread(target=die)
        thread.start()
        with pytest.raises(StartError, match="in the middle of its answer"):
            list(control.request(path, {"op": "up"}, timeout_s=5.0))
        thread.join()


def test_an_engine_that_falls_silent_is_not_waited_for_for_ever(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with pytest.raises(StartError, match="did not answer within"):
            list(control.request(path, {"op": "up"}, timeout_s=0.1))


def test_no_engine_is_an_error_that_the_command_line_knows(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(control.request(path, {"op": "status"}))
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(ConnectionRefusedError):
        list(control.request(path, {"op": "status"}))


def test_the_socket_of_a_killed_engine_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    async def answer(_request: dict[str, Any], _tell: Tell) -> object:
        return 1

    assert ask(path, answer, {}) == [{"result": 1}]


def test_a_request_of_many_megabytes_fits(path: Path) -> None:
    async def measure(request: dict[str, Any], _tell: Tell) -> object:
        return len(request["text"])

    assert ask(path, measure, {"text": "x" * (8 * 1024 * 1024)}) == [{"result": 8 * 1024 * 1024}]
    assert len(json.dumps({"text": "x" * (8 * 1024 * 1024)})) < control_server.MAX_LINE_BYTES
