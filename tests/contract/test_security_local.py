"""The stack on one machine, seen by who shares the machine: its files, sockets, processes and logs.

It looks behind the front door, so it needs a stack of the tests' own: with ZEROCART_URL there is nothing to look at.
"""

import contextlib
import json
import os
import re
import secrets
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import jwt
import psutil
import pytest

from tests.contract import raw_http
from tests.contract.conftest import CARD, Customer, Door
from tests.contract.raw_http import request
from tests.stack import Stack
from tests.waiting import wait_until

Goods = list[dict[str, object]]
DECLINED_CARD = "4000000000000002"

pytestmark = pytest.mark.skipif("ZEROCART_URL" in os.environ, reason="nothing of that stack lies on this machine")


# Tokens that only its own keys can make.


# Of these the gateway knows nothing: it wants neither all claims nor their types.
ONLY_THE_FUNCTIONS_KNOW: list[Mapping[str, object]] = [
    {"iat": 3600}, {"aud": ["zerocart", "elsewhere"]}, {"roles": "admin"}, {"sub": ""}, {"exp": None}, {"jti": None},
    {"roles": None},
]  # fmt: skip
BOTH_KNOW: list[Mapping[str, object]] = [
    {"exp": -120},
    {"nbf": 3600},
    {"iss": "https://elsewhere.example"},
    {"aud": "elsewhere"},
]


@pytest.mark.parametrize("change", BOTH_KNOW + ONLY_THE_FUNCTIONS_KNOW, ids=str)
def test_our_own_signature_under_wrong_claims_lets_nobody_in(
    stack: Stack, door: Door, customer: Customer, change: Mapping[str, object]
) -> None:
    private = json.loads(json.loads((stack.home / "secrets" / "token-keys.json").read_text())["private.jwks"])["keys"][
        0
    ]
    now = int(time.time())
    claims = jwt.decode(customer.token, options={"verify_signature": False}) | {"iat": now, "exp": now + 900}

    def signed(**more: object) -> str:
        all_claims = {name: value for name, value in (claims | more).items() if value is not None}
        return jwt.encode(all_claims, jwt.PyJWK(private).key, algorithm="EdDSA", headers={"kid": private["kid"]})

    host = {"Host": f"get-profile.shop.localhost:{stack.port}"}
    assert door.get("/api/me", token=signed()).status == 200
    assert door.get("/", headers=host, token=signed()).status == 200
    wrong = signed(**{name: now + value if isinstance(value, int) else value for name, value in change.items()})
    assert door.get("/", headers=host, token=wrong).status == 401
    assert door.get("/api/me", token=wrong).status in {401, 403}
    if change in BOTH_KNOW:
        assert door.get("/api/products?limit=1", token=wrong).status == 401, "the front door's check, on every path"


# Logs.


def log_texts(stack: Stack) -> dict[str, str]:
    return {
        log.name: log.read_bytes().decode(errors="backslashreplace") for log in (stack.home / "logs").glob("*.log*")
    }


def gateway_line(stack: Stack, trace_id: str) -> dict[str, object]:
    """The access log's line of a trace, when it is written."""

    def found() -> list[str]:
        return [line for line in log_texts(stack)["gateway.log"].splitlines() if trace_id in line]

    wait_until(found, 20, f"a line of {trace_id}")
    [line] = found()
    content: dict[str, object] = json.loads(line)
    return content


def trace_of(head: bytes) -> str:
    found = re.search(rb"x-trace-id: (\w+)", head)
    assert found
    return found[1].decode()


INJECTIONS = {
    "a second line": b"/api/products/x%0a{%22status%22:200,%22forged%22:1}",
    "an end of the object": b"/api/products/%22,%22forged%22:1,%22x%22:%22",
    "a bare quote": b'/api/products/","forged":"1',
    "a terminal sequence": b"/api/products/%1b[31mforged%1b[2J",
    "a sequence in one byte": b"/api/products/%c2%9b31mforged",
    "no UTF-8": b"/api/products/%ff%fe",
    "backwards": b"/api/products/%e2%80%aeforged",
}


@pytest.mark.parametrize("target", INJECTIONS.values(), ids=INJECTIONS.keys())
def test_a_line_of_the_log_stays_one_object_whatever_a_client_writes(
    stack: Stack, base_url: str, target: bytes
) -> None:
    spoiling = (
        b"User-Agent: \",\"forged\":\"1\" \xc2\x9b31m \xe2\x80\xae", b"Referer: \x22}{\x22", b"X-Request-Id: forged",
        b"Idempotency-Key: \",\"forged\":1",
    )  # fmt: skip
    [answer] = raw_http.exchange(base_url, request("GET", target, *spoiling))
    assert answer.status in {400, 404}
    line = gateway_line(stack, trace_of(answer.head))
    assert "forged" not in line
    assert line["status"] == answer.status


def test_no_log_steers_the_terminal_that_shows_it(stack: Stack, base_url: str) -> None:
    lines = (b"User-Agent: \xc2\x9b2J\xc2\x9d0;title\xc2\x9c \xe2\x80\xaegpj.exe",)
    [answer] = raw_http.exchange(base_url, request("GET", b"/api/products/none", *lines))
    trace_id = trace_of(answer.head)
    gateway_line(stack, trace_id)
    with (stack.home / "logs" / "envoy.log").open("a") as log:
        log.write("a part said \x1b]0;title\x07 and \x08\n")
    shown = stack.run("logs", "-n", "200", "gateway")
    assert trace_id in shown
    assert "\\u009b2J" in shown
    shown += stack.run("logs", "-n", "20", "envoy")
    assert "\\u001b]0;title\\u0007" in shown
    assert [sign for sign in shown if sign != "\n" and (not sign.isprintable())] == []


def test_no_log_nor_status_nor_file_of_the_engine_tells_what_a_customer_typed_or_was_given(
    stack: Stack, door: Door, goods: Goods
) -> None:
    mark = secrets.token_hex(8)
    email, password, name = f"private-{mark}@{mark}.example", f"password-{mark}", f"Person {mark}"
    known = door.patiently("POST", "/api/auth/register", {"email": email, "password": password, "name": name})
    assert known.status == 201
    again = door.patiently("POST", "/api/auth/register", {"email": email.upper(), "password": password, "name": name})
    assert again.status == 409
    assert door.post("/api/auth/login", {"email": email, "password": f"wrong-{mark}"}).status == 401
    given = door.post("/api/auth/login", {"email": email, "password": password})
    access, refresh = given.text("access_token"), given.text("refresh_token")
    key = f"key-{mark}"
    statuses = []
    for card in (CARD, DECLINED_CARD, f"card-{mark}", f"{CARD[:12]}0000"):
        body = {"items": [{"sku": goods[0]["sku"], "quantity": 1}], "payment": {"card": card}}
        headers = {"Idempotency-Key": f"{key}-{card}"}
        statuses.append(door.post("/api/orders", body, headers=headers, token=access).status)
    assert statuses[0] == 201
    assert 422 in statuses
    assert door.post("/api/auth/refresh", {"refresh_token": refresh}).status == 200
    assert door.post("/api/auth/refresh", {"refresh_token": refresh}).status == 401
    assert door.get(f"/api/me?access_token={access}&mark={mark}").status == 401
    last = door.post("/api/auth/logout", None, token=access)
    gateway_line(stack, last.headers["x-trace-id"])

    told = log_texts(stack) | {"status": stack.run("status", "--json"), "doctor": stack.run("doctor")}
    for folder in ("envoy", "metrics", "run"):
        for file in (stack.home / folder).rglob("*"):
            if file.is_file():
                told[str(file)] = file.read_bytes().decode(errors="replace")
    told["objects.json"] = (stack.home / "objects.json").read_text()
    # The mark is in all that was typed; the rest is what was given out, in parts that are secrets by themselves.
    sought = [mark, *access.split(".")[1:], refresh, CARD, DECLINED_CARD, f"{CARD[:12]}0000", known.text("id")]
    assert [(name, text) for text in sought for name, content in told.items() if text in content] == []


# Files, sockets, processes.

# Becomes another user only once it has started: the interpreter may lie below a folder that this one cannot enter.
AS_ANOTHER_USER = """
import os, pathlib, socket, sys
os.setgroups([])
os.setgid(12345)
os.setuid(12345)
for path in sys.argv[1:]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
    except PermissionError:
        continue
    sys.exit(f"connected to {path}")
home = pathlib.Path(sys.argv[1]).parents[1]
for name in ("objects.json", "secrets/token-keys.json", "logs/gateway.log"):
    try:
        (home / name).read_bytes()
    except PermissionError:
        continue
    sys.exit(f"read {name}")
"""


def secret_values(stack: Stack) -> list[str]:
    """Every secret of the stack, in the pieces in which it would be seen."""
    values: list[str] = []
    for file in (stack.home / "secrets").iterdir():
        text = file.read_text().strip()
        private = re.findall(r'"d\\?": \\?"([^"\\]+)', text) + re.findall(r'"private\.key": "([^"]+)"', text)
        values += private if text.startswith("{") else [text]
    assert len(values) >= 2
    assert all(len(value) >= 16 for value in values)
    return values


def test_what_lies_in_the_home_is_for_its_owner_alone(stack: Stack) -> None:
    closed = {"run", "secrets", "logs", "envoy", "revisions", "metrics", "postgres", "valkey"}
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in stack.home.iterdir() if path.is_dir()}
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
    assert closed <= set(modes)
    private = [stack.home / "objects.json", *(stack.home / "secrets").iterdir(), *stack.home.glob("kubeconfig")]
    assert {path.name for path in private if stat.S_IMODE(path.stat().st_mode) != 0o600} == set()
    owners = {path.stat().st_uid for path in private} | {(stack.home / name).stat().st_uid for name in closed}
    assert len(owners) == 1


def test_no_socket_of_the_stack_can_be_reached_by_another_user(stack: Stack) -> None:
    found = [path for path in (stack.home / "run").rglob("*") if stat.S_ISSOCK(path.lstat().st_mode)]
    assert len(found) > 5
    # To connect takes the right to write to the socket, and to enter the folder.
    assert [path for path in found if path.stat().st_mode & 0o022] == []
    if os.geteuid() != 0:
        return
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER_USER, *map(str, sorted(found, key=lambda path: len(path.parts)))],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def processes(stack: Stack) -> list[psutil.Process]:
    status = stack.status()
    parts = [*status["state"].values(), *(status[name] for name in ("gateway", "zygote", "engine"))]
    pids = {int(part["pid"]) for part in parts}
    found = [psutil.Process(pid) for pid in pids]
    return found + [child for process in found for child in process.children(recursive=True)]


def test_no_process_shows_a_secret_to_who_lists_processes(stack: Stack, door: Door) -> None:
    assert door.get("/api/products?limit=1").status == 200
    shown = ""
    for process in processes(stack):
        with process.oneshot():
            shown += " ".join([process.name(), *process.cmdline(), "\n"])
    assert "envoy" in shown
    assert "postgres" in shown
    assert [value for value in secret_values(stack) if value in shown] == []
    environments = [Path(f"/proc/{process.pid}/environ") for process in processes(stack)]
    assert [path for path in environments if path.exists() and stat.S_IMODE(path.stat().st_mode) != 0o400] == []


def test_no_secret_lies_anywhere_but_in_its_folder(stack: Stack) -> None:
    values = [value.encode() for value in secret_values(stack)]
    elsewhere = [
        path
        for path in stack.home.rglob("*")
        if path.is_file() and path.name != "kubeconfig"  # it is a secret itself, with a mode like theirs
        and not path.is_relative_to(stack.home / "secrets") and not path.is_relative_to(stack.home / "postgres")
        and any(value in path.read_bytes() for value in values)
    ]  # fmt: skip
    assert elsewhere == []


def test_nothing_listens_but_on_loopback(stack: Stack) -> None:
    addresses = set()
    for process in processes(stack):
        with contextlib.suppress(psutil.NoSuchProcess):  # an instance that has gone meanwhile
            listening = (each for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN)
            addresses |= {connection.laddr.ip for connection in listening}
    assert addresses == {"127.0.0.1"}
