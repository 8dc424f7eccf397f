"""A zygote imports the library and forks: what an import opened or started would be shared by all instances."""

import subprocess
import sys
from pathlib import Path

import pytest

import shared

MODULES = sorted(
    ".".join(("shared", *file.relative_to(Path(shared.__file__).parent).with_suffix("").parts))
    for file in Path(shared.__file__).parent.rglob("*.py")
    if file.name not in {"__init__.py", "__main__.py", "env.py"} and not file.name[0].isdigit()
)

PROBE = """
import os, sys, threading
watched = {}
class Environment(dict):
    def _told(self, name):
        asked = sys._getframe(2)
        asked = asked.f_back if asked.f_globals["__name__"] == "os" else asked  # os.getenv
        caller = asked.f_globals["__name__"]
        if caller.startswith("shared"):
            watched[caller] = name
    def __getitem__(self, name): self._told(name); return super().__getitem__(name)
    def get(self, name, default=None): self._told(name); return super().get(name, default)
os.environ = Environment(os.environ)
before = set(os.listdir("/proc/self/fd"))
for name in sys.argv[1:]:
    __import__(name)
opened = [os.readlink(f"/proc/self/fd/{fd}") for fd in set(os.listdir("/proc/self/fd")) - before
          if os.path.exists(f"/proc/self/fd/{fd}")]
print(threading.active_count(), [name for name in opened if name != "/dev/null"], watched)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_importing_the_library_opens_nothing_starts_no_thread_and_reads_no_variable() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, *MODULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 [] {}\n"
