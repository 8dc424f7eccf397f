"""What importing each function costs beyond the zygote: python -m tests.bench.imports PROJECT prints it as JSON.

The same way as an instance does it: this process imports what the zygote imports, and each measurement is a fork.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from statistics import median

from knative.local import zygote

TIMES = 9


def main(project: Path) -> None:
    sys.path.insert(0, str(project))
    zygote._import_everything()
    zygote._warm_up()
    found = {}
    for file in sorted(project.glob("functions/*/main.py")):
        samples = [_in_a_fork(f"functions.{file.parent.name}.main") for _ in range(TIMES)]
        # The same work each time, so the least is what it takes: whatever else runs only adds to it.
        times_s = [took_s for took_s, _ in samples]
        found[file.parent.name] = {"s": min(times_s), "median_s": median(times_s), "modules": samples[-1][1]}
    json.dump(found, sys.stdout)


def _in_a_fork(module: str) -> tuple[float, list[str]]:
    """Seconds of an import, and the modules that came with it and are not the function's own."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        before = set(sys.modules)
        began_s = time.perf_counter()
        importlib.import_module(module)
        took_s = time.perf_counter() - began_s
        new = sorted(name for name in set(sys.modules) - before if name.partition(".")[0] != "functions")
        with os.fdopen(writing, "w") as answer:
            json.dump([took_s, new], answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        took_s, new = json.load(answer)
    os.waitpid(pid, 0)
    return took_s, new


if __name__ == "__main__":
    main(Path(sys.argv[1]))
