"""A burst's record: everything sent is answered, refused, lost or open, and belongs to one second."""

from hypothesis import given
from hypothesis import strategies as st

from knative.local.burst.open_loop import NO_ANSWER
from knative.local.burst.record import Record, Scale, scales
from knative.local.model import RevisionName, ServiceName
from knative.local.samples import Reading

SHOP, OTHER = ServiceName("list-products"), ServiceName("relay-outbox")


def running(request_count: int, ready_count: int = 1) -> Scale:
    return Scale(ready_count=ready_count, desired_count=ready_count, request_count=request_count)


def test_an_answer_belongs_to_the_second_in_which_it_came() -> None:
    record = Record()
    record.sent(0.9, 0.0)
    record.answered(1.2, 200, 0.3)
    first, second = record.seconds()
    assert (first.sent_count, first.answered_count, first.p99_s) == (1, 0, None)
    assert (second.sent_count, second.answered_count, second.p99_s) == (0, 1, 0.3)


def test_an_answer_a_refusal_and_none_at_all_are_three_things_and_only_the_first_has_a_latency() -> None:
    record = Record()
    for status in (200, 304, 404, 503, NO_ANSWER):
        record.sent(0.0, 0.0)
        record.answered(0.1, status, 0.1 * status)
    record.sent(0.2, 0.0)
    (second,) = record.seconds()
    assert (second.answered_count, second.refused_count, second.lost_count) == (2, 2, 1)
    assert len(record.latencies_s) == 2
    assert record.pending_count == 1


def test_the_service_that_the_burst_reaches_is_known_from_what_it_got_since_the_beginning() -> None:
    record = Record()
    record.begins({SHOP: running(100), OTHER: running(50_000)})
    for _ in range(20):
        record.sent(0.1, 0.0)
    record.saw(0.9, {SHOP: running(120, ready_count=3), OTHER: running(50_005, ready_count=1)})
    assert record.busiest == SHOP
    scale = record.second(0).scale
    assert scale is not None
    assert scale.ready_count == 3


def test_a_path_that_no_service_answers_is_nobody_s_although_others_are_called_meanwhile() -> None:
    record = Record()
    record.begins({OTHER: running(7)})
    for _ in range(20):
        record.sent(0.1, 0.0)
        record.answered(0.2, 404, 0.1)
    record.saw(0.9, {OTHER: running(9)})
    assert record.busiest is None
    assert record.second(0).scale is None


def test_instances_that_nobody_tells_of_are_unknown_not_none() -> None:
    record = Record()
    record.begins({SHOP: running(0)})
    record.sent(0.1, 0.0)
    record.saw(0.5, {SHOP: running(1)})
    record.saw(1.5, {})  # the engine was killed
    record.sent(1.6, 0.0)
    record.saw(2.5, {SHOP: running(2)})
    record.sent(2.6, 0.0)
    assert [second.scale is None for second in record.seconds()] == [False, True, False]


def test_until_the_next_look_what_was_seen_last_holds() -> None:
    record = Record()
    record.begins({SHOP: running(0)})
    record.sent(0.9, 0.0)
    record.saw(0.95, {SHOP: running(1)})
    record.answered(1.01, 200, 0.11)
    assert record.second(1).scale == running(1)


def test_a_scale_is_summed_over_the_revisions_of_a_service() -> None:
    def revision(number: int, ready: int, desired: int) -> dict[str, object]:
        return {"name": f"list-products-0000{number}", "ready_instances": ready, "desired": desired}

    status = {"services": [{"name": "list-products", "revisions": [revision(1, 1, 0), revision(2, 2, 3)]}]}
    readings = {
        RevisionName("list-products-00001"): Reading(active_count=0, total_count=40),
        RevisionName("list-products-00002"): Reading(active_count=0, total_count=2),
    }
    assert scales(status, readings) == {SHOP: Scale(ready_count=3, desired_count=3, request_count=42)}


@given(
    st.lists(
        st.tuples(st.floats(0, 20), st.floats(0, 5), st.sampled_from([200, 404, 429, 503, NO_ANSWER, None])),
        max_size=60,
    )
)
def test_the_seconds_add_up_to_the_whole(requests: list[tuple[float, float, int | None]]) -> None:
    record = Record()
    for at_s, took_s, status in requests:
        record.sent(at_s, 0.0)
        if status is not None:
            record.answered(at_s + took_s, status, took_s)
    seconds = record.seconds()
    assert sum(each.sent_count for each in seconds) == record.sent_count == len(requests)
    assert (
        sum(each.answered_count + each.refused_count + each.lost_count for each in seconds) + record.pending_count
        == record.sent_count
    )
    assert [each.number for each in seconds] == list(range(len(seconds)))
