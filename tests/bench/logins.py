"""What those who browse notice of twenty who log in at once: each login hashes a password, which is made to be slow."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.load import Load, closed_loop, open_loop
from tests.bench.people import logins
from tests.bench.percentiles import median_ratio, milliseconds, percentile
from tests.promises.customers import insist

PEOPLE = 20
ROUNDS = 4
ROUND_S = 3.0
WARM_UP_S = 2.0
RATE = 100.0


def measure(bench: Bench) -> list[Figure]:
    say(f"Logins: {ROUNDS} rounds of {ROUND_S} s, {RATE:.0f} requests a second, without and with {PEOPLE} who log in")
    password, run = secrets.token_urlsafe(12), secrets.token_hex(4)
    emails = [f"bench-{run}-{number}@example.com" for number in range(PEOPLE)]
    for email in emails:
        account = {"email": email, "password": password, "name": "Ada"}
        assert insist(bench.stack, "POST", "/api/auth/register", account).status == 201
    closed_loop(bench.port, logins(bench, emails, password), connection_count=PEOPLE, for_s=WARM_UP_S)
    browse(bench, WARM_UP_S)
    pairs, rates = [], []
    for _ in range(ROUNDS):
        alone = browse(bench, ROUND_S)
        begun = threading.Event()
        with ThreadPoolExecutor(1) as threads:
            others = threads.submit(log_in, bench, emails, password, begun)
            begun.wait()
            beside = browse(bench, ROUND_S)
            rates.append(others.result().rate)
        pairs.append((percentile(beside.latencies_s, 99), percentile(alone.latencies_s, 99)))
    ratio = median_ratio(pairs)
    shown = "; ".join(f"{milliseconds(alone)} alone, {milliseconds(beside)} beside" for beside, alone in pairs)
    return [
        Figure(
            what=f"others' p99 while {PEOPLE} log in at once, to theirs alone",
            wanted="under 2",
            measured=f"{ratio:.2f}",
            met=ratio < 2,
            values={"ratio": ratio, "p99_pairs_s": pairs, "logins_a_second": rates},
            notes=(f"p99 of {RATE:.0f} catalogue pages a second: {shown}; {rates[-1]:.0f} logins a second",),
        )
    ]


def browse(bench: Bench, for_s: float) -> Load:
    return open_loop(bench.port, repeat(bench.request()), rate=RATE, for_s=for_s)


def log_in(bench: Bench, emails: list[str], password: str, begun: threading.Event) -> Load:
    """Twenty people who log in again and again, for a little longer than the others browse."""
    requests = logins(bench, emails, password)
    begun.set()
    return closed_loop(bench.port, requests, connection_count=PEOPLE, for_s=ROUND_S + 0.5)
