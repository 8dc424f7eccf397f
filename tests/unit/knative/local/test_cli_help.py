"""The help names every command of the contract, and every command explains itself."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from knative.local import cli
from knative.local.cli import zerocart

PROMISED = {"up", "down", "status", "top", "logs", "apply", "seed", "replay", "burst", "doctor", "version"}


def help_of(*words: str) -> str:
    done = CliRunner().invoke(zerocart, [*words, "--help"])
    assert done.exit_code == 0
    return done.output


def test_the_help_lists_every_promised_command_with_a_line_that_is_whole() -> None:
    _, _, listed = help_of().partition("Commands:\n")
    explained = {line.split()[0]: line for line in listed.splitlines() if line.strip()}
    assert set(explained) >= PROMISED
    assert all(len(explained[name].split()) > 2 for name in PROMISED)


@pytest.mark.parametrize("name", zerocart.list_commands(click.Context(zerocart)))
def test_every_command_says_what_it_does_and_what_each_option_is_for(name: str) -> None:
    assert f"Usage: zerocart {name}" in help_of(name).replace("root", "zerocart")
    command = zerocart.get_command(click.Context(zerocart), name)
    assert command
    assert command.help
    assert all(each.help for each in command.params if isinstance(each, click.Option))


@pytest.mark.parametrize("name", ["status", "replay", "doctor", "seed"])
def test_what_a_script_would_read_it_can_have_as_json(name: str) -> None:
    assert "--json" in help_of(name)


def test_a_short_h_helps_too() -> None:
    assert CliRunner().invoke(zerocart, ["-h"]).output == help_of()


def test_a_command_that_is_typed_again_and_again_loads_none_of_the_others() -> None:
    asked = "from knative.local import cli; import sys; print([each for each in sys.modules if each in %r])"
    others = {"asyncio", *(f"knative.local.{folder}.commands" for folder in cli.ELSEWHERE.values())}
    done = subprocess.run([sys.executable, "-c", asked % others], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
