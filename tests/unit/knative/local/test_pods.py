"""A process that dies is started again in its Pod; one that was asked to go takes its Pod along."""

from knative.local.model import RevisionName
from knative.local.pods import OUT_OF_MEMORY, Pods

HELLO = RevisionName("hello-00001")


def test_the_next_process_has_the_pod_of_the_one_that_was_killed_and_the_pod_says_why() -> None:
    pods = Pods()
    pods.begin(71, HELLO, "at first")
    pods.note_end(71, 137, OUT_OF_MEMORY)
    pods.end(71, HELLO, "at the kill", was_told=False)
    (waiting,) = pods.waiting(HELLO)
    assert (waiting.number, waiting.pid, waiting.restart_count) == (71, None, 1)
    pods.begin(90, HELLO, "at the start")
    pod = pods.of(90)
    assert not pods.waiting(HELLO)
    assert (pod.number, pod.pid, pod.made_at, pod.began_at) == (71, 90, "at first", "at the start")
    assert pod.last
    assert (pod.last.exit_code, pod.last.reason) == (137, "OOMKilled")
    assert (pod.last.started_at, pod.last.finished_at) == ("at first", "at the kill")


def test_who_was_asked_to_go_takes_the_pod_along() -> None:
    pods = Pods()
    pods.begin(71, HELLO, "at first")
    pods.end(71, HELLO, "later", was_told=True)
    pods.begin(90, HELLO, "later")
    assert (pods.of(90).number, pods.of(90).restart_count, pods.of(90).last) == (90, 0, None)


def test_an_exit_is_told_by_its_code_and_silence_is_a_kill() -> None:
    pods = Pods()
    for pid, code, reason in ((71, 3, "Error"), (72, 0, "Completed"), (73, None, "Error")):
        pods.begin(pid, HELLO, "at first")
        if code is not None:
            pods.note_end(pid, code)
        pods.end(pid, HELLO, "later", was_told=False)
        pod = pods.waiting(HELLO)[-1]
        assert pod.last
        assert (pod.last.exit_code, pod.last.reason) == (137 if code is None else code, reason)


def test_the_pods_of_another_revision_are_not_taken_and_at_zero_none_waits() -> None:
    pods, other = Pods(), RevisionName("hello-00002")
    pods.begin(71, HELLO, "at first")
    pods.end(71, HELLO, "later", was_told=False)
    pods.begin(90, other, "later")
    assert pods.of(90).number == 90
    pods.drop_waiting({HELLO})
    assert pods.waiting(HELLO)
    pods.drop_waiting({other})
    assert not pods.waiting(HELLO)
    pods.begin(91, HELLO, "much later")
    assert pods.of(91).restart_count == 0
