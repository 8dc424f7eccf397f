"""What `zerocart status` shows, and the first answer that ends `up`."""

import http.client
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from knative.local import control
from knative.local.control import Step
from knative.local.home import Home
from knative.local.terminal import duration, table
from shared.errors import StartError

FIRST_CALL = "/api/products?limit=1"


def render(found: Mapping[str, Any]) -> str:
    """The answer of the engine to `status`, as a table for people."""
    rows = [["SERVICE", "REVISION", "TRAFFIC", "READY", "DESIRED", "CONCURRENCY", "RPS"]]
    for service in (*found["services"], *found.get("configurations", ())):
        name = service["name"]
        for revision in service["revisions"]:
            rows.append(
                [
                    name,
                    revision["name"],
                    f"{revision['traffic']} %",
                    f"{revision['ready_instances']}/{revision['instances']}",
                    str(revision["desired"]),
                    f"{revision['concurrency']:.1f}",
                    f"{revision['rps']:.1f}",
                ]
            )
            name = ""
    ready_count = sum(service["ready"] for service in found["services"])
    at_zero_count = sum(
        all(revision["instances"] == 0 for revision in service["revisions"]) for service in found["services"]
    )
    parts = {**found["state"], **{name: found[name] for name in ("gateway", "origin") if name in found}}
    words = "   ".join(f"{name} {'ready' if part['ready'] else 'AWAY'}" for name, part in parts.items())
    summary = f"{ready_count} services ready, {at_zero_count} of them at zero    {words}"
    shown = [table(rows, frozenset({2, 3, 4, 5, 6})), summary]
    shown += [f"\n{_sources(found['sources'])}"] if found["sources"] else []
    shown += [f"\n{_brokers(found['brokers'])}"] if found["brokers"] else []
    return "\n".join(shown)


def _sources(sources: Iterable[Mapping[str, Any]]) -> str:
    """A line a source: a PingSource with its last delivery, a SinkBinding with whom it binds."""
    rows = [["SOURCE", "SCHEDULE", "SINK", "LAST DELIVERY", "RESULT"]]
    for source in sources:
        last, sink = source.get("last"), (source["sink"] or "-").removeprefix("http://")
        result = last["result"] if last else f"binds {', '.join(source['subjects'])}" if "subjects" in source else "-"
        rows.append(
            [
                source["name"],
                source.get("schedule", "-"),
                sink.replace(".svc.cluster.local", ""),
                last["at"] if last else "-",
                result if source["ready"] else f"not ready, {source['reason']}",
            ]
        )
    return table(rows)


def _brokers(brokers: Iterable[Mapping[str, Any]]) -> str:
    """A line a Trigger, with the events that it has not delivered yet, and those that nobody took."""
    rows = [["BROKER", "TRIGGER", "SUBSCRIBER", "WAITING", "RETRYING", "PARKED", "STATE"]]
    for broker in brokers:
        name = broker["name"]
        nothing = {"name": "-", "subscriber": None, "waiting": 0, "retrying": 0, "parked": 0, **_state_of(broker)}
        for trigger in broker["triggers"] or [nothing]:
            subscriber = (trigger["subscriber"] or "-").removeprefix("http://").replace(".svc.cluster.local", "")
            state = "ready" if trigger["ready"] else f"not ready, {trigger['reason']}"
            counts = [str(trigger[each]) for each in ("waiting", "retrying", "parked")]
            rows.append([name, trigger["name"], subscriber, *counts, state])
            name = ""
    return table(rows, frozenset({3, 4, 5}))


def _state_of(broker: Mapping[str, Any]) -> dict[str, Any]:
    return {"ready": broker["ready"], "reason": broker["reason"]}


def look(home: Home, timeout_s: float = 5.0) -> dict[str, Any]:
    """What the engine says now, without a word to a person. Raises StartError where none lives, or it is silent."""
    try:
        for answer in control.request(home.control_socket, {"op": "status"}, timeout_s=timeout_s):
            if not isinstance(answer, Step):
                found: dict[str, Any] = answer["result"]
                return found
    except (FileNotFoundError, ConnectionRefusedError):
        raise StartError("the stack is not up", "`make up` (or `zerocart up`) starts it") from None
    raise StartError("the engine said nothing", "`zerocart logs engine` shows why")


def first_answer(home: Home, patience_s: float = 20.0) -> Step:
    """Call the shop through its front door until it answers. Raises StartError where it does not in time."""
    deadline_s = time.monotonic() + patience_s
    while True:
        began_s = time.monotonic()
        try:
            code = get(home.port, FIRST_CALL, timeout_s=patience_s)
        except OSError as error:
            found = str(error)
        else:
            if code == 200:
                took_s = time.monotonic() - began_s
                return Step(text="Got a first answer, of list-products", took_s=took_s)
            found = f"it answered {code}"
        if time.monotonic() > deadline_s:
            raise StartError(
                f"the shop does not answer at port {home.port}: {found}",
                f"`zerocart logs list-products` shows why; {duration(patience_s)} were given",
            )
        time.sleep(0.05)


def get(port: int, target: str, timeout_s: float) -> int:
    """The status of one GET at the front door. Raises OSError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        return response.status
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def read_files(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Name and text of the manifests that a command line names. Raises StartError where there are none."""
    files: list[tuple[str, str]] = []
    for word in paths:
        if word == "-":
            files.append(("standard input", _text("standard input", sys.stdin.buffer.read())))
            continue
        path = Path(word)
        found = sorted(path.rglob("*.yaml")) + sorted(path.rglob("*.yml")) if path.is_dir() else [path]
        if not found:
            raise StartError(f"{word} has no manifest", "its files must end in .yaml or .yml")
        files += [(str(file), _text(str(file), file.read_bytes())) for file in found]
    return files


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise StartError(f"{name} is no UTF-8 text, from byte {error.start} on", "is it a manifest?") from None
