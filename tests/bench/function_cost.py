"""What one function more costs: in memory while it is at zero, and in import when it starts."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.bench import own_bench, say
from tests.bench.figures import Figure
from tests.bench.memory import total_bytes
from tests.stack import PROJECT, QUICK_AUTOSCALER, WHAT_RUNS

COUNT = 20
WANTED_BYTES = 1_000_000
IMPORT_WITHIN_S = 0.020
PARTS = (*WHAT_RUNS, "tests/unit/functions")


def measure_memory() -> list[Figure]:
    """Two stacks one after the other, of the project as it is and of a copy with more functions."""
    say(f"A function more: a stack with and one without {COUNT} more")
    before_bytes, before_count = _at_zero(PROJECT)
    with copy_with_functions(*(f"bench_{number}" for number in range(COUNT))) as project:
        after_bytes, after_count = _at_zero(project)
    assert after_count - before_count == COUNT, f"{after_count - before_count} more functions, wanted {COUNT}"
    each_bytes = (after_bytes - before_bytes) / COUNT
    return [
        Figure(
            what="memory of one function more, at zero",
            wanted="at most 1 MB",
            measured=f"{each_bytes / 1e6:.2f} MB",
            met=each_bytes <= WANTED_BYTES,
            values={"each_bytes": each_bytes, "before_bytes": before_bytes, "after_bytes": after_bytes},
            notes=(f"mean of {COUNT}; Envoy, engine and zygote know it",),
        )
    ]


def measure_imports() -> list[Figure]:
    say("Imports of the functions beyond the zygote")
    with tempfile.TemporaryDirectory(prefix="zc-") as compiled:
        # Compiled once, as a revision's first instance does it, and not into the project.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.imports", str(PROJECT)],
            cwd=PROJECT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    took_s = {name: float(str(each["s"])) for name, each in found.items()}
    slowest = max(took_s, key=lambda name: took_s[name])
    more = "; ".join(f"{name}: {modules}" for name, each in found.items() if (modules := _listed(each["modules"])))
    return [
        Figure(
            what="import of a function beyond the zygote, the slowest",
            wanted="at most 20 ms",
            measured=f"{took_s[slowest] * 1000:.1f} ms, {slowest}",
            met=took_s[slowest] <= IMPORT_WITHIN_S,
            values={
                "import_s": took_s,
                "import_median_s": {name: each["median_s"] for name, each in found.items()},
                "modules": {name: each["modules"] for name, each in found.items()},
            },
            notes=(
                "the least of several times each: "
                + ", ".join(f"{name} {value * 1000:.1f} ms" for name, value in took_s.items()),
                *([f"modules beyond its own and the zygote's: {more}"] if more else []),
            ),
        )
    ]


def _listed(modules: object) -> str:
    assert isinstance(modules, list)
    return ", ".join(modules[:8]) + (f" and {len(modules) - 8} more" if len(modules) > 8 else "")


def _at_zero(project: Path) -> tuple[int, int]:
    """Bytes of a fresh stack at zero, and how many services it has."""
    with own_bench(project) as bench:
        bench.stack.run("up")
        bench.stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        with bench.quiet():
            bench.wait_for_zero()
            return total_bytes(bench), len(bench.counts())


@contextmanager
def copy_with_functions(*names: str) -> Iterator[Path]:
    """A copy of the project with new functions, each as `make function` writes it."""
    with tempfile.TemporaryDirectory(prefix="zc-") as folder:
        Path(folder).chmod(0o755)
        copy = Path(folder)
        for part in PARTS:
            shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        for name in names:
            subprocess.run(
                [sys.executable, "-m", "knative.local.scaffold", name],
                cwd=copy, env={"PYTHONPATH": str(copy)}, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        yield copy
