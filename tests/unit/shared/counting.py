"""A process that counts, for tests: its arguments are the folder, how many requests, and how it ends."""

import os
import sys
from pathlib import Path

from prometheus_client import Gauge

from shared.metrics import Metrics
from shared.settings import Settings


def main(folder: str, count: int, end: str) -> None:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    metrics = Metrics(Settings(service="login", metrics_folder=Path(folder)))
    gauge = Gauge("zerocart_test_open", "x", registry=metrics.registry, multiprocess_mode="livesum")
    gauge.set(1)
    for _ in range(count):
        metrics.observe_request("GET", 200, 0.002)
    sys.stdout.write("counted\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if end == "drains":
        metrics.close()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
