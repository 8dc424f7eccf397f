"""Asks Envoy itself whether it would take a configuration, before the running one is given it.

A file that Envoy refuses changes nothing: it goes on with what it had, and only its log and its counters say so. What
an EnvoyFilter says is Envoy's own language, so only Envoy can tell.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from gateway.envoy.files import EnvoyFiles
from gateway.envoy.resource import Resource, merge

_timeout_s = 30.0
_critical = re.compile(r"\[critical\].*?error initializing configuration '[^']*': (.*)", re.DOTALL)


def check(files: EnvoyFiles, binary: Path) -> str | None:
    """What Envoy has against the files; None where it takes them. Takes a tenth of a second or two, and no port."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "envoy.json")
        config.write_text(json.dumps(static_configuration(files)), encoding="utf-8")
        run = subprocess.run(  # noqa: S603 - our own binary and file
            [binary, "--mode", "validate", "-c", config, "-l", "critical"],
            capture_output=True, text=True, timeout=_timeout_s, check=False,
        )  # fmt: skip
    if run.returncode == 0:
        return None
    found = _critical.search(run.stderr)
    return (found[1] if found else run.stderr).strip()


def static_configuration(files: EnvoyFiles) -> Resource:
    """All of it in one piece: Envoy's validation does not follow the files that it would watch."""
    routes = {item["name"]: item for item in (*files.front_routes.read(), *files.mesh_routes.read())}
    listeners = [_with_routes(listener, routes) for listener in files.listeners.read()]
    clusters = [*files.bootstrap["static_resources"]["clusters"], *map(_untyped, files.clusters.read())]
    whole = files.bootstrap | {"static_resources": {"listeners": listeners, "clusters": clusters}}
    del whole["dynamic_resources"]
    return whole


def _with_routes(listener: Resource, routes: dict[str, Resource]) -> Resource:
    """The listener with its routes inside, where `rds` named a file."""
    (chain,) = listener["filter_chains"]
    (manager,) = chain["filters"]
    config = manager["typed_config"]
    inline = {key: value for key, value in config.items() if key != "rds"}
    # Validating opens the logs too, and must leave nothing behind.
    inline["access_log"] = [merge(logger, {"typed_config": {"path": os.devnull}}) for logger in config["access_log"]]
    inline["route_config"] = _untyped(routes[config["rds"]["route_config_name"]])
    return _untyped(listener) | {"filter_chains": [{"filters": [manager | {"typed_config": inline}]}]}


def _untyped(resource: Resource) -> Resource:
    return {key: value for key, value in resource.items() if key != "@type"}
