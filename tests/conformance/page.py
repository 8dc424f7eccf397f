"""`docs/conformance.md`, from the results of Knative's own suites. Pure."""

from collections.abc import Mapping, Sequence

from tests.conformance.results import Result

_HEAD = """\
# Knative's own conformance tests

`make conformance` writes this page. It builds the tests of Knative Serving {version} (`test/conformance`) and the
programs that they deploy, from Knative's sources, and runs them against a stack of its own. The programs are not
changed; each is an image of `zerocart image add`, and runs in a network namespace of its own, for most of them listen
on port 8080 whatever `$PORT` says.

Run on {date}, on {machine}.

| suite | passed | failed | left out |
|---|---|---|---|
"""
_TAIL = """
A test that is left out says itself that a platform need not have what it tests, and is skipped by the suite's own
flag `-disable-optional-api`, or its words below say why. Of these, what can be had here is run all the same:
Configurations and Routes of one's own, and names that the server makes. The runtime contract has things that a
platform must do and things that it should do; the names of the tests say which.
"""
_VERDICTS = {"PASS": "passed", "FAIL": "failed", "SKIP": "left out", "UNFINISHED": "did not finish"}


def page(
    suites: Mapping[str, Sequence[Result]], reasons: Mapping[str, str], *, version: str, date: str, machine: str
) -> str:
    """Args:
    reasons: why a test fails here, by its name.
    """
    text = _HEAD.format(version=version, date=date, machine=machine)
    parts = {title: results for suite, of_suite in suites.items() for title, results in _parts(suite, of_suite)}
    for title, results in parts.items():
        counts = [sum(each.verdict in verdicts for each in results) for verdicts in _COLUMNS]
        text += f"| {title} | {' | '.join(map(str, counts))} |\n"
    text += _TAIL
    for title, results in parts.items():
        text += f"\n## {title}\n\n| test | | seconds | why |\n|---|---|---|---|\n"
        for each in results:
            why = reasons.get(each.name, each.words) if each.verdict != "PASS" else ""
            text += f"| {each.name} | {_VERDICTS[each.verdict]} | {each.seconds:.1f} | {_cell(why)} |\n"
    return text


def _parts(suite: str, results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """The tests of a suite by how much they bind: of the runtime contract some are for what a platform should do."""
    should = [each for each in results if each.is_recommendation]
    must = [each for each in results if not each.is_recommendation]
    return [(f"{suite}: must", must), (f"{suite}: should", should)] if should else [(suite, must)]


_COLUMNS = (("PASS",), ("FAIL", "UNFINISHED"), ("SKIP",))


def _cell(words: str) -> str:
    text = words.replace("|", "\\|").replace("\n", " ").strip()
    return text if len(text) <= 200 else f"{text[:200]}…"
