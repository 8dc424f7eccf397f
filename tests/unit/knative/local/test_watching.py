"""Each save is seen once, whatever an editor writes meanwhile."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from knative.local.home import Home
from knative.local.watching import changed, followed, look, saves

SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: cart}
spec: {template: {spec: {containers: [{image: dev.local/zerocart/cart}]}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file, text in {
        "functions/cart/main.py": "1",
        "functions/cart/service.yaml": SERVICE,
        "shared/a.py": "",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    return tmp_path


def home(project: Path) -> Home:
    return Home(root=project / ".zerocart", project=project, port=8080)


def doing(looks: Sequence[Callable[[], object]]) -> Callable[[float], object]:
    """A pause in which something is done; where many looks have found nothing there is nothing to be found."""
    nothing: Callable[[], object] = lambda: None  # noqa: E731
    steps = iter([*looks, *[nothing] * 20])
    return lambda _: next(steps)()


def seen(project: Path, looks: Sequence[Callable[[], object]], count: int) -> list[list[str]]:
    """The files of so many saves, while before each look something is done."""
    source = saves(lambda: [project], doing(looks))
    return [[file.name for file in next(source)[0]] for _ in range(count + 1)][1:]


def test_with_a_function_s_manifest_its_code_and_the_common_library_are_followed(project: Path) -> None:
    manifest = project / "functions" / "cart" / "service.yaml"
    assert followed([str(manifest)], home(project)) == [manifest, manifest.parent, project / "shared"]


def test_a_manifest_that_is_broken_now_is_followed_all_the_same(project: Path) -> None:
    manifest = project / "functions" / "cart" / "service.yaml"
    manifest.write_text("a: [")
    assert followed([str(manifest)], home(project)) == [manifest, project / "shared"]


@pytest.mark.parametrize("name", [".main.py.swp", "main.py~", "4913", "__pycache__/main.pyc", "#main.py#"])
def test_what_an_editor_or_python_leaves_beside_a_file_is_no_save(project: Path, name: str) -> None:
    before = look([project])
    leftover = project / "functions" / "cart" / name
    leftover.parent.mkdir(exist_ok=True)
    leftover.touch()
    assert look([project]) == before


def test_a_file_that_is_new_other_replaced_or_gone_is_a_change(project: Path) -> None:
    before = look([project])
    (project / "new.py").touch()
    (project / "shared" / "a.py").unlink()
    replacement = project / "functions" / "cart" / "main.tmp"
    replacement.write_text("2")
    os.utime(replacement, ns=(1, 1))
    replacement.rename(project / "functions" / "cart" / "main.py")
    assert [file.name for file in changed(before, look([project]))] == ["main.py", "new.py", "a.py"]


def test_a_save_in_several_steps_is_one(project: Path) -> None:
    main, other = project / "functions" / "cart" / "main.py", project / "functions" / "cart" / "store.py"
    steps: list[Callable[[], object]] = [
        lambda: main.write_text(""),
        lambda: main.write_text("22"),
        other.touch,
        lambda: None,
    ]
    assert seen(project, steps, 1) == [["main.py", "store.py"]]


def test_what_is_saved_while_the_last_save_is_applied_is_not_lost(project: Path) -> None:
    main = project / "functions" / "cart" / "main.py"
    source = saves(lambda: [project], doing([lambda: main.write_text("22")]))
    next(source)
    next(source)
    main.write_text("333")  # between two calls the one that asks is busy with applying
    assert [file.name for file in next(source)[0]] == ["main.py"]
