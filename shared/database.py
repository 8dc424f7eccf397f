"""The way to Postgres: a small pool a process, transactions that end, and one answer when it is away.

    products = database.run(database.engine(settings), lambda connection: read_products(connection))

Nothing connects before the first transaction. A transaction has a budget of time, from asking for a connection
to the commit's answer; what the server or the network does not answer within it becomes `Unavailable`, and so
does everything else that means that the database is away. The next transaction tries again from the start: after
a restart or a failover nothing has to be told.
"""

import functools
import random
import select
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError

from shared.database_connection import BoundedConnection
from shared.database_failures import Failure, failure
from shared.errors import Unavailable

T = TypeVar("T")

WITHIN_S = 1.8  # a transaction's budget: the client has its answer, 503 at the worst, within 2 s
STATEMENT_WITHIN_MS = 1500  # less than the budget, so that the server speaks first and the connection survives
LOCK_WITHIN_MS = 1500
IDLE_IN_TRANSACTION_MS = 10_000  # a frozen function gives its locks back
POOL_WITHIN_S = 1.0
ATTEMPTS = 5


class DatabaseSettings(Protocol):
    """What this module needs of `shared.settings.Settings`."""

    @property
    def database_url(self) -> str: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def service(self) -> str: ...
    @property
    def plan_cache_mode(self) -> str: ...


def engine(settings: DatabaseSettings) -> Engine:
    """The engine of this process, made at the first call. Call it in the process that serves, not before a fork."""
    return _engine(settings.database_url, settings.concurrency, settings.service, settings.plan_cache_mode)


@functools.cache
def _engine(url: str, concurrency: int, service: str, plan_cache_mode: str) -> Engine:
    return make_engine(url, pool_size=concurrency, application_name=service, plan_cache_mode=plan_cache_mode)


def make_engine(url: str, *, pool_size: int, application_name: str, plan_cache_mode: str = "auto") -> Engine:
    """An engine of its own.

    Args:
        url: DATABASE_URL as libpq takes it: several hosts, Unix sockets. The host that accepts writes is used.
        pool_size: as many connections as requests at once; one more request waits, and not for long.
        application_name: what Postgres shows in its list of sessions and in its log.
        plan_cache_mode: Postgres's setting. `auto` plans a statement anew each time where its estimate says that the
            values matter, as for each array; `force_generic_plan` plans it once a session.
    """
    address = url.replace("postgresql+psycopg://", "postgresql://", 1)
    options = (
        f"-c statement_timeout={STATEMENT_WITHIN_MS} -c lock_timeout={LOCK_WITHIN_MS}"
        f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} -c timezone=UTC"
        f" -c plan_cache_mode={plan_cache_mode}"
    )

    def connect() -> BoundedConnection:
        return BoundedConnection.connect(
            address, application_name=application_name, options=options, target_session_attrs="read-write",
            connect_timeout=2,  # the least that the driver takes; BoundedConnection allows less
        )  # fmt: skip

    made = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WITHIN_S,
        pool_use_lifo=True,
        use_native_hstore=False,  # saves a question to the catalogue at the first connection
    )
    event.listen(made, "checkout", _refuse_if_gone)
    return made


@contextmanager
def transaction(engine: Engine, *, within_s: float = WITHIN_S) -> Iterator[Connection]:
    """One transaction: committed when the block ends, rolled back when it raises. For what must not run twice;
    `run` is the rule. Raises Unavailable when the database is away, or refuses because of another transaction."""
    try:
        with _begin(engine, time.monotonic() + within_s, within_s) as connection:
            yield connection
    except SQLAlchemyError as error:
        if failure(error) is Failure.OURS:
            raise
        raise _unavailable() from error


def run(engine: Engine, work: Callable[[Connection], T], *, within_s: float = WITHIN_S) -> T:
    """Do some work in one transaction, and again from its start where that is safe and may help.

    It is repeated after a serialization failure or a deadlock, and, once, when the connection was lost before the
    commit was asked for. So `work` changes nothing but the database. A commit whose answer never came is not
    repeated: it may have happened.

    Raises:
        Unavailable: the database is away, or the budget is used up.
    """
    return _repeated(work, functools.partial(_begin, engine), within_s, repeatable=False)


def run_autocommit(engine: Engine, work: Callable[[Connection], T], *, within_s: float = WITHIN_S) -> T:
    """As `run`, but each statement is a transaction of its own: no BEGIN and no COMMIT go out, two round trips less.

    For work of one statement that changes something, and that may be done twice: it is repeated, once, also where the
    connection was lost and nobody knows whether it was done.
    """
    assert within_s <= WITHIN_S, "a longer budget is for a transaction"
    return _repeated(work, functools.partial(_autocommit, engine), within_s, repeatable=True)


def _repeated(
    work: Callable[[Connection], T],
    begin: Callable[[float, float], AbstractContextManager[Connection]],
    within_s: float,
    *,
    repeatable: bool,
) -> T:
    deadline_s = time.monotonic() + within_s
    for attempt in range(1, ATTEMPTS + 1):
        commit_asked = False
        try:
            with begin(deadline_s, within_s) as connection:
                result = work(connection)
                commit_asked = True
            return result
        except SQLAlchemyError as error:
            kind = failure(error)
            if kind is Failure.OURS:
                raise
            lost = isinstance(error, DBAPIError) and error.connection_invalidated
            again = kind is Failure.CONFLICT or (lost and (repeatable or not commit_asked) and attempt == 1)
            pause_s = random.uniform(0, 0.01 * 2**attempt)  # noqa: S311 - keeps two that collided apart, no secret
            if not again or attempt == ATTEMPTS or time.monotonic() + pause_s >= deadline_s:
                raise _unavailable() from error
            time.sleep(pause_s)
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def _begin(engine: Engine, deadline_s: float, within_s: float) -> Iterator[Connection]:
    with _bounded(engine, deadline_s) as connection, connection.begin():
        if within_s > WITHIN_S:  # a longer budget is for longer statements
            connection.execute(text(f"SET LOCAL statement_timeout = {int(within_s * 1000)}"))
        yield connection


@contextmanager
def _autocommit(engine: Engine, deadline_s: float, _within_s: float) -> Iterator[Connection]:
    with _bounded(engine, deadline_s) as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, BoundedConnection)
        # SQLAlchemy's own option for it takes longer than the round trips that it saves.
        driver.autocommit = True
        try:
            yield connection
        finally:
            if not driver.closed:
                driver.autocommit = False


@contextmanager
def _bounded(engine: Engine, deadline_s: float) -> Iterator[Connection]:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, BoundedConnection)
        driver.deadline_s = deadline_s
        try:
            yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == "25006":
                connection.invalidate()  # its server is a standby now: the next connection finds the primary
            raise
        finally:
            driver.deadline_s = None


def _refuse_if_gone(connection: BoundedConnection, _record: object, _proxy: object) -> None:
    """Before a pooled connection is used: an idle one has nothing to say, unless its server closed it.

    That costs one system call where a ping costs a round trip. A server that left without closing is noticed by
    the deadline instead.
    """
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    if poller.poll(0):
        raise InvalidatePoolError("the server closed this connection, and so most likely the others")


def _unavailable() -> Unavailable:
    return Unavailable("The database is away for now; try again", retry_after_s=1.0)
