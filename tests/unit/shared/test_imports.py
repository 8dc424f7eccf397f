"""Importing is cold start: what nobody needs is not imported, and importing does nothing else.

The zygote has all of `shared` imported, so a function costs what its own files and libraries add. These are ceilings
for that, and for a plain process; a new function is checked without touching this file.
"""

import json
import subprocess
import sys

import pytest

from tests.unit.shared.instances import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/main.py"))
BEYOND_ZYGOTE_MS = 20.0
BEYOND_ZYGOTE_MODULES = 12

MEASURE = """
import importlib, json, os, pkgutil, sys, threading, time
environ = dict(os.environ)
descriptors = len(os.listdir("/proc/self/fd"))
import shared
for module in pkgutil.iter_modules(shared.__path__, "shared."):
    importlib.import_module(module.name)
import functions_framework
before, took_ms = set(sys.modules), []
for name in sys.argv[1:]:
    started_s = time.process_time()
    importlib.import_module(f"functions.{name}.main")
    took_ms.append((time.process_time() - started_s) * 1000)
print(json.dumps({
    "took_ms": took_ms, "modules": sorted(set(sys.modules) - before), "threads": threading.active_count(),
    "environ_changed": environ != dict(os.environ), "descriptors": len(os.listdir("/proc/self/fd")) - descriptors,
}))
"""


def measured(*functions: str) -> dict[str, object]:
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, *functions], cwd=ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(found.stdout)
    return result


def test_importing_everything_opens_nothing_starts_nothing_and_sets_nothing() -> None:
    found = measured()
    assert (found["threads"], found["environ_changed"], found["descriptors"]) == (1, False, 0)


def test_no_function_imports_much_beyond_the_zygote() -> None:
    """One process for all of them; of each its own processor time, the best of three: the machine may be busy."""
    runs = [measured(*FUNCTIONS) for _ in range(3)]
    for index, name in enumerate(FUNCTIONS):
        best_ms = min(took[index] for run in runs if isinstance(took := run["took_ms"], list))
        assert best_ms < BEYOND_ZYGOTE_MS, f"functions/{name} takes {best_ms:.0f} ms to import beyond the zygote"
    modules = runs[0]["modules"]
    assert isinstance(modules, list)
    foreign = [module for module in modules if not module.startswith("functions")]
    assert len(foreign) <= BEYOND_ZYGOTE_MODULES, f"imported by functions, but not by shared: {foreign}"


@pytest.mark.parametrize("heavy", ["opentelemetry.sdk", "sqlalchemy", "alembic", "jwt", "redis", "psycopg"])
def test_a_function_without_state_starts_without_what_it_does_not_use(heavy: str) -> None:
    """In a container there is no zygote, so the server alone must be light."""
    program = f"import sys, shared.server, shared.endpoint; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
