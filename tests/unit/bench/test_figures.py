from tests.bench.figures import Figure, as_markdown, as_text

FAST = Figure(what="fast | slow", wanted="at least 10", measured="11.0", met=True, notes=("of 50",))
UNKNOWN = Figure(what="size", measured="3 MB")
MISSED = Figure(what="loss", wanted="0", measured="1", met=False)


def test_the_table_says_of_each_figure_whether_its_bound_holds() -> None:
    lines = as_text([FAST, MISSED, UNKNOWN]).splitlines()
    assert lines[1].endswith("11.0      met")
    assert lines[2].endswith("not met")
    assert lines[3].endswith("3 MB")
    assert lines[-1] == "- fast | slow: of 50"


def test_the_page_names_the_machine_and_keeps_its_table_whole() -> None:
    page = as_markdown([FAST], {"memory": "4 GiB"}, "2026-01-02")
    assert page.startswith("# Measured on 2026-01-02\n")
    assert "- memory: 4 GiB" in page
    assert r"| fast \| slow | at least 10 | 11.0 | met |" in page
