"""Knative's own conformance tests against a stack of its own: `make conformance`, or `python -m tests.conformance`.

    python -m tests.conformance [-test.run TestName] [api] [runtime]

Without arguments all is run, and `docs/conformance.md` is written.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.conformance import building, page, results
from tests.stack import PROJECT, Stack, new_stack, running

PAGE = PROJECT / "docs" / "conformance.md"
NAMESPACE = "serving-tests"
LONGEST = "15m"
ERROR_OF_IMAGE = "TestContainerErrorMsg"
# Of what a platform need not have, what there is here.
OPTIONAL = (
    "TestRouteAndConfigGenerateName", "TestRouteCreation", "TestServiceGenerateName", "TestUpdateConfigurationMetadata",
)  # fmt: skip
# Why a test fails here that a cluster passes.
REASONS = {
    "TestMustHaveCgroupConfigured": "An ordinary user cannot make control groups, so no instance is in one of its own. "
    "The limit of memory is kept for each process of a program (RLIMIT_DATA); shares of processor time are not.",
}


def main(arguments: list[str]) -> int:
    suites = [each for each in arguments if each in building.SUITES] or list(building.SUITES)
    flags = [each for each in arguments if each not in building.SUITES]
    building.build()
    found = {}
    for stack in running(new_stack()):
        _prepare(stack)
        for suite in suites:
            found[suite] = _run(stack, suite, flags)
            if suite == "api":
                found[suite] = _with_optional(stack, _with_error_of_image(stack, found[suite]))
    for suite, of_suite in found.items():
        for each in of_suite:
            sys.stdout.write(f"{suite} {each.verdict} {each.name} {each.words if each.verdict != 'PASS' else ''}\n")
    if not arguments:
        text = page.page(
            found, REASONS, version=building.version(), date=f"{datetime.now(UTC):%Y-%m-%d}",
            machine=f"Linux {platform.release()}, {os.cpu_count()} processors",
        )  # fmt: skip
        PAGE.write_text(text, encoding="utf-8")
    unexpected = [each for of_suite in found.values() for each in of_suite if each.verdict in {"FAIL", "UNFINISHED"}]
    return int(any(each.name not in REASONS for each in unexpected))


def _prepare(stack: Stack) -> None:
    for image in building.IMAGES:
        stack.run("image", "add", image, "--path-inside", f"{building.INSIDE}/{image}", str(building.container(image)))
    stack.run("apply", "-f", "-", given=f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {NAMESPACE}}}}}")


def _with_error_of_image(stack: Stack, found: list[results.Result]) -> list[results.Result]:
    """One test leaves itself out where images are local. Its image is nowhere, so it is run as if from elsewhere."""
    (again,) = _run(stack, "api", ["-test.run", f"^{ERROR_OF_IMAGE}$"], repository="registry.example")
    return [again if each.name == ERROR_OF_IMAGE else each for each in found]


def _with_optional(stack: Stack, found: list[results.Result]) -> list[results.Result]:
    """What the suite leaves out when it is told to, and can be had here."""
    again = _run(stack, "api", ["-test.run", f"^({'|'.join(OPTIONAL)})$"], is_optional=True)
    of_name = {each.name: each for each in again}
    return [of_name.get(each.name, each) for each in found]


def _run(
    stack: Stack, suite: str, flags: list[str], repository: str = "dev.local", *, is_optional: bool = False
) -> list[results.Result]:
    log = building.BUILT / f"{suite}-{repository}{'-optional' if is_optional else ''}.log"
    with log.open("w", encoding="utf-8") as output:
        subprocess.run(
            [
                str(building.BUILT / f"{suite}.test"), "-test.v", f"-test.timeout={LONGEST}", *flags,
                "-kubeconfig", str(stack.home / "kubeconfig"), "-test-namespace", NAMESPACE, "-disable-logstream",
                *([] if is_optional else ["-disable-optional-api"]),
                "-dockerrepo", repository, "-imagetemplate", "{{.Repository}}/{{.Name}}:1",
                "-spooftimeout", "60s",
            ],
            stdout=output, stderr=subprocess.STDOUT, cwd=Path(building.BUILT), check=False,
        )  # fmt: skip
    return results.read(log.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
