"""The environment of an instance: Knative's variables, and what its manifest takes from ConfigMaps and Secrets.

Pure. Order and precedence are Kubernetes': `envFrom` first, `env` over it, and the runtime's own over both.
Source of the runtime's variables: Knative's runtime contract.
"""

from collections.abc import Mapping
from pathlib import Path

from knative.local.model import ConfigMap, KeyReference, Secret
from knative.local.programs.image import Image
from knative.local.rollout import Revision
from shared.errors import StartError

Source = ConfigMap | Secret
Sources = Mapping[tuple[str, str], Source]


def sources(config_maps: tuple[ConfigMap, ...], secrets: tuple[Secret, ...]) -> Sources:
    """ConfigMaps and Secrets by kind and name."""
    known: dict[tuple[str, str], Source] = {("ConfigMap", each.name): each for each in config_maps}
    return known | {("Secret", each.name): each for each in secrets}


def base(machine: Mapping[str, str], metrics_folder: Path, mesh_port: int) -> dict[str, str]:
    """What this machine gives each process of a revision, whatever its manifest says.

    Args:
        machine: the engine's own environment; only the search path is taken from it.
        metrics_folder: where the revision's instances count.
        mesh_port: of the mesh, on loopback: calls to other functions go through Envoy by Knative's names.
    """
    return {
        "PATH": machine.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics_folder),
        "http_proxy": f"http://127.0.0.1:{mesh_port}",
        "no_proxy": "127.0.0.1,localhost",
    }


def base_of_program(machine: Mapping[str, str], image: Image, mesh_port: int) -> dict[str, str]:
    """The same for a program: what its image brings, and the way to other functions."""
    return {
        "PATH": machine.get("PATH", "/usr/bin:/bin"),
        "http_proxy": f"http://127.0.0.1:{mesh_port}",
        "no_proxy": "127.0.0.1,localhost",
        **image.environment,
    }


def resolve(revision: Revision, known: Sources, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of a revision's instances.

    Args:
        revision: whose template names variables, ConfigMaps and Secrets.
        known: every ConfigMap and Secret, by kind and name.
        base: what the machine gives each process: PATH, the mesh's proxy and the like.

    Raises:
        StartError: the template names a ConfigMap, Secret or key that is not there.
    """
    container = revision.template.container
    result = dict(base)
    for origin in container.environment_from:
        found = known.get((origin.kind, origin.name))
        if found is None and not origin.optional:
            raise _missing(revision, f"{origin.kind} {origin.name}", "apply it first")
        for key, value in (found.data if found else {}).items():
            result[origin.prefix + key] = value
    for variable in container.environment:
        if isinstance(variable.value, str):
            result[variable.name] = variable.value
        elif (value_or_none := _lookup(revision, variable.value, known)) is not None:
            result[variable.name] = value_or_none
    result["PORT"] = str(container.port)
    result["K_SERVICE"] = revision.service or ""
    result["K_CONFIGURATION"] = revision.configuration
    result["K_REVISION"] = revision.name
    return result


def _lookup(revision: Revision, reference: KeyReference, known: Sources) -> str | None:
    found = known.get((reference.kind, reference.name))
    if found is not None and reference.key in found.data:
        return found.data[reference.key]
    if reference.optional:
        return None
    if found is None:
        raise _missing(revision, f"{reference.kind} {reference.name}", "apply it first")
    keys = ", ".join(sorted(found.data)) or "none"
    raise _missing(revision, f"key {reference.key} of {reference.kind} {reference.name}", f"its keys: {keys}")


def _missing(revision: Revision, what: str, hint: str) -> StartError:
    return StartError(f"{revision.name} takes its environment from {what}, which is not there", hint)
