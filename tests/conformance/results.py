"""What became of each test of a suite, read from the lines that `go test -test.v` prints. Pure."""

import re
from dataclasses import dataclass

_verdict = re.compile(r"^(?P<indent> *)--- (?P<verdict>PASS|FAIL|SKIP): (?P<test>\S+) \((?P<seconds>[\d.]+)s\)")
_turn = re.compile(r"^=== (RUN|CONT|NAME|PAUSE) +(?P<test>\S+)")
_said = re.compile(r"^ +\w+\.go:\d+: (?P<words>.*)")
# The suite's own words for what a platform may leave out.
_OPTIONAL = re.compile(r"not (required|defined) by Knative|Skipping for local docker repo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One test. `words` is what it said last, which for one that failed or was skipped is why."""

    name: str
    verdict: str
    seconds: float
    words: str = ""

    @property
    def is_optional(self) -> bool:
        return self.verdict == "SKIP" and bool(_OPTIONAL.search(self.words))

    @property
    def is_recommendation(self) -> bool:
        """Of what a platform should do, and need not."""
        return self.name.startswith("TestShould")


def read(lines: list[str]) -> list[Result]:
    """The results of all tests at the top, in order of name. One that began and has no verdict did not finish."""
    begun: list[str] = []
    said: dict[str, str] = {}
    found: dict[str, tuple[str, float]] = {}
    test = ""
    for line in lines:
        if match := _turn.match(line):
            test = match["test"]
            if "/" not in test and test not in begun:
                begun.append(test)
        elif match := _verdict.match(line):
            test = match["test"]
            found[test] = match["verdict"], float(match["seconds"])
        elif match := _said.match(line):
            said[test] = match["words"]
    return [
        Result(
            name=name, verdict=found.get(name, ("UNFINISHED", 0.0))[0], seconds=found.get(name, ("", 0.0))[1],
            words=said.get(name) or next((said[each] for each in said if each.startswith(f"{name}/")), ""),
        )
        for name in sorted(begun)
    ]  # fmt: skip
