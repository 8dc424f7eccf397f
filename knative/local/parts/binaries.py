"""Where the programs lie that came with Python packages.

The packages are found, not imported: their helpers start servers their own way (one of them adds a user to
the machine when it runs as root), and we have one way of our own.
"""

import importlib.metadata
import importlib.util
from pathlib import Path

from shared.errors import StartError


def find(package: str, pattern: str) -> Path:
    """The one file of an installed package that matches a glob pattern.

    Raises StartError where the package, or the program in it, is missing.
    """
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [file for folder in folders for file in sorted(Path(folder).glob(pattern))]
    if not found:
        state = "has no program for this machine" if spec else "is not installed"
        raise StartError(
            f"the package {package} {state}: {pattern} was looked for in it",
            "run `make up` (or `make install`) again; it installs what the lock file names",
        )
    return found[0]


def find_script(distribution: str, name: str) -> Path:
    """A program that an installed package puts beside Python. Raises StartError where it is missing."""
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [path for file in files if file.name == name and (path := Path(str(file.locate()))).is_file()]
    if not found:
        raise StartError(
            f"the package {distribution} is not installed: its program {name} was looked for",
            "run `make up` (or `make install`) again; it installs what the lock file names",
        )
    return found[0]
