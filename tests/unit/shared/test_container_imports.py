"""In a container there is no zygote: what a function imports, each of its starts imports anew.

Which libraries it may have is derived: from what its manifest gives it, and from what its own files name. A new
function is held to it without touching this file.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.stack import free_port
from tests.unit.shared.instances import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/service.yaml"))

# A library, and the variables of which one must be given to a function that imports it.
FOR_VARIABLES = {
    "sqlalchemy": ("DATABASE_URL",),
    "psycopg": ("DATABASE_URL",),
    "redis": ("REDIS_URL",),
    "pybreaker": ("REDIS_URL",),
    "jwt": ("TOKEN_PUBLIC_KEYS", "TOKEN_SIGNING_KEYS"),
    "cryptography": ("TOKEN_PUBLIC_KEYS", "TOKEN_SIGNING_KEYS", "PAYMENT_PUBLIC_KEY", "PAYMENT_PRIVATE_KEY"),
    "opentelemetry.sdk": ("OTEL_EXPORTER_OTLP_ENDPOINT",),
    "requests": ("OTEL_EXPORTER_OTLP_ENDPOINT",),
}
# A library, and the module of `shared` that a function must name in its own files to have it.
FOR_MODULES = {"argon2": "passwords"}
# Of the engine and of the tools, installed where functions are developed: no function has a use for them.
NOBODYS = ("alembic", "boto3", "botocore", "h2", "psutil", "uvicorn", "yaml")

# One process imports what every function needs, and has a fork of itself import each function.
PROBE = """
import importlib, json, os, sys
import shared.server, shared.endpoint
libraries, found = json.loads(sys.argv[1]), {}
for name in sys.argv[2:]:
    reading, writing = os.pipe()
    if not os.fork():
        importlib.import_module(f"functions.{name}.main")
        os.write(writing, json.dumps([library for library in libraries if library in sys.modules]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found[name] = json.load(answer)
    os.wait()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    libraries = json.dumps([*FOR_VARIABLES, *FOR_MODULES, *NOBODYS])
    words = [sys.executable, "-c", PROBE, libraries, *FUNCTIONS]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def variables(name: str) -> set[str]:
    manifest = yaml.safe_load((ROOT / "functions" / name / "service.yaml").read_text(encoding="utf-8"))
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    return {variable["name"] for variable in container.get("env", ())}


def named(name: str) -> set[str]:
    """The modules of `shared` that the function's own files name."""
    found: set[str] = set()
    for file in (ROOT / "functions" / name).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "shared":
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shared."):
                found.add(node.module.removeprefix("shared."))
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_imports_no_library_that_its_manifest_gives_it_no_use_for(
    imported: dict[str, list[str]], name: str
) -> None:
    given, own = variables(name), named(name)
    allowed = {library for library, any_of in FOR_VARIABLES.items() if given.intersection(any_of)}
    allowed |= {library for library, module in FOR_MODULES.items() if module in own}
    needless = set(imported[name]) - allowed
    assert not needless, (
        f"functions/{name} imports {sorted(needless)}, and nothing in its manifest or files asks for it"
    )


def test_the_redis_library_is_imported_in_one_place() -> None:
    """There it comes without OpenTelemetry's SDK and cryptography; whoever imports it first decides that for all."""
    others = {
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for folder in ("shared", "functions")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if file.name != "redis_library.py"
        and isinstance(node, (ast.Import, ast.ImportFrom))
        and _roots(node) & {"redis", "pybreaker"}
        and node.col_offset == 0
    }
    assert not others, f"take these from shared.redis_library: {sorted(others)}"


def _roots(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module.partition(".")[0]}
    return set()


def test_the_garbage_collector_is_back_when_a_container_takes_requests(tmp_path: Path) -> None:
    """It rests while everything is imported."""
    program = (
        "import gc, runpy, shared.server, shared.worker, signal\n"
        "shared.worker.Worker = lambda *given, **named: type('None', (), {'drain': lambda *given: None})()\n"
        "signal.sigwait = lambda signals: print(gc.isenabled(), gc.get_freeze_count() > 10_000, flush=True)\n"
        "runpy.run_module('shared.server', run_name='__main__')\n"
    )
    source = ROOT / "tests" / "unit" / "shared" / "functions_for_tests" / "echo" / "main.py"
    told = {"PORT": str(free_port()), "FUNCTION_SOURCE": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=told, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("True True\n", 0), done.stderr
