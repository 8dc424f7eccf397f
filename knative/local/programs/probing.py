"""Asking a program once whether it is well, in the way that its manifest names. The answer is yes or no."""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knative.local.model import Probe

_HOST = "127.0.0.1"
# As the kubelet names itself; Knative's own images tell a probe from a request by it.
_AGENT = "kube-probe/1.34"
# A status that says well, to the kubelet.
GOOD = range(200, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is asked: its port, and what a command of a probe runs with. `paths` leads from inside an image to here."""

    port: int
    environment: Mapping[str, str]
    folder: str
    paths: Mapping[str, str]


async def passes(probe: Probe, subject: Subject) -> bool:
    """Whether it answers well, and in time."""
    try:
        async with asyncio.timeout(probe.timeout_s):
            if probe.command:
                return await _run(probe.command, subject)
            if probe.grpc_service is not None:
                return await _ask_grpc(probe.grpc_service, subject.port)
            if probe.path is not None:
                return await _get(probe.path, probe.headers, subject.port)
            return await _connect(subject.port)
    except (OSError, TimeoutError, ValueError):
        return False


async def _connect(port: int) -> bool:
    _, writer = await asyncio.open_connection(_HOST, port)
    writer.close()
    return True


async def _get(path: str, headers: Sequence[tuple[str, str]], port: int) -> bool:
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        own = {"host": f"{_HOST}:{port}", "user-agent": _AGENT, "accept": "*/*", "connection": "close"}
        named = {name.lower() for name, _ in headers}
        lines = [f"{name}: {value}" for name, value in own.items() if name not in named]
        lines += [f"{name}: {value}" for name, value in headers]
        writer.write("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1", "replace"))
        version, _, rest = (await reader.readline()).partition(b" ")
        return version.startswith(b"HTTP/1.") and int(rest[:3] or b"0") in GOOD
    finally:
        writer.close()


async def _run(command: Sequence[str], subject: Subject) -> bool:
    process = subprocess.Popen(  # noqa: S603 - the manifest's own command; it only starts here
        command, executable=subject.paths.get(command[0], command[0]), env=dict(subject.environment),
        cwd=subject.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await ended(process) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit status of a child, when it has ended: as the kernel says, without a thread that waits."""
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(process.pid)
    end = asyncio.Event()
    loop.add_reader(descriptor, end.set)
    try:
        await end.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


async def _ask_grpc(service: str, port: int) -> bool:
    from knative.local.programs import grpc_health  # noqa: PLC0415 - few probes need HTTP/2

    return await grpc_health.serves(service, _HOST, port)
