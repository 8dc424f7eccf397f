"""The copies of last resort stay within their bounds."""

from hypothesis import given
from hypothesis import strategies as st

from shared.stale_copies import Copy, StaleCopies


def copy(size: int) -> Copy:
    return Copy(value=b"x" * size, loaded_s=0.0)


def test_the_one_left_alone_longest_goes_first() -> None:
    copies = StaleCopies(most=2)
    copies.put("a", copy(1))
    copies.put("b", copy(1))
    copies.get("a")
    copies.put("c", copy(1))
    assert copies.get("b") is None
    assert copies.get("a") is not None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60))))
def test_neither_count_nor_size_is_ever_passed(puts: list[tuple[str, int]]) -> None:
    copies = StaleCopies(most=3, most_bytes=100)
    for key, size in puts:
        copies.put(key, copy(size))
        kept = [found for name in "abcdef" if (found := copies.get(name))]
        assert len(kept) <= 3
        assert sum(len(found.value) for found in kept) <= 100
        assert copies.get(key) is not None
