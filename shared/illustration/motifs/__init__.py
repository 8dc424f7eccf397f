"""The shapes of goods: SVG with `{f}` for the patterned fill and the palette's colours.

f: main with the pattern, m: main, d: deep, p: pale, a: accent. A motif draws in a square of
400, stands on y = 330 or hangs from y = 0, and leaves a margin of 60 to each side.
"""

from shared.illustration.motifs import hanging, house, kitchen, paper, toys, wearing

MOTIFS: dict[str, str] = {
    **kitchen.MOTIFS,
    **hanging.MOTIFS,
    **house.MOTIFS,
    **paper.MOTIFS,
    **toys.MOTIFS,
    **wearing.MOTIFS,
}
