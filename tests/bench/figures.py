"""What a benchmark finds: figures, each against what is wanted of it; and how they are written down.

Pure: no figure is measured here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_HEADER = ("WHAT", "WANTED", "MEASURED", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    Args:
        what: was measured, in words.
        wanted: the bound, in words; empty where there is none.
        measured: in words, with its unit.
        met: whether the bound holds; None where there is none, or where the notes say why it is not judged.
        values: the same for a script, names with their unit.
        notes: what a reader must know beside it, a line each.
    """

    what: str
    wanted: str = ""
    measured: str
    met: bool | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what, "wanted": self.wanted, "measured": self.measured, "met": self.met,
            "values": dict(self.values), "notes": list(self.notes),
        }  # fmt: skip


def as_text(figures: Sequence[Figure]) -> str:
    """The table for a terminal, notes below it."""
    rows = [_HEADER, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *_notes(figures)]).rstrip()


def as_markdown(figures: Sequence[Figure], facts: Mapping[str, str], date: str) -> str:
    """The page that is kept in docs/measurements/."""
    rows = [("what", "wanted", "measured", "met"), ("---",) * 4, *(_row(figure) for figure in figures)]
    return "\n".join(
        [
            f"# Measured on {date}",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
            *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
            "",
            *_notes(figures),
            "",
        ]
    )


def _row(figure: Figure) -> tuple[str, str, str, str]:
    return figure.what, figure.wanted, figure.measured, _judgement(figure)


def _judgement(figure: Figure) -> str:
    if figure.met is None:
        return "not judged" if figure.wanted else ""
    return "met" if figure.met else "not met"


def _notes(figures: Sequence[Figure]) -> list[str]:
    return [f"- {figure.what}: {note}" for figure in figures for note in figure.notes]
