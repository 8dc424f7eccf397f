"""`zerocart image`: which program of this machine stands for which image."""

import json
import shutil
from pathlib import Path

import click

from knative.local.control import Step
from knative.local.home import Home
from knative.local.programs.image import NAME, Image, Images, to_json
from shared.errors import StartError


@click.group("image")
def image() -> None:
    """Have programs of this machine stand for images, so that any of them can be a Service."""


@image.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--env", "variables", multiple=True, metavar="K=V", help="A variable that the image brings along.")
@click.option(
    "--workdir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".", show_default=True,
    help="Where the program runs.",
)  # fmt: skip
@click.option("--path-inside", default="", help="The path that manifests know the program by, as in `command`.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def add(  # noqa: PLR0917 - click passes them by name
    home: Home, name: str, variables: tuple[str, ...], workdir: Path, path_inside: str, command: tuple[str, ...]
) -> None:
    """Have COMMAND stand for image NAME: the last part of an image's name, or its whole without tag.

    COMMAND is a program that listens on $PORT; a manifest's `args` follow it. Nothing of it is copied. A Service that
    waits for the image starts; one that has it already gets a new revision when it is applied again.
    """
    if not NAME.fullmatch(name):
        raise click.UsageError(f'"{name}" is no name of an image: lower case, digits, and . _ - / between them')
    if (home.project / "functions" / name.replace("-", "_") / "main.py").is_file():
        raise StartError(f'"{name}" is a function of this project', "its image leads there; choose another name")
    environment = dict(_variable(each) for each in variables)
    added = Image(
        name=name, command=(_program(command[0], workdir), *command[1:]), folder=str(workdir.absolute()),
        environment=environment, path_inside=path_inside,
    )  # fmt: skip
    Images(home.images).add(added)
    click.echo(f"Image {name} is {' '.join(added.command)}")
    _tell_engine(home)


@image.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def show(home: Home, as_json: bool) -> None:
    """The images that were added. The functions of this project need none."""
    images = Images(home.images).read()
    if as_json:
        click.echo(json.dumps([to_json(each) for each in images.values()], indent=1))
        return
    for each in images.values():
        click.echo(f"{each.name:24} {' '.join(each.command)}")


@image.command()
@click.argument("name")
@click.pass_obj
def remove(home: Home, name: str) -> None:
    """Forget an image. Revisions that were made of it run on."""
    Images(home.images).remove(name)
    click.echo(f"Forgot image {name}")


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(f'--env "{text}" must be K=V')
    return name, value


def _program(word: str, folder: Path) -> str:
    """The program's absolute path. Raises StartError where it is none."""
    found = shutil.which(str(folder / word) if "/" in word else word)
    if found is None:
        raise StartError(f'"{word}" is no program that can be run', "write its path, and look at its permissions")
    return str(Path(found).absolute())


def _tell_engine(home: Home) -> None:
    """An engine that lives starts what waited for an image."""
    from knative.local import control, launch  # noqa: PLC0415 - the others need neither
    from knative.local.terminal import show_step  # noqa: PLC0415

    if launch.engine_lives(home):
        for answer in control.request(home.control_socket, {"op": "images"}):
            if isinstance(answer, Step):
                show_step(answer)
