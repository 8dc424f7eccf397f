"""What the whole shop needs of memory while nobody calls it."""

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.machine import family, pss_bytes

WANTED_BYTES = 300 * 10**6


def by_process(bench: Bench) -> dict[str, list[int]]:
    """PSS of the processes of each part, in bytes."""
    pids = bench.pids()
    return {
        part: [pss_bytes(process.pid) for process in family(pid, without=pids.values())]
        for part, pid in pids.items()
    }  # fmt: skip


def total_bytes(bench: Bench) -> int:
    return sum(sum(each) for each in by_process(bench).values())


def measure(bench: Bench) -> list[Figure]:
    say("Memory: waiting for every service to be at zero")
    with bench.quiet():
        bench.wait_for_zero()
        parts = by_process(bench)
    used_bytes = sum(sum(each) for each in parts.values())
    told = ", ".join(
        f"{part} {sum(each) / 1e6:.0f}" + (f" in {len(each)} processes" if len(each) > 1 else "")
        for part, each in sorted(parts.items(), key=lambda item: -sum(item[1]))
    )
    return [
        Figure(
            what="memory of the shop at zero (PSS)",
            wanted="at most 300 MB",
            measured=f"{used_bytes / 1e6:.0f} MB",
            met=used_bytes <= WANTED_BYTES,
            values={"total_bytes": used_bytes, "by_process_bytes": parts},
            notes=(f"in MB: {told}",),
        )
    ]
