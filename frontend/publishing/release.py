"""A build of the storefront, read and found whole: what would break in a browser is refused before anything is sent."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from frontend.publishing.content import ASSETS, INDEX, content_type, has_hash
from shared.errors import ZerocartError

_address = re.compile(r"""(?:src|href)="(?P<base>[^"]*?/)(?P<path>assets/[^"?#]+)["?#]""")
_tools_own = ".vite"  # the bundler's notes


class ReleaseError(ZerocartError):
    """What is to be published, or to be served again, is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The files of a build by their paths, and the name that follows from them: same content, same release."""

    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        total = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            total.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return total.hexdigest()[:12]

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path.startswith(ASSETS)))

    @property
    def pages(self) -> tuple[str, ...]:
        """What keeps its name from release to release, the index last."""
        return (*sorted(path for path in self.files if not path.startswith(ASSETS) and path != INDEX), INDEX)


def read(folder: Path) -> Release:
    """Read a build. Raises ReleaseError where it is none, or not whole."""
    if not folder.is_dir():
        raise ReleaseError(f"{folder}: there is no such folder", "`npm run build` in frontend/ makes dist/")
    files = {
        str(PurePosixPath(path.relative_to(folder))): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != _tools_own
    }
    check(files, str(folder))
    return Release(files=files)


def check(files: Mapping[str, bytes], where: str) -> None:
    """Raises ReleaseError where a browser would miss something, or would keep for good what can change."""
    again = "build it again: `npm run build` in frontend/"
    if INDEX not in files:
        raise ReleaseError(f"{where}: has no {INDEX}, must be a whole build", again)
    for path in sorted(files):
        if content_type(path) is None:
            raise ReleaseError(
                f"{where}/{path}: nothing says how a browser is served this",
                "add its type to frontend/publishing/content.py, or keep it out of the build",
            )
        if path.startswith(ASSETS) and not has_hash(path):
            raise ReleaseError(
                f"{where}/{path}: has no hash in its name, must have one to be kept by browsers for good",
                "put it into frontend/public/, which is asked for each time, or let Vite name it",
            )
    missing = sorted(set(addresses(files[INDEX])) - files.keys())
    if missing:
        raise ReleaseError(f"{where}/{INDEX}: asks for {missing[0]}, which is not in the build", again)
    if not addresses(files[INDEX]):
        raise ReleaseError(f"{where}/{INDEX}: asks for nothing in {ASSETS}, must be what Vite built", again)


def addresses(page: bytes) -> tuple[str, ...]:
    """The assets that a page asks for, as paths of the build, wherever they are served from."""
    return tuple(found["path"] for found in _address.finditer(page.decode(errors="replace")))
