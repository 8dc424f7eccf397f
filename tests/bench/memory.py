"""What the whole shop needs of memory while nobody calls it."""

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.machine import family, pss_bytes

WANTED_BYTES = 300 * 10**6


def by_part(bench: Bench) -> dict[str, int]:
    """PSS of each part's processes, in bytes."""
    return {
        part: sum(pss_bytes(process.pid) for process in family(pid)) for part, pid in bench.pids().items()
    }


def measure(bench: Bench) -> list[Figure]:
    say("Memory: waiting for every service to be at zero")
    bench.wait_for_zero()
    parts = by_part(bench)
    counts = {part: len(family(pid)) for part, pid in bench.pids().items()}
    total_bytes = sum(parts.values())
    each = ", ".join(
        f"{part} {used / 1e6:.0f}" + (f" ({counts[part]} processes)" if counts[part] > 1 else "")
        for part, used in sorted(parts.items(), key=lambda item: -item[1])
    )
    return [
        Figure(
            what="memory of the shop at zero (PSS)",
            wanted="at most 300 MB",
            measured=f"{total_bytes / 1e6:.0f} MB",
            met=total_bytes <= WANTED_BYTES,
            values={"total_bytes": total_bytes, "by_part_bytes": parts},
            notes=(f"in MB: {each}",),
        )
    ]
