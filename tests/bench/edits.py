"""A function is changed and applied with Knative's own client: until that says Ready, and until the change answers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import yaml

from tests.bench.bench import Bench, own_bench, say
from tests.bench.figures import Figure
from tests.bench.function_cost import copy_with_functions
from tests.bench.percentiles import milliseconds, percentile
from tests.stack import QUICK_AUTOSCALER

COUNT = 10
WANTED_S = 1.0
WITHIN_S = 20.0
# Beside this Python, where `make kn` puts it.
KN = Path(sys.executable).with_name("kn")


def measure() -> list[Figure]:
    if not KN.exists():
        say("Edits: left out, kn is not here (`make kn` builds it)")
        return []
    say(f"Edits: {COUNT} changes of a function, each applied by kn")
    with copy_with_functions("greet") as project, own_bench(project) as bench:
        bench.stack.run("up")
        bench.stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        took = [_edit(bench, project, number) for number in range(COUNT)]
    ready_s, serving_s = ([each[index] for each in took] for index in (0, 1))
    return [
        Figure(
            what="a changed function applied by kn, until Ready / until it serves",
            wanted="at most 1 s",
            measured=f"{milliseconds(percentile(ready_s, 50))} / {milliseconds(percentile(serving_s, 50))}",
            met=percentile(serving_s, 50) <= WANTED_S,
            values={"ready_s": ready_s, "serving_s": serving_s},
            notes=(
                f"medians of {COUNT}, the slowest {milliseconds(max(ready_s))} / {milliseconds(max(serving_s))}; "
                "both from the start of `kn service apply`, and with the end of it",
            ),
        )
    ]


def _edit(bench: Bench, project: Path, number: int) -> tuple[float, float]:
    """Seconds until kn has ended, and until the new answer has come."""
    main, service = (project / "functions" / "greet" / name for name in ("main.py", "service.yaml"))
    said = f"edit {number}"
    lines = main.read_text(encoding="utf-8").splitlines()
    answer = f'    return Answer(GreetAnswer(message="{said}"))'
    changed = [answer if "return Answer(" in line else line for line in lines]
    main.write_text("\n".join([*changed, ""]), encoding="utf-8")
    # As an edit gives its image another tag on a cluster: kn sends what has changed in the manifest.
    manifest = yaml.safe_load(service.read_text(encoding="utf-8"))
    manifest["spec"]["template"]["metadata"]["annotations"]["bench.zerocart.dev/edit"] = said
    service.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    began_s = time.perf_counter()
    subprocess.run(
        [str(KN), "service", "apply", "-f", str(service)],
        env={**os.environ, "KUBECONFIG": str(bench.home.root / "kubeconfig"), "HOME": str(bench.home.root)},
        stdout=subprocess.DEVNULL, check=True, timeout=WITHIN_S,
    )  # fmt: skip
    ready_s = time.perf_counter() - began_s
    while said.encode() not in bench.stack.call("GET", "/api/greet").data:
        assert time.perf_counter() - began_s < WITHIN_S, f"{said!r} is not answered"
    return ready_s, time.perf_counter() - began_s
