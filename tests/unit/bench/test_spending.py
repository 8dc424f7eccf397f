"""What one request has cost, from what processes had used before and after."""

from collections.abc import Mapping

from tests.bench.spending import ENDED, Spent, between


def spent(instances_s: Mapping[int, tuple[str, float]], *, ended_s: float = 0.0, postgres_s: float = 0.0) -> Spent:
    return Spent(
        instances_s=instances_s, parts_s={"Postgres": postgres_s}, ended_instances_s=ended_s, transactions=0,
        wal_bytes=0, redis_commands=0,
    )  # fmt: skip


def test_the_instances_of_a_function_are_one_and_one_that_began_meanwhile_counts_whole() -> None:
    before = spent({1: ("place-order", 2.0)}, postgres_s=1.0)
    after = spent({1: ("place-order", 2.5), 2: ("place-order", 0.25)}, postgres_s=1.5)
    each = between(before, after, 100)
    assert each.processor_ms == {"place-order": 7.5, "Postgres": 5.0, ENDED: 0.0}
    assert each.total_ms == 12.5


def test_of_an_instance_that_ended_meanwhile_only_that_time_counts() -> None:
    each = between(spent({1: ("login", 2.0)}, ended_s=1.0), spent({}, ended_s=3.5), 100)
    assert each.processor_ms == {ENDED: 5.0, "Postgres": 0.0}
