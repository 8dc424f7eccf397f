"""A good's name for people, from a description in capitals.

Only the case, the blanks and stray signs at the ends change. The words stay the retailer's own: whoever compares the
catalogue with the file finds each name again.
"""

import re

_SMALL = frozenset(
    {"a", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "over", "the", "to", "with"}
)
# Words that stay in capitals, or have capitals of their own.
_SPELLINGS = {
    word.lower(): word
    for word in (
        *("LED", "USB", "TV", "UK", "US", "WC", "CD", "DVD", "MP3", "FM", "BBQ", "DIY", "VIP"),
        *("2D", "3D", "A4", "A5", "A6", "A7", "I", "II", "III", "IV", "XL"),
    )
}
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*")
_SIZE = re.compile(r"\d+(?:cm|mm|m|g|kg|ml|l|x\d+|cmx\d+cm)+", re.IGNORECASE)
_COMMA = re.compile(r" ?, ?")
_STRAY = " ,.;:*"


def name(description: str) -> str:
    """Give a description in title case: 'SET OF 6 SPICE TINS' -> 'Set of 6 Spice Tins'.

    What is already in mixed case is kept ("Dr. Jam's Arouzer Stress Ball"), for somebody chose it.
    """
    text = _COMMA.sub(", ", " ".join(description.split())).strip(_STRAY)
    if not text:
        return ""
    shouted = text.upper()
    mixed = sum(sign.islower() for sign in text) > sum(sign.isupper() for sign in text)
    if mixed and text != text.lower():
        return text
    first = _WORD.search(shouted)
    start = first.start() if first else 0
    return _WORD.sub(lambda word: _cased(word.group(), leading=word.start() == start), shouted)


def _cased(word: str, *, leading: bool) -> str:
    low = word.lower()
    if spelling := _SPELLINGS.get(low):
        return spelling
    if _SIZE.fullmatch(low):
        return low
    if low in _SMALL and not leading:
        return low
    return low[:1].upper() + low[1:]
