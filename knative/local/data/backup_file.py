"""A backup as a file: a ZIP with Postgres' own dump in it, and a page that says what it is a dump of.

`unzip -p FILE shop.dump | pg_restore …` takes it without us. A ZIP's directory is at its end, and each part has a
checksum: a file that was cut short, or damaged, is known before anything is done with it.
"""

import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from pathlib import Path
from shutil import copyfileobj
from typing import IO

import msgspec

from shared.errors import ZerocartError
from shared.migrations import runner

FORMAT = 1
ABOUT, DUMP = "about.json", "shop.dump"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of. `migration`: the version of the schemas; `app`: ours, when it was taken."""

    format: int = FORMAT
    app: str = msgspec.field(default_factory=lambda: metadata.version("zerocart"))
    migration: str
    postgres: str
    taken_at: datetime


class BackupError(ZerocartError):
    """A file that is no backup, or none for this version. Nothing was changed."""


@contextmanager
def writing(path: Path, about: About) -> Iterator[IO[bytes]]:
    """Where the dump goes. The file has its name when it is whole and on the disk, and is its owner's alone.

    Raises:
        BackupError: there is a file of this name.
    """
    if path.exists():
        raise BackupError(f"{path} exists", "name another file, or remove that one")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr(ABOUT, msgspec.json.encode(about))
                with archive.open(DUMP, "w", force_zip64=True) as dump:
                    yield dump
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def examine(path: Path) -> About:
    """What a file is a backup of, after a look at all of it.

    Raises:
        BackupError: it is none, or damaged, or of a shop that is newer than this one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            about = msgspec.json.decode(archive.read(ABOUT), type=About)
            damaged = archive.testzip()
            if archive.getinfo(DUMP).file_size == 0:
                raise _no_backup(path)
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError, EOFError, NotImplementedError) as error:
        raise _no_backup(path) from error
    if damaged is not None:
        raise BackupError(f"{path} is damaged: {damaged} does not have its checksum", "take another backup file")
    known = runner.versions()
    if about.format > FORMAT or about.migration > known[-1]:
        raise BackupError(
            f"{path} was taken by version {about.app} with schemas {about.migration}, this one ends at {known[-1]}",
            "update the shop first; an older backup is brought forward, a newer one cannot be brought back",
        )
    if about.migration not in known:
        raise BackupError(f"{path} has schemas {about.migration}, which this shop never had", "take a backup of ours")
    return about


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """The dump in a backup that was examined."""
    with zipfile.ZipFile(path) as archive, archive.open(DUMP) as dump:
        yield dump


def feed(source: IO[bytes], process: subprocess.Popen[bytes]) -> None:
    """Give a process all of a file; one that ends early is no error here, its exit code tells."""
    assert process.stdin is not None
    try:
        copyfileobj(source, process.stdin)
        process.stdin.close()
    except BrokenPipeError:
        return


def _no_backup(path: Path) -> BackupError:
    return BackupError(
        f"{path} is no backup of a shop, or was cut short", "`zerocart backup` writes one; copy it again if it was sent"
    )
