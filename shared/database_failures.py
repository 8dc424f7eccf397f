"""What an error of the database means for a transaction: try again, come back later, or mend the statement."""

import enum

import psycopg
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# Classes and codes of PostgreSQL's appendix A that mean: not now, and not because of what was asked.
_AWAY_CLASSES = ("08", "53", "57", "58")  # connection, resources, operator, system
_AWAY_CODES = ("25006", "55P03", "25P03")  # a standby, a lock not given, idle for too long
_CONFLICTS = ("40001", "40P01")  # serialization failure, deadlock


class Failure(enum.Enum):
    """What an error of the driver means for the transaction."""

    CONFLICT = "rolled back because of another transaction; the same again may succeed"
    AWAY = "the database cannot serve now"
    OURS = "the statement is at fault, or the data"


def failure(error: SQLAlchemyError) -> Failure:
    """What an error of SQLAlchemy means."""
    if isinstance(error, (PoolTimeoutError, DisconnectionError)):
        return Failure.AWAY
    if not isinstance(error, DBAPIError):
        return Failure.OURS
    code = getattr(error.orig, "sqlstate", None)
    if code in _CONFLICTS:
        return Failure.CONFLICT
    if error.connection_invalidated or (code or "").startswith(_AWAY_CLASSES) or code in _AWAY_CODES:
        return Failure.AWAY
    # Without a code nothing came from a server: there was none.
    return Failure.AWAY if code is None and isinstance(error.orig, psycopg.OperationalError) else Failure.OURS
