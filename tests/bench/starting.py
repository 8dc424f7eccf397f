"""`zerocart up`: on a fresh home, again after `down`, and again while it runs; on demand the whole of `make up`."""

import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.stack import PROJECT, free_port

FIRST_WITHIN_S = 120.0
AGAIN_WITHIN_S = 4.0
INSTALL_GIVEN_UP_S = 600.0


def start(bench: Bench) -> float:
    """Bring a stack up; the seconds it took."""
    began_s = time.perf_counter()
    bench.stack.run("up")
    return time.perf_counter() - began_s


def measure(bench: Bench, first_s: float) -> list[Figure]:
    """The stack is up, and `first_s` is what that took."""
    say("Starting: again while it runs, again after down")
    running_s = start(bench)
    bench.stack.run("down")
    stopped_s = start(bench)
    return [
        Figure(
            what="zerocart up on a fresh home",
            wanted="at most 120 s, with the installation",
            measured=f"{first_s:.1f} s",
            met=first_s <= FIRST_WITHIN_S,
            values={"first_s": first_s},
            notes=("without the installation, which --install measures",),
        ),
        Figure(
            what="zerocart up again, after down / while it runs",
            wanted="at most 4 s",
            measured=f"{stopped_s:.1f} s / {running_s:.1f} s",
            met=max(stopped_s, running_s) <= AGAIN_WITHIN_S,
            values={"after_down_s": stopped_s, "running_s": running_s},
        ),
    ]


def measure_installation() -> list[Figure]:
    """`make up` in a fresh clone of the last commit, with everything installed from the package index."""
    say("Installing: make up in a fresh clone")
    with tempfile.TemporaryDirectory(prefix="zc-") as folder:
        clone = Path(folder, "zerocart")
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(clone)], check=True)
        Path(folder).chmod(0o755)
        settings = [f"ZEROCART_HOME={folder}/home", f"ZEROCART_PORT={free_port()}"]
        began_s = time.perf_counter()
        try:
            subprocess.run(["make", "-C", str(clone), "up", *settings], check=True, timeout=INSTALL_GIVEN_UP_S)
            took_s = time.perf_counter() - began_s
        finally:
            subprocess.run(["make", "-C", str(clone), "clean-data", "YES=1", *settings], check=False)
    return [
        Figure(
            what="make up in a fresh clone",
            wanted="at most 120 s",
            measured=f"{took_s:.0f} s",
            met=took_s <= FIRST_WITHIN_S,
            values={"install_and_start_s": took_s},
            notes=("with whatever the package index's client had in its cache",),
        )
    ]
