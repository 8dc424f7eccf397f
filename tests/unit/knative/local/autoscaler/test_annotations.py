import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.autoscaler.annotations import NAMES, check

PREFIX = "autoscaling.knative.dev/"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("class", "hpa.autoscaling.knative.dev", "only kpa.autoscaling.knative.dev is honoured here"),
        ("class", "x", "invalid value: x"),
        ("metric", "cpu", "invalid value: cpu"),
        ("target", "0.001", "target 0.001 should be at least 0.01"),
        ("target", "many", "invalid value: many"),
        ("target-utilization-percentage", "101", "expected 1 <= 101 <= 100"),
        ("target-burst-capacity", "-2", "invalid value: -2"),
        ("min-scale", "-1", "expected 0 <= -1 <= 2147483647"),
        ("max-scale", "99999999999", "expected 0 <= 99999999999 <= 2147483647"),
        ("max-scale", "1.5", "invalid value: 1.5"),
        ("initial-scale", "0", "invalid value: 0, initial-scale=0 not allowed by cluster"),
        ("activation-scale", "1", "activation-scale=1 must be greater than 1"),
        ("window", "5s", "expected 6s <= 5s <= 1h0m0s"),
        ("window", "6500ms", "must be specified with at most second precision"),
        ("window", "60", "invalid value: 60"),
        ("scale-down-delay", "2h", "expected 0s <= 2h <= 1h0m0s"),
        ("scale-to-zero-pod-retention-period", "-1s", "expected 0s <= -1s <= 1h0m0s"),
        ("panic-window-percentage", "0.5", "expected 1 <= 0.5 <= 100"),
        ("panic-threshold-percentage", "100", "expected 110 <= 100 <= 1000"),
        ("metric-aggregation-algorithm", "mean", "invalid value: mean"),
    ],
)
def test_a_wrong_value_is_refused_in_knative_s_words(name: str, value: str, rule: str) -> None:
    assert [(mistake.key, mistake.rule) for mistake in check({PREFIX + name: value})] == [(PREFIX + name, rule)]


@pytest.mark.parametrize(
    ("annotations", "rule"),
    [
        ({"min-scale": "2", "max-scale": "1"}, "max-scale=1 is less than min-scale=2"),
        ({"min-scale": "3", "activation-scale": "2"}, "min-scale=3 is greater than activation-scale=2"),
        ({"max-scale": "3", "activation-scale": "4"}, "max-scale=3 is less than activation-scale=4"),
    ],
)
def test_values_that_contradict_one_another_are_refused(annotations: dict[str, str], rule: str) -> None:
    mistakes = check({PREFIX + name: value for name, value in annotations.items()})
    assert [mistake.rule for mistake in mistakes] == [rule]


def test_a_key_that_no_autoscaler_reads_is_refused_with_the_nearest_one() -> None:
    (mistake,) = check({PREFIX + "min-scael": "1"})
    assert mistake.hint == "did you mean autoscaling.knative.dev/min-scale?"


def test_what_a_cluster_allows_is_allowed() -> None:
    assert check({PREFIX + "initial-scale": "0"}, allow_zero_initial_scale=True) == ()
    (mistake,) = check({PREFIX + "max-scale": "9"}, max_scale_limit=5)
    assert mistake.rule == "expected 1 <= 9 <= 5"


def test_older_spellings_and_foreign_annotations_are_fine() -> None:
    assert check({PREFIX + "minScale": "1", "example.com/min-scael": "x", PREFIX + "metric": "rps"}) == ()


@given(st.dictionaries(st.sampled_from(sorted(NAMES)).map(PREFIX.__add__), st.text(max_size=12)))
def test_checking_never_raises_and_names_only_what_is_there(annotations: dict[str, str]) -> None:
    assert {mistake.key for mistake in check(annotations)} <= set(annotations)
