"""Counts are right although instances come and go."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared import metrics_files
from shared.metrics import Metrics
from shared.settings import Settings
from tests.unit.shared.instances import ROOT


@contextmanager
def counting(folder: Path, count: int, end: str = "dies") -> Iterator[None]:
    """A process that has counted, and that ends with the block: having drained, or as by kill -9."""
    command = [sys.executable, "-m", "tests.unit.shared.counting", str(folder), str(count), end]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "counted\n"
        yield
        process.communicate("\n")


def sums(folder: Path) -> dict[str, float]:
    wanted = ("zerocart_requests_total", "zerocart_request_duration_seconds_count", "zerocart_test_open")
    return {s.name: s.value for metric in metrics_files.collect(folder) for s in metric.samples if s.name in wanted}


def test_the_sum_over_all_instances_outlives_them(tmp_path: Path) -> None:
    with counting(tmp_path, 3), counting(tmp_path, 4, "drains"):
        both = {"zerocart_requests_total": 7, "zerocart_request_duration_seconds_count": 7, "zerocart_test_open": 2}
        assert sums(tmp_path) == both
        metrics_files.compact(tmp_path)  # nothing has ended
        assert sums(tmp_path) == both
    ended = {"zerocart_requests_total": 7, "zerocart_request_duration_seconds_count": 7}
    assert sums(tmp_path) == ended  # and gauges of ended instances are gone
    metrics_files.compact(tmp_path)
    assert sums(tmp_path) == ended


def test_files_of_ended_instances_do_not_pile_up(tmp_path: Path) -> None:
    for _ in range(3):
        with counting(tmp_path, 2):
            pass
    metrics_files.compact(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".lock", "counter_ended.db", "histogram_ended.db"]
    with counting(tmp_path, 2, "drains"):
        pass
    assert sorted(file.name for file in tmp_path.glob("*.db")) == ["counter_ended.db", "histogram_ended.db"]
    assert sums(tmp_path)["zerocart_requests_total"] == 8


STEPS = ("drafts written", "journal written", "one replaced", "all replaced", "one source gone")


@pytest.mark.parametrize("step", STEPS)
def test_a_merge_that_dies_at_any_step_loses_and_doubles_nothing(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        with counting(tmp_path, 5):
            pass
    monkeypatch.setattr(metrics_files, "_finish_merge", lambda _folder: None)
    metrics_files.compact(tmp_path)  # dies once the journal is written
    monkeypatch.undo()
    planned = json.loads((tmp_path / "merge.json").read_text())
    match step:
        case "drafts written":
            (tmp_path / "merge.json").unlink()
        case "one replaced":
            (tmp_path / f"{planned['merged'][0]}.new").replace(tmp_path / planned["merged"][0])
        case "all replaced" | "one source gone":
            for name in planned["merged"]:
                (tmp_path / f"{name}.new").replace(tmp_path / name)
            if step == "one source gone":
                (tmp_path / planned["sources"][0]).unlink()
    for _ in range(2):
        assert sums(tmp_path)["zerocart_requests_total"] == 10
        metrics_files.compact(tmp_path)


def test_a_file_that_was_opened_this_instant_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "counter_1.db").touch()
    assert list(metrics_files.collect(tmp_path)) == []


def test_without_a_folder_it_counts_in_memory() -> None:
    metrics = Metrics(Settings(service="login"))
    metrics.observe_request("GET", 200, 0.003)
    metrics.observe_start(0.02)
    text = metrics.exposition().decode()
    assert 'zerocart_requests_total{function="login",method="GET",status="200"} 1.0' in text
    assert 'zerocart_request_duration_seconds_bucket{function="login",le="0.0025",method="GET"} 0.0' in text
    assert 'zerocart_cold_start_seconds_count{function="login"} 1.0' in text
    metrics.close()
