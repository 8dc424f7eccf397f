"""`python -m knative.isolation [VALUES…]`: the tables of docs/isolation.md, from the chart as Helm renders it."""

import subprocess
import sys
from pathlib import Path

import yaml

from knative.isolation.page import whole

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "isolation.md"
CHART = ROOT / "knative" / "chart"
# As production has it: databases of its own, in the namespace, and sidecars.
VALUES = (
    "state.postgres.mode=cloudnativepg", "state.valkey.mode=sentinel", "isolation.mesh.enabled=true",
)  # fmt: skip


def main() -> int:
    """Write the page's tables anew. 0 when done, 1 where Helm is not there or refuses."""
    beside = Path(sys.executable).with_name("helm")
    program = str(beside) if beside.is_file() else "helm"
    command = [program, "template", "shop", str(CHART), *(word for value in VALUES for word in ("--set", value))]
    try:
        rendered = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    except FileNotFoundError:
        sys.stderr.write("error: helm is not here\n\nhint: `make tools` builds it, which takes Go\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"error: the chart cannot be rendered\n\n{error.stderr}")
        return 1
    objects = [each for each in yaml.safe_load_all(rendered.stdout) if each]
    PAGE.write_text(whole(PAGE.read_text(encoding="utf-8"), objects), encoding="utf-8")
    sys.stdout.write(f"Wrote the tables of {PAGE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
