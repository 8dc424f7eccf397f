"""What a file of the storefront is to who fetches it: its type, how long it may be kept, in which forms it is there.

A file in `assets/` has its content's hash in its name, so it is kept for good and may stay when a release goes. All
else keeps its name from one release to the next, and is asked for each time.
"""

import gzip
import re
from enum import StrEnum
from pathlib import PurePosixPath

import brotli

ASSETS = "assets/"
INDEX = "index.html"
IMMUTABLE = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# Of these an asset lies there in all three forms, whatever its size: the CDN chooses by the name alone.
COMPRESSIBLE = frozenset({".css", ".js", ".json", ".map", ".svg", ".txt"})
_hashed = re.compile(r"-[A-Za-z0-9_-]{8,}\.[a-z0-9]+")


class Encoding(StrEnum):
    """A form that a file lies there in; the value is what Content-Encoding says."""

    IDENTITY = ""
    BROTLI = "br"
    GZIP = "gzip"

    @property
    def suffix(self) -> str:
        return {"": "", "br": ".br", "gzip": ".gz"}[self.value]


def content_type(path: str) -> str | None:
    """The media type of a file by its name; None for one that no browser is served."""
    return TYPES.get(PurePosixPath(path).suffix)


def cache_control(path: str) -> str:
    return IMMUTABLE if path.startswith(ASSETS) else ASK_EACH_TIME


def has_hash(path: str) -> bool:
    """Whether a name tells its content: only such a file may be kept for good."""
    return _hashed.search(PurePosixPath(path).name) is not None


def encodings(path: str) -> tuple[Encoding, ...]:
    """The forms of a file. A page has one: three objects could not be replaced at once."""
    if path.startswith(ASSETS) and PurePosixPath(path).suffix in COMPRESSIBLE:
        return (Encoding.IDENTITY, Encoding.BROTLI, Encoding.GZIP)
    return (Encoding.IDENTITY,)


def encode(content: bytes, encoding: Encoding) -> bytes:
    """The content in a form, as small as it gets; the same content gives the same bytes."""
    match encoding:
        case Encoding.IDENTITY:
            return content
        case Encoding.BROTLI:
            compressed: bytes = brotli.compress(content, quality=11)
            return compressed
        case Encoding.GZIP:
            return gzip.compress(content, compresslevel=9, mtime=0)
