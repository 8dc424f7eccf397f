"""The limit of a program's memory: read from the manifest, kept by the kernel."""

import sys

import pytest

from knative.local.programs.child import start
from tests.unit.knative.local.manifest.reading import changed, read_service

MIB = 1024 * 1024


@pytest.mark.parametrize(("limit_bytes", "code"), [(0, 0), (512 * MIB, 0), (128 * MIB, 1)])
def test_a_program_gets_no_more_than_it_may_have(limit_bytes: int, code: int) -> None:
    words = [sys.executable, "-c", f"len(bytearray({256 * MIB}))"]
    program = start(words, executable=sys.executable, environment={}, folder="/", memory_bytes=limit_bytes)
    assert program.wait(60) == code


@pytest.mark.parametrize(
    ("quantity", "limit_bytes"),
    [("350Mi", 350 * MIB), ("1G", 10**9), ("128974848", 128974848), ("129e6", 129_000_000), ("2Ki", 2048)],
)
def test_the_limit_is_read_as_kubernetes_writes_quantities(quantity: str, limit_bytes: int) -> None:
    resources = {"limits": {"memory": quantity}}
    service = read_service(changed("spec.template.spec.containers.0.resources", resources))
    assert service.template.container.memory_limit_bytes == limit_bytes
