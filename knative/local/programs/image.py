"""Images that are programs of this machine: a name, and the command that it stands for.

On a cluster the last part of an image's name leads to files in a registry; here it leads to a command that was named
once, by `zerocart image add`. A revision keeps what its image was when it was made, but no copy of the files.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from knative.local.model import EMPTY, Container
from knative.local.processes import write_atomically
from shared.errors import StartError

NAME = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A program that listens on $PORT.

    Args:
        name: the last part of the image's name, or its whole without tag and digest.
        command: the program, as an absolute path, and its first words; a manifest's `args` follow.
        folder: where it runs, unless a manifest has a `workingDir`.
        environment: its variables, over which a manifest's go.
        path_inside: the path that manifests know the program by, in a `command` or a probe; empty for none.
    """

    name: str
    command: tuple[str, ...]
    folder: str
    environment: Mapping[str, str] = field(default_factory=lambda: EMPTY, repr=False)
    path_inside: str = ""


def to_json(image: Image) -> dict[str, object]:
    return {
        "name": image.name, "command": list(image.command), "folder": image.folder,
        "environment": dict(image.environment), "path_inside": image.path_inside,
    }  # fmt: skip


def from_json(value: object) -> Image:
    return msgspec.convert(value, Image)


def command_of(image: Image, container: Container) -> tuple[str, ...]:
    """What an instance runs: `command` takes the place of the image's own, `args` follow, as in Kubernetes."""
    return (*(container.command or image.command), *container.args)


def executable(image: Image, command: tuple[str, ...]) -> str:
    """The file to run for a command: what the image knows by another path lies elsewhere on this machine."""
    return image.command[0] if image.path_inside and command[0] == image.path_inside else command[0]


def last_part(reference: str) -> str:
    """Of an image's name: `list-products` of `registry.example/shop/list-products:1`."""
    return _plain(reference).rpartition("/")[2]


def find(images: Mapping[str, Image], reference: str) -> Image | None:
    """The image that a manifest's name leads to: by its whole, or by its last part."""
    return images.get(_plain(reference)) or images.get(last_part(reference))


def _plain(reference: str) -> str:
    """Without tag and digest."""
    path, slash, last = reference.partition("@")[0].rpartition("/")
    return path + slash + last.partition(":")[0]


class Images:
    """The images of one stack, in a file; whoever looks sees it as it is now."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> dict[str, Image]:
        """All of them by name. Raises StartError where the file is none of ours."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Image])
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:
            raise StartError(f"{self._file}: {error}", "mend it, or remove it and add the images again") from error

    def add(self, image: Image) -> None:
        self._write(self.read() | {image.name: image})

    def remove(self, name: str) -> None:
        """Raises StartError where there is none of that name."""
        images = self.read()
        if name not in images:
            raise StartError(f'there is no image "{name}"', f"known: {', '.join(sorted(images)) or 'none'}")
        self._write({key: image for key, image in images.items() if key != name})

    def _write(self, images: Mapping[str, Image]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({name: to_json(image) for name, image in sorted(images.items())}, indent=1)
        # An environment may hold secrets.
        write_atomically(self._file, content.encode(), mode=0o600)
        if os.geteuid() == 0:
            owner = self._file.parent.stat()
            os.chown(self._file, owner.st_uid, owner.st_gid)
