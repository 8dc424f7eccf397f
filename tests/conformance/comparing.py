"""Answers of two API servers, reduced to what must be the same, and where they are not."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.conformance.api_client import Answer

# Texts that name the machine, the moment or the person, and the word that stands for each in a recording.
_WORDS = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "TIME"),
    (re.compile(r"(?<=\.example\.org):\d+"), ""),
    (re.compile(r"\.recorded\.(example\.com|localhost:\d+)"), ".recorded.DOMAIN"),
)
_USERS = {"kubernetes-admin", "admin", "zerocart"}
_VERSIONS = {"resourceVersion", "hash"}
# Who wrote which field, and how long ago: other words for the requests themselves.
_LEFT_OUT = {"managedFields", "selfLink"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A difference that is meant.

    Args:
        step, path: patterns of where.
        why: for people.
    """

    step: str
    path: str
    why: str

    def covers(self, difference: "Difference") -> bool:
        return fnmatchcase(difference.step, self.step) and fnmatchcase(difference.path, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where an answer of ours is not the real one's. ABSENT stands for what is not there."""

    step: str
    path: str
    real: str
    ours: str

    def __str__(self) -> str:
        return f"{self.step} | {self.path}\n    real: {self.real}\n    ours: {self.ours}"


ABSENT = "(absent)"


def reduced(answers: Mapping[str, Answer], images: Sequence[str]) -> dict[str, Any]:
    """Answers by step, without what differs from run to run."""
    return {step: {"code": each.code, "body": _reduced(each.body, images)} for step, each in answers.items()}


def differences(real: Mapping[str, Any], ours: Mapping[str, Any]) -> list[Difference]:
    """Every place where they differ, step by step."""
    return [
        Difference(step=step, path=path, real=one, ours=other)
        for step in [*real, *(each for each in ours if each not in real)]
        for path, one, other in _apart(dict(flat(real.get(step))), dict(flat(ours.get(step))))
    ]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a value with its path. Of a list of named things, each is called by its name."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from flat(each, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            yield from flat(each, f"{path}/{_name_of(each) or index}")
    else:
        yield path, json.dumps(value)


def _apart(real: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for path in sorted({*real, *ours}):
        one, other = real.get(path, ABSENT), ours.get(path, ABSENT)
        if one != other:
            yield path, one, other


def _name_of(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    found = item.get("name") or item.get("metadata", {}).get("name") or item.get("type")
    return found if isinstance(found, str) else ""


def _reduced(value: Any, images: Sequence[str], key: str = "") -> Any:
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in _LEFT_OUT}
        return {name: _reduced(each, images, name) for name, each in kept.items()}
    if isinstance(value, list):
        return [_reduced(each, images) for each in value]
    if not isinstance(value, str):
        return value
    if key in _VERSIONS:
        return "VERSION"
    if value in _USERS:
        return "USER"
    for number, image in enumerate(images, 1):
        value = value.replace(image, f"IMAGE-{number}")
    for pattern, word in _WORDS:
        value = pattern.sub(word, value)
    return value
