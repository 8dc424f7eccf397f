"""`zerocart`, the command line: wiring and words only.

Progress goes to standard error, answers to standard output. Exit 0: done; 1: failed, with what to do; 2: wrong
usage. No traceback reaches a person.
"""

import json
import os
import sys
import time
from importlib import import_module
from typing import Any, NoReturn

import click

from knative.local import control, launch, logs, status
from knative.local.control import Step, Tell
from knative.local.entry import enter
from knative.local.home import Home
from knative.local.terminal import duration, harmless, shortest, show_error, show_step
from shared.errors import StartError


def ask(home: Home, message: dict[str, Any], tell: Tell = show_step) -> Any:
    """Ask the engine, showing its steps; gives its result. Raises StartError where no engine lives."""
    try:
        for answer in control.request(home.control_socket, message):
            if isinstance(answer, Step):
                tell(answer)
            else:
                return answer["result"]
    except (FileNotFoundError, ConnectionRefusedError):
        raise StartError("the stack is not up", "`make up` (or `zerocart up`) starts it") from None
    return None


# Commands with a folder of their own. One is loaded when it is asked for: `apply`, typed again and again, needs none.
ELSEWHERE = {
    "admin": "data",
    "backup": "data",
    "burst": "burst",
    "image": "programs",
    "person": "data",
    "promote": "promotion",
    "replay": "retail",
    "restore": "data",
    "rollback": "promotion",
    "seed": "retail",
    "top": "top",
}


class Commands(click.Group):
    """The commands of this file, and those elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (folder := ELSEWHERE.get(cmd_name)) is None:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(f"knative.local.{folder}.commands"), cmd_name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def zerocart(context: click.Context) -> None:
    """Run the shop's Knative and Istio manifests on this machine, without Kubernetes.

    State lies in .zerocart/ (ZEROCART_HOME moves it), the front door is on port 8080 (ZEROCART_PORT moves it).
    """
    context.obj = Home.from_environment(os.environ)


@zerocart.command()
@click.pass_obj
def up(home: Home) -> None:
    """Start what is not running, wait until the shop answers, say where."""
    began_s = time.monotonic()
    with launch.alone(home):
        launch.start_engine(home)
        ask(home, {"op": "up"})
        show_step(status.first_answer(home))
    click.echo(f"Up in {duration(time.monotonic() - began_s)}\n", err=True)
    base = f"http://localhost:{home.port}"
    click.echo(f"Storefront   {base}/")
    click.echo(f"API          {base}/api/products")
    click.echo(f"OpenAPI      {base}/api/openapi.json")
    click.echo(f"One service  http://list-products.shop.localhost:{home.port}/")
    click.echo(f"Kubernetes   export KUBECONFIG={shortest(home.kubeconfig)}")
    click.echo(
        "\nNext: `zerocart status` shows what runs, `zerocart logs -f gateway` who calls, `make down` stops it",
        err=True,
    )


@zerocart.command()
@click.pass_obj
def down(home: Home) -> None:
    """Stop every process of the stack; data stays."""
    with launch.alone(home):
        launch.stop_all(home, show_step)
    click.echo("Down; the data is kept", err=True)


@zerocart.command("clean-data")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def clean_data(home: Home, yes: bool) -> None:
    """Stop the stack and delete its data, after a question."""
    if not yes and not click.confirm(f"Delete everything below {home.root}, orders and accounts too?", err=True):
        raise StartError("nothing was deleted", "answer y, or say YES=1")
    with launch.alone(home):
        launch.stop_all(home, show_step)
        launch.delete_data(home)
    click.echo("The data is gone; the next `make up` begins anew", err=True)


@zerocart.command("status")
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def show_status(home: Home, as_json: bool) -> None:
    """What runs, at which scale."""
    found = ask(home, {"op": "status"})
    click.echo(json.dumps(found, indent=1) if as_json else status.render(found))


@zerocart.command("publish", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def publish(home: Home, words: tuple[str, ...]) -> None:
    """Publish the storefront here, list its releases, or have an earlier one serve again.

    WORDS are a build's FOLDER, or --releases, or --rollback [RELEASE]; --dry-run says what would be done.
    `python -m frontend.publish --help` has the rest, and publishes elsewhere.
    """
    from knative.local import storefront  # noqa: PLC0415 - only this command needs it

    ask(home, {"op": "status"})
    sys.exit(storefront.publish(home, words, os.environ))


@zerocart.command("logs")
@click.argument("name")
@click.option("-f", "--follow", is_flag=True, help="Go on as lines come.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines.")
@click.pass_obj
def show_logs(home: Home, name: str, follow: bool, lines: int) -> None:
    """The log of a service, of a part (postgres, valkey, envoy, zygote, engine), or of the gateway."""
    for line in logs.tail(home, name, count=lines, follow=follow):
        click.echo(harmless(line), nl=False)


@zerocart.command()
@click.option(
    "-f",
    "--filename",
    "paths",
    required=True,
    multiple=True,
    help="A manifest or a folder of them; - reads standard input.",
)
@click.option("--watch", "go_on", is_flag=True, help="Apply again when a file, or the code of a function, is saved.")
@click.pass_obj
def apply(home: Home, paths: tuple[str, ...], go_on: bool) -> None:
    """Take over manifests; a changed service gets a new revision when that has shown that it can serve."""
    if go_on:
        _watch(home, paths)
    result = ask(home, {"op": "apply", "files": status.read_files(paths)})
    click.echo(f"Applied {result['objects']} objects, {len(result['changed'])} changed")
    for name in result["revisions"]:
        click.echo(f"Made revision {name}")


def _watch(home: Home, paths: tuple[str, ...]) -> NoReturn:
    from knative.local import watching  # noqa: PLC0415 - only this option needs it

    if "-" in paths:
        raise click.UsageError("--watch follows files, and standard input is none")
    # What nobody can mend by saving a file ends it here; what comes later is shown, and the watch goes on.
    status.read_files(paths)
    ask(home, {"op": "status"})
    watching.watch(
        paths,
        home,
        apply=lambda: list(ask(home, {"op": "apply", "files": status.read_files(paths)}, lambda _: None)["revisions"]),
        reload=lambda: ask(home, {"op": "reload"}, lambda _: None),
        show_step=show_step,
        show_error=show_error,
    )


@zerocart.command()
@click.option("--json", "as_json", is_flag=True, help="For a script.")
@click.pass_obj
def doctor(home: Home, as_json: bool) -> None:
    """Look for what keeps a stack from starting: versions, programs, ports, disk, permissions."""
    from knative.local import doctor as diagnosis  # noqa: PLC0415 - only this command needs it

    findings = diagnosis.examine(home)
    if as_json:
        click.echo(json.dumps([finding.plain() for finding in findings], indent=1))
    else:
        for finding in findings:
            show_step(Step(text=finding.text, took_s=finding.took_s, done=finding.healthy), sys.stdout)
    bad = [finding for finding in findings if not finding.healthy]
    if bad:
        raise StartError(
            f"{len(bad)} of {len(findings)} checks failed", "\n".join(dict.fromkeys(each.hint for each in bad))
        )


@zerocart.command()
def version() -> None:
    """The version of this project, and of the programs that it runs."""
    from knative.local import doctor as diagnosis  # noqa: PLC0415

    for name, number in diagnosis.versions().items():
        click.echo(f"{name} {number}")


def main() -> None:
    """The entry point."""
    enter(zerocart, hint="`zerocart doctor` looks for the reason")
