"""The command line: 2 for wrong usage, 1 with what to do for a failure, and no traceback at a person."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from knative.local import launch
from knative.local.home import Home
from tests.stack import Finished, Stack, new_stack

BROKEN = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: list-products, namespace: shop}
spec:
  template:
    metadata: {annotations: {autoscaling.knative.dev/target: "0.001"}}
    spec: {containerz: []}
"""


@pytest.fixture
def fresh() -> Iterator[Stack]:
    """A stack that was never up."""
    stack = new_stack()
    yield stack
    stack.zerocart("clean-data", "--yes")
    stack.home.parent.rmdir()


def home_of(stack: Stack) -> Home:
    return Home(root=stack.home, project=stack.project, port=stack.port)


def assert_refused(done: Finished, *words: str, hint: str) -> None:
    """It failed as a person should see it: what is wrong, what to do, and nothing on standard output."""
    assert done.code == 1, done
    error, separator, advice = done.errors.partition("\n\nhint: ")
    assert separator, done.errors
    assert error.lstrip().rpartition("error: ")[1], done.errors
    for word in words:
        assert word in error
    assert hint in advice
    assert done.output == ""
    assert "Traceback" not in done.errors


@pytest.mark.parametrize(
    "words",
    [
        ("upp",),
        ("up", "now"),
        ("status", "--yaml"),
        ("logs",),
        ("logs", "engine", "-n", "many"),
        ("apply",),
        ("seed", "/no/such/file.csv"),
        ("replay", "/dev/null/file.csv"),
        ("replay", __file__, "--speed", "2", "--rate", "3"),
        ("replay", __file__, "--rate", "0"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(fresh: Stack, words: tuple[str, ...]) -> None:
    done = fresh.zerocart(*words)
    assert done.code == 2, done
    assert "Usage: " in done.errors
    assert "Error: " in done.errors
    assert "Traceback" not in done.errors
    assert not fresh.home.exists(), "wrong usage leaves nothing behind"


@pytest.mark.parametrize("words", [("status",), ("status", "--json"), ("apply", "-f", "-")], ids=" ".join)
def test_a_stack_that_is_not_up_is_told_with_the_command_that_starts_it(fresh: Stack, words: tuple[str, ...]) -> None:
    assert_refused(fresh.zerocart(*words), "not up", hint="make up")


def test_down_where_nothing_is_up_is_done_at_once(fresh: Stack) -> None:
    assert fresh.zerocart("down").code == 0


def test_a_question_that_nobody_answers_deletes_nothing(fresh: Stack) -> None:
    fresh.home.mkdir()
    (fresh.home / "orders").touch()
    assert_refused(fresh.zerocart("clean-data", given="n\n"), "nothing was deleted", hint="YES=1")
    assert (fresh.home / "orders").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", ""])
def test_a_port_that_is_none_is_named(fresh: Stack, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "environment", {**fresh.environment, "ZEROCART_PORT": port})
    assert_refused(fresh.zerocart("status"), "ZEROCART_PORT", repr(port), hint="8081")


def test_a_home_that_cannot_be_written_is_named(fresh: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below_a_file = str(tmp_path / "file" / "home")
    monkeypatch.setattr(Stack, "environment", {**fresh.environment, "ZEROCART_HOME": below_a_file})
    assert_refused(fresh.zerocart("up"), below_a_file, hint="doctor")


def test_a_second_up_at_the_same_time_is_refused(fresh: Stack) -> None:
    with launch.alone(home_of(fresh)):
        assert_refused(fresh.zerocart("up"), "another `zerocart up`", str(fresh.home), hint="wait")


def test_a_taken_port_is_named_with_another_and_what_has_started_goes_on_with_the_next_up(fresh: Stack) -> None:
    with socket.create_server(("127.0.0.1", fresh.port)):
        done = fresh.zerocart("up")
        assert_refused(done, f"port {fresh.port}", hint="ZEROCART_PORT=")
    assert fresh.run("up")
    assert "was running" in fresh.zerocart("up").errors
    down = fresh.zerocart("down")
    assert down.code == 0
    assert "Stopped Postgres" in down.errors


class TestWithAStackThatIsUp:
    def test_status_is_the_same_for_people_and_for_scripts(self, stack: Stack) -> None:
        found = json.loads(stack.run("status", "--json"))
        assert set(found) >= {"services", "state", "gateway"}
        assert set(found["state"]) == {"postgres", "redis"}
        table = stack.run("status")
        assert {each["kind"] for each in found["sources"]} == {"PingSource", "SinkBinding"}
        for source in found["sources"]:
            assert source["name"] in table
            assert source["ready"], source["reason"]
        for service in found["services"]:
            assert service["name"] in table
            assert set(service) >= {"name", "url", "ready", "revisions"}
            for revision in service["revisions"]:
                assert set(revision) >= {
                    "name", "traffic", "instances", "ready_instances", "desired", "concurrency", "rps",
                }  # fmt: skip

    def test_a_log_that_there_is_not_is_refused_with_those_that_there_are(self, stack: Stack) -> None:
        assert_refused(stack.zerocart("logs", "nobody"), '"nobody"', hint="engine")

    @pytest.mark.parametrize("name", ["../secrets/database-password", "/etc/passwd", ""])
    def test_a_log_is_not_a_way_to_other_files(self, stack: Stack, name: str) -> None:
        assert stack.zerocart("logs", name).code == 1

    def test_a_log_s_last_lines_are_shown_and_no_more(self, stack: Stack) -> None:
        assert stack.run("logs", "valkey", "-n", "3").count("\n") == 3
        assert stack.run("logs", "valkey", "-n", "0") == ""

    def test_a_broken_manifest_is_refused_with_every_mistake_s_line_and_nothing_changes(self, stack: Stack) -> None:
        before = [each["name"] for each in stack.service("list-products")["revisions"]]
        done = stack.zerocart("apply", "-f", "-", given=BROKEN)
        assert_refused(done, "standard input:7", "standard input:8", "containerz", hint="containers")
        assert [each["name"] for each in stack.service("list-products")["revisions"]] == before

    @pytest.mark.parametrize(
        ("text", "word"),
        [("a: [", "not YAML"), ("- 1\n- 2\n", "standard input:1"), ("kind: Pod\napiVersion: v1\n", "Pod")],
    )
    def test_what_is_no_manifest_is_refused(self, stack: Stack, text: str, word: str) -> None:
        done = stack.zerocart("apply", "-f", "-", given=text)
        assert done.code == 1
        assert word in done.errors
        assert "Traceback" not in done.errors

    def test_a_folder_without_manifests_is_refused(self, stack: Stack, tmp_path: Path) -> None:
        assert_refused(stack.zerocart("apply", "-f", str(tmp_path)), "no manifest", hint=".yaml")

    def test_a_file_that_cannot_be_read_is_named(self, stack: Stack, tmp_path: Path) -> None:
        done = stack.zerocart("apply", "-f", str(tmp_path / "absent.yaml"))
        assert_refused(done, "absent.yaml", "No such file", hint="doctor")

    def test_a_file_that_is_no_text_is_named(self, stack: Stack, tmp_path: Path) -> None:
        (tmp_path / "image.yaml").write_bytes(b"\xff\xfe\x00")
        done = stack.zerocart("apply", "-f", str(tmp_path / "image.yaml"))
        assert_refused(done, "image.yaml", "byte 0", hint="manifest")

    def test_a_second_up_says_what_was_running_and_changes_nothing(self, stack: Stack) -> None:
        before = stack.status()
        done = stack.zerocart("up")
        assert done.code == 0
        assert done.errors.count("was running") == 7
        after = stack.status()
        for part in ("gateway", "zygote", "keeper"):
            assert after[part]["pid"] == before[part]["pid"]
        assert [each["revisions"][0]["name"] for each in after["services"]] == [
            each["revisions"][0]["name"] for each in before["services"]
        ]

    def test_up_reports_each_step_with_its_time_and_answers_where(self, stack: Stack) -> None:
        done = stack.zerocart("up")
        steps = [re.sub(r" +[0-9.]+ m?s$", "  TIME", line) for line in done.errors.splitlines() if line.startswith(" ")]
        assert all(line.endswith("TIME") for line in steps)
        words = [line.split("  ")[0].strip() for line in steps]
        assert f"✓ Started Envoy on 127.0.0.1:{stack.port}, was running" in words
        assert words[-1] == "✓ Got a first answer, of list-products"
        assert f"http://localhost:{stack.port}/api/products" in done.output

    def test_without_a_terminal_and_with_another_encoding_words_stand_for_the_signs(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Stack, "environment", {**stack.environment, "PYTHONIOENCODING": "ascii"})
        assert " ok Started Valkey" in stack.zerocart("up").errors

    def test_the_secrets_are_for_their_owner_alone_and_no_command_prints_them(self, stack: Stack) -> None:
        password = (stack.home / "secrets" / "database-password").read_text()
        for file in (stack.home / "secrets").iterdir():
            assert file.stat().st_mode & 0o777 == 0o600
        shown = [stack.zerocart(*words) for words in (("up",), ("status", "--json"), ("logs", "engine"), ("doctor",))]
        assert all(password not in each.output + each.errors for each in shown)


def test_the_version_is_a_name_and_a_number_a_line(fresh: Stack) -> None:
    lines = fresh.run("version").splitlines()
    assert lines[0].split()[0] == "zerocart"
    assert all(re.fullmatch(r"\S+( \S+)* [0-9][\w.+-]*", line) for line in lines)
