"""Who is answered at a function's pod where mTLS is STRICT: asked by pods with certificates, and by one without.

`mesh.sh` runs it, with the whole shop in the mesh. Prints a table; 1 where an answer is not what the policies say.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from knative.testbench.kubectl import apply, attempt, kubectl

SHOP, ELSEWHERE = "shop", "default"
# Prints what came of a GET: the mesh's own refusal by its words, another answer by its status, or that there was none.
ASK = """
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=20).status)
except urllib.error.HTTPError as error:
    print("denied" if b"RBAC: access denied" in error.read() else error.code)
except OSError as error:
    print("no connection")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A pod with a ServiceAccount, and with a sidecar or without one."""

    name: str
    account: str
    namespace: str = SHOP
    sidecar: bool = True


CALLER = Asker(name="as-place-order", account="place-order")
OTHER = Asker(name="as-get-product", account="get-product")
STRANGER = Asker(name="of-another-namespace", account="default", namespace=ELSEWHERE)
NOBODY = Asker(name="without-a-sidecar", account="place-order", sidecar=False)
ASKERS = (CALLER, OTHER, STRANGER, NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Somebody asks for something, and what must come of it: `answered`, `denied` or `no connection`."""

    asker: Asker
    what: str
    url: str
    expected: str


def cases(paid: Mapping[str, str], read: Mapping[str, str]) -> list[Case]:
    """Args:
    paid: charge-payment's addresses: `revision`, that of its Service for one revision, and `pod`.
    read: get-product's.
    """
    queue, own = f"http://{paid['revision']}/", f"http://{paid['pod']}:8080"
    rows = [
        (CALLER, "charge-payment, which it calls", queue, "answered"),
        (CALLER, "get-product, which it does not call", f"http://{read['revision']}/", "denied"),
        (OTHER, "charge-payment, which it does not call", queue, "denied"),
        (STRANGER, "charge-payment", queue, "denied"),
        (NOBODY, "charge-payment", queue, "no connection"),
        (NOBODY, "charge-payment's queue-proxy by its address", f"http://{paid['pod']}:8012/", "no connection"),
        (NOBODY, "charge-payment's figures, on its own port", f"{own}/metrics", "answered"),
        (NOBODY, "anything else on its own port", f"{own}/", "denied"),
    ]
    return [Case(asker=who, what=what, url=url, expected=expected) for who, what, url, expected in rows]


def pod(asker: Asker) -> Mapping[str, object]:
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": asker.name, "namespace": asker.namespace,
            "labels": {"sidecar.istio.io/inject": str(asker.sidecar).lower(), "zerocart.example/asks": "yes"},
            "annotations": {"proxy.istio.io/config": "holdApplicationUntilProxyStarts: true"},
        },
        "spec": {
            "serviceAccountName": asker.account, "terminationGracePeriodSeconds": 1, "enableServiceLinks": False,
            "containers": [{
                "name": "asks", "image": image(), "command": ["python", "-c", "import time; time.sleep(86400)"],
                "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}},
            }],
        },
    }  # fmt: skip


def image() -> str:
    """That of the shop's Jobs: it has Python."""
    path = "jsonpath={.items[0].spec.template.spec.containers[0].image}"
    return kubectl("-n", SHOP, "get", "job", "-l", "app.kubernetes.io/component=secrets", "-o", path)


@contextmanager
def askers() -> Iterator[None]:
    """The pods are there, each ready."""
    apply(*map(pod, ASKERS))
    try:
        for each in ASKERS:
            kubectl("-n", each.namespace, "wait", "pod", each.name, "--for=condition=Ready", "--timeout=180s")
        yield
    finally:
        for each in ASKERS:
            attempt("-n", each.namespace, "delete", "pod", each.name, "--wait=false")


def addresses(function: str) -> Mapping[str, str]:
    """Where an instance of a function is asked past the gateway and the activator, whose identity says nothing."""
    revision = kubectl("-n", SHOP, "get", "ksvc", function, "-o", "jsonpath={.status.latestReadyRevisionName}")
    ready = ("--for=condition=Ready", "--timeout=180s")
    kubectl("-n", SHOP, "wait", "pod", "-l", f"serving.knative.dev/revision={revision}", *ready)
    path = "jsonpath={.items[0].status.podIP}"
    address = kubectl("-n", SHOP, "get", "pod", "-l", f"serving.knative.dev/revision={revision}", "-o", path)
    return {"revision": f"{revision}-private.{SHOP}.svc.cluster.local", "pod": address}


def ask(case: Case) -> str:
    """What came of it: `denied`, `no connection`, or the status of an answer."""
    words = ("-n", case.asker.namespace, "exec", case.asker.name, "-c", "asks", "--", "python", "-c", ASK, case.url)
    return kubectl(*words)


def main() -> int:
    """0: every answer is what the policies say."""
    with askers():
        found = [(case, ask(case)) for case in cases(addresses("charge-payment"), addresses("get-product"))]
    wrong = 0
    sys.stdout.write("| who asks | what | answer |\n|---|---|---|\n")
    for case, answer in found:
        is_right = answer.isdigit() if case.expected == "answered" else answer == case.expected
        wrong += not is_right
        note = "" if is_right else f" (**must be: {case.expected}**)"
        sys.stdout.write(f"| {case.asker.name} | {case.what} | {answer}{note} |\n")
    return int(wrong > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {' '.join(map(str, error.cmd))}: {error}")
