"""Packed answers: the same bytes each time, an ETag for them, and an honest age."""

import msgspec
import pytest

from shared import cached_answers
from shared.cache import CacheAnswer


class Content(msgspec.Struct):
    name: str


PACKED = cached_answers.pack(Content(name="line\nfeed"))


def cached(*, age_s: float = 0.0, stale: bool = False) -> CacheAnswer:
    return CacheAnswer(value=PACKED, age_s=age_s, stale=stale)


def test_a_fresh_answer_is_its_json_with_an_etag() -> None:
    answer = cached_answers.unpack(cached(), if_none_match=None, fresh_s=2)
    assert (answer.status, answer.content, answer.content_type) == (200, b'{"name":"line\\nfeed"}', "application/json")
    assert answer.headers.keys() == {"ETag", "Cache-Control"}
    assert answer.headers["Cache-Control"] == "public, max-age=2"


def test_the_etag_follows_the_content() -> None:
    other = CacheAnswer(value=cached_answers.pack(Content(name="other")), age_s=0, stale=False)
    tags = [cached_answers.unpack(each, if_none_match=None, fresh_s=2).headers["ETag"] for each in (cached(), other)]
    assert tags[0] != tags[1]
    assert all(tag.startswith('W/"') for tag in tags)


def test_an_old_answer_says_how_old_it_is_with_304_too() -> None:
    etag = cached_answers.unpack(cached(), if_none_match=None, fresh_s=2).headers["ETag"]
    for if_none_match, status in ((None, 200), (etag, 304)):
        answer = cached_answers.unpack(cached(age_s=61.9, stale=True), if_none_match=if_none_match, fresh_s=2)
        assert answer.status == status
        assert (answer.headers["Age"], answer.headers["Warning"]) == ("61", '110 - "Response is Stale"')


@pytest.mark.parametrize(
    ("written", "status"),
    [("{tag}", 304), ("W/{tag}", 304), ('"x", {tag}', 304), ("*", 304), ('"x"', 200), ("", 200), ("garbage,,", 200)],
)
def test_any_form_of_the_etag_is_known_again(written: str, status: int) -> None:
    etag = cached_answers.unpack(cached(), if_none_match=None, fresh_s=2).headers["ETag"]
    given = written.format(tag=etag.removeprefix("W/"))
    answer = cached_answers.unpack(cached(), if_none_match=given, fresh_s=2)
    assert answer.status == status
    assert (answer.content is None) == (status == 304)
