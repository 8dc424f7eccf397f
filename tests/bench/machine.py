"""On which machine figures were measured, and what its processes use."""

import os
import platform
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import psutil


def facts() -> dict[str, str]:
    """What a reader needs to judge a figure: processor, memory, kernel, Python, and how busy it all was."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load at the start": busy(),
    }


def busy() -> str:
    """The load averages over 1, 5 and 15 minutes; much above zero, other programs share the cores."""
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


class Busyness:
    """How busy the processors were since this was made."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    def share(self) -> float:
        """0: they only waited; 1: all of them worked all the time, for whomever."""
        spent = [now_s - then_s for now_s, then_s in zip(psutil.cpu_times(), self._before, strict=True)]
        named = dict(zip(self._before._fields, spent, strict=True))
        total_s = sum(named[name] for name in ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"))
        return 1 - (named["idle"] + named["iowait"]) / total_s


def family(pid: int, *, without: Collection[int] = ()) -> list[psutil.Process]:
    """A process and everything it has started that lives; `without` these and what they have started."""
    with suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        below = [child for child in head.children() if child.pid not in without]
        return [head, *(each for child in below for each in family(child.pid, without=without))]
    return []


def cpu_s(pid: int, *, without: Collection[int] = ()) -> float:
    """Processor time that a process and its descendants have used so far, those included that have ended."""
    total_s = 0.0
    for process in family(pid, without=without):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total_s += times.user + times.system + times.children_user + times.children_system
    return total_s


def pss_bytes(pid: int) -> int:
    """What memory a process has for itself, and its share of what it has with others. 0 for one that has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
