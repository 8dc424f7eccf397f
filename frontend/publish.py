"""Publishes the storefront to the bucket that a CDN serves from, or has an earlier release serve again.

    python -m frontend.publish dist             publish a build
    python -m frontend.publish --dry-run dist   say what that would do
    python -m frontend.publish --releases       what is published, and what serves
    python -m frontend.publish --rollback       the release before serves again, at once
    python -m frontend.publish --headers        what a CDN has to say with every page

STOREFRONT_BUCKET names the bucket; key, region and address of S3 are what AWS's own tools take (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL_S3, ...). CLOUDFRONT_DISTRIBUTION_ID, or CLOUDFLARE_ZONE_ID with CLOUDFLARE_API_TOKEN and
STOREFRONT_URL, name the CDN that has to forget the old pages.
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import click

from frontend.publishing import invalidation, policy, release
from frontend.publishing.bucket import Bucket
from frontend.publishing.plan import (
    Found,
    Plan,
    plan,
    plan_rollback,
    record_of,
    releases,
    rollback_target,
    served_at,
)
from knative.local.entry import enter
from shared.errors import SettingError

_before = "the one before"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--releases", "list_them", is_flag=True, help="What is published, and what serves.")
@click.option(
    "--rollback", "back_to", is_flag=False, flag_value=_before, metavar="[RELEASE]",
    help="Have a release serve again; without a name the one that served before.",
)  # fmt: skip
@click.option("--headers", "show_headers", is_flag=True, help="What a CDN has to say with every page, as JSON.")
@click.option("--again", is_flag=True, help="Send everything, also what is there: for new headers.")
@click.option("--invalidate", is_flag=True, help="Have the CDN forget the pages, also where nothing changed.")
@click.option("--make-bucket", is_flag=True, help="Make the bucket where it is not there.")
def publish(
    folder: Path | None,
    *,
    dry_run: bool,
    list_them: bool,
    back_to: str | None,
    show_headers: bool,
    again: bool,
    invalidate: bool,
    make_bucket: bool,
) -> None:
    """Publish the build in FOLDER to the bucket that a CDN serves from."""
    if (folder is not None) + list_them + (back_to is not None) + show_headers != 1:
        raise click.UsageError("give one of FOLDER, --releases, --rollback and --headers")
    if show_headers:
        click.echo(json.dumps(policy.headers(policy.read(), os.environ), indent=1))
        return
    began_s = time.monotonic()
    cdn = invalidation.from_environment(os.environ)
    files: Mapping[str, bytes]
    built = release.read(folder) if folder else None
    with Bucket(bucket_name(os.environ)) as bucket:
        if make_bucket and not dry_run:
            bucket.make()
        found = bucket.look()
        if list_them:
            show_releases(bucket, found)
            return
        if built is not None:
            record, files = record_of(built), built.files
            todo = plan(built, Found(live=found.live) if again else found)
        else:
            record = bucket.record(rollback_target(found, None if back_to == _before else back_to))
            todo, files = plan_rollback(record, found), {}
        if dry_run:
            show_plan(todo)
            return
        bucket.carry_out(todo, files, record)
    click.echo(outcome(todo, time.monotonic() - began_s, is_new=built is not None))
    if todo.copies or invalidate:
        paths = todo.changed_paths or served_at(record.pages)
        if words := cdn.forget(paths, switch=f"{todo.release}-{int(time.time())}"):
            click.echo(words)


def bucket_name(environment: Mapping[str, str]) -> str:
    """Raises SettingError where none is named."""
    name = environment.get("STOREFRONT_BUCKET")
    if not name:
        raise SettingError("STOREFRONT_BUCKET", name, "must be the name of the bucket that the CDN serves from")
    return name


def outcome(todo: Plan, took_s: float, *, is_new: bool) -> str:
    if not todo.upload_count:
        return f"Release {todo.release} serves already, nothing was uploaded"
    verb = "Published release" if is_new else "Rolled back to release"
    return f"{verb} {todo.release}, {todo.upload_count} objects, in {took_s:.1f} s"


def show_plan(todo: Plan) -> None:
    for upload in (*todo.assets, *todo.pages):
        click.echo(f"upload  {upload.key}")
    for copy in todo.copies:
        click.echo(f"copy    {copy.source} to {copy.key}")
    click.echo(f"{todo.upload_count} objects for release {todo.release}; nothing was done")


def show_releases(bucket: Bucket, found: Found) -> None:
    """A line a release, the newest last."""
    times = bucket.published()
    serving = found.live.release if found.live else None
    for name, whole in sorted(releases(found).items(), key=lambda item: (str(times.get(item[0], "")), item[0])):
        published = f"{times[name]:%Y-%m-%d %H:%M:%S}" if whole and name in times else "half published     "
        click.echo(f"{name}  {published}  {'serves' if name == serving else ''}".rstrip())


def main() -> None:
    """The entry point."""
    enter(publish)


if __name__ == "__main__":
    main()
