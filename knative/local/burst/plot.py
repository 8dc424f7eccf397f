"""A burst as a picture: load, instances and latency, one below the other on one time.

Pure: seconds in, the text of an SVG file out. It needs no script and no font of its own, so any browser shows it, and
a page may have it as an image.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from knative.local.burst.record import Second

WIDTH, PANEL_HEIGHT = 760, 150
_LEFT, _RIGHT, _TOP, _GAP = 64, 130, 48, 46
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold}.axis{stroke:#999}.grid{stroke:#e4e4e4}"
    "polyline{fill:none;stroke-width:1.8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One quantity over time; None where it is not known, which interrupts the line."""

    name: str
    colour: str
    dashes: str = ""
    of: Callable[[Second], float | None]


_PANELS = (
    (
        "requests a second",
        (
            _Line(name="sent", colour="#888", dashes="5 4", of=lambda second: second.sent_count),
            _Line(name="answered", colour="#1a7f37", of=lambda second: second.answered_count),
            _Line(name="refused", colour="#bf8700", of=lambda second: second.refused_count),
            _Line(name="lost", colour="#cf222e", of=lambda second: second.lost_count),
        ),
    ),
    (
        "instances",
        (
            _Line(
                name="wanted", colour="#888", dashes="5 4",
                of=lambda second: second.scale.desired_count if second.scale else None,
            ),
            _Line(
                name="ready", colour="#0969da", of=lambda second: second.scale.ready_count if second.scale else None
            ),
        ),
    ),
    (
        "latency, ms",
        (
            _Line(name="p50", colour="#8250df", of=lambda second: _milliseconds(second.p50_s)),
            _Line(name="p99", colour="#cf222e", dashes="5 4", of=lambda second: _milliseconds(second.p99_s)),
        ),
    ),
)  # fmt: skip


def plot(seconds: Sequence[Second], title: str) -> str:
    """The picture of a burst, which may be empty."""
    height = _TOP + len(_PANELS) * (PANEL_HEIGHT + _GAP) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="{_LEFT}" y="22">{escape(title)}</text>',
    ]
    for index, (name, lines) in enumerate(_PANELS):
        parts += _panel(seconds, name, lines, _TOP + index * (PANEL_HEIGHT + _GAP))
    parts.append(f'<text x="{WIDTH - _RIGHT - 6}" y="{height - 10}" text-anchor="end">seconds</text>')
    return "\n".join([*parts, "</svg>", ""])


def nice_top(largest: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50, ... that is not below `largest`: where an axis ends."""
    top = 1.0
    while True:
        for factor in (1, 2, 5):
            if top * factor >= largest:
                return top * factor
        top *= 10


def _panel(seconds: Sequence[Second], name: str, lines: Sequence[_Line], above: int) -> Iterator[str]:
    below, right = above + PANEL_HEIGHT, WIDTH - _RIGHT
    known = (line.of(each) for line in lines for each in seconds)
    top = nice_top(max((value for value in known if value is not None), default=0))

    def x(second_count: float) -> float:
        return round(_LEFT + (right - _LEFT) * second_count / max(1, len(seconds)), 1)

    def y(value: float) -> float:
        return round(below - PANEL_HEIGHT * value / top, 1)

    for value in (0.0, top / 2, top):
        kind = "axis" if value == 0 else "grid"
        yield f'<line class="{kind}" x1="{_LEFT}" y1="{y(value)}" x2="{right}" y2="{y(value)}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>'
    yield f'<text x="{_LEFT}" y="{above - 7}">{name}</text>'
    step = max(1, int(nice_top(len(seconds) / 12)))
    for number in range(0, len(seconds) + 1, step):
        yield f'<text x="{x(number)}" y="{below + 15}" text-anchor="middle">{number}</text>'
    for index, line in enumerate(lines):
        stroke = f'stroke="{line.colour}"' + (f' stroke-dasharray="{line.dashes}"' if line.dashes else "")
        for piece in _pieces([(each.number, line.of(each)) for each in seconds]):
            # Each second is as wide as it lasted, also the only one.
            points = [(at, value) for number, value in piece for at in (number, number + 1)]
            yield f'<polyline {stroke} points="{" ".join(f"{x(at)},{y(value)}" for at, value in points)}"/>'
        key = above + 12 + 18 * index
        yield f'<polyline {stroke} points="{right + 10},{key} {right + 34},{key}"/>'
        yield f'<text x="{right + 40}" y="{key + 4}">{line.name}</text>'


def _pieces(values: Sequence[tuple[int, float | None]]) -> Iterator[list[tuple[int, float]]]:
    """The runs of what is known."""
    piece: list[tuple[int, float]] = []
    for number, value in values:
        if value is not None:
            piece.append((number, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
