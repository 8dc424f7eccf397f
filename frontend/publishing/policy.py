"""The headers that go with every page, for a storefront whose files or whose API have an origin of their own.

`security-headers.json` says what they are where all is one origin. Whoever sets up a CDN takes them from here:
`python -m frontend.publish --headers`, with CDN_URL and API_URL as they were when it was built.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from shared.errors import SettingError

FILE = Path(__file__).resolve().parents[1] / "security-headers.json"
_policy = "Content-Security-Policy"
_of_the_cdn = ("script-src", "style-src", "img-src", "font-src")
_of_the_api = ("connect-src",)
_origin = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


def read(file: Path = FILE) -> dict[str, str]:
    """The headers where everything is one origin."""
    headers: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return headers


def headers(plain: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The headers of a page that has its files from CDN_URL and calls API_URL. Raises SettingError for no origin."""
    added = {name: _origin_of(environment, "CDN_URL") for name in _of_the_cdn}
    added |= {name: _origin_of(environment, "API_URL") for name in _of_the_api}
    directives = []
    for directive in plain[_policy].split("; "):
        name = directive.partition(" ")[0]
        directives.append(f"{directive} {added[name]}" if added.get(name) else directive)
    return {**plain, _policy: "; ".join(directives)}


def _origin_of(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if value and not _origin.fullmatch(value):
        raise SettingError(name, value, "must be an origin, as https://cdn.example")
    return value
