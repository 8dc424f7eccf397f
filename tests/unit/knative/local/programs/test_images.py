"""Which program stands for an image, what of it a manifest changes, and how a person adds one."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knative.local.home import Home
from knative.local.model import Container
from knative.local.programs.commands import image as command
from knative.local.programs.image import Image, Images, command_of, executable, find, from_json, last_part, to_json
from shared.errors import StartError

PROGRAM = Image(name="hello", command=("/bin/hello", "--here"), folder="/srv", environment={"A": "b"})


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("hello", "hello"),
        ("registry.example:5000/shop/hello", "hello"),
        ("registry.example:5000/shop/hello:1.2", "hello"),
        (f"registry.example/hello@sha256:{'0' * 64}", "hello"),
        (f"registry.example/hello:1@sha256:{'0' * 64}", "hello"),
    ],
)
def test_the_last_part_of_a_name_leads_to_the_image_whatever_its_registry_tag_and_digest(
    reference: str, name: str
) -> None:
    assert last_part(reference) == name
    assert find({"hello": PROGRAM}, reference) is PROGRAM
    assert find({"hell": PROGRAM}, reference) is None


def test_a_whole_name_goes_before_its_last_part() -> None:
    whole = Image(name="dev.local/a/hello", command=("/bin/other",), folder="/")
    images = {each.name: each for each in (PROGRAM, whole)}
    assert find(images, "dev.local/a/hello:1") is whole
    assert find(images, "dev.local/b/hello:1") is PROGRAM


@pytest.mark.parametrize(
    ("container", "words"),
    [
        (Container(image="x"), ("/bin/hello", "--here")),
        (Container(image="x", args=("a",)), ("/bin/hello", "--here", "a")),
        (Container(image="x", command=("/bin/c", "d")), ("/bin/c", "d")),
        (Container(image="x", command=("/bin/c",), args=("a",)), ("/bin/c", "a")),
    ],
)
def test_a_manifests_command_takes_the_place_of_the_images_and_its_args_follow(
    container: Container, words: tuple[str, ...]
) -> None:
    assert command_of(PROGRAM, container) == words


def test_a_command_by_the_path_that_the_image_knows_runs_the_program_and_is_called_so() -> None:
    inside = Image(name="hello", command=("/bin/hello",), folder="/", path_inside="/ko-app/hello")
    assert executable(inside, ("/ko-app/hello", "x")) == "/bin/hello"
    assert executable(inside, ("/bin/cat", "x")) == "/bin/cat"
    assert executable(PROGRAM, ("/ko-app/hello",)) == "/ko-app/hello"


def test_an_image_is_the_same_after_it_was_written_and_its_secrets_are_no_one_elses(tmp_path: Path) -> None:
    images = Images(tmp_path / "home" / "images.json")
    assert images.read() == {}
    images.add(PROGRAM)
    assert images.read() == {"hello": PROGRAM}
    assert from_json(json.loads(json.dumps(to_json(PROGRAM)))) == PROGRAM
    assert (tmp_path / "home" / "images.json").stat().st_mode & 0o077 == 0
    assert "'b'" not in repr(PROGRAM)
    images.remove("hello")
    assert images.read() == {}
    with pytest.raises(StartError, match='no image "hello"'):
        images.remove("hello")


def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    file = tmp_path / "images.json"
    file.write_text('{"hello": 1}')
    with pytest.raises(StartError, match=r"images\.json"):
        Images(file).read()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home", project=tmp_path / "project", port=8080)
    (home.project / "functions" / "say_hello").mkdir(parents=True)
    (home.project / "functions" / "say_hello" / "main.py").touch()
    return home


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=home)


def test_an_image_is_added_listed_and_forgotten(home: Home, tmp_path: Path) -> None:
    assert run(home, "add", "hello", "--env", "A=b=c", "--workdir", str(tmp_path), "--", "sh", "-c", "x").exit_code == 0
    (found,) = json.loads(run(home, "list", "--json").output)
    assert (found["name"], found["environment"], found["folder"]) == ("hello", {"A": "b=c"}, str(tmp_path))
    assert Path(found["command"][0]).is_absolute()
    assert Path(found["command"][0]).name == "sh"
    assert found["command"][1:] == ["-c", "x"]
    assert "hello" in run(home, "list").output
    assert run(home, "remove", "hello").exit_code == 0
    assert run(home, "list").output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Hello", "--", "sh"), "no name of an image"),
        (("say-hello", "--", "sh"), "is a function of this project"),
        (("hello", "--env", "A", "--", "sh"), "must be K=V"),
        (("hello", "--", "./absent"), "no program that can be run"),
        (("hello",), "Missing argument"),
    ],
)
def test_what_cannot_be_an_image_is_refused_and_nothing_is_written(
    home: Home, words: tuple[str, ...], said: str
) -> None:
    done = run(home, "add", *words)
    assert done.exit_code != 0
    assert said in f"{done.output}{done.exception}"
    assert not home.images.exists()
