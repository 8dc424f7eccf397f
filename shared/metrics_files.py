"""The files in which instances of a revision count, so that their sums outlive them.

prometheus-client's multiprocess mode gives each process its own files, named by pid, and a reader sums them. With
instances that come and go they would pile up, so `compact` adds those of ended processes into one file a kind, and
removes the gauges of ended processes: what they measured is gone. A crash at any point of it loses and doubles nothing:
a journal says which files the merged ones replace, and whoever comes next goes on from there.
"""

import fcntl
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

_FILE = re.compile(r"(?P<kind>counter|histogram|summary|gauge_[a-z]+)_(?P<pid>\d+)\.db")
_JOURNAL = "merge.json"


def collect(folder: Path) -> Iterable[Metric]:
    """The sums over all instances that count or have counted in a folder, gauges over living ones."""
    with _locked(folder):
        files = [
            file
            for file in sorted(folder.glob("*.db"))
            # One of no size was opened this instant and has no entry yet.
            if file.stat().st_size and not (file.name.startswith("gauge_") and _ended(file, ()))
        ]
        merge: Callable[[list[str]], Iterable[Metric]] = MultiProcessCollector.merge
        return merge([str(file) for file in files])


def compact(folder: Path, ended_pids: Iterable[int] = ()) -> None:
    """Merge the files of processes that are no more. `ended_pids`: count as such although they live."""
    ended_pids = frozenset(ended_pids)
    with _locked(folder):
        by_kind: dict[str, list[Path]] = defaultdict(list)
        gauges = []
        for file in sorted(folder.glob("*.db")):
            if kind := _ended(file, ended_pids):
                gauges.append(file) if kind.startswith("gauge_") else by_kind[kind].append(file)
        for gauge in gauges:
            gauge.unlink()
        if not by_kind:
            return
        merged = {kind: _merge(folder, kind, files) for kind, files in by_kind.items()}
        journal = {
            "merged": list(merged.values()),
            "sources": [file.name for files in by_kind.values() for file in files],
        }
        draft = folder / f"{_JOURNAL}.new"
        draft.write_text(json.dumps(journal), encoding="utf-8")
        draft.replace(folder / _JOURNAL)  # from here on the merged files count
        _finish_merge(folder)


def _merge(folder: Path, kind: str, files: list[Path]) -> str:
    """Write what the merged file of a kind must become; the name of the file that it replaces."""
    target = folder / f"{kind}_ended.db"
    sums: dict[str, float] = defaultdict(float)
    for file in [*([target] if target.exists() else []), *files]:
        if file.stat().st_size:
            for key, value, _, _ in MmapedDict.read_all_values_from_file(file):  # type: ignore[no-untyped-call]
                sums[key] += value
    draft = folder / f"{target.name}.new"
    draft.unlink(missing_ok=True)
    written: Any = cast("Any", MmapedDict)(str(draft))
    for key, value in sums.items():
        written.write_value(key, value, 0.0)
    written.close()
    return target.name


def _finish_merge(folder: Path) -> None:
    """Do what the journal says, from wherever it was interrupted."""
    journal = folder / _JOURNAL
    if not journal.exists():
        return
    planned = json.loads(journal.read_text(encoding="utf-8"))
    for name in planned["merged"]:
        draft = folder / f"{name}.new"
        if draft.exists():
            draft.replace(folder / name)
    for name in planned["sources"]:
        (folder / name).unlink(missing_ok=True)
    journal.unlink()


def _ended(file: Path, ended_pids: Iterable[int]) -> str | None:
    """The kind of a file whose process is no more, else None."""
    found = _FILE.fullmatch(file.name)
    if not found:
        return None
    pid = int(found["pid"])
    if pid not in ended_pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return found["kind"]
        except PermissionError:
            return None
        return None
    return found["kind"]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One at a time reads or merges; a merge that was cut short is finished first."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _finish_merge(folder)
        yield
