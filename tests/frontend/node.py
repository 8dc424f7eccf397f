"""Node and Chromium for the storefront's own checks, where a machine has them: a skipped test says what is missing."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
OLDEST = (20, 19)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@cache
def missing() -> str | None:
    """Why the storefront cannot be built here, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "there is no Node here: the storefront is served as it was built"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    version = tuple(int(part) for part in said.removeprefix("v").split(".")[:2])
    return None if version >= OLDEST else f"Node is {said}, the storefront needs 20.19"


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


def installed() -> None:
    """`npm ci`, unless node_modules is what the lock file says; one process at a time."""
    if reason := missing():
        pytest.skip(reason)
    modules, stamps = FRONTEND / "node_modules", FRONTEND.parent / ".venv" / "stamps"
    stamps.mkdir(parents=True, exist_ok=True)
    with (stamps / "node_modules.lock").open("a") as lock:  # not in node_modules, which `npm ci` deletes
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = stamps / "node_modules"
        wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
        if (modules / ".bin" / "vite").exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        run("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(wanted)


def run(*words: str, timeout_s: float = 300.0, **environment: str) -> str:
    """An npm command that must succeed; gives what it said."""
    done = subprocess.run(
        ["npm", *words], cwd=FRONTEND, env={**os.environ, "NO_COLOR": "1", "CI": "1", **environment},
        capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"npm {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout
