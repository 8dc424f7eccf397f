"""The members of Postgres and of Valkey on the bench: who leads, whether all are there, and how one is killed."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
import redis

from knative.testbench.kubectl import kubectl

COUNT = 3
SELECTORS = {
    "patroni": ("app.kubernetes.io/component=postgres", {"role": "primary"}),
    "cloudnativepg": ("cnpg.io/cluster=shop-db,cnpg.io/podRole=instance", {"cnpg.io/instanceRole": "primary"}),
}
LEADS_WITHIN_S = 120.0
Pod = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Three pods, of which one leads.

    Args:
        container: the one that is killed.
        primary: the pod that leads, or None while nobody knows.
        settled: whether one leads and all others follow it.
    """

    what: str
    namespace: str
    container: str
    primary: Callable[[], str | None]
    settled: Callable[[], bool]


def kill(members: Members, pod: str, how: str, socket: str) -> None:
    """Take a pod away: `process`, `pod` or `frozen`; see `report.WAYS`.

    Args:
        socket: containerd's.
    """
    if how == "pod":
        kubectl("-n", members.namespace, "delete", "pod", pod, "--force", "--grace-period=0", "--wait=false")
        return
    first = psutil.Process(_process(members, pod, socket))  # of a container: takes all others with it
    if how == "frozen":
        for each in [first, *first.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # one that has ended meanwhile
                each.send_signal(signal.SIGSTOP)
        # Whoever leads them may give it up, and its liveness probe may have it killed.
        wait_until(
            lambda: members.primary() not in {None, pod} or not first.is_running(), LEADS_WITHIN_S, "another primary"
        )
    with suppress(psutil.NoSuchProcess):  # its liveness probe had it killed
        first.kill()


def _process(members: Members, pod: str, socket: str) -> int:
    found = json.loads(kubectl("-n", members.namespace, "get", "pod", pod, "-o", "json"))
    states = found["status"]["containerStatuses"]
    identity = next(each["containerID"] for each in states if each["name"] == members.container)
    command = ["ctr", "--address", socket, "--namespace", "k8s.io", "tasks", "ls"]
    tasks = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    line = next(line for line in tasks.splitlines() if line.startswith(identity.removeprefix("containerd://")))
    return int(line.split()[1])


def postgres(namespace: str, mode: str) -> Members:
    selector, leads = SELECTORS[mode]

    def primary() -> str | None:
        found = (pod["metadata"] for pod in _pods(namespace, selector))
        return next((str(each["name"]) for each in found if leads.items() <= each["labels"].items()), None)

    def settled() -> bool:
        return primary() is not None and _all_ready(_pods(namespace, selector))

    return Members(what=mode, namespace=namespace, container="postgres", primary=primary, settled=settled)


def valkey(namespace: str, password: str) -> Members:
    hosts = [f"shop-valkey-{index}.shop-valkey.{namespace}.svc.cluster.local" for index in range(COUNT)]

    def named() -> list[str | None]:
        """Whom each sentinel calls the primary."""
        found: list[str | None] = []
        for host in hosts:
            with redis.Redis(host, 26379, password=password, socket_timeout=2, protocol=2) as sentinel:
                try:
                    found.append(sentinel.sentinel_get_master_addr_by_name("mymaster")[0].decode())
                except (redis.RedisError, TypeError):
                    found.append(None)
        return found

    def primary() -> str | None:
        name = next((each for each in named() if each), None)
        return name.partition(".")[0] if name else None

    def settled() -> bool:
        if not _all_ready(_pods(namespace, "app.kubernetes.io/component=valkey")):
            return False
        found = set(named())
        host = found.pop()
        if found or host is None:
            return False
        with redis.Redis(host, 6379, password=password, socket_timeout=2, protocol=2) as server:
            try:
                return int(server.info("replication")["connected_slaves"]) == COUNT - 1
            except redis.RedisError:
                return False

    return Members(what="valkey", namespace=namespace, container="valkey", primary=primary, settled=settled)


def _pods(namespace: str, selector: str) -> list[Pod]:
    found: list[Pod] = json.loads(kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", "json"))["items"]
    return found


def _all_ready(pods: Sequence[Pod]) -> bool:
    def is_ready(pod: Pod) -> bool:
        conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", [])}
        return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]

    return sum(map(is_ready, pods)) == COUNT


def wait_until(condition: Callable[[], object], within_s: float, what: str) -> None:
    """Return when the condition holds. Raises TimeoutError."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what}: not within {within_s} s")
        time.sleep(0.25)
