"""Any program as a Service, on a whole stack and by the clients: from zero and back, too many, too late, killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import urllib3

from tests.clients.conftest import Client
from tests.stack import PROJECT, Stack
from tests.waiting import wait_until

PROGRAMS = PROJECT / "tests" / "unit" / "knative" / "local" / "programs"


def service(
    name: str,
    image: str,
    *,
    annotations: Mapping[str, str] | None = None,
    spec: Mapping[str, object] | None = None,
    **container: object,
) -> str:
    template = {"spec": {"containers": [{"image": f"dev.local/{image}:1", **container}], **(spec or {})}}
    if annotations:
        template["metadata"] = {
            "annotations": {f"autoscaling.knative.dev/{key}": value for key, value in annotations.items()}
        }
    kind = {"apiVersion": "serving.knative.dev/v1", "kind": "Service"}
    return json.dumps({**kind, "metadata": {"name": name}, "spec": {"template": template}})


def ask(stack: Stack, name: str, path: str = "/", **headers: str) -> tuple[int, str]:
    answer = stack.call("GET", path, headers={"host": f"{name}.shop.localhost", **headers}, timeout_s=60)
    return answer.status, answer.data.decode()


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module", autouse=True)
def images(clients_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    python = ("--", sys.executable)
    clients_stack.run("image", "add", "program", "--workdir", "/tmp", *python, str(PROGRAMS / "program.py"))
    clients_stack.run("image", "add", "speaks-h2", "--env", "WELL=/", *python, str(PROGRAMS / "h2_program.py"))


def test_a_program_is_a_service_with_knatives_environment_and_headers_goes_to_zero_and_comes_back(
    clients_stack: Stack,
) -> None:
    text = service("program", "program", args=["a"], env=[{"name": "B", "value": "c"}], workingDir="/")
    clients_stack.run("apply", "-f", "-", given=text)
    status, body = ask(clients_stack, "program", forwarded="for=6.6.6.6")
    assert status == 200
    about = json.loads(body)
    environment = about["environment"]
    assert [environment[key] for key in ("K_SERVICE", "K_CONFIGURATION", "K_REVISION", "B")] == [
        "program", "program", "program-00001", "c",
    ]  # fmt: skip
    assert (about["arguments"], about["folder"], about["stdin"]) == (["a"], "/", "")
    assert "DATABASE_URL" not in environment
    headers = about["headers"]
    assert headers["forwarded"] == 'for=127.0.0.1;host="program.shop.localhost";proto=http'
    assert headers["x-forwarded-proto"] == "http"
    assert headers["traceparent"]
    clients_stack.wait_for_zero("program")
    wait_until(lambda: is_gone(about["pid"]), 20, "the end of the program")
    status, body = ask(clients_stack, "program")
    assert status == 200
    assert json.loads(body)["pid"] != about["pid"]


@pytest.mark.parametrize("who", ["program", "sidecar"])
def test_killed_a_program_is_there_again_and_nothing_of_it_is_left(clients_stack: Stack, who: str) -> None:
    text = service("killed", "program", annotations={"min-scale": "1"}, env=[{"name": "WHO", "value": who}])
    clients_stack.run("apply", "-f", "-", given=text)
    pid = json.loads(ask(clients_stack, "killed")[1])["pid"]
    child = int(ask(clients_stack, "killed", "/spawn")[1])
    os.kill(pid if who == "program" else psutil.Process(pid).ppid(), signal.SIGKILL)
    wait_until(lambda: is_gone(pid) and is_gone(child), 20, "the end of the program and of what it had started")
    assert json.loads(ask(clients_stack, "killed")[1])["pid"] != pid


def test_what_is_too_slow_is_a_504_and_what_is_too_much_for_its_queue_a_503(clients_stack: Stack) -> None:
    spec = {"containerConcurrency": 1, "timeoutSeconds": 4}
    annotations = {"max-scale": "1", "min-scale": "1"}
    text = service("narrow", "program", annotations=annotations, spec=spec)
    clients_stack.run("apply", "-f", "-", given=text)
    assert ask(clients_stack, "narrow", "/slow/30")[0] == 504
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: ask(clients_stack, "narrow", "/slow/0.25"), range(30)))
    statuses = [status for status, _ in answers]
    # One runs and ten wait, as at Knative's queue-proxy; a place that becomes free may be taken meanwhile.
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= 11
    # The one that was too slow may still run in the program: nobody waits for it any more.
    assert max(int(said) for status, said in answers if status == 200) <= 2


def test_an_answer_that_begins_late_is_a_504_and_may_take_its_time_once_it_has_begun(clients_stack: Stack) -> None:
    spec = {"timeoutSeconds": 60, "responseStartTimeoutSeconds": 3}
    clients_stack.run("apply", "-f", "-", given=service("early", "program", annotations={"min-scale": "1"}, spec=spec))
    assert ask(clients_stack, "early", "/slow/30")[0] == 504
    assert ask(clients_stack, "early", "/drip/2") == (200, "....")


def test_an_answer_that_pauses_for_too_long_is_broken_off_and_one_that_does_not_may_take_longer(
    clients_stack: Stack,
) -> None:
    spec = {"timeoutSeconds": 60, "idleTimeoutSeconds": 3}
    clients_stack.run("apply", "-f", "-", given=service("steady", "program", annotations={"min-scale": "1"}, spec=spec))
    assert ask(clients_stack, "steady", "/slow/30")[0] == 504
    assert ask(clients_stack, "steady", "/drip/2") == (200, "....")
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(clients_stack, "steady", "/drip/20")


def test_no_request_fails_while_a_new_revision_takes_over(clients_stack: Stack) -> None:
    clients_stack.run("apply", "-f", "-", given=service("moving", "program"))
    with ThreadPoolExecutor() as pool:
        applying = pool.submit(clients_stack.run, "apply", "-f", "-", given=service("moving", "program", args=["new"]))
        statuses: list[int] = []
        while not applying.done() or len(statuses) < 50:
            statuses.append(ask(clients_stack, "moving", "/slow/0.01")[0])
        applying.result()
    assert set(statuses) == {200}
    wait_until(lambda: json.loads(ask(clients_stack, "moving")[1])["arguments"] == ["new"], 20, "the new revision")


def test_a_program_whose_port_is_named_h2c_is_asked_in_http_2(clients_stack: Stack) -> None:
    text = service("speaks-h2", "speaks-h2", ports=[{"name": "h2c"}], readinessProbe={"grpc": {"port": 8080}})
    clients_stack.run("apply", "-f", "-", given=text)
    assert ask(clients_stack, "speaks-h2") == (200, "over HTTP/2")
    with ThreadPoolExecutor(8) as pool:
        assert {status for status, _ in pool.map(lambda _: ask(clients_stack, "speaks-h2"), range(40))} == {200}


def test_a_websocket_passes_the_gateway(clients_stack: Stack) -> None:
    import socket

    clients_stack.run("apply", "-f", "-", given=service("upgrades", "program"))
    with socket.create_connection(("127.0.0.1", clients_stack.port), timeout=30) as connection:
        connection.sendall(
            b"GET /upgrade HTTP/1.1\r\nHost: upgrades.shop.localhost\r\n"
            b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        lines = connection.makefile("rb")
        assert b" 101 " in lines.readline()
        while lines.readline().strip():
            continue
        for word in (b"one\n", b"two\n"):
            connection.sendall(word)
            assert lines.readline() == word.upper()


def test_an_image_that_leads_nowhere_is_told_by_a_condition_and_starts_once_it_is_added(
    kubectl: Client, clients_stack: Stack
) -> None:
    refused = clients_stack.zerocart("apply", "-f", "-", given=service("late", "late"))
    assert refused.code == 1
    assert "zerocart image add late" in refused.errors
    kubectl.run("apply", "-f", "-", given=service("late", "late"))
    kubectl.run("wait", "--for=condition=Ready=False", "ksvc/late", "--timeout=30s")
    condition = json.loads(kubectl.run("get", "revision", "late-00001", "-o", "json"))["status"]["conditions"]
    (ready,) = [each for each in condition if each["type"] == "Ready"]
    assert ready["reason"] == "ContainerMissing"
    assert ready["message"].startswith('Unable to fetch image "dev.local/late:1": ')
    # Others may come and go meanwhile: nothing new is tried.
    clients_stack.run("apply", "-f", "-", given=service("other", "program"))
    assert "late-00002" not in kubectl.run("get", "revisions", "-o", "name")
    clients_stack.run("image", "add", "late", "--", sys.executable, str(PROGRAMS / "program.py"))
    kubectl.run("wait", "--for=condition=Ready", "ksvc/late", "--timeout=30s")
    wait_until(lambda: ask(clients_stack, "late")[0] == 200, 20, "an answer")


def test_a_program_that_ends_before_it_is_ready_is_told_with_its_code_and_its_last_words(
    kubectl: Client, clients_stack: Stack
) -> None:
    env = [{"name": "LAST_WORDS", "value": "cannot find the moon"}, {"name": "EXIT_CODE", "value": "5"}]
    kubectl.run("apply", "-f", "-", given=service("ends", "program", env=env))
    kubectl.run("wait", "--for=condition=Ready=False", "ksvc/ends", "--timeout=30s")
    conditions = json.loads(kubectl.run("get", "revision", "ends-00001", "-o", "json"))["status"]["conditions"]
    (ready,) = [each for each in conditions if each["type"] == "Ready"]
    assert ready["reason"] == "ExitCode5"
    assert "cannot find the moon" in ready["message"]
    # What failed is tried anew whenever anything is applied.
    kubectl.run("delete", "ksvc", "ends")


GO = """
package main

import ("fmt"; "net/http"; "os")

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Go, ", r.Header.Get("Forwarded"))
	})
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
"""
NODE = "require('http').createServer((q, a) => a.end('Node, ' + q.headers.forwarded)).listen(process.env.PORT)"


@pytest.mark.parametrize("language", ["Go", "Node"])
def test_a_program_may_be_in_another_language(clients_stack: Stack, tmp_path: Path, language: str) -> None:
    name, program = language.lower(), shutil.which(language.lower())
    if program is None:
        pytest.skip(f"{language} is not on this machine")
    command = [program, "-e", NODE]
    if language == "Go":
        (tmp_path / "main.go").write_text(GO)
        built = clients_stack.home / "hello"
        subprocess.run([program, "build", "-o", built, "main.go"], cwd=tmp_path, check=True, timeout=100)
        command = [str(built)]
    clients_stack.run("image", "add", f"in-{name}", "--workdir", "/", "--", *command)
    clients_stack.run("apply", "-f", "-", given=service(f"in-{name}", f"in-{name}"))
    assert ask(clients_stack, f"in-{name}") == (
        200, f'{language}, for=127.0.0.1;host="in-{name}.shop.localhost";proto=http',
    )  # fmt: skip
