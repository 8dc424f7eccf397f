"""What a function said before it died becomes one line: where, and what."""

from knative.local.start_failures import explain

ROOTS = ("/home/revisions/cart-00002", "/project")
FRAME = '  File "{}", line {}, in <module>\n    something()\n'


def traceback(*frames: tuple[str, int], error: str) -> str:
    head = "Traceback (most recent call last):\n"
    return f"earlier\n{head}{''.join(FRAME.format(*frame) for frame in frames)}{error}\n"


def test_the_error_stands_at_the_file_as_it_lies_in_the_project() -> None:
    said = traceback(("/usr/lib/worker.py", 3), (f"{ROOTS[0]}/functions/cart/main.py", 12), error="NameError: no x")
    assert explain(said, ROOTS) == "functions/cart/main.py:12: NameError: no x"


def test_the_innermost_line_of_ours_is_named_not_that_of_a_library_below_it() -> None:
    said = traceback(
        (f"{ROOTS[0]}/functions/cart/main.py", 1), ("/project/shared/money.py", 7), ("/usr/lib/decimal.py", 99),
        error="ValueError: no number",
    )  # fmt: skip
    assert explain(said, ROOTS) == "shared/money.py:7: ValueError: no number"


def test_a_syntax_error_is_named_too_though_its_frame_names_no_module() -> None:
    said = f'  File "{ROOTS[0]}/functions/cart/main.py", line 9\n    def broken(:\n        ^\nSyntaxError: invalid\n'
    assert explain(said, ROOTS) == "functions/cart/main.py:9: SyntaxError: invalid"


def test_what_is_no_traceback_is_shown_as_it_ended() -> None:
    assert explain("1\n2\n\n3\n4\n", ROOTS) == "2\n3\n4"
    assert explain("", ROOTS) == ""
