"""`zerocart burst`: words and wiring."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knative.local.home import Home
from knative.local.terminal import shortest
from shared.errors import StartError

if TYPE_CHECKING:
    from knative.local.burst.record import Second

MOST_RATE, MOST_S = 5_000, 60


def _path(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not value.startswith("/") or not value.isascii() or not value.isprintable() or " " in value:
        raise click.BadParameter("it must begin with / and have neither spaces nor letters that are not ASCII")
    return value


@click.command()
@click.option(
    "--rate", type=click.IntRange(min=1, max=MOST_RATE), default=200, show_default=True, help="Requests a second."
)
@click.option(
    "--seconds", type=click.IntRange(min=1, max=MOST_S), default=10, show_default=True, help="How long to send."
)
@click.option("--path", default="/api/products", show_default=True, callback=_path, help="What to GET.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Where the plot goes instead.")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def burst(  # noqa: PLR0917 - click passes them by name
    home: Home, rate: int, seconds: int, path: str, svg: Path | None, as_json: bool
) -> None:
    """Send requests to this stack's own front door at a rate, and watch the scale follow.

    They come whether or not those before are answered, as people do; a latency counts from when the request was due.
    Shows a line a second, with the instances of the Service that the path leads to; at the end a table, and a plot of
    load, instances and latency in burst.svg in the stack's folder. Ctrl-C ends it early, with both.
    """
    from knative.local.burst import plot, report, run  # noqa: PLC0415 - only this command needs them
    from knative.local.burst.record import Record  # noqa: PLC0415

    file = (svg or home.root / "burst.svg").absolute()
    if svg and not file.parent.is_dir():
        raise StartError(f"{file.parent} is no folder", "make it, or name another one")
    record = Record()
    heads = iter([report.head()])

    def show(second: "Second") -> None:
        for words in (*heads, report.line(second)):
            click.echo(words, err=True)

    early = not run.burst(home, record, rate=rate, for_s=seconds, path=path, show=show)
    title = f"GET {path}, {rate} a second for {seconds} s, {record.busiest or 'no Service'}"
    file.write_text(plot.plot(record.seconds(), title), encoding="utf-8")
    if as_json:
        found = report.as_json(record, path=path, rate=rate, early=early)
        click.echo(json.dumps({**found, "svg": str(file)}, indent=1))
        return
    click.echo("", err=True)
    click.echo(report.as_text(record, early=early))
    click.echo(f"\nPlot in {shortest(file)}", err=True)
