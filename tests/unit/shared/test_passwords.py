"""Passwords: what matches, what is kept, and what the time tells."""

import statistics
import time
from collections.abc import Callable

from argon2 import PasswordHasher, extract_parameters

from shared import passwords


def test_the_right_password_matches_and_another_does_not() -> None:
    kept = passwords.hash("correct horse battery staple")
    assert passwords.verify(kept, "correct horse battery staple")
    assert not passwords.verify(kept, "Correct horse battery staple")


def test_one_password_is_kept_differently_each_time() -> None:
    assert passwords.hash("the same") != passwords.hash("the same")


def test_letters_count_however_the_keyboard_composes_them() -> None:
    assert passwords.verify(passwords.hash("cafe\u0301"), "caf\u00e9")


def test_what_is_no_hash_matches_nothing() -> None:
    assert not passwords.verify("", "")
    assert not passwords.verify("$argon2id$nonsense", "nonsense")


def test_the_parameters_are_owasp_s() -> None:
    used = extract_parameters(passwords.hash("x"))
    assert (used.type.name, used.memory_cost, used.time_cost, used.parallelism) == ("ID", 19_456, 2, 1)


def test_a_hash_of_other_parameters_is_outdated_and_still_matches() -> None:
    old = PasswordHasher(memory_cost=8_192, time_cost=1, parallelism=1).hash("secret")
    assert passwords.verify(old, "secret")
    assert passwords.outdated(old)
    assert not passwords.outdated(passwords.hash("secret"))


def test_nobody_is_verified_with_today_s_parameters() -> None:
    assert not passwords.outdated(passwords.NOBODY)


def test_nobody_takes_as_long_as_somebody() -> None:
    kept = passwords.hash("secret")

    def time_s(work: Callable[[], object]) -> float:
        started_s = time.thread_time()
        work()
        return time.thread_time() - started_s

    # Taken in turn, so that whatever else the machine does slows both alike.
    pairs = [
        (time_s(lambda: passwords.verify(kept, "wrong")), time_s(lambda: passwords.verify_against_nobody("wrong")))
        for _ in range(9)
    ]
    somebody_s, nobody_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.7 < nobody_s / somebody_s < 1.4
