"""Where a stack's things lie: apart from every other stack's, and sockets where their paths fit."""

import os
import stat
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from knative.local.home import PROJECT_ROOT, Home
from shared.errors import SettingError, StartError

SUN_PATH_BYTES = 107
names = st.text("abcdefghijklmnopqrstuvwxyzäß-", min_size=1, max_size=60)
roots = st.lists(names, min_size=1, max_size=12).map(lambda parts: Path("/", *parts))


def home(root: Path) -> Home:
    return Home(root=root, project=PROJECT_ROOT, port=8080)


def test_without_settings_it_lies_in_the_project_behind_port_8080() -> None:
    assert Home.from_environment({}) == Home(root=PROJECT_ROOT / ".zerocart", project=PROJECT_ROOT, port=8080)


def test_settings_move_it(tmp_path: Path) -> None:
    found = Home.from_environment({"ZEROCART_HOME": str(tmp_path), "ZEROCART_PORT": "8081"})
    assert (found.root, found.port) == (tmp_path, 8081)


def test_a_relative_home_is_taken_from_where_the_command_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.from_environment({"ZEROCART_HOME": "here"}).root == tmp_path / "here"


@given(port=st.integers(1, 65535))
def test_every_port_that_there_is_can_be_the_front_doors(port: int) -> None:
    assert Home.from_environment({"ZEROCART_PORT": str(port)}).port == port


@given(
    text=st.one_of(st.text("0123456789.-+ abc_"), st.integers().filter(lambda port: not 1 <= port <= 65535).map(str))
)
def test_a_port_that_is_none_is_refused_by_name(text: str) -> None:
    assume(not text.isdecimal() or not 1 <= int(text) <= 65535)
    with pytest.raises(SettingError) as error:
        Home.from_environment({"ZEROCART_PORT": text})
    assert (error.value.variable, error.value.value) == ("ZEROCART_PORT", text)
    assert error.value.hint


@given(root=roots, revision=st.text("abcdefghijklmnopqrstuvwxyz-0123456789", min_size=1, max_size=63))
def test_every_socket_path_fits_however_long_the_homes_own_is(root: Path, revision: str) -> None:
    found = home(root)
    postgres = found.run / ".s.PGSQL.5432.lock"
    sockets = (
        found.control_socket, found.zygote_socket, found.keeper_socket, found.events_socket, found.admin_socket,
        found.revision_socket(revision), postgres,
    )  # fmt: skip
    assert max(len(os.fsencode(path)) for path in sockets) <= SUN_PATH_BYTES


@given(first=roots, second=roots)
def test_two_homes_share_no_socket(first: Path, second: Path) -> None:
    assert (home(first).run == home(second).run) == (first == second)


@given(names=st.lists(st.text("abc-", min_size=40, max_size=63), unique=True, min_size=2, max_size=4))
def test_two_revisions_share_no_socket_though_their_names_are_long(names: list[str]) -> None:
    found = home(Path("/", "x" * 70))
    assert len({found.revision_socket(name) for name in names}) == len(names)


def test_every_folder_is_for_its_owners_eyes(tmp_path: Path) -> None:
    found = home(tmp_path / "home")
    found.make_folders()
    found.make_folders()
    folders = (found.run, found.secrets, found.logs, found.envoy, found.revisions, found.metrics)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_link_in_the_run_folders_place_is_refused_and_nothing_behind_it_is_touched(tmp_path: Path) -> None:
    found, elsewhere = home(tmp_path / "home"), tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    found.root.mkdir()
    found.run.symlink_to(elsewhere)
    with pytest.raises(StartError, match="is a link"):
        found.make_folders()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_root_refuses_a_run_folder_that_a_stranger_has_put_there(tmp_path: Path) -> None:
    found = home(tmp_path / "home")
    found.root.mkdir()
    found.run.mkdir()
    os.chown(found.run, 12345, 12345)
    with pytest.raises(StartError, match="belongs to another user"):
        found.make_folders()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become two others")
def test_a_run_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = home(tmp_path / "home")
    found.make_folders()
    os.chown(found.run, 12345, 12345)
    monkeypatch.setattr(os, "geteuid", lambda: 23456)
    with pytest.raises(StartError, match="belongs to another user"):
        found.make_folders()


def test_the_digest_of_code_changes_with_the_code_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    code = tmp_path / "shared" / "money.py"
    code.write_text("one")
    found = Home(root=tmp_path / "home", project=tmp_path, port=8080)
    before = found.code_digest("shared")
    (tmp_path / "shared" / "notes.txt").write_text("words")
    assert found.code_digest("shared") == before
    code.write_text("two")
    assert found.code_digest("shared") != before
