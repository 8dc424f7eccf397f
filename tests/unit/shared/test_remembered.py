"""What was made is made again only when it is made of something else."""

from shared.remembered import Remembered


class Works:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def test_the_same_sources_give_the_very_value_of_before() -> None:
    remembered, make = Remembered[int](), Works()
    assert [remembered.of("a", (1, [2]), make), remembered.of("a", (1, [2]), make)] == [1, 1]
    remembered.sweep()
    assert remembered.of("a", (1, [2]), make) == 1


def test_another_source_or_another_key_gives_another_value() -> None:
    remembered, make = Remembered[int](), Works()
    assert [remembered.of("a", (1,), make), remembered.of("a", (2,), make), remembered.of("b", (2,), make)] == [1, 2, 3]


def test_what_nobody_asked_for_between_two_sweeps_is_forgotten() -> None:
    remembered, make = Remembered[int](), Works()
    remembered.of("a", (), make)
    remembered.sweep()
    remembered.sweep()
    assert remembered.of("a", (), make) == 2
