"""What the shop says of a good, made from nothing but its name.

The file knows no material, no size and no maker beyond the words of the name, so neither do
we: a description repeats the name, says the shelf, and spells out a count, the colours and
the pattern that the name states.
"""

import re

_COUNT = re.compile(
    r"\b(?P<kind>set|pack|box|bag)\s*(?:of\s*|/\s*|\s)(?P<count>\d+)\b|\bs/(?P<short>\d+)\b|\b(?P<pieces>\d+) piece\b",
    re.IGNORECASE,
)
_COLOURS = frozenset(
    {
        *("red", "pink", "blue", "green", "white", "black", "ivory", "cream", "silver", "gold", "purple"),
        *("yellow", "orange", "turquoise", "brown", "grey", "lilac", "multicolour"),
    }
)
_PATTERNS = {
    "retrospot": "the retrospot pattern",
    "polkadot": "a polkadot pattern",
    "paisley": "a paisley pattern",
    "gingham": "a gingham check",
    "stripe": "stripes",
    "stripes": "stripes",
    "stripey": "stripes",
    "spotty": "spots",
    "spots": "spots",
    "union": "the Union Flag",
    "floral": "a floral pattern",
    "skull": "skulls",
    "skulls": "skulls",
    "woodland": "the woodland design",
    "spaceboy": "the Spaceboy design",
    "suki": "the Suki design",
    "babushka": "the babushka design",
    "baroque": "a baroque pattern",
}
_WORD = re.compile(r"[a-z]+")


def describe(name: str, category: str) -> str:
    """Give one or two sentences about a good."""
    first = f"{name}, from our {category} shelf."
    words = _WORD.findall(name.lower())
    looks = _looks(words)
    count = _count(name)
    if count and looks:
        return f"{first} Sold as {count}, {looks}."
    if count:
        return f"{first} Sold as {count}."
    if looks:
        return f"{first} {looks[:1].upper()}{looks[1:]}."
    return first


def _count(name: str) -> str | None:
    found = _COUNT.search(name)
    if found is None:
        return None
    if found["kind"]:
        kind = found["kind"].lower()
        return f"a {kind} of {found['count']}"
    return f"a set of {found['short'] or found['pieces']}"


def _looks(words: list[str]) -> str:
    colours = [colour for colour in dict.fromkeys(words) if colour in _COLOURS]
    pattern = next((_PATTERNS[word] for word in words if word in _PATTERNS), None)
    # Three colours or more are a choice or a mix; the name says which.
    in_colours = f"in {' and '.join(colours)}" if 0 < len(colours) <= 2 else ""
    with_pattern = f"with {pattern}" if pattern else ""
    return " ".join(part for part in (in_colours, with_pattern) if part)
