"""What Terraform would refuse, or a reader stumble over: found from the files alone."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import hcl2
import pytest

from tests.stack import PROJECT
from tests.terraform.configuration import ALL, ROOT, Configuration, configuration, source

# What every module call may have besides its variables.
META_ARGUMENTS = {"source", "version", "providers", "count", "for_each", "depends_on"}
SIMPLE_TYPES = ("string", "number", "bool", "list(", "set(", "map(", "object(", "tuple(")

configurations = pytest.mark.parametrize("found", [configuration(each) for each in ALL], ids=lambda each: each.name)


@configurations
def test_every_variable_is_described_typed_and_used(found: Configuration) -> None:
    for name, variable in found.named("variable").items():
        assert str(variable.get("description", "")).endswith("."), f"{name} has no description"
        assert str(variable["type"]).strip("${}").startswith(SIMPLE_TYPES), f"{name} has no type"
        uses = re.findall(rf"\bvar\.{name}\b", re.sub(rf'variable "{name}" {{.*?\n}}', "", found.text, flags=re.DOTALL))
        assert uses, f"{name} is not used"


@configurations
def test_every_output_is_described(found: Configuration) -> None:
    assert found.named("output")
    assert all(str(output.get("description", "")).endswith(".") for output in found.named("output").values())


@configurations
def test_every_reference_leads_to_something_that_is_there(found: Configuration) -> None:
    resources = {f"{type_}.{name}" for type_, name, _ in found.typed()}
    data = {f"{type_}.{name}" for type_, name, _ in found.typed("data")}
    modules = found.named("module")
    there = {"var": found.named("variable").keys(), "local": found.locals, "resource": resources, "data": data}
    for kind, name, output in found.references:
        if kind == "module":
            called = configuration(source(found.folder, modules[name]))
            assert output in called.named("output"), f"module.{name}.{output}"
        elif (kind, name) != ("resource", "aws.us_east_1"):
            assert name in there[kind], f"{kind} {name}"


@configurations
def test_what_is_made_for_reading_is_read(found: Configuration) -> None:
    used = {(kind, name) for kind, name, _ in found.references}
    assert {name for name in found.locals if ("local", name) not in used} == set()
    assert {
        f"{type_}.{name}" for type_, name, _ in found.typed("data") if ("data", f"{type_}.{name}") not in used
    } == set()


@configurations
def test_every_module_call_passes_what_is_required_and_nothing_else(found: Configuration) -> None:
    for name, call in found.named("module").items():
        variables = configuration(source(found.folder, call)).named("variable")
        required = {each for each, variable in variables.items() if "default" not in variable}
        given = set(call) - META_ARGUMENTS
        assert required <= given, f"module {name} lacks {required - given}"
        assert given <= set(variables), f"module {name} has no {given - set(variables)}"


@configurations
def test_versions_are_pinned(found: Configuration) -> None:
    (terraform,) = found.blocks["terraform"]
    assert re.fullmatch(r"~> 1\.\d+", terraform["required_version"])
    (providers,) = terraform["required_providers"]
    for provider in providers.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", provider["version"])
    assert providers.keys() == {"aws"}
    assert all(type_.startswith("aws_") for kind in ("resource", "data") for type_, _, _ in found.typed(kind))


def test_all_are_of_one_version() -> None:
    found = {configuration(each).blocks["terraform"][0]["required_providers"][0]["aws"]["version"] for each in ALL}
    assert len(found) == 1


def test_only_the_root_has_providers_and_a_backend() -> None:
    assert len(configuration(ROOT).blocks["provider"]) == 2
    for module in ALL[1:]:
        found = configuration(module)
        assert "provider" not in found.blocks
        assert "backend" not in found.blocks["terraform"][0]


@pytest.mark.parametrize("file", sorted((ROOT / "environments").glob("*.tfvars")), ids=lambda each: each.stem)
def test_an_environment_sets_what_is_required_and_known_and_has_a_place_for_its_state(file: Path) -> None:
    variables = configuration(ROOT).named("variable")
    given = {key for key in hcl2.loads(file.read_text(encoding="utf-8")) if not key.startswith("__")}
    assert {name for name, variable in variables.items() if "default" not in variable} <= given <= set(variables)
    assert f'"{file.stem}"' in file.read_text(encoding="utf-8").partition("\n")[0]
    state = hcl2.loads(file.with_name(f"{file.stem}.s3.tfbackend").read_text(encoding="utf-8"))
    assert {key for key in state if not key.startswith("__")} == {"bucket", "key", "region"}


def test_the_charts_values_name_the_buckets_that_are_made_here() -> None:
    for environment in ("staging", "production"):
        values = (PROJECT / "knative" / "environments" / environment / "values.yaml").read_text(encoding="utf-8")
        assert f"destination: s3://zerocart-{environment}-backups/" in values
    bucket = configuration(ROOT / "modules" / "backups").named("module")["bucket"]
    assert bucket["name"] == "${var.name}-backups"


def test_postgres_writes_its_backups_as_the_chart_lets_it_run() -> None:
    """CloudNativePG gives the ServiceAccount of a Cluster the Cluster's name."""
    account = Configuration(ROOT).named("variable")["postgres_service_account"]["default"]
    template = next((PROJECT / "knative" / "chart" / "templates" / "state").rglob("*cloudnativepg*")).read_text("utf-8")
    assert re.search(rf"kind: Cluster\nmetadata:\n  name: {account['name']}\n", template)
    assert account["namespace"] == "shop"


@configurations
def test_it_is_formatted(found: Configuration) -> None:
    """As `terraform fmt` would have it: by HCL's own formatter where that is built, else by what a reader sees."""
    for name, content in found.files.items():
        assert content.endswith("\n"), name
        assert not re.search(r"[ \t]+$|\t|\n\n\n", content, re.MULTILINE), name
    formatter = Path(sys.executable).with_name("hclfmt")
    program = str(formatter) if formatter.is_file() else shutil.which("hclfmt")
    if program is None:
        pytest.skip("hclfmt is not here: `make tools` builds it, which takes Go")
    for name, content in found.files.items():
        done = subprocess.run([program], input=content, capture_output=True, text=True, check=True, timeout=30)
        assert done.stdout == content, name


@configurations
def test_tflint_has_nothing_against_it(found: Configuration) -> None:
    linter = Path(sys.executable).with_name("tflint")
    program = str(linter) if linter.is_file() else shutil.which("tflint")
    if program is None:
        pytest.skip("tflint is not here (Go: github.com/terraform-linters/tflint)")
    done = subprocess.run(
        [program, f"--chdir={found.folder}", f"--config={ROOT / '.tflint.hcl'}", "--format=compact"],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
