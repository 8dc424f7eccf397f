"""The same function served without our engine: by plain functions-framework, and by gunicorn."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.connection import call_once, get
from tests.stack import free_port

ANSWER_WITHIN_S = 60.0
LOOK_EVERY_S = 0.002


def first_answer_of_functions_framework(project: Path, environment: Mapping[str, str], path: str) -> float:
    """Seconds from the start of plain functions-framework to the first 200 of list_products."""
    port = free_port()
    command = [
        "-c", "from functions_framework._cli import _cli; _cli()",
        "--source", str(project / "functions/list_products/main.py"), "--target", "list_products",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    began_s = time.perf_counter()
    with _started(command, project, environment) as process:
        _wait_for_200(process, port, path)
        return time.perf_counter() - began_s


@contextmanager
def gunicorn(project: Path, environment: Mapping[str, str], path: str) -> Iterator[tuple[int, int]]:
    """list_products under gunicorn: one process, 8 threads, connections kept alive, TCP. Gives port and pid.

    Its application is `shared.server.build_app`'s, what an instance of ours serves too, with its metrics and its
    problem documents: so the two sides differ in the server and the gateway, and in nothing else.
    """
    port = free_port()
    command = [
        "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--keep-alive", "75",
        "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "tests.bench.gunicorn_app:make()",
    ]  # fmt: skip
    with _started(command, project, environment) as process:
        _wait_for_200(process, port, path)
        yield port, process.pid


@contextmanager
def _started(words: Sequence[str], project: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *words], env=dict(environment), cwd=project,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_200(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    request = get(path, f"127.0.0.1:{port}")
    deadline_s = time.perf_counter() + ANSWER_WITHIN_S
    while time.perf_counter() < deadline_s:
        if process.poll() is not None:
            raise AssertionError(f"{' '.join(map(str, process.args))} ended with {process.returncode}")  # type: ignore[arg-type]
        try:
            status, _ = call_once(port, request, ANSWER_WITHIN_S)
        except ConnectionError:
            time.sleep(LOOK_EVERY_S)
            continue
        if status == 200:
            return
    raise AssertionError(f"no 200 at port {port} within {ANSWER_WITHIN_S} s")
