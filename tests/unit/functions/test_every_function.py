"""What holds for every function. The folder `functions` is the list: a new one is checked without touching this."""

import ast
import importlib
import re
from pathlib import Path

import pytest
import yaml

from knative.local import manifest
from knative.local.model import Service
from shared.endpoint import Endpoint
from shared.yaml_documents import Complaints, read_documents

ROOT = Path(__file__).parents[3]
FOLDERS = sorted(main.parent for main in (ROOT / "functions").glob("*/main.py"))
MAIN_LINES, STORE_LINES = 60, 120
KNOWN_FILES = {"__init__.py", "main.py", "store.py", "service.yaml", "sources.yaml", "broker.yaml", "trigger.yaml"}

each_function = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def service_of(folder: Path) -> Service:
    """The function's Service as the engine reads it; fails with all that is wrong with the manifest."""
    complaints = Complaints()
    read = manifest.read(read_documents([folder / "service.yaml"], complaints, ROOT), complaints)
    complaints.raise_if_any()
    [service] = read.services
    return service


def container_of(folder: Path) -> dict[str, object]:
    """The container as the file has it."""
    document = yaml.safe_load((folder / "service.yaml").read_text(encoding="utf-8"))
    [container] = document["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def endpoints_of(folder: Path) -> tuple[Endpoint, ...]:
    module = importlib.import_module(f"functions.{folder.name}.main")
    endpoints: tuple[Endpoint, ...] = getattr(getattr(module, folder.name), "endpoints", ())
    assert endpoints, f"{folder.name} in main.py is decorated with @endpoint, @one_path or @several_paths"
    return endpoints


def first_route(method: str, path: str) -> str | None:
    """The Knative host that the front door sends a request to."""
    for file in sorted((ROOT / "gateway" / "manifests").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if document and document["kind"] == "VirtualService":
                for route in document["spec"]["http"]:
                    if any(matches(match, method, path) for match in route.get("match", [])):
                        return str(route["rewrite"]["authority"])
    return None


def matches(match: dict[str, dict[str, str]], method: str, path: str) -> bool:
    [(kind, value)] = match["uri"].items()
    if match.get("method", {"exact": method}) != {"exact": method}:
        return False
    match kind:
        case "exact":
            return path == value
        case "prefix":
            return path.startswith(value)
        case _:
            return re.fullmatch(value, path) is not None


def test_there_are_functions() -> None:
    assert FOLDERS


@each_function
def test_a_function_is_named_after_its_folder(folder: Path) -> None:
    kebab = folder.name.replace("_", "-")
    service = service_of(folder)
    assert (service.name, service.namespace) == (kebab, "shop")
    assert service.template.container.image == f"dev.local/zerocart/{kebab}"
    endpoints = endpoints_of(folder)
    assert len(endpoints) > 1 or endpoints[0].name == folder.name


@each_function
def test_a_function_is_small_and_nothing_else_lies_in_its_folder(folder: Path) -> None:
    others = {file.name for file in folder.iterdir() if file.name != "__pycache__"} - KNOWN_FILES
    assert len(others) <= 1, "beside these, one module that decides"
    assert all(name.endswith(".py") for name in others), others
    assert not (folder / "__init__.py").read_text(encoding="utf-8")
    for name, most in (("main.py", MAIN_LINES), ("store.py", STORE_LINES)):
        if (folder / name).exists():
            assert len((folder / name).read_text(encoding="utf-8").splitlines()) < most, name


@each_function
def test_only_the_store_of_a_function_touches_its_state(folder: Path) -> None:
    for file in set(folder.glob("*.py")) - {folder / "store.py"}:
        for name in imports(file):
            assert name.partition(".")[0] not in {"sqlalchemy", "psycopg", "redis"}, name
            assert name not in {"shared.database", "shared.redis_client", "shared.cache.Cache"}, name


@each_function
def test_a_function_imports_no_other_one(folder: Path) -> None:
    for file in folder.glob("*.py"):
        for name in imports(file):
            first, _, rest = name.partition(".")
            assert first != "functions" or rest.partition(".")[0] == folder.name, f"{file.name} imports {name}"
            assert first not in {"gateway", "knative", "tests"}, f"{file.name} imports {name}"


@each_function
def test_a_function_can_be_reached_from_outside_or_is_cluster_local(folder: Path) -> None:
    service = service_of(folder)
    expected = None if service.route.cluster_local else f"{service.name}.shop.svc.cluster.local"
    for endpoint in endpoints_of(folder):
        path = re.sub(r"\{\w+\}", "x", endpoint.path)
        for method in endpoint.methods:
            assert first_route(method, path) == expected, (method, path)


@each_function
def test_a_function_knows_the_methods_that_others_have_on_its_path(folder: Path) -> None:
    ours = endpoints_of(folder)
    others = [endpoint for other in FOLDERS if other != folder for endpoint in endpoints_of(other)]
    for endpoint in ours:
        there = {method for other in others if other.path == endpoint.path for method in other.methods}
        assert set(endpoint.elsewhere) == there, endpoint.path


@each_function
def test_a_function_says_when_it_is_ready_and_how_long_it_may_take(folder: Path) -> None:
    template = service_of(folder).template
    assert template.container.readiness_probe.path == "/healthz"
    assert template.timeout_s <= 15, "a route's timeout is 15 s"


@each_function
def test_a_function_serves_as_many_at_once_as_its_service_lets_in(folder: Path) -> None:
    template = service_of(folder).template
    values = {variable.name: variable.value for variable in template.container.environment}
    assert template.container_concurrency > 0
    assert values["CONCURRENCY"] == str(template.container_concurrency)


@each_function
def test_a_function_has_its_settings_and_a_bound(folder: Path) -> None:
    template = service_of(folder).template
    assert [(source.kind, source.name) for source in template.container.environment_from] == [
        ("ConfigMap", "shop-settings")
    ]
    assert int(template.annotations["autoscaling.knative.dev/max-scale"]) > 0
    resources = container_of(folder)["resources"]
    assert isinstance(resources, dict)
    assert resources["requests"].keys() >= {"cpu", "memory"}
    assert "memory" in resources["limits"]


@each_function
def test_a_function_may_do_nothing_to_its_machine(folder: Path) -> None:
    assert container_of(folder)["securityContext"] == {
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


@each_function
def test_a_function_gets_no_secret_that_it_does_not_use(folder: Path) -> None:
    variables = {variable.name for variable in service_of(folder).template.container.environment} - {"CONCURRENCY"}
    state = {"DATABASE_URL", "REDIS_URL"}
    if not (folder / "store.py").exists():
        assert not variables & state
    if any(endpoint.token for endpoint in endpoints_of(folder)):
        assert "TOKEN_PUBLIC_KEYS" in variables
        assert variables >= state, "whether a token was revoked is in Postgres, and in Redis for when that is away"
    if "TOKEN_SIGNING_KEYS" in variables:
        assert "shared.tokens" in imports(folder / "main.py"), "who gives no tokens needs no key to sign them"


@each_function
def test_what_a_function_answers_is_told(folder: Path) -> None:
    for endpoint in endpoints_of(folder):
        assert endpoint.summary, "the docstring's first line is the summary"
        assert endpoint.path.startswith("/")
        assert endpoint.answers
        for status, described in endpoint.answers.items():
            assert described is not None or status in {202, 204, 304}, status
        statuses = {problem.status for problem in endpoint.problems}
        if (folder / "store.py").exists():
            assert 503 in statuses, "what touches Postgres may find it away"
        assert 429 in statuses or service_of(folder).route.cluster_local, "the front door has limits"


def imports(file: Path) -> set[str]:
    """All that a file imports, by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found
