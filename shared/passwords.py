"""Passwords: kept as Argon2id hashes, at the setting that OWASP recommends first (19 MiB, two passes, one lane).

A hash is some 20 ms of a whole core, whatever the core's other work. So a process makes one at a time: many who log in
at once wait for one another, and the other cores are everybody else's.
"""

import functools
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# The hash of a password that was thrown away, made with the parameters below. A constant, because making it at the
# first call would take that call twice the time, which is what it is there to hide.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$qvz21zsedY/QdNlOEP8RvQ$HYtZU56H9cXSZHrBMi9qXERBfnRV4hpYjScAxWTcp6Q"

_one_at_a_time = threading.Lock()


def hash(password: str) -> str:  # noqa: A001 - read as passwords.hash
    """The hash to keep, with its salt and parameters in it."""
    with _one_at_a_time:
        return _hasher().hash(_normal(password))


def verify(password_hash: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        with _one_at_a_time:
            return _hasher().verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def verify_against_nobody(password: str) -> None:
    """Take as long as `verify` does, for an address that nobody has: time tells nobody who has an account."""
    verify(NOBODY, password)


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's: hash the password anew while it is known."""
    return _hasher().check_needs_rehash(password_hash)


@functools.cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)


def _normal(password: str) -> str:
    """One byte sequence for one sequence of letters, however the keyboard composes them (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password)
