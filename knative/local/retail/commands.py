"""`zerocart seed` and `zerocart replay`: words and wiring. What they need is imported when they run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knative.local.home import Home
from shared.errors import StartError

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def seed(home: Home, file: Path, as_json: bool) -> None:
    """Make products of an "Online Retail" file (.csv or .csv.gz): one a StockCode.

    Reads the columns StockCode, Description and UnitPrice. What exists keeps its stock; again, it changes nothing.
    """
    from knative.local.retail import seed as seeding  # noqa: PLC0415 - with it comes the database's driver

    report = seeding.seed(file, _database(home), _say)
    click.echo(json.dumps(report.as_json(), indent=1) if as_json else report.as_text())


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), help="Times the invoices' own pace.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Orders a second.")
@click.option("--invoices", type=click.IntRange(min=1), help="Only the first so many.")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def replay(  # noqa: PLR0917 - click passes them by name
    home: Home, file: Path, speed: float | None, rate: float | None, invoices: int | None, as_json: bool
) -> None:
    """Place an "Online Retail" file's sale invoices as orders, through the front door, and check the outcome.

    Without --speed or --rate as fast as it goes. Exit 1 where the database disagrees with what was acknowledged.
    """
    if speed is not None and rate is not None:
        raise click.UsageError("--speed and --rate exclude each other")
    from knative.local.retail import replay as replaying  # noqa: PLC0415

    report = replaying.replay(
        file, base_url=f"http://127.0.0.1:{home.port}", engine=_database(home), speed=speed, rate=rate,
        invoices=invoices, progress=_say,
    )  # fmt: skip
    click.echo(json.dumps(report.as_json(), indent=1) if as_json else report.as_text())
    if not report.agreement.agrees:
        raise StartError("the database does not agree with what was acknowledged", "the report above says where")


def _database(home: Home) -> "Engine":
    """The stack's own database. Raises StartError where there is none yet."""
    from knative.local import secrets  # noqa: PLC0415
    from knative.local.parts import postgres  # noqa: PLC0415
    from shared import database  # noqa: PLC0415

    if not secrets.password_file(home).exists():
        raise StartError("the stack has never been up", "`make up` starts it")
    url = postgres.url(home.run, secrets.password_file(home).read_text(encoding="utf-8").strip())
    return database.make_engine(url, pool_size=2, application_name="zerocart")


def _say(words: str) -> None:
    click.echo(words, err=True)
