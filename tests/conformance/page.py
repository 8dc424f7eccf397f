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
flag `-disable-optional-api`, or its words below say why.
"""
_VERDICTS = {"PASS": "passed", "FAIL": "failed", "SKIP": "left out", "UNFINISHED": "did not finish"}


def page(
    suites: Mapping[str, Sequence[Result]], reasons: Mapping[str, str], *, version: str, date: str, machine: str
) -> str:
    """Args:
    reasons: why a test fails here, by its name.
    """
    text = _HEAD.format(version=version, date=date, machine=machine)
    for suite, results in suites.items():
        counts = [sum(each.verdict in verdicts for each in results) for verdicts in _COLUMNS]
        text += f"| {suite} | {' | '.join(map(str, counts))} |\n"
    text += _TAIL
    for suite, results in suites.items():
        text += f"\n## {suite}\n\n| test | | seconds | why |\n|---|---|---|---|\n"
        for each in results:
            why = reasons.get(each.name, each.words) if each.verdict != "PASS" else ""
            text += f"| {each.name} | {_VERDICTS[each.verdict]} | {each.seconds:.1f} | {_cell(why)} |\n"
    return text


_COLUMNS = (("PASS",), ("FAIL", "UNFINISHED"), ("SKIP",))


def _cell(words: str) -> str:
    text = words.replace("|", "\\|").replace("\n", " ").strip()
    return text if len(text) <= 200 else f"{text[:200]}…"
