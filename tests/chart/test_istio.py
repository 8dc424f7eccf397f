"""Istio's own analysis of what is rendered: routes lead to gateways that are there, policies are understood."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.chart.rendering import ENVIRONMENTS, render_text

WITH_MESH = {"isolation": {"mesh": {"enabled": True}}}


def errors(text: str, folder: Path) -> str:
    """What `istioctl analyze` calls an error in some objects; nothing where all is well."""
    program = shutil.which("istioctl")
    if program is None:
        pytest.skip("istioctl is not here: `knative/testbench/build.sh istioctl` builds it, which takes Go")
    file = folder / "rendered.yaml"
    file.write_text(text, encoding="utf-8")
    words = ["analyze", "--use-kube=false", "--all-namespaces", "--output-threshold", "Error", str(file)]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize("environment", sorted(each.parent.name for each in ENVIRONMENTS.glob("*/values.yaml")))
def test_istio_finds_no_error_in_an_environment(environment: str, tmp_path: Path) -> None:
    values = ENVIRONMENTS / environment / "values.yaml"
    assert errors(render_text(values, WITH_MESH, {"images": {"digestsRequired": False}}), tmp_path) == ""


def test_a_route_of_a_gateway_that_is_not_there_is_found(tmp_path: Path) -> None:
    wrong = render_text().replace("gateways:\n  - zerocart\n", "gateways:\n  - nowhere\n")
    assert "Referenced gateway not found" in errors(wrong, tmp_path)
