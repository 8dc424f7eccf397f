"""What one instance of a program is to be: made by the engine, read in the process that looks after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from knative.local.model import RevisionTemplate
from knative.local.programs.following import Probes
from knative.local.programs.image import Image, command_of, executable


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and how to treat it.

    Args:
        executable: the file that is run, while `command[0]` is what it is told to be called.
        folder: where it runs.
        paths: from the paths that an image knows to those of this machine.
        port: the one that it should have where it is free.
        ports: folder of the locks on ports.
        concurrency: how many requests it has at once; 0 for any number.
        memory_bytes: how much of it the program may have; 0 for any.
        is_http1: whether a refusal of ours can be understood, for it is in HTTP/1.
    """

    executable: str
    command: tuple[str, ...]
    folder: str
    paths: Mapping[str, str]
    port: int
    ports: str
    concurrency: int
    memory_bytes: int
    is_http1: bool
    probes: Probes


def program_of(image: Image, template: RevisionTemplate, ports: Path) -> Program:
    container = template.container
    command = command_of(image, container)
    return Program(
        executable=executable(image, command),
        command=command,
        folder=container.working_directory or image.folder,
        paths={image.path_inside: image.command[0]} if image.path_inside else {},
        port=container.port,
        ports=str(ports),
        concurrency=template.container_concurrency,
        memory_bytes=container.memory_limit_bytes,
        is_http1=container.protocol == "http1",
        probes=probes_of(template),
    )


def probes_of(template: RevisionTemplate) -> Probes:
    """The probes that a manifest names, of a program or of a function."""
    container = template.container
    return Probes(
        readiness=container.readiness_probe, liveness=container.liveness_probe, startup=container.startup_probe
    )


def needs_following(probes: Probes) -> bool:
    """Whether a function needs more than to answer at its own `/healthz` before it takes requests."""
    readiness = probes.readiness
    is_own = readiness.path in {None, "/healthz"} and not readiness.initial_delay_s and readiness.success_threshold == 1
    return not is_own or probes.liveness is not None or probes.startup is not None


def to_json(value: Program | Probes) -> object:
    return msgspec.to_builtins(value)


def from_json(value: object) -> Program:
    return msgspec.convert(value, Program)


def probes_from_json(value: object) -> Probes:
    return msgspec.convert(value, Probes)
