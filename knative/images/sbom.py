"""The software bill of materials of the functions' images, as CycloneDX has it: python -m knative.images.sbom

From functions/requirements.lock, which is all that they install; the same lock gives the same file, to the byte. What
the base image has besides, only who has the image can tell: the pipeline adds that (.github/workflows/release.yaml).
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.markers import Marker

PROJECT = Path(__file__).parents[2]
LOCK = PROJECT / "functions" / "requirements.lock"
# Of the image, whatever machine asks: the base's Python and system (functions/Dockerfile).
IMAGE = {
    "implementation_name": "cpython", "os_name": "posix", "platform_python_implementation": "CPython",
    "platform_system": "Linux", "python_full_version": "3.11.16", "python_version": "3.11", "sys_platform": "linux",
}  # fmt: skip
_PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?", re.M)


def packages(lock: str) -> Iterator[tuple[str, str]]:
    """Name and version of each package that a lock file has for the image."""
    for pinned in _PINNED.finditer(lock):
        if pinned["marker"] is None or Marker(pinned["marker"].strip()).evaluate(IMAGE):
            yield pinned["name"], pinned["version"]


def document(lock: str, version: str) -> dict[str, Any]:
    """The bill of materials.

    Args:
        lock: the text of the lock file.
        version: of the shop.
    """
    components = [
        {
            "type": "library", "bom-ref": f"pkg:pypi/{name}@{number}", "name": name, "version": number,
            "purl": f"pkg:pypi/{name}@{number}",
        }
        for name, number in sorted(packages(lock))
    ]  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, version + lock)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "zerocart", "name": "zerocart", "version": version}
        },
        "components": components,
        "dependencies": [{"ref": "zerocart", "dependsOn": [each["bom-ref"] for each in components]}],
    }


def main() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    found = document(LOCK.read_text(encoding="utf-8"), project["project"]["version"])
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
