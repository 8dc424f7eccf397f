"""What `--help` says, of every command: `make golden` writes it anew, the diff is read."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from knative.local.cli import zerocart

EXPECTED = Path(__file__).with_name("help.txt")
WIDTH = 100


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, the group's own first."""
    yield words
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name)


def test_help_says_what_was_reviewed(rewriting: bool) -> None:
    pages = []
    for words in commands(zerocart):
        shown = CliRunner().invoke(zerocart, [*words, "--help"], prog_name="zerocart", terminal_width=WIDTH)
        assert shown.exit_code == 0, shown.output
        pages.append(f"$ {' '.join(('zerocart', *words, '--help'))}\n{shown.output}")
    found = "\n".join(pages)
    if rewriting:
        EXPECTED.write_text(found, encoding="utf-8")
    assert found == EXPECTED.read_text(encoding="utf-8")
