import base64

import pytest

from tests.unit.knative.local.manifest.reading import changed, read_all


def _secret(**fields: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-database"}, **fields}


def _config_map(name: str, namespace: str, data: object) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def test_a_config_map_is_read() -> None:
    manifests, problems = read_all(_config_map("shop-settings", "shop", {"LOG_LEVEL": "info"}))
    (config_map,) = manifests.config_maps
    assert (config_map.name, config_map.namespace, config_map.data) == ("shop-settings", "shop", {"LOG_LEVEL": "info"})
    assert problems == []


def test_a_secret_is_decoded_and_its_plain_values_win() -> None:
    encoded = base64.b64encode("geheim€".encode()).decode()
    manifests, problems = read_all(_secret(data={"url": encoded, "key": encoded}, stringData={"key": "plain"}))
    (secret,) = manifests.secrets
    assert secret.data == {"url": "geheim€", "key": "plain"}
    assert problems == []


@pytest.mark.parametrize(
    "fields",
    [
        {"data": {"url": "s3cret!"}},
        {"data": {"url": 12345678}},
        {"stringData": {"url": ["s3cret!"]}},
        {"dta": "s3cret!"},
    ],
)
def test_what_is_wrong_with_a_secret_is_said_without_its_value(fields: dict[str, object]) -> None:
    manifests, problems = read_all(_secret(**fields))
    assert problems
    if "dta" not in fields:
        assert not any("s3cret" in str(problem) or "12345678" in str(problem) for problem in problems)
    assert "s3cret" not in repr(manifests)


def test_a_value_that_is_no_string_is_refused_where_it_stands() -> None:
    _, (problem,) = read_all(_config_map("shop-settings", "shop", {"PORTS": 80}))
    assert (problem.field, problem.hint) == ("data.PORTS", "put it in quotes")


@pytest.mark.parametrize("key", ["a b", "..", "a/b", ""])
def test_a_key_that_could_be_no_file_is_refused(key: str) -> None:
    _, (problem,) = read_all(_config_map("shop-settings", "shop", {key: "x"}))
    assert "a valid config key must" in problem.rule


def test_the_autoscaler_s_config_map_is_checked_and_allows_what_it_says() -> None:
    zero = changed("spec.template.metadata.annotations", {"autoscaling.knative.dev/initial-scale": "0"})
    _, (problem,) = read_all(zero)
    assert "not allowed by cluster" in problem.rule
    manifests, problems = read_all(
        zero, _config_map("config-autoscaler", "knative-serving", {"allow-zero-initial-scale": "true"})
    )
    assert problems == []
    assert manifests.autoscaler_defaults.allow_zero_initial_scale
    _, (problem,) = read_all(_config_map("config-autoscaler", "knative-serving", {"stable-window": "1s"}))
    assert (problem.field, problem.rule) == ("data.stable-window", "must be in [6s; 1h0m0s] range")


def test_a_config_map_of_that_name_elsewhere_is_any_config_map() -> None:
    _, problems = read_all(_config_map("config-autoscaler", "shop", {"stable-window": "1s"}))
    assert problems == []


def test_how_long_rollouts_take_stands_in_knative_s_own_config_map_whose_other_keys_mean_nothing_here() -> None:
    data = {"rollout-duration": "30", "ingress-class": "other"}
    manifests, problems = read_all(_config_map("config-network", "knative-serving", data))
    assert (manifests.rollout_duration_s, problems) == (30, [])
    manifests, problems = read_all(_config_map("config-network", "shop", data))
    assert (manifests.rollout_duration_s, problems) == (0, [])


@pytest.mark.parametrize("text", ["30s", "-1", "1.5", ""])
def test_a_length_of_rollouts_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    _, (problem,) = read_all(_config_map("config-network", "knative-serving", {"rollout-duration": text}))
    assert problem.field == "data.rollout-duration"
