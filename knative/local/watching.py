"""`zerocart apply --watch`, a developer's inner loop: what is saved is applied, and the loop goes on whatever it is.

The files are looked at again and again: they are few, and a look is a `stat` of each. An editor writes in several
steps, so a change counts once a look finds no further one.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from knative.local import manifest
from knative.local.control import Step
from knative.local.deployment import code_folders, function_of, is_leftover
from knative.local.home import Home
from knative.local.model import RevisionTemplate
from shared.errors import StartError, ZerocartError
from shared.yaml_documents import Complaints, read_text

LOOK_S = 0.1

Stamp = tuple[int, int, int]
Files = Mapping[Path, Stamp]


def look(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """What tells each file of some files and folders from what it was: when it changed, its size, which file it is."""
    found = {}
    for path in paths:
        for file in _files(path):
            try:
                now = file.stat()
            except FileNotFoundError:
                continue  # replaced just now; the next look finds the new one
            # Of both times of a file this one cannot be set: copied and renamed files have it, too.
            found[file] = now.st_ctime_ns, now.st_size, now.st_ino
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for each in path.iterdir():
        if not is_leftover(each.name):
            yield from _files(each)


def changed(before: Files, after: Files) -> list[Path]:
    """The files that are new, other or gone."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def followed(words: Sequence[str], home: Home) -> list[Path]:
    """The files and folders of a command line, the code of the functions that they name, and the common library."""
    given = [Path(word).absolute() for word in words]
    code = [folder for template in _templates(given) for folder in code_folders(template, function_of(template), home)]
    return list(dict.fromkeys([*given, *code, home.project / "shared"]))


def _templates(paths: Iterable[Path]) -> Iterator[RevisionTemplate]:
    """Those of the manifests among some files, as far as they can be read now."""
    for path in paths:
        for file in _files(path):
            if file.suffix in {".yaml", ".yml"} and file.is_file():
                text = file.read_text(encoding="utf-8", errors="replace")
                found = manifest.read(read_text(text, str(file), Complaints()), Complaints())
                yield from (each.template for each in found.services)
                yield from (each.template for each in found.configurations)


def saves(
    paths_of: Callable[[], Sequence[Path]], pause: Callable[[float], object]
) -> Iterator[tuple[list[Path], float]]:
    """The files of each save, and when it was (seconds of the wall clock), for as long as somebody asks.

    First come none, at once: from then on nothing is missed.

    Args:
        paths_of: what is followed; asked anew after each save, for a manifest may name other functions now.
        pause: waits some seconds.
    """
    paths = paths_of()
    seen = look(paths)
    yield [], time.time()
    while True:
        pause(LOOK_S)
        found = look(paths)
        if found == seen:
            continue
        while True:
            pause(LOOK_S)
            again = look(paths)
            if again == found:
                break
            found = again
        files = changed(seen, found)
        saved_at_s = max([found[file][0] / 1e9 for file in files if file in found] or [time.time() - LOOK_S])
        yield files, saved_at_s
        paths = paths_of()
        # What was saved since is not lost: of a file that was known, the stamp from before is kept.
        seen = {file: found.get(file, stamp) for file, stamp in look(paths).items()}


def watch(
    words: Sequence[str],
    home: Home,
    *,
    apply: Callable[[], Sequence[str]],
    reload: Callable[[], None],
    show_step: Callable[[Step], None],
    show_error: Callable[[ZerocartError], None],
) -> NoReturn:
    """Apply, and again whenever something is saved, until somebody interrupts.

    Args:
        apply: applies the manifests; gives the names of the revisions that were made, which serve then.
        reload: has functions start with the common library as it is now.
    """
    common = home.project / "shared"
    for files, saved_at_s in saves(lambda: followed(words, home), time.sleep):
        of_common = [file for file in files if file.is_relative_to(common)]
        what = _named(files, home) if files else "Watching"
        try:
            if of_common:
                reload()
            made = apply() if len(files) > len(of_common) or not files else []
        except (ZerocartError, OSError) as error:
            show_step(Step(text=f"{what}: refused", took_s=time.time() - saved_at_s, done=False))
            show_error(error if isinstance(error, ZerocartError) else StartError(str(error)))
        else:
            came = [f"{name} serves" for name in made] or [
                "loaded, functions start anew" if of_common else "no new revision"
            ]
            show_step(Step(text=f"{what}: {', '.join(came)}", took_s=time.time() - saved_at_s))
    raise AssertionError("saves have no end")


def _named(files: Sequence[Path], home: Home) -> str:
    first = files[0]
    shown = first.relative_to(home.project) if first.is_relative_to(home.project) else first
    return f"{shown} and {len(files) - 1} more" if len(files) > 1 else str(shown)
