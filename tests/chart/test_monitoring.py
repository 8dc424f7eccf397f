"""Alerts as Prometheus itself reckons them: each goes off when it says, and none does while all is well."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.rendering import of_kind, one, render
from tests.stack import PROJECT

HOURS_2 = 120  # in the minutes that rules are looked at
Series = dict[str, str]


def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here: Debian's package prometheus has it")
    return found


@pytest.fixture(scope="module")
def groups() -> dict[str, Any]:
    """What is in the PrometheusRule, as a file of rules has it."""
    spec: dict[str, Any] = one(render({"monitoring": {"enabled": True}}), "PrometheusRule", "shop")["spec"]
    return spec


def a_minute(count: int) -> str:
    """The values of a counter that so much is added to in a minute."""
    return f"0+{count}x{HOURS_2}"


def requests(function: str, status: int, count: int) -> Series:
    return {f'zerocart_requests_total{{function="{function}",method="POST",status="{status}"}}': a_minute(count)}


def durations(function: str, *, fast: int, slow: int) -> Series:
    """Fast within 0.1 s, slow between 1 and 5 s."""
    counts = {"0.1": fast, "1.0": fast, "5.0": fast + slow, "+Inf": fast + slow}
    name = "zerocart_request_duration_seconds_bucket"
    return {f'{name}{{function="{function}",method="POST",le="{le}"}}': a_minute(n) for le, n in counts.items()}


def events(outcome: str, count: int) -> Series:
    return {f'zerocart_outbox_events_total{{outcome="{outcome}"}}': a_minute(count)}


WELL = {
    **requests("place-order", 201, 100),
    **durations("place-order", fast=100, slow=0),
    **requests("relay-outbox", 200, 6),
    **events("published", 10),
}
PARKED = 'zerocart_outbox_events_total{outcome="parked"}'
WITHOUT_RELAY = {series: values for series, values in WELL.items() if "relay-outbox" not in series}

CASES = {
    "all is well": (WELL, set()),
    "1 of 100 fails": ({**WELL, **requests("place-order", 500, 1)}, set()),
    "1 of 50 fails": ({**WELL, **requests("place-order", 500, 2)}, {"FunctionFails"}),
    "2 of 100 are slow": ({**WELL, **durations("place-order", fast=98, slow=2)}, {"FunctionIsSlow"}),
    "1 of 200 is slow": ({**WELL, **durations("place-order", fast=199, slow=1)}, set()),
    "an event is refused for good": ({**WELL, **events("parked", 1)}, {"EventsAreParked"}),
    "a new instance begins with one": ({**WELL, PARKED: f"_x{HOURS_2 - 30} 1x30"}, {"EventsAreParked"}),
    "one was refused hours ago": ({**WELL, PARKED: f"1x{HOURS_2}"}, set()),
    "some events are put off": ({**WELL, **events("put_off", 1)}, set()),
    "all events are put off": ({**WELL, **events("published", 0), **events("put_off", 10)}, {"EventsWait"}),
    "the relay is never called": (WITHOUT_RELAY, {"NobodyRunsTheRelay"}),
    "the relay is called no more": ({**WELL, **requests("relay-outbox", 200, 0)}, {"NobodyRunsTheRelay"}),
}


@pytest.mark.parametrize("name", CASES)
def test_an_alert_goes_off_when_it_says_and_no_other(name: str, groups: dict[str, Any], tmp_path: Path) -> None:
    series, expected = CASES[name]
    alerts = [rule["alert"] for group in groups["groups"] for rule in group["rules"] if "alert" in rule]
    assert expected <= set(alerts)
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    case = {
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count by (alertname) (ALERTS{{alertstate="firing", alertname="{alert}"}})',
                "eval_time": f"{HOURS_2}m",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert in expected else [],
            }
            for alert in alerts
        ],
    }
    tests = tmp_path / "tests.yaml"
    tests.write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [case]}), encoding="utf-8")
    done = subprocess.run([promtool(), "test", "rules", str(tests)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried(groups: dict[str, Any]) -> None:
    alerts = {rule["alert"] for group in groups["groups"] for rule in group["rules"] if "alert" in rule}
    assert alerts == set().union(*(expected for _, expected in CASES.values()))


def test_prometheus_takes_every_rule_and_template(groups: dict[str, Any], tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump(groups), encoding="utf-8")
    done = subprocess.run([promtool(), "check", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_about_what_functions_count(groups: dict[str, Any]) -> None:
    text = "\n".join(rule["expr"] for group in groups["groups"] for rule in group["rules"])
    source = "\n".join(
        file.read_text() for folder in ("shared", "functions") for file in (PROJECT / folder).rglob("*.py")
    )
    asked = {name.removesuffix("_total").removesuffix("_bucket") for name in re.findall(r"\bzerocart_\w+", text)}
    assert {name for name in asked if f'"{name}"' not in source} == set()


def test_what_is_monitored_goes_by_its_own_name_whatever_else_is() -> None:
    monitoring = {"enabled": True, "labels": {"release": "prometheus"}}
    objects = render({"monitoring": monitoring, "state": {"postgres": {"mode": "cloudnativepg"}}})
    labels = {each["metadata"]["name"]: each["metadata"]["labels"] for each in of_kind(objects, "PodMonitor")}
    component = "app.kubernetes.io/component"
    assert {name: each[component] for name, each in labels.items()} == {
        "functions": "monitoring", "shop-gateway": "monitoring", "shop-db": "postgres",
    }  # fmt: skip
    assert {each["release"] for each in labels.values()} == {"prometheus"}
