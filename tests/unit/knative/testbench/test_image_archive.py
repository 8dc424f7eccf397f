"""Images are packed the same from the same files, hold what was asked for, and share what is the same."""

import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

from knative.testbench.image_archive import Image, empty_tmp, make_layer, write_archive


def a_tree(root: Path, *, order: int, time_s: int) -> Path:
    """The same files, made in another order and at another time."""
    names = ["app/main.py", "app/store.py", "bin/run"]
    for name in names[::order]:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
        os.utime(file, (time_s, time_s))
    (root / "bin/run").chmod(0o755)
    (root / "bin/also").symlink_to("run")
    return root


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isfile()}  # type: ignore[union-attr]


def manifests(found: dict[str, bytes]) -> dict[str, Any]:
    """The manifests of an archive by the name of their image."""
    index = json.loads(found["index.json"])
    return {
        each["annotations"]["io.containerd.image.name"]: json.loads(blob(found, each)) for each in index["manifests"]
    }


def blob(found: dict[str, bytes], descriptor: dict[str, str]) -> bytes:
    return found[f"blobs/{descriptor['digest'].replace(':', '/')}"]


def test_the_same_files_make_the_same_archive_whenever_they_were_written(tmp_path: Path) -> None:
    archives = []
    for number, (order, time_s) in enumerate([(1, 10**9), (-1, 10**9 + 7)]):
        here = tmp_path / str(number)
        layer = make_layer([(a_tree(here / "tree", order=order, time_s=time_s), "/")], here / "blobs")
        image = Image(name="dev.local/a:1", layers=(layer,), entrypoint=("/bin/run",), environment={"B": "2", "A": "1"})
        write_archive(here / "a.tar", [image])
        archives.append((here / "a.tar").read_bytes())
    assert archives[0] == archives[1]


def test_a_layer_has_files_of_root_with_their_modes_links_and_parents(tmp_path: Path) -> None:
    tree = a_tree(tmp_path / "tree", order=1, time_s=10**9)
    layer = make_layer([(tree / "bin", "/usr/local/bin"), (tree / "app/main.py", "/app/main.py")], tmp_path / "blobs")
    with tarfile.open(layer.file) as tar:
        found = {each.name: each for each in tar}
    assert sorted(found) == [
        "app", "app/main.py", "usr", "usr/local", "usr/local/bin", "usr/local/bin/also", "usr/local/bin/run",
    ]  # fmt: skip
    assert found["usr/local/bin/run"].mode == 0o755
    assert found["usr/local/bin/also"].linkname == "run"
    assert {(each.uid, each.gid, each.mtime) for each in found.values()} == {(0, 0, 0)}


def test_images_of_one_archive_share_their_layers(tmp_path: Path) -> None:
    layers = (
        make_layer([(a_tree(tmp_path / "tree", order=1, time_s=1), "/")], tmp_path / "blobs"),
        empty_tmp(tmp_path / "blobs"),
    )
    images = [
        Image(
            name=f"dev.local/{name}:1",
            layers=layers,
            entrypoint=("/bin/run",),
            environment={"NAME": name},
            user="65532",
        )
        for name in ("a", "b")
    ]
    write_archive(tmp_path / "both.tar", images)
    found = members(tmp_path / "both.tar")
    both = manifests(found)
    assert list(both) == ["dev.local/a:1", "dev.local/b:1"]
    assert both["dev.local/a:1"]["layers"] == both["dev.local/b:1"]["layers"]
    assert len([name for name in found if name.startswith("blobs/")]) == 2 * len(images) + len(layers)
    configuration = json.loads(blob(found, both["dev.local/b:1"]["config"]))
    assert configuration["config"]["User"] == "65532"
    assert "NAME=b" in configuration["config"]["Env"]
    assert configuration["rootfs"]["diff_ids"] == [each["digest"] for each in both["dev.local/b:1"]["layers"]]


def test_tmp_may_be_written_to_by_everybody(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(empty_tmp(tmp_path).file.read_bytes())) as tar:
        assert [(each.name, each.mode) for each in tar] == [("tmp", 0o1777)]
