"""Knative's own test suite and the programs that it deploys, built by Go from `knative/go.mod`."""

import os
import subprocess
import sys
from pathlib import Path

MODULE = Path(__file__).parent / "knative"
BUILT = Path(sys.prefix) / "conformance"
SUITES = {"api": "api/v1", "runtime": "runtime"}
IMAGES = (
    "autoscale", "failing", "helloworld", "pizzaplanetv1", "pizzaplanetv2", "readiness", "runtime", "singlethreaded",
    "timeout",
)  # fmt: skip
# Where a program is in an image that ko has made.
INSIDE = "/ko-app"

_SCRIPT = """\
#!{python}
import sys

sys.path.insert(0, {here!r})
import container

sys.exit(container.run({program!r}, {inside!r}, *sys.argv[1:]))
"""


def build() -> None:
    """Build what is not built yet, or is no longer of these sources: Go's cache knows."""
    BUILT.mkdir(parents=True, exist_ok=True)
    for suite, package in SUITES.items():
        target = str(BUILT / f"{suite}.test")
        _go("test", "-tags=e2e", "-trimpath", "-c", "-o", target, f"knative.dev/serving/test/conformance/{package}")
    packages = [f"knative.dev/serving/test/test_images/{image}" for image in IMAGES]
    _go("build", "-trimpath", "-ldflags=-s -w", "-o", f"{BUILT}/", *packages, CGO_ENABLED="0")
    for image in IMAGES:
        script = container(image)
        script.write_text(
            _SCRIPT.format(
                python=sys.executable, here=str(Path(__file__).parent), program=str(BUILT / image),
                inside=f"{INSIDE}/{image}",
            ),
            encoding="utf-8",
        )  # fmt: skip
        script.chmod(0o755)


def container(image: str) -> Path:
    """The program of an image, in a network of its own."""
    return BUILT / f"{image}-container"


def version() -> str:
    """Of Knative Serving, as go.mod has it."""
    words = (MODULE / "go.mod").read_text(encoding="utf-8").split()
    return words[words.index("knative.dev/serving") + 1]


def _go(*words: str, **environment: str) -> None:
    subprocess.run(
        ["go", *words], cwd=MODULE, check=True, env={**os.environ, "GOFLAGS": "-mod=mod", **environment}
    )  # fmt: skip
