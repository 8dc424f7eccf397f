"""What covers a good: dots, stripes, checks, hearts, flowers, stars, by the words of its name."""

import re

from shared.illustration.palette import Palette

_HEART = "M0 4C-3-1-9 0-9-5-9-9-3-10 0-6 3-10 9-9 9-5 9 0 3-1 0 4z"
_STAR = "M0-9 2-3 9-3 4 1 6 8 0 4-6 8-4 1-9-3-2-3z"

_TILES: dict[str, str] = {
    "dots": '<circle cx="11" cy="11" r="7" fill="{pale}"/><circle cx="33" cy="33" r="7" fill="{pale}"/>',
    "stripes": '<path d="M0 0h22v44H0z" fill="{pale}" opacity=".85"/>',
    "checks": '<path d="M0 0h22v44H0z" fill="{pale}" opacity=".5"/>'
    '<path d="M0 0h44v22H0z" fill="{pale}" opacity=".5"/>',
    "hearts": f'<path d="{_HEART}" transform="translate(12 14)" fill="{{pale}}"/>'
    f'<path d="{_HEART}" transform="translate(34 36)" fill="{{pale}}"/>',
    "stars": f'<path d="{_STAR}" transform="translate(12 12)" fill="{{pale}}"/>'
    f'<path d="{_STAR}" transform="translate(34 34)" fill="{{pale}}"/>',
    "flowers": '<path d="M12 5v16M4 13h16M34 27v16M26 35h16" stroke="{pale}" stroke-width="7" stroke-linecap="round"/>'
    '<circle cx="12" cy="13" r="3.5" fill="{accent}"/><circle cx="34" cy="35" r="3.5" fill="{accent}"/>',
    "leaves": '<path d="M4 20Q6 4 20 4 18 20 4 20zM26 42Q28 26 42 26 40 42 26 42z" fill="{pale}"/>',
    "crosses": '<path d="M0 0l44 44M44 0L0 44" stroke="{pale}" stroke-width="5"/>'
    '<path d="M22 0v44M0 22h44" stroke="{pale}" stroke-width="11"/>'
    '<path d="M22 0v44M0 22h44" stroke="{accent}" stroke-width="5"/>',
}

_WORDS: tuple[tuple[str, str], ...] = (
    ("retrospot polkadot spot spots spotty dots", "dots"),
    ("stripe stripes stripey stripy circus parade tape", "stripes"),
    ("gingham check picnic", "checks"),
    ("heart hearts love sweetheart valentine", "hearts"),
    ("star stars spaceboy spaceball space", "stars"),
    ("rose roses floral flower flowers daisy garden suki dolly babushka english regency blossom", "flowers"),
    ("paisley woodland baroque leaf leaves scandinavian damask morris brocade", "leaves"),
    ("union jack london flag", "crosses"),
)
_BY_WORD = {word: pattern for words, pattern in _WORDS for word in words.split()}
_SOMETIMES = ("plain", "plain", "plain", "dots", "stripes", "leaves")


def choose(name: str, seed: int) -> str:
    """Give the pattern that the name speaks of, else one by the seed, mostly none ("plain")."""
    named = next((_BY_WORD[word] for word in re.findall(r"[a-z]+", name.lower()) if word in _BY_WORD), None)
    return named or _SOMETIMES[seed // 8 % len(_SOMETIMES)]


def define(pattern: str, palette: Palette) -> str:
    """Give the SVG definition of a pattern under the id `p`; nothing for "plain"."""
    if pattern == "plain":
        return ""
    tile = _TILES[pattern].format(pale=palette.pale, accent=palette.accent)
    return (
        '<defs><pattern id="p" width="44" height="44" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0h44v44H0z" fill="{palette.main}"/>{tile}</pattern></defs>'
    )
