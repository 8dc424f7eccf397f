"""What has to be done so that a release serves: a comparison of what should be in the bucket with what is there.

Nothing here reads a bucket. The order is the promise: assets first, then the release's own copy of its pages, then the
record that says it is whole, and only then the pages under the names that are served, the index last. So whoever is
killed in between leaves the old index with all it asks for, and who comes again does what is left. An asset is never
deleted: a browser that has an old page open finds what it asks for.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from frontend.publishing.content import INDEX, Encoding, encodings
from frontend.publishing.release import Release, ReleaseError

RELEASES = "releases/"
_record_name = "release.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of the build, sent in one form under one key. `path` None: the release's record."""

    key: str
    path: str | None
    encoding: Encoding = Encoding.IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A page of a release, put where it is served. Of the index it is the switch."""

    source: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Which release serves, and which one it came after. Both stand in the index's own metadata, and change with it."""

    release: str
    replaced: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is in the bucket: the keys below `assets/` and `releases/`, and which release serves, if any."""

    keys: Collection[str] = frozenset()
    live: Live | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`assets` in any order, at the same time; then `pages` and `copies`, one after the other."""

    release: str
    assets: tuple[Upload, ...] = ()
    pages: tuple[Upload, ...] = ()
    copies: tuple[Copy, ...] = ()
    live: Live | None = None

    @property
    def upload_count(self) -> int:
        return len(self.assets) + len(self.pages) + len(self.copies)

    @property
    def changed_paths(self) -> tuple[str, ...]:
        """What a CDN must forget: what is served under its old name with a new content."""
        return served_at(copy.key for copy in self.copies)


def served_at(pages: Iterable[str]) -> tuple[str, ...]:
    """The paths of some pages: the index has two, and a CDN keeps an answer for each."""
    paths = tuple(f"/{page}" for page in pages)
    return ("/", *paths) if f"/{INDEX}" in paths else paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A release as the bucket remembers it: all that has to be there for it to serve again."""

    release: str
    assets: tuple[str, ...]
    pages: tuple[str, ...]

    def text(self) -> bytes:
        plain = {"release": self.release, "assets": self.assets, "pages": self.pages}
        return json.dumps(plain, indent=1).encode()

    @classmethod
    def read(cls, text: bytes) -> "Record":
        plain = json.loads(text)
        return cls(release=plain["release"], assets=tuple(plain["assets"]), pages=tuple(plain["pages"]))


def record_of(release: Release) -> Record:
    assets = tuple(key for path in release.assets for key, _ in _forms(path))
    return Record(release=release.name, assets=assets, pages=release.pages)


def record_key(release: str) -> str:
    return f"{RELEASES}{release}/{_record_name}"


def page_key(release: str, page: str) -> str:
    return f"{RELEASES}{release}/{page}"


def plan(release: Release, found: Found) -> Plan:
    """How a build comes to serve. Nothing to do where it does already."""
    name = release.name
    assets = tuple(
        Upload(key=key, path=path, encoding=encoding)
        for path in release.assets
        for key, encoding in _forms(path)
        if key not in found.keys
    )
    pages = [
        Upload(key=page_key(name, page), path=page)
        for page in release.pages
        if page_key(name, page) not in found.keys
    ]  # fmt: skip
    if record_key(name) not in found.keys:
        pages.append(Upload(key=record_key(name), path=None))
    return _switched(Plan(release=name, assets=assets, pages=tuple(pages)), release.pages, found.live)


def plan_rollback(record: Record, found: Found) -> Plan:
    """How a release that was published comes to serve again. Raises ReleaseError where it is no longer whole."""
    needed = (*record.assets, *(page_key(record.release, page) for page in record.pages))
    missing = sorted(set(needed) - set(found.keys))
    if missing:
        raise ReleaseError(
            f"release {record.release} is not whole: {missing[0]} is not in the bucket"
            + (f", and {len(missing) - 1} more are not" if len(missing) > 1 else ""),
            "publish it again from its sources; what serves now serves on",
        )
    return _switched(Plan(release=record.release), record.pages, found.live)


def rollback_target(found: Found, wanted: str | None) -> str:
    """The release to serve again: the one asked for, or the one that served before. Raises ReleaseError for none."""
    if wanted is None:
        if found.live is None or found.live.replaced is None:
            raise ReleaseError("no release served before this one", "name one of `releases`")
        return found.live.replaced
    if record_key(wanted) in found.keys:
        return wanted
    if any(key.startswith(f"{RELEASES}{wanted}/") for key in found.keys):
        raise ReleaseError(
            f"release {wanted} is half published: its record is not there",
            "publish it again from its sources; what serves now serves on",
        )
    raise ReleaseError(f"there is no release {wanted}", "`releases` lists those there are")


def releases(found: Found) -> dict[str, bool]:
    """Every release in the bucket, and whether it is whole as far as its record says."""
    names = {key.removeprefix(RELEASES).partition("/")[0] for key in found.keys if key.startswith(RELEASES)}
    return {name: record_key(name) in found.keys for name in sorted(names)}


def _switched(before: Plan, pages: tuple[str, ...], live: Live | None) -> Plan:
    """The plan with the switch at its end, unless the release serves."""
    if live is not None and live.release == before.release:
        return before
    return Plan(
        release=before.release,
        assets=before.assets,
        pages=before.pages,
        copies=tuple(Copy(source=page_key(before.release, page), key=page) for page in pages),
        live=Live(release=before.release, replaced=live.release if live else None),
    )


def _forms(path: str) -> list[tuple[str, Encoding]]:
    return [(path + encoding.suffix, encoding) for encoding in encodings(path)]
