"""Eight times what the shop can answer: what it still answers in time, how it refuses the rest, how soon it is back.

Three loads, for what a refusal costs beside an answer decides: pages alone, a tenth of them orders, orders alone.

Capacity is measured first, in the same run, by the same generator with a closed loop. A page counts that comes within
a second of when its request was due, and an order within three: people wait for a payment longer. What is neither
answered nor a 503 with Retry-After is a failure.

Mixed, a tenth of the requests are orders, which cost many times what a page does. So that "how much was answered" is
one number, both count by what they cost: the time that one takes of the shop's when it answers nothing else.

The generator runs on the processors that it loads. What it takes is not the shop's to use: the figure is the ratio of
what is answered for each second of processor that was left, and the plain ratio stands beside it.
"""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, repeat

import msgspec

from tests.bench import people
from tests.bench.bench import PRODUCTS, Bench, say
from tests.bench.figures import Figure
from tests.bench.percentiles import milliseconds, percentile
from tests.bench.streams import Ask, Outcome, closed_load, header_block, open_load
from tests.promises.customers import CARD

FACTOR = 8
WANTED = 0.8
IN_FLIGHT = 32
CUSTOMERS = 24
GOODS = 64
ORDERS_ARE_ONE_IN = 10
WARM_UP_S = 2.0
CAPACITY_S = 4.0
OVERLOAD_S = 20.0
LAST_ANSWERS_WITHIN_S = 5.0
BACK_S = 0.3
BACK_WITHIN_S = 5.0
NORMAL_S = 0.2
BROWSING, ORDER = "browsing", "order"
_kinds = (BROWSING, ORDER)
IN_TIME_S = {BROWSING: 1.0, ORDER: 3.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One load at capacity and past it, by kind in requests a second that were answered in time."""

    capacity: Mapping[str, float]
    goodput: Mapping[str, float]
    cost_s: Mapping[str, float]
    at_capacity: Outcome
    past_it: Outcome
    back_after_s: float

    @property
    def plain_ratio(self) -> float:
        return self._work(self.goodput) / self._work(self.capacity)

    @property
    def ratio(self) -> float:
        """With what the generator took of the processors left out of both."""
        return self.plain_ratio * _left(self.at_capacity) / _left(self.past_it)

    @property
    def failure_count(self) -> int:
        return sum(not _success(r.status) and not (r.status == 503 and r.tells_when) for r in self.past_it.replies)

    def share(self, kind: str) -> float:
        """The part of what was asked for that was answered, in time or not."""
        answered = sum(reply.kind == kind and _success(reply.status) for reply in self.past_it.replies)
        return answered / max(1, self.past_it.sent[kind])

    def _work(self, rates: Mapping[str, float]) -> float:
        return sum(rates[kind] * self.cost_s[kind] for kind in _kinds)


def measure(bench: Bench) -> list[Figure]:
    say(f"Overload: pages, a tenth of them orders, orders alone; {FACTOR} times capacity for {OVERLOAD_S:.0f} s each")
    browse = repeat(Ask(kind=BROWSING, head=header_block("GET", PRODUCTS, f"127.0.0.1:{bench.port}")))
    orders = _orders(bench)
    alone = {BROWSING: _capacity(bench, browse), ORDER: _capacity(bench, orders)}
    cost_s = {kind: 1 / max(1.0, in_time(outcome)[kind]) for kind, outcome in alone.items()}
    return [
        _figure("browsing", _measure(bench, browse, cost_s)),
        _figure("a tenth orders", _measure(bench, _mixed(browse, orders), cost_s)),
        _figure("orders", _measure(bench, orders, cost_s)),
    ]


def in_time(outcome: Outcome) -> dict[str, float]:
    """What was answered in time, a second, by kind."""
    counts = dict.fromkeys(_kinds, 0)
    for reply in outcome.replies:
        if _success(reply.status) and reply.took_s <= IN_TIME_S[reply.kind]:
            counts[reply.kind] += 1
    return {kind: found / outcome.for_s for kind, found in counts.items()}


def _measure(bench: Bench, asks: Iterator[Ask], cost_s: Mapping[str, float]) -> Measured:
    at_capacity = _capacity(bench, asks)
    capacity = in_time(at_capacity)
    rate = FACTOR * sum(capacity.values())
    past_it = open_load(bench.port, asks, rate=rate, for_s=OVERLOAD_S, last_within_s=LAST_ANSWERS_WITHIN_S)
    back_after_s = _back(bench, asks)
    return Measured(
        capacity=capacity, goodput=in_time(past_it), cost_s=cost_s, at_capacity=at_capacity, past_it=past_it,
        back_after_s=back_after_s,
    )  # fmt: skip


def _capacity(bench: Bench, asks: Iterator[Ask]) -> Outcome:
    closed_load(bench.port, asks, in_flight=IN_FLIGHT, for_s=WARM_UP_S)
    return closed_load(bench.port, asks, in_flight=IN_FLIGHT, for_s=CAPACITY_S)


def _back(bench: Bench, asks: Iterator[Ask]) -> float:
    """Seconds from the end of a load until requests, one after the other, are answered as quickly as ever."""
    began_s = time.perf_counter()
    while (waited_s := time.perf_counter() - began_s) < BACK_WITHIN_S:
        replies = closed_load(bench.port, asks, in_flight=1, for_s=BACK_S, connection_count=1).replies
        if replies and all(_success(reply.status) and reply.took_s < NORMAL_S for reply in replies):
            break
    return waited_s


def _orders(bench: Bench) -> Iterator[Ask]:
    """Orders without end, each of another good, for one customer after the other."""
    authority = f"127.0.0.1:{bench.port}"
    bodies = [
        msgspec.json.encode({"items": [{"sku": sku, "quantity": 1}], "payment": {"card": CARD}})
        for sku in people.stock_up(bench, GOODS)
    ]
    tokens = [customer.token for customer in people.customers(bench, CUSTOMERS)]
    run = secrets.token_hex(6)
    # Made beforehand, but for the key: it has one length, so it is a change of the last bytes.
    heads = [
        header_block(
            "POST", "/api/orders", authority,
            {"content-type": "application/json", "authorization": f"Bearer {token}", "idempotency-key": "x" * 24},
        )[:-24]
        for token in tokens
    ]  # fmt: skip
    for number in count():
        key = f"{run}{number:012d}".encode()
        yield Ask(kind=ORDER, head=heads[number % len(heads)] + key, body=bodies[number % len(bodies)])


def _mixed(browse: Iterator[Ask], orders: Iterator[Ask]) -> Iterator[Ask]:
    for number in count():
        yield next(browse if number % ORDERS_ARE_ONE_IN else orders)


def _figure(what: str, found: Measured) -> Figure:
    refused_s = [reply.took_s for reply in found.past_it.replies if reply.status == 503]
    refused_p99_s = percentile(refused_s, 99) if refused_s else 0.0
    sent_rate = found.past_it.sent.total() / found.past_it.for_s
    rates = "; ".join(
        f"{kind}: {found.goodput[kind]:,.0f} a second of {found.capacity[kind]:,.0f}, {found.share(kind):.1%} answered"
        for kind in _kinds
        if found.past_it.sent[kind]
    )
    took_s = [reply.took_s for reply in found.past_it.replies if _success(reply.status)]
    within = {limit_s: sum(each <= limit_s for each in took_s) / max(1, len(took_s)) for limit_s in (1, 2, 3)}
    return Figure(
        what=f"goodput at {FACTOR} times capacity, {what}",
        wanted=f"at least {WANTED}",
        measured=f"{found.ratio:.2f}, {found.failure_count} failures",
        met=found.ratio >= WANTED and not found.failure_count and found.back_after_s < BACK_WITHIN_S,
        values={
            "ratio": found.ratio,
            "plain_ratio": found.plain_ratio,
            "failures": found.failure_count,
            "capacity": dict(found.capacity),
            "goodput": dict(found.goodput),
            "answered_within_s": {str(limit_s): share for limit_s, share in within.items()},
            "answered_share": {kind: found.share(kind) for kind in _kinds if found.past_it.sent[kind]},
            "sent_rate": sent_rate,
            "refused_p99_s": refused_p99_s,
            "back_after_s": found.back_after_s,
            "generator_behind_s": found.past_it.behind_s,
            "generator_cpus": found.past_it.generator_cpu_s / found.past_it.duration_s,
        },
        notes=(
            rates,
            f"of the answers, {', '.join(f'{share:.0%} within {limit_s} s' for limit_s, share in within.items())}",
            f"{sent_rate:,.0f} asked a second; refused p50 {milliseconds(percentile(refused_s or [0.0], 50))}, p99 "
            f"{milliseconds(refused_p99_s)}; normal again {found.back_after_s:.1f} s after it",
            f"the generator took {found.past_it.generator_cpu_s / found.past_it.duration_s:.2f} processors of "
            f"{os.cpu_count()}; without leaving them out the ratio is {found.plain_ratio:.2f}",
        ),
    )


def _left(outcome: Outcome) -> float:
    """The processors that a generator left to the shop."""
    return (os.cpu_count() or 1) - outcome.generator_cpu_s / outcome.duration_s


def _success(status: int) -> bool:
    return 200 <= status < 300
