"""From manifests to what the engine runs: all is read and checked, and all mistakes are told at once."""

import shutil
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.deployment import (
    check,
    digest,
    function_of,
    parse_texts,
    project_paths,
    read_paths,
    refuse_unknown_images,
)
from knative.local.home import PROJECT_ROOT, Home
from knative.local.model import Container, RevisionTemplate
from knative.local.programs.image import Image, Images
from shared.errors import ManifestErrors
from shared.yaml_documents import Node

SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: NAME, namespace: shop}
spec: {template: {spec: {containers: [{image: dev.local/zerocart/NAME}]}}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project with one function."""
    home = Home(root=tmp_path / "home", project=tmp_path / "project", port=8080)
    folder = home.project / "functions" / "say_hello"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text("# hello\n")
    (folder / "service.yaml").write_text(SERVICE.replace("NAME", "say-hello"))
    return home


def template(
    image: str = "dev.local/zerocart/say-hello", annotations: dict[str, str] | None = None
) -> RevisionTemplate:
    return RevisionTemplate(container=Container(image=image), annotations=annotations or {})


def test_the_projects_own_manifests_are_right_and_there_is_a_service_for_each_folder() -> None:
    home = Home(root=Path("/nowhere"), project=PROJECT_ROOT, port=8080)
    deployment = check(read_paths(project_paths(home), home), home)
    folders = {file.parent.name for file in (PROJECT_ROOT / "functions").glob("*/main.py")}
    assert {function_of(each.template) for each in deployment.services.values()} == folders
    assert deployment.mesh.jwks_uris
    assert deployment.shop_setting("LOG_LEVEL") == "info"
    assert deployment.shop_setting("ABSENT") is None


def test_the_folder_is_the_list(home: Home) -> None:
    assert list(check(read_paths(project_paths(home)[:1], home), home).services) == ["say-hello"]
    shutil.copytree(home.project / "functions" / "say_hello", home.project / "functions" / "say_bye")
    (home.project / "functions" / "say_bye" / "service.yaml").write_text(SERVICE.replace("NAME", "say-bye"))
    found = check(read_paths(project_paths(home)[:2], home), home)
    assert sorted(found.services) == ["say-bye", "say-hello"]


def test_an_image_without_a_folder_is_refused_with_its_file_and_what_makes_one(home: Home) -> None:
    documents = parse_texts([("absent.yaml", SERVICE.replace("NAME", "absent"))])
    deployment = check(documents, home)
    with pytest.raises(ManifestErrors) as error:
        refuse_unknown_images(deployment, documents, home)
    (problem,) = error.value.problems
    assert problem.file == "absent.yaml"
    assert "functions/absent/main.py" in problem.rule
    assert "make function NAME=absent" in (problem.hint or "")
    assert "zerocart image add absent" in (problem.hint or "")


def test_an_image_that_was_added_is_a_program_and_part_of_what_a_revision_is_of(home: Home) -> None:
    documents = parse_texts([("absent.yaml", SERVICE.replace("NAME", "absent"))])
    image = Image(name="absent", command=("/bin/true",), folder="/")
    Images(home.images).add(image)
    deployment = check(documents, home)
    refuse_unknown_images(deployment, documents, home)
    assert deployment.images == {"absent": image}
    (service,) = deployment.services.values()
    other = replace(image, command=("/bin/false",))
    assert digest(service.template, home, image) == digest(service.template, home, replace(image))
    assert digest(service.template, home, image) != digest(service.template, home, other)


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("workingDir: /srv", "another working directory is not honoured here"),
        ("ports: [{name: h2c}]", "HTTP/2 to a function is not honoured here"),
        ("livenessProbe: {grpc: {port: 8080}}", "a liveness probe by grpc is not honoured here"),
        ("readinessProbe: {grpc: {port: 8080}}", "a readiness probe by grpc is not honoured here"),
    ],
)
def test_what_only_a_program_of_its_own_can_be_asked_for_is_refused_to_a_function(
    home: Home, field: str, rule: str
) -> None:
    def documents(name: str) -> list[Node]:
        text = SERVICE.replace("NAME", name)
        return parse_texts([("one.yaml", text.replace("{image:", f"{{{field}, image:"))])

    Images(home.images).add(Image(name="program", command=("/bin/true",), folder="/"))
    check(documents("program"), home)
    with pytest.raises(ManifestErrors) as error:
        check(documents("say-hello"), home)
    assert [problem.rule for problem in error.value.problems] == [rule]


def test_the_mistakes_of_all_manifests_are_told_at_once(home: Home) -> None:
    wrong = SERVICE.replace("containers", "containerz")
    documents = parse_texts([("one.yaml", wrong.replace("NAME", "one")), ("two.yaml", wrong.replace("NAME", "two"))])
    with pytest.raises(ManifestErrors) as error:
        check(documents, home)
    assert {problem.file for problem in error.value.problems} == {"one.yaml", "two.yaml"}


def test_what_is_no_yaml_is_named_with_its_line() -> None:
    with pytest.raises(ManifestErrors) as error:
        parse_texts([("broken.yaml", "a: 1\nb: [\n"), ("fine.yaml", "a: 1"), ("tabs.yaml", "a:\n\tb: 1")])
    assert [(problem.file, problem.line) for problem in error.value.problems] == [("broken.yaml", 3), ("tabs.yaml", 2)]


@given(name=st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True),
       prefix=st.sampled_from(["", "dev.local/zerocart/", "localhost:5000/"]),
       suffix=st.sampled_from(["", ":1", "@sha256:0123", ":1@sha256:0123"]))  # fmt: skip
def test_an_images_name_is_its_functions_whatever_registry_and_version(name: str, prefix: str, suffix: str) -> None:
    assert function_of(template(image=f"{prefix}{name}{suffix}")) == name.replace("-", "_")


class TestDigest:
    def test_it_stays_while_template_and_code_do(self, home: Home) -> None:
        before = digest(template(), home)
        (home.project / "functions" / "say_hello" / "__pycache__").mkdir()
        (home.project / "functions" / "say_hello" / "__pycache__" / "main.pyc").write_text("compiled")
        assert digest(template(), home) == before

    @pytest.mark.parametrize("name", [".main.py.swp", "main.py~", "#main.py#"])
    def test_what_an_editor_has_open_is_no_code(self, home: Home, name: str) -> None:
        before = digest(template(), home)
        (home.project / "functions" / "say_hello" / name).write_text("half a line")
        assert digest(template(), home) == before

    @pytest.mark.parametrize("name", ["main.py", "store.py", "words/greeting.txt"])
    def test_it_changes_with_any_file_of_the_function(self, home: Home, name: str) -> None:
        before = digest(template(), home)
        file = home.project / "functions" / "say_hello" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("# edited\n")
        assert digest(template(), home) != before

    def test_a_file_that_moves_is_a_change(self, home: Home) -> None:
        folder = home.project / "functions" / "say_hello"
        (folder / "a.txt").write_text("words")
        before = digest(template(), home)
        (folder / "a.txt").rename(folder / "b.txt")
        assert digest(template(), home) != before

    def test_it_changes_with_the_template_and_not_with_another_function(self, home: Home) -> None:
        before = digest(template(), home)
        assert digest(template(annotations={"autoscaling.knative.dev/max-scale": "2"}), home) != before
        shutil.copytree(home.project / "functions" / "say_hello", home.project / "functions" / "say_bye")
        assert digest(template(), home) == before

    def test_one_that_describes_all_functions_changes_with_any_of_them(self, home: Home) -> None:
        describing = template(annotations={"zerocart.example/code": "all-functions"})
        before = digest(describing, home)
        shutil.copytree(home.project / "functions" / "say_hello", home.project / "functions" / "say_bye")
        assert digest(describing, home) != before
