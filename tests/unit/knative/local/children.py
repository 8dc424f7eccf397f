"""Processes that a test starts, and ends whatever happens; and values that many tests need."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from knative.local.model import ConfigurationName, Container, Namespace, RevisionName, RevisionTemplate, ServiceName
from knative.local.processes import ProcessIdentity, identify
from knative.local.rollout import Proof, Revision

DEAF = "trap '' TERM INT; while :; do sleep 0.02; done"


@contextmanager
def child(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the test's own, killed at the end: without words one that does nothing for a minute."""
    process = subprocess.Popen(words or ("sleep", "60"), start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def identity_of(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    found = identify(process.pid)
    assert found is not None
    return found


def new_revision(
    service: str = "list-products",
    generation: int = 1,
    *,
    container: Container | None = None,
    annotations: dict[str, str] | None = None,
    container_concurrency: int = 8,
    proof: Proof = Proof.READY,
) -> Revision:
    return Revision(
        name=RevisionName(f"{service}-{generation:05d}"),
        configuration=ConfigurationName(service),
        service=ServiceName(service),
        namespace=Namespace("shop"),
        generation=generation,
        digest=f"digest {generation}",
        function=service.replace("-", "_"),
        template=RevisionTemplate(
            container=container or Container(image=f"dev.local/zerocart/{service}"),
            container_concurrency=container_concurrency,
            annotations=annotations or {},
        ),
        proof=proof,
    )
