"""`zerocart backup`, `restore`, `person` and `admin`: words and wiring. What they need is imported when they run."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from knative.local.control import Step
from knative.local.home import Home
from knative.local.terminal import show_step
from shared.errors import StartError


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(home: Home, file: Path | None) -> None:
    """Write the database of the running stack to a file; the shop sells on.

    Of one moment: accounts, orders, stock, events, the provider's ledger. Without FILE it gets a name with the time, in
    this folder. It is as secret as the database is: readable by you alone.

    Not in it: Valkey, which may be lost at any time, and the keys and passwords in secrets/ below the stack's folder.
    Copy those apart; without the payment keys, payments that were open cannot be made any more.
    """
    from knative.local.data import backups, roles  # noqa: PLC0415 - with it comes the database's driver

    now = datetime.now(UTC)
    path = (file or Path(f"zerocart-{now:%Y%m%dT%H%M%SZ}.backup")).absolute()
    if not path.parent.is_dir():
        raise StartError(f"{path.parent} is no folder", "make it, or name another one")
    began_s = time.monotonic()
    with _database_errors(home):
        about = backups.take(roles.owner_url(home), path, now)
    size_mb = path.stat().st_size / 1_000_000
    show_step(Step(text=f"Backed up schemas {about.migration}, {size_mb:.1f} MB", took_s=time.monotonic() - began_s))
    click.echo(path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(home: Home, file: Path, yes: bool) -> None:
    """Have the database of the running stack be as it was when FILE was written.

    What came after that is lost: orders, accounts, and erasures of persons, which are then to be done again. The shop
    sells on until the restored database takes the place of the other one; for that moment it answers 503. Sessions
    cannot be refreshed any more: people log in again. A backup of an older version is brought forward.
    """
    from knative.local.data import backup_file, restore, roles  # noqa: PLC0415

    about = backup_file.examine(file)
    question = f"Lose everything since {about.taken_at:%Y-%m-%d %H:%M:%S} UTC?"
    if not yes and not click.confirm(question, err=True):
        raise StartError("nothing was restored", "answer y, or say --yes")
    began_s = time.monotonic()
    server = restore.Server(
        administrator=lambda name: roles.administrator_url(home, name), owner=lambda name: roles.owner_url(home, name)
    )
    with _database_errors(home):
        before, after = restore.restore(server, file)
    moved = f", brought forward from {before}" if before != after else ""
    show_step(Step(text=f"Restored schemas {after}{moved}", took_s=time.monotonic() - began_s))
    _forget_cache(home)


def _forget_cache(home: Home) -> None:
    """Nobody may be shown what the restored database does not have."""
    from redis import Redis  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    from knative.local.parts import valkey  # noqa: PLC0415

    began_s = time.monotonic()
    try:
        with Redis.from_url(valkey.url(home.run)) as redis:
            redis.flushall()
    except RedisError as error:
        raise StartError(
            f"the database is restored, the cache is as it was: {error}",
            "it is right again a few seconds after Valkey is back; `zerocart status` shows whether it is",
        ) from None
    show_step(Step(text="Emptied the cache", took_s=time.monotonic() - began_s))


@click.group()
def person() -> None:
    """A person, by e-mail address: export or erase their data."""


@person.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="In one line, for a script.")
@click.pass_obj
def export(home: Home, email: str, as_json: bool) -> None:
    """Print everything that the shop has of a person, as JSON.

    Account, sessions, cart, orders, keys, and the events that name the account or the address. Of passwords and tokens
    there are only hashes, which are left out.
    """
    from knative.local.data import persons, roles  # noqa: PLC0415

    with _database_errors(home):
        found = persons.export(roles.owner_url(home), email)
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 1))


@person.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(home: Home, email: str, yes: bool) -> None:
    """Erase a person; orders stay for the books, as nobody's.

    Account, sessions, cart and keys go, and the events that name the account or the address. The access tokens are
    refused within a second; after some more, when what was under way is over, all is done and the address can register
    anew. A backup that was written before still has the person.
    """
    from knative.local.data import erasure, roles  # noqa: PLC0415

    if not yes and not click.confirm(f"Erase {email} for good?", err=True):
        raise StartError("nobody was erased", "answer y, or say --yes")
    began_s = time.monotonic()
    with _database_errors(home):
        erased = erasure.erase(roles.owner_url(home), email)
    text = f"Erased an account, {erased.orders} orders are nobody's now, {erased.events} events are gone"
    show_step(Step(text=text, took_s=time.monotonic() - began_s))
    if erased.open_payments:
        click.echo(f"{erased.open_payments} payments are open: their sealed cards go when they are settled", err=True)


@click.command()
@click.argument("email")
@click.option("--revoke", is_flag=True, help="Take the role away instead, and end the person's sessions.")
@click.pass_obj
def admin(home: Home, email: str, revoke: bool) -> None:
    """Let a person run the shop: /ops and the reports; their next token has the role.

    With --revoke no token has it any more, within a second.
    """
    from knative.local.data import persons, roles  # noqa: PLC0415

    change = persons.revoke if revoke else persons.grant
    with _database_errors(home):
        now_has = change(roles.owner_url(home), email, "admin")
    click.echo(f"{email}: {', '.join(now_has) or 'no role'}")


@contextmanager
def _database_errors(home: Home) -> Iterator[None]:
    """Tell a person what a database that is away, or refuses, means."""
    import psycopg  # noqa: PLC0415

    from knative.local import secrets  # noqa: PLC0415

    if not secrets.password_file(home).exists():
        raise StartError("the stack has never been up", "`make up` starts it")
    try:
        yield
    except psycopg.OperationalError as error:
        raise StartError(f"the database cannot be reached: {str(error).strip()}", "`make up` starts it") from None
    except psycopg.Error as error:
        raise StartError(
            f"the database refused: {error.diag.message_primary or error}",
            "nothing was changed; mend it, and try again",
        ) from None
