"""Puts a drawing together: ground, shape, colours and pattern."""

import hashlib
from html import escape

from shared.illustration import palette, patterns, words
from shared.illustration.motifs import MOTIFS

# Behind the good; which one, the name's digest decides.
_GROUNDS = (
    '<circle cx="200" cy="196" r="164" fill="{halo}"/>',
    '<path d="M52 400V196a148 148 0 0 1 296 0v204z" fill="{halo}"/>',
    '<path d="M0 312h400v88H0z" fill="{halo}"/><circle cx="200" cy="186" r="146" fill="{halo}"/>',
    '<rect x="36" y="36" width="328" height="328" rx="40" fill="{halo}"/>',
)
_SHADOW = '<ellipse cx="200" cy="334" rx="126" ry="13" fill="{deep}" opacity=".16"/>'
# What hangs on a string has no shadow below it.
_STRING = "M200 0v"


def illustrate(name: str, category: str) -> str:
    """Draw a good.

    Args:
        name: the good's name; its words choose shape, colour and pattern.
        category: its shelf, for where the words say nothing.

    Returns:
        An SVG document of 400 by 400, without text, scripts or references to anything outside.
        The name is in its title, for those who hear pages.
    """
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    colours = palette.choose(name, category, seed)
    pattern = patterns.choose(name, seed)
    shape = MOTIFS[words.choose(name, category)]
    ground = _GROUNDS[seed // 64 % len(_GROUNDS)].format(halo=colours.halo)
    shadow = "" if _STRING in shape else _SHADOW.format(deep=colours.deep)
    fills = {
        "f": colours.main if pattern == "plain" else "url(#p)",
        "m": colours.main,
        "d": colours.deep,
        "p": colours.pale,
        "a": colours.accent,
    }
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{escape(name)}</title>{patterns.define(pattern, colours)}"
        f'<path d="M0 0h400v400H0z" fill="{colours.ground}"/>{ground}{shadow}{shape.format(**fills)}</svg>\n'
    )
