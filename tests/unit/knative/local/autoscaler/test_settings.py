import pytest

from knative.local.autoscaler.defaults import Defaults, read_defaults
from knative.local.autoscaler.settings import Settings


def _settings(defaults: Defaults | None = None, **annotations: str) -> Settings:
    """Settings with annotations whose names stand with _ for -."""
    keys = {f"autoscaling.knative.dev/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return Settings.of_revision(keys, container_concurrency=0, reachable=True, defaults=defaults)


def test_without_annotations_all_is_as_knative_has_it() -> None:
    settings = _settings()
    assert (settings.metric, settings.algorithm, settings.target, settings.total) == ("concurrency", "linear", 70, 100)
    assert (settings.stable_window_s, settings.panic_window_s, settings.panic_threshold) == (60, 6, 2)
    assert (settings.min_scale, settings.max_scale, settings.initial_scale, settings.activation_scale) == (0, 0, 1, 0)
    assert (settings.max_scale_up_rate, settings.max_scale_down_rate) == (1000, 2)
    assert (settings.grace_period_s, settings.retention_period_s, settings.scale_down_delay_s) == (30, 0, 0)
    assert (settings.target_burst_capacity, settings.scale_to_zero, settings.progress_deadline_s) == (211, True, 600)


@pytest.mark.parametrize(
    ("concurrency", "annotations", "target", "total"),
    [
        (8, {}, 5.6, 8),
        (8, {"target": "5"}, 3.5, 5),
        (8, {"target": "50"}, 5.6, 8),
        (0, {"target": "50"}, 35, 50),
        (8, {"metric": "rps"}, 140, 200),
        (8, {"metric": "rps", "target": "50"}, 35, 50),
        (8, {"target-utilization-percentage": "100"}, 8, 8),
        (1, {"target-utilization-percentage": "1", "target": "0.1"}, 0.01, 0.1),
    ],
)
def test_the_target_is_a_share_of_what_an_instance_takes(
    concurrency: int, annotations: dict[str, str], target: float, total: float
) -> None:
    keys = {f"autoscaling.knative.dev/{name}": value for name, value in annotations.items()}
    settings = Settings.of_revision(keys, container_concurrency=concurrency, reachable=True)
    assert settings.target == pytest.approx(target, rel=1e-12)
    assert settings.total == total


@pytest.mark.parametrize(
    ("window", "percentage", "panic_s"),
    [("60s", "10", 6), ("6s", "1", 1), ("10s", "25", 3), ("7s", "50", 4), ("1h", "100", 3600), ("61s", "33.3", 20)],
)
def test_the_panic_window_is_whole_seconds_halves_up_and_at_least_one(
    window: str, percentage: str, panic_s: int
) -> None:
    assert _settings(window=window, panic_window_percentage=percentage).panic_window_s == panic_s


def test_older_spellings_are_read_and_newer_ones_win() -> None:
    assert _settings(minScale="2").min_scale == 2
    assert _settings(minScale="2", min_scale="3").min_scale == 3
    assert _settings(metricAggregationAlgorithm="weightedExponential").algorithm == "weighted-exponential"


def test_a_revision_goes_before_the_defaults_of_all() -> None:
    defaults, mistakes = read_defaults({"stable-window": "30s", "min-scale": "1", "scale-down-delay": "1m"})
    assert mistakes == ()
    settings = _settings(defaults=defaults, window="90s")
    assert (settings.stable_window_s, settings.min_scale, settings.scale_down_delay_s) == (90, 1, 60)


def test_an_initial_scale_of_zero_needs_leave() -> None:
    allowed = Defaults(allow_zero_initial_scale=True, initial_scale=2)
    assert _settings(defaults=allowed, initial_scale="0").initial_scale == 0
    assert _settings(initial_scale="0").initial_scale == 1


def test_the_progress_deadline_is_knative_s_own_annotation() -> None:
    annotations = {"serving.knative.dev/progress-deadline": "2m"}
    assert Settings.of_revision(annotations, container_concurrency=0, reachable=True).progress_deadline_s == 120


def test_a_utilization_is_read_as_a_fraction_up_to_one_and_as_a_percentage_above() -> None:
    for text in ("0.5", "50"):
        defaults, mistakes = read_defaults({"container-concurrency-target-percentage": text})
        assert (defaults.container_concurrency_target_fraction, mistakes) == (0.5, ())


def test_the_documentation_in_a_config_map_is_no_setting() -> None:
    assert read_defaults({"_example": "stable-window: 1s"}) == (Defaults(), ())


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("stable-window", "5s", "must be in [6s; 1h0m0s] range"),
        ("stable-window", "6.5s", "must be specified with at most second precision"),
        ("stable-window", "soon", "invalid value: soon"),
        ("max-scale-up-rate", "1", "must be greater than 1.0"),
        ("target-burst-capacity", "-2", "must be either non-negative or -1 (for unlimited)"),
        ("enable-scale-to-zero", "yes", "invalid value: yes"),
        ("initial-scale", "0", "must be at least 1 when allow-zero-initial-scale is false"),
        ("scale-to-zero-grace-period", "0s", "must be positive"),
        ("panic-window-percentage", "0.5", "must be in [1, 100] interval"),
        ("container-concurrency-target-percentage", "101", "outside of valid range of (0, 100]"),
        ("stable-windov", "60s", "unknown key, or one that is not honoured here"),
        ("max-scale-limit", "5", "max-scale = 0, must be in [1, max-scale-limit(5)] range"),
    ],
)
def test_a_wrong_default_is_named(key: str, value: str, rule: str) -> None:
    _, mistakes = read_defaults({key: value})
    assert [(mistake.key, mistake.rule) for mistake in mistakes] == [(key, rule)]
