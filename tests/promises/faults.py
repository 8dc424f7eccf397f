"""What can happen to a stack's processes: killed, frozen, gone for a while. And the database, asked directly."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import psutil
import psycopg
import redis

from knative.local import control, secrets
from knative.local.home import Home
from knative.local.parts import postgres, valkey
from knative.local.processes import ProcessIdentity, Records, identify
from shared.errors import ZerocartError
from tests.slow_socket import slow
from tests.stack import Stack
from tests.waiting import wait_until

PARTS = ("postgres", "valkey", "envoy", "zygote", "keeper", "engine", "broker")
BACK_WITHIN_S = 30.0

Fault = Literal["killed", "frozen"]
RedisFault = Literal["killed", "frozen", "slow"]
SLOW_S = 2.0


def home_of(stack: Stack) -> Home:
    return Home(root=stack.home, project=stack.project, port=stack.port)


def process(stack: Stack, role: str) -> ProcessIdentity | None:
    """The living process of a part, from its record."""
    return Records(home_of(stack).run).find(role)


def kill_part(stack: Stack, role: str, within_s: float = BACK_WITHIN_S) -> ProcessIdentity:
    """kill -9, once it is there; gives the process that was."""
    found = wait_for_part(stack, role, within_s=within_s)
    os.kill(found.pid, signal.SIGKILL)
    return found


def kill_instances(stack: Stack, *services: str) -> int:
    """kill -9 of every instance of some services; gives how many died."""
    count = 0
    for pid in [pid for service in services for pid in stack.instance_pids(service)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            count += 1
    return count


def kill_instance(stack: Stack, chance: random.Random) -> bool:
    """kill -9 of one instance of any service; False where none runs, or it has just ended."""
    pids = sorted(stack.instance_pids())
    if not pids:
        return False
    try:
        os.kill(chance.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def wait_for_part(
    stack: Stack, role: str, other_than: ProcessIdentity | None = None, within_s: float = BACK_WITHIN_S
) -> ProcessIdentity:
    """Wait until a part lives, as another process than the one that was killed."""
    found: list[ProcessIdentity] = []

    def lives() -> bool:
        now = process(stack, role)
        if now is not None and now != other_than:
            found.append(now)
        return bool(found)

    wait_until(lives, within_s, f"another {role}")
    return found[0]


def whole(stack: Stack) -> bool:
    """Whether the engine answers, and knows every other part to be there."""
    found: dict[str, dict[str, bool]] = {}
    with suppress(OSError, ZerocartError):
        for answer in control.request(home_of(stack).control_socket, {"op": "status"}, timeout_s=5.0):
            if not isinstance(answer, control.Step):
                status = answer["result"]
                found = {**status["state"], "gateway": status["gateway"], "zygote": status["zygote"]}
                found |= {part: status[part] for part in ("keeper", "broker")}
    return bool(found) and all(part["ready"] for part in found.values())


def kill_and_wait(stack: Stack, role: str) -> None:
    """kill -9 of a part, until there is another and the stack is whole again."""
    killed = kill_part(stack, role)
    wait_for_part(stack, role, other_than=killed)
    wait_until(lambda: whole(stack), BACK_WITHIN_S, f"a whole stack after the kill of {role}")


@contextmanager
def away(stack: Stack, role: str, fault: Fault) -> Iterator[None]:
    """Have a part away for the block.

    Frozen: it takes connections from nobody and answers nothing. Killed: the engine is frozen first, or it would
    start another one at once.
    """
    found = psutil.Process(wait_for_part(stack, role if fault == "frozen" else "engine").pid)
    # The parent first, which then makes no more: Postgres has children that answer for it. The engine's serve on.
    found.suspend()
    frozen = [found, *(found.children(recursive=True) if fault == "frozen" else ())]
    try:
        for each in frozen[1:]:
            each.suspend()
        if fault == "killed":
            kill_part(stack, role)
        yield
    finally:
        for each in frozen:
            with suppress(psutil.NoSuchProcess):
                each.resume()
    wait_until(lambda: whole(stack), BACK_WITHIN_S, f"a whole stack after {role} was away")


@contextmanager
def provider_away(stack: Stack, fault: Fault) -> Iterator[None]:
    """Have the payment provider away for the block: no instance of it lives, or those that do answer nothing.

    The engine is frozen, or it would start others; so it does not call the relay meanwhile either.
    """
    engine = psutil.Process(wait_for_part(stack, "engine").pid)
    engine.suspend()
    frozen = [engine]
    try:
        if fault == "killed":
            kill_instances(stack, "charge-payment")
        else:
            for pid in stack.instance_pids("charge-payment"):
                frozen.append(psutil.Process(pid))
                frozen[-1].suspend()
        yield
    finally:
        for each in frozen:
            with suppress(psutil.NoSuchProcess):
                each.resume()
    wait_until(lambda: whole(stack), BACK_WITHIN_S, "a whole stack after the provider was away")


@contextmanager
def redis_away(stack: Stack, fault: RedisFault) -> Iterator[None]:
    """Have Valkey away for the block, or answer whoever asks it SLOW_S late."""
    if fault != "slow":
        with away(stack, "valkey", fault):
            yield
        return
    with slow(valkey.socket_path(home_of(stack).run), SLOW_S) as own:
        with redis.Redis(unix_socket_path=str(own)) as direct:
            direct.client_kill_filter(_type="normal", skipme=True)  # those who were connected before
        yield


def alive(pid: int) -> bool:
    return identify(pid) is not None


def connect(stack: Stack, *, superuser: bool = False) -> psycopg.Connection[tuple[object, ...]]:
    """A connection to the stack's own database, past all of its functions."""
    home = home_of(stack)
    password = secrets.password_file(home).read_text(encoding="utf-8").strip()
    user = "postgres" if superuser else postgres.OWNER
    return psycopg.connect(postgres.url(home.run, password, user=user), autocommit=True, connect_timeout=5)


def rows(stack: Stack, query: str, *values: object, superuser: bool = False) -> list[tuple[object, ...]]:
    """The answer of the database to one query; waits for a database that is still coming back.

    Of what other roles' sessions do, only a superuser is told.
    """
    found: list[list[tuple[object, ...]]] = []

    def answered() -> bool:
        with suppress(psycopg.OperationalError), connect(stack, superuser=superuser) as connection:
            found.append(connection.execute(query.encode(), values).fetchall())
        return bool(found)

    wait_until(answered, BACK_WITHIN_S, "an answer of the database")
    return found[0]


def value(stack: Stack, query: str, *values: object, superuser: bool = False) -> object:
    """The one value that a query asks for, otherwise as `rows`."""
    ((found,),) = rows(stack, query, *values, superuser=superuser)
    return found
