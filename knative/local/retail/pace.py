"""When each order of a replay is due."""

from collections.abc import Sequence
from dataclasses import dataclass

from knative.local.retail.plan import Placement
from shared.errors import ZerocartError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast: `speed` times the file's own pace, or `rate` orders a second; neither: as fast as it goes."""

    speed: float | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if self.speed is not None and self.rate is not None:
            raise ZerocartError(
                "both a speed and a rate are given, a replay has one pace",
                "take --speed for the invoices' own rhythm, --rate for an even one",
            )
        for option, value in (("--speed", self.speed), ("--rate", self.rate)):
            if value is not None and not 0 < value < float("inf"):
                raise ZerocartError(f"{option} is {value:g}, it must be above 0")


def due_s(placements: Sequence[Placement], pace: Pace) -> list[float]:
    """Give for each order the seconds from the start of the replay, never less than for the one before it."""
    if pace.rate is not None:
        return [position / pace.rate for position in range(len(placements))]
    if pace.speed is None or not placements:
        return [0.0] * len(placements)
    start = placements[0].invoiced_at
    return [(placement.invoiced_at - start).total_seconds() / pace.speed for placement in placements]
