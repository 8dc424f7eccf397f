#!/usr/bin/env python3
"""Packs folders and files as container images, without a container engine: an OCI image layout in a tar.

The same content gives the same bytes, whenever and by whom it is packed: names are sorted, everything belongs to root
and bears the time zero. So Python's bytecode in it must be of the kind that does not ask for its source's time
(PEP 552, `unchecked-hash`). Images of one archive share the layers that are the same. Needs nothing but Python.
Source: github.com/opencontainers/image-spec, `image-layout.md`, `layer.md`, `config.md`.

    image_archive.py OUT.tar NAME:TAG [--layer FOLDER]... [--file SOURCE=/PATH]... [--entrypoint "WORD WORD"]
                     [--env NAME=VALUE]... [--user USER] [--workdir FOLDER]
"""

import argparse
import hashlib
import io
import json
import os
import platform
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


_OCI = "application/vnd.oci.image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A tar of files, kept under its digest."""

    digest: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What runs: `name` with its tag, layers from below to above, and how it starts."""

    name: str
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...]
    environment: Mapping[str, str]
    user: str = ""
    folder: str = "/"


def make_layer(content: Iterable[tuple[Path, str]], blobs: Path) -> Layer:
    """Pack files and folders, each to its path in the image; gives the layer, which lies in `blobs`.

    Args:
        content: what lies where. A folder brings everything in it; `/` is the root of the image.
        blobs: where layers are kept; the same layer is kept once.
    """
    found: dict[str, Path | None] = {}
    for source, target in content:
        _find(source, target.strip("/"), found)
    for name in list(found):
        for parent in Path(name).parents:
            found.setdefault(str(parent), None)
    found.pop(".", None)
    with _kept(blobs) as (tar, layer):
        for name in sorted(found):
            _add(tar, name, found[name])
    return layer()


def empty_tmp(blobs: Path) -> Layer:
    """A layer with a /tmp that everybody may write to."""
    with _kept(blobs) as (tar, layer):
        info = tarfile.TarInfo("tmp")
        info.type, info.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(info)
    return layer()


def write_archive(archive: Path, images: Sequence[Image]) -> None:
    """Write an archive of some images, each layer once; `archive` is whole or not there."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    layers = {layer.digest: layer.file for image in images for layer in image.layers}
    with tarfile.open(unfinished, "w", format=tarfile.PAX_FORMAT) as tar:
        _put(tar, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        manifests = []
        for image in images:
            config = _json(_configuration(image))
            manifest = _json(
                {
                    "schemaVersion": 2,
                    "mediaType": f"{_OCI}.manifest.v1+json",
                    "config": _descriptor(f"{_OCI}.config.v1+json", config),
                    "layers": [
                        {
                            "mediaType": f"{_OCI}.layer.v1.tar",
                            "digest": f"sha256:{layer.digest}",
                            "size": layer.file.stat().st_size,
                        }
                        for layer in image.layers
                    ],
                }
            )
            for blob in (config, manifest):
                _put(tar, f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}", blob)
            # The first annotation is containerd's, with the whole name; the second OCI's own.
            names = {"io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": image.name}
            manifests.append({**_descriptor(f"{_OCI}.manifest.v1+json", manifest), "annotations": names})
        for digest, file in layers.items():
            info = tarfile.TarInfo(f"blobs/sha256/{digest}")
            info.size = file.stat().st_size
            with file.open("rb") as content:
                tar.addfile(info, content)
        index = {"schemaVersion": 2, "mediaType": f"{_OCI}.index.v1+json", "manifests": manifests}
        _put(tar, "index.json", _json(index))
    unfinished.replace(archive)


@contextmanager
def _kept(blobs: Path) -> Iterator[tuple[tarfile.TarFile, Callable[[], Layer]]]:
    """A tar to fill, and what gives the layer it has become when it is closed."""
    blobs.mkdir(parents=True, exist_ok=True)
    unnamed = blobs / f"unfinished-{os.getpid()}"

    def layer() -> Layer:
        with unnamed.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        unnamed.rename(blobs / digest)
        return Layer(digest=digest, file=blobs / digest)

    with tarfile.open(unnamed, "w", format=tarfile.PAX_FORMAT) as tar:
        yield tar, layer


def _find(source: Path, target: str, found: dict[str, Path | None]) -> None:
    if target:
        found[target] = source
    if source.is_dir() and not source.is_symlink():
        for child in source.iterdir():
            _find(child, f"{target}/{child.name}".lstrip("/"), found)


def _add(tar: tarfile.TarFile, name: str, source: Path | None) -> None:
    info = tarfile.TarInfo(name)
    if source is None:
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(info)
        return
    status = source.lstat()
    info.mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, str(source.readlink())
        tar.addfile(info)
    elif stat.S_ISDIR(status.st_mode):
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    elif stat.S_ISREG(status.st_mode):
        info.size = status.st_size
        with source.open("rb") as content:
            tar.addfile(info, content)


def _configuration(image: Image) -> dict[str, object]:
    return {
        "created": "1970-01-01T00:00:00Z",
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {
            "User": image.user,
            "Env": [f"{name}={value}" for name, value in sorted({"PATH": SEARCH_PATH, **image.environment}.items())],
            "Entrypoint": list(image.entrypoint),
            "WorkingDir": image.folder,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in image.layers]},
    }


def _descriptor(media_type: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)}


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description="Packs one container image.")
    parser.add_argument("archive", type=Path, metavar="OUT.tar")
    parser.add_argument("name", metavar="NAME:TAG")
    parser.add_argument("--layer", action="append", default=[], metavar="FOLDER", help="becomes a layer of its own")
    parser.add_argument("--file", action="append", default=[], metavar="SOURCE=/PATH", help="all of them make a layer")
    parser.add_argument("--entrypoint", default="", metavar="WORDS")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--user", default="")
    parser.add_argument("--workdir", default="/", metavar="FOLDER")
    given = parser.parse_args()
    blobs = given.archive.parent / "blobs"
    layers = [make_layer([(Path(folder), "/")], blobs) for folder in given.layer]
    files = [each.split("=", 1) for each in given.file]
    layers += [make_layer([(Path(source), target) for source, target in files], blobs), empty_tmp(blobs)]
    image = Image(
        name=given.name,
        layers=tuple(layers),
        entrypoint=tuple(given.entrypoint.split()),
        environment=dict(each.split("=", 1) for each in given.env),
        user=given.user,
        folder=given.workdir,
    )
    write_archive(given.archive, [image])


if __name__ == "__main__":
    main()
