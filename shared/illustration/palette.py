"""Colours that go together, chosen by the words of a name, or by the name itself."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one drawing, as hexadecimal RGB.

    main: of the good.  deep: its shade, for rims and outlines.  pale: its tint, for patterns.
    accent: what stands out against main.  ground and halo: behind the good.
    """

    main: str
    deep: str
    pale: str
    accent: str
    ground: str
    halo: str


def _palette(colours: str) -> Palette:
    main, deep, pale, accent, ground, halo = colours.split()
    return Palette(main=main, deep=deep, pale=pale, accent=accent, ground=ground, halo=halo)


# main, deep, pale, accent, ground, halo
_RED = _palette("#d5443f #9c2a2f #fff1e8 #f2b84b #fbe3d9 #fdf3ec")
_PINK = _palette("#ee8fa8 #b9506f #fff2f5 #7fb5a5 #fbe1e8 #fff3f5")
_BLUE = _palette("#4f83bd #2d5587 #eef6fd #f3b562 #dbe8f4 #f0f6fb")
_GREEN = _palette("#6fa46f #3f6f4c #f2f8ec #ee8f6e #dfeeda #f1f8ee")
_WHITE = _palette("#fbf8f3 #b9aea0 #e9dfd2 #e08a7c #cfdcdc #e1eaea")
_BLACK = _palette("#3d3f4a #22242c #f1ece4 #e2725b #dcd8d3 #eeebe6")
_IVORY = _palette("#f2e4c6 #b3966a #fffaf0 #a65e54 #d8d3c2 #e8e4d6")
_SILVER = _palette("#b4bec6 #74828e #f3f6f8 #dd8a76 #dfe6ea #f0f4f6")
_YELLOW = _palette("#eebf4d #b3802a #fff8e2 #5d8aa8 #fbeecb #fff8e8")
_PURPLE = _palette("#9a78b8 #624887 #f6f0fb #f0b35e #e8ddf1 #f6f1fa")
_ORANGE = _palette("#ec8a4b #b0592a #fff3e8 #4e8f95 #fbe2cd #fef3e9")
_BROWN = _palette("#a9754f #704730 #f7ead9 #6d9a7f #eedfce #f8f0e5")
_TURQUOISE = _palette("#4fa9a6 #2c7072 #eaf8f6 #f08f76 #d6ecea #eef8f7")
_CHRISTMAS = _palette("#c8383c #2f6448 #fdf4ea #e9b54a #d9e6da #eef5ee")

_WORDS: tuple[tuple[str, Palette], ...] = (
    ("red retrospot spotty poppy poppy's strawberry cherry toadstool chilli union", _RED),
    ("pink rose roses fuschia sweetheart raspberry", _PINK),
    ("blue navy denim airmail", _BLUE),
    ("green herb mint cacti flytrap sage", _GREEN),
    ("black skull skulls", _BLACK),
    ("ivory cream natural vanilla pantry", _IVORY),
    ("white porcelain", _WHITE),
    ("silver zinc metal grey steel aged glass clear crystal diamante", _SILVER),
    ("gold yellow brass sunflower honeycomb", _YELLOW),
    ("purple lilac lavender plum amethyst", _PURPLE),
    ("orange amber ginger", _ORANGE),
    ("brown chocolate wood wooden wicker gingerbread rustic choc cinammon", _BROWN),
    ("turquoise aqua teal", _TURQUOISE),
)
_BY_WORD = {word: palette for words, palette in _WORDS for word in words.split()}
_ANY = (_RED, _PINK, _BLUE, _GREEN, _YELLOW, _PURPLE, _ORANGE, _TURQUOISE)
_WORD = re.compile(r"[a-z]+(?:'s)?")


def choose(name: str, category: str, seed: int) -> Palette:
    """Give the palette of the first colour that the name speaks of, else one by the seed."""
    named = next((_BY_WORD[word] for word in _WORD.findall(name.lower()) if word in _BY_WORD), None)
    if named is not None:
        return named
    return _CHRISTMAS if category == "Christmas" else _ANY[seed % len(_ANY)]
