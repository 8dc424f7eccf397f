"""Run a program in a network of its own, with devices of its own, as in a container.

Knative's test images listen on port 8080 whatever `$PORT` says, so two of them cannot share a machine's loopback.
Here each gets a network namespace of its own, without any privilege (a user namespace of one user), and what comes
to `$PORT` outside goes to its port inside. The socket outside was bound before, and stays where it was. Of the
machine's devices it sees those that a container has.
"""

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWNS = 0x10000000, 0x40000000, 0x00020000
_MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 0x1000, 0x2000, 0x4000, 0x40000
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {
    "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}  # fmt: skip
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def run(program: str, *words: str) -> int:
    """Run a program to its end; gives its exit status. The first of the words is what it knows itself by."""
    port = int(os.environ["PORT"])
    # The one of the manifest may be taken outside; inside nobody has it.
    inside = int(os.environ["ZEROCART_CONTAINER_PORT"])
    outside = socket.socket()
    outside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    outside.bind(("127.0.0.1", port))
    _leave_the_network()
    _furnish_devices()
    child = subprocess.Popen(
        words, executable=program, env={**os.environ, "PORT": str(inside)},
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads yet
    )  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return asyncio.run(_serve(outside, inside, child))


def _leave_the_network() -> None:
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "this kernel gives no namespaces to an ordinary user")
    Path("/proc/self/setgroups").write_bytes(b"deny")
    Path("/proc/self/uid_map").write_bytes(b"%d %d 1" % (user, user))
    Path("/proc/self/gid_map").write_bytes(b"%d %d 1" % (group, group))
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def _furnish_devices() -> None:
    """A `/dev` as in a container: not the machine's console, nor its disks."""
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
    made = Path(tempfile.mkdtemp(prefix="dev-"))
    _mount("tmpfs", str(made), "tmpfs", 0)
    for name in _DEVICES:
        (made / name).touch()
        _mount(f"/dev/{name}", str(made / name), "", _MS_BIND)
    for name in ("pts", "shm"):
        (made / name).mkdir()
        _mount(f"/dev/{name}", str(made / name), "", _MS_BIND | _MS_REC)
    for name, target in _LINKS.items():
        (made / name).symlink_to(target)
    _mount(str(made), "/dev", "", _MS_MOVE)
    made.rmdir()


def _mount(source: str, target: str, kind: str, flags: int) -> None:
    if _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), f"{target} cannot be mounted")


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _serve(outside: socket.socket, inside: int, program: "subprocess.Popen[bytes]") -> int:
    """Carry connections in until the program has ended; gives its exit status."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", inside)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))

    server: asyncio.Server | None = None
    while program.poll() is None:
        if server is None and await _accepts(inside):
            # Only now: who can connect takes the program for ready.
            server = await asyncio.start_server(carry, sock=outside, backlog=1024)
        await asyncio.sleep(0.02)
    return 128 - program.returncode if program.returncode < 0 else program.returncode


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
