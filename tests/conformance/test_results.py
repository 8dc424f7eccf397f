"""What `go test -test.v` printed is read right, and the page tells it."""

from tests.conformance.page import page
from tests.conformance.results import Result, read

LINES = """\
=== RUN   TestPasses
=== PAUSE TestPasses
=== RUN   TestLeftOut
    a_test.go:1: Volumes are not required by Knative Serving API Specification
--- SKIP: TestLeftOut (0.00s)
=== CONT  TestPasses
=== RUN   TestPasses/digest_validation
    b_test.go:2: Skipping digest verification
=== RUN   TestFails
=== NAME  TestPasses
    b_test.go:3: all is well
=== NAME  TestFails
    c_test.go:4: got | and no 200
--- PASS: TestPasses (1.50s)
    --- SKIP: TestPasses/digest_validation (0.00s)
--- FAIL: TestFails (2.25s)
=== RUN   TestHangs
    d_test.go:5: waiting
"""


def test_every_test_has_its_verdict_and_its_last_words() -> None:
    assert read(LINES.splitlines()) == [
        Result(name="TestFails", verdict="FAIL", seconds=2.25, words="got | and no 200"),
        Result(name="TestHangs", verdict="UNFINISHED", seconds=0.0, words="waiting"),
        Result(
            name="TestLeftOut", verdict="SKIP", seconds=0.0,
            words="Volumes are not required by Knative Serving API Specification",
        ),
        Result(name="TestPasses", verdict="PASS", seconds=1.5, words="all is well"),
    ]  # fmt: skip


def test_the_page_counts_them_and_gives_the_reason_for_what_does_not_pass() -> None:
    text = page(
        {"api": read(LINES.splitlines())}, {"TestHangs": "It waits for a cluster."}, version="v0.50.0",
        date="2026-01-02", machine="a machine",
    )  # fmt: skip
    assert "| api | 1 | 2 | 1 |" in text
    assert "| TestHangs | did not finish | 0.0 | It waits for a cluster. |" in text
    assert "| TestFails | failed | 2.2 | got \\| and no 200 |" in text
    assert "| TestPasses | passed | 1.5 |  |" in text


def test_what_a_platform_should_do_is_told_apart_from_what_it_must() -> None:
    passed = {"verdict": "PASS", "seconds": 1.0}
    found = [Result(name="TestMustHave", **passed), Result(name="TestShouldHave", **passed)]  # type: ignore[arg-type]
    text = page({"runtime": found}, {}, version="v0.50.0", date="2026-01-02", machine="a machine")
    assert "| runtime: must | 1 | 0 | 0 |" in text
    assert text.index("## runtime: must") < text.index("TestMustHave") < text.index("## runtime: should")
    assert text.index("## runtime: should") < text.index("TestShouldHave")
