"""What keeps a stack from starting is found before a start meets it, with what to do."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from knative.local import doctor, launch
from knative.local.home import PROJECT_ROOT, Home
from knative.local.processes import Records
from tests.stack import free_port
from tests.unit.knative.local.children import child, identity_of


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    found = Home(root=tmp_path / "home", project=PROJECT_ROOT, port=free_port())
    yield found
    launch.delete_data(found)


def unhealthy(home: Home) -> list[doctor.Finding]:
    return [finding for finding in doctor.examine(home) if not finding.healthy]


def test_a_machine_on_which_the_suite_runs_is_healthy(home: Home) -> None:
    assert unhealthy(home) == []


def test_every_program_of_the_stack_is_looked_for(home: Home) -> None:
    texts = [finding.text for finding in doctor.examine(home)]
    assert {f"{name} is installed" for name in doctor.PROGRAMS} <= set(texts)


def test_a_port_that_another_program_has_is_found_and_the_way_out_is_named(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", home.port))
        other.listen()
        (finding,) = unhealthy(home)
    assert str(home.port) in finding.text
    assert "ZEROCART_PORT=" in finding.hint


def test_the_port_of_a_stack_that_runs_is_its_own(home: Home) -> None:
    home.make_folders()
    with child() as envoy, socket.socket() as front_door:
        front_door.bind(("127.0.0.1", home.port))
        front_door.listen()
        Records(home.run).write("envoy", identity_of(envoy))
        assert unhealthy(home) == []
        assert doctor.examine(home)[-1].text == f"The stack runs, on port {home.port}"


def test_a_disk_that_is_full_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**80)
    (finding,) = unhealthy(home)
    assert "MiB free" in finding.text
    assert "ZEROCART_HOME" in finding.hint


def test_a_home_that_cannot_be_made_is_named_and_every_other_check_is_made_all_the_same(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    below_a_file = Home(root=tmp_path / "file" / "home", project=PROJECT_ROOT, port=home.port)
    findings = doctor.examine(below_a_file)
    assert len(findings) == len(doctor.examine(home))
    bad = [finding for finding in findings if not finding.healthy]
    assert any(str(below_a_file.root) in finding.text for finding in bad)
    assert all("ZEROCART_HOME" in finding.hint for finding in bad)


def test_looking_leaves_no_socket_behind(home: Home) -> None:
    doctor.examine(home)
    doctor.examine(home)
    assert [path for path in home.run.rglob("*") if path.is_socket()] == []


def test_a_finding_is_plain_data_for_a_script(home: Home) -> None:
    for finding in doctor.examine(home):
        assert json.loads(json.dumps(finding.plain())) == {
            "text": finding.text, "healthy": finding.healthy, "hint": finding.hint,
        }  # fmt: skip


def test_versions_name_this_project_its_programs_and_python() -> None:
    found = doctor.versions()
    assert {*doctor.PACKAGES, "python"} == set(found)
    assert "not installed" not in found.values()


def test_a_package_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("zerocart-of-nobody",))
    assert doctor.versions()["zerocart-of-nobody"] == "not installed"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    home = Home(root=tmp_path / "closed" / "home", project=PROJECT_ROOT, port=free_port())
    assert [finding for finding in doctor.examine(home) if not finding.healthy]
