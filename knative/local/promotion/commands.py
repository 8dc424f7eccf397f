"""`zerocart promote` and `rollback`: words and wiring."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from knative.local.control import Step
from knative.local.home import Home
from knative.local.promotion.decision import Plan, check
from knative.local.terminal import show_step
from shared.errors import StartError

if TYPE_CHECKING:
    from knative.local.promotion.run import Look, Outcome, Promoter, Source

_DEFAULT = Plan()
_kubeconfig = click.option(
    "--kubeconfig", type=click.Path(dir_okay=False, path_type=Path), envvar="KUBECONFIG",
    help="Of the cluster; KUBECONFIG says the same. Without either: this stack.",
)  # fmt: skip
_namespace = click.option("-n", "--namespace", help="Of the Service; otherwise the kubeconfig's, or shop.")
_json = click.option("--json", "as_json", is_flag=True, help="For a script.")


def _steps(_context: click.Context, _option: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in value.split(","))
    except ValueError:
        raise click.BadParameter("it must be percents with commas between them, such as 1,5,25,50,100") from None


@click.command()
@click.argument("service")
@click.option("--pin", "deed", flag_value="pin", help="From now on a new revision waits, with a host of its own.")
@click.option(
    "--unpin", "deed", flag_value="unpin", help="A new revision has all requests once it is ready, as before."
)
@click.option("--steps", default="1,5,25,50,100", show_default=True, callback=_steps, help="Percents of the requests.")
@click.option(
    "--step-seconds",
    type=click.FloatRange(min=1),
    default=_DEFAULT.step_s,
    show_default=True,
    help="How long each step lasts at least.",
)
@click.option(
    "--longest-step-seconds",
    type=click.FloatRange(min=1),
    default=_DEFAULT.longest_step_s,
    show_default=True,
    help="After so long without reason to go on, it is taken back.",
)
@click.option(
    "--least-requests",
    type=click.IntRange(min=1),
    default=_DEFAULT.least_requests,
    show_default=True,
    help="That it must have answered in a step to go on.",
)
@click.option(
    "--most-error-ratio",
    type=click.FloatRange(0, 1),
    default=_DEFAULT.most_error_ratio,
    show_default=True,
    help="Of its requests that may fail, beyond the stable revision's.",
)
@click.option(
    "--most-p99-ratio",
    type=click.FloatRange(min=1),
    default=_DEFAULT.most_p99_ratio,
    show_default=True,
    help="How many times the stable revision's p99 its own may be.",
)
@click.option(
    "--p99-grace-ms",
    type=click.FloatRange(min=0),
    default=_DEFAULT.p99_grace_ms,
    show_default=True,
    help="And that much more.",
)
@click.option(
    "--prometheus", envvar="PROMETHEUS_URL", help="Who knows how revisions of a cluster do; PROMETHEUS_URL too."
)
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML with the keys requests, errors, p99_ms: PromQL in place of that for Istio's metrics.",
)
@_kubeconfig
@_namespace
@_json
@click.pass_obj
def promote(  # noqa: PLR0917 - click passes them by name
    home: Home, service: str, deed: str | None, steps: tuple[int, ...], step_seconds: float,
    longest_step_seconds: float, least_requests: int, most_error_ratio: float, most_p99_ratio: float,
    p99_grace_ms: float, prometheus: str | None, queries: Path | None, kubeconfig: Path | None, namespace: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Give the newest revision of SERVICE its requests step by step, while it does as well as the one before it.

    First `promote --pin SERVICE`: a new revision then waits without requests, at candidate-SERVICE. It goes on while
    its errors and its p99 are no worse than the stable revision's; if they are, that one has all requests again, and
    the exit code is 1. Killed or interrupted, the traffic stays as it is, and the same command goes on.
    """
    plan = Plan(
        steps=steps, step_s=step_seconds, longest_step_s=longest_step_seconds, least_requests=least_requests,
        most_error_ratio=most_error_ratio, most_p99_ratio=most_p99_ratio, p99_grace_ms=p99_grace_ms,
    )  # fmt: skip
    if wrong := check(plan):
        raise click.UsageError(wrong)
    promoter, is_own = _promoter(home, kubeconfig, namespace)
    if deed == "pin":
        pinned = promoter.pin(service)
        url = _preview(promoter, service)
        _answer(as_json, {"service": service, "outcome": "pinned", "revision": pinned.stable, "preview": url},
                f"{pinned.stable} has all requests; a newer one waits at {url or 'its tag, candidate'}")  # fmt: skip
    elif deed == "unpin":
        newest = promoter.unpin(service)
        _answer(as_json, {"service": service, "outcome": "unpinned", "revision": newest},
                f"{newest} has all requests, and so has each newer one as soon as it is ready")  # fmt: skip
    else:
        source = _source(home, prometheus, queries, promoter.cluster.namespace, is_own=is_own)
        _report(service, promoter.promote(service, plan, source, _shown()), as_json=as_json)


@click.command()
@click.argument("service")
@click.option("--to", default="", metavar="REVISION", help="Any revision that can serve.")
@_kubeconfig
@_namespace
@_json
@click.pass_obj
def rollback(  # noqa: PLR0917 - click passes them by name
    home: Home, service: str, to: str, kubeconfig: Path | None, namespace: str | None, as_json: bool
) -> None:
    """Give all requests of SERVICE to the revision that had them before, at once.

    While a promotion is under way that is the stable one; after it, the one before. A newer revision then waits until
    it is promoted.
    """
    promoter, _ = _promoter(home, kubeconfig, namespace)
    _report(service, promoter.roll_back(service, to), as_json=as_json)


def _promoter(home: Home, path: Path | None, namespace: str | None) -> "tuple[Promoter, bool]":
    """And whether it is this stack's own."""
    from knative.local.promotion import kubeconfig  # noqa: PLC0415 - only these commands need them
    from knative.local.promotion.cluster import Cluster  # noqa: PLC0415
    from knative.local.promotion.run import Promoter  # noqa: PLC0415

    if path is None and not home.kubeconfig.exists():
        raise StartError("the stack is not up", "`make up` (or `zerocart up`) starts it; --kubeconfig names a cluster")
    if path is not None:
        # KUBECONFIG may be a list, as PATH is: the first that is there.
        path = next((each for each in map(Path, str(path).split(os.pathsep)) if each.exists()), path)
    access = kubeconfig.read(path or home.kubeconfig)
    is_own = home.kubeconfig.exists() and kubeconfig.read(home.kubeconfig).server == access.server
    return Promoter(Cluster(access, namespace or access.namespace or "shop")), is_own


def _source(home: Home, prometheus: str | None, queries: Path | None, namespace: str, *, is_own: bool) -> "Source":
    from knative.local.promotion.envoy_counts import EnvoyCounts  # noqa: PLC0415
    from knative.local.promotion.prometheus_counts import PrometheusCounts, read_queries  # noqa: PLC0415

    if prometheus:
        return PrometheusCounts(prometheus, namespace, read_queries(queries))
    if is_own:
        return EnvoyCounts(home.admin_socket)
    raise StartError(
        "nobody is named who knows how the revisions of this cluster do",
        "--prometheus URL (or PROMETHEUS_URL) names the Prometheus that has the gateway's metrics",
    )


def _preview(promoter: "Promoter", service: str) -> str:
    from knative.local.promotion.run import preview_url  # noqa: PLC0415

    return preview_url(promoter.cluster.service(service))


def _shown() -> "Callable[[Look], None]":
    """Tells a person of each step that is over."""
    from knative.local.promotion.decision import Hold, RollBack  # noqa: PLC0415

    def tell(look: "Look") -> None:
        if isinstance(look.verdict, Hold):
            return
        words = f"{look.percent} %: {_words(look)}"
        show_step(Step(text=words, took_s=look.elapsed_s, done=not isinstance(look.verdict, RollBack)))

    return tell


def _words(look: "Look") -> str:
    p99 = f", p99 {look.candidate.p99_ms:.0f} ms" if look.candidate.p99_ms is not None else ""
    other = f" ({look.stable.p99_ms:.0f})" if look.stable.p99_ms is not None and p99 else ""
    return f"{look.candidate.request_count} requests, {look.candidate.error_count} failed{p99}{other}"


def _report(service: str, outcome: "Outcome", *, as_json: bool) -> None:
    """The answer, and exit 1 where what was asked for did not come about."""
    found = {
        "service": service, "outcome": outcome.kind, "revision": outcome.revision, "other": outcome.other,
        "percent": outcome.percent, "reason": outcome.reason,
        "steps": [
            {"percent": look.percent, "seconds": round(look.elapsed_s, 1), "candidate": asdict(look.candidate),
             "stable": asdict(look.stable)}
            for look in outcome.looks
        ],
    }  # fmt: skip
    match outcome.kind:
        case "nothing-new":
            words = f"{outcome.revision} has all requests of {service}, and is its newest"
        case "promoted":
            words = f"Promoted {outcome.revision}; `zerocart rollback {service}` leads back to {outcome.other}"
        case "rolled-back" if not outcome.reason:
            words = f"{outcome.revision} has all requests of {service}" + (
                f" again, {outcome.other} none" if outcome.other else ""
            )
        case _:
            words = ""
    _answer(as_json, found, words)
    if outcome.reason:
        raise StartError(
            f"{outcome.other} was taken back at {outcome.percent} %: {outcome.reason}",
            f"{outcome.revision} has all requests again; the log of {outcome.other} may say why",
        )


def _answer(as_json: bool, found: dict[str, Any], words: str) -> None:
    if as_json:
        click.echo(json.dumps(found, indent=1))
    elif words:
        click.echo(words)
