"""Calls a function by the clock, where no PingSource does: `python -m knative.operations.call URL`.

The request is a PingSource's: a CloudEvent in binary form (Knative Eventing, `pkg/adapter/mtping`), so the function is
the same. Exit 0 when every call was answered with 2xx, 1 otherwise: a CronJob shows that.
"""

import argparse
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import urllib3

WITHIN_S = 60.0  # a cold start may be among it


def headers(source: str, event_id: str, now: datetime) -> dict[str, str]:
    """Of a ping of a source at a time."""
    return {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-type": "dev.knative.sources.ping",
        "ce-source": source,
        "ce-id": event_id,
        "ce-time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def due_s(times: int, every_s: float) -> list[float]:
    """When each call is due, from the first one on."""
    return [number * every_s for number in range(times)]


def call(url: str, source: str, body: str, *, times: int, every_s: float, say: Callable[[str], object]) -> bool:
    """Call so many times, so far apart; a call that takes longer leaves out those that it overlaps.

    Returns:
        Whether each that was made was answered with 2xx.
    """
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=5, total=WITHIN_S), retries=False)
    started_s, well = time.monotonic(), True
    for number, at_s in enumerate(due_s(times, every_s)):
        late_s = time.monotonic() - started_s - at_s
        if late_s > every_s and number + 1 < times:
            continue
        time.sleep(max(0.0, -late_s))
        try:
            answer = pool.request(
                "POST", url, body=body, headers=headers(source, str(uuid.uuid4()), datetime.now(UTC)), redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            say(f"{url}: {type(error).__name__}")
            well = False
            continue
        say(f"{url}: {answer.status}")
        well &= 200 <= answer.status < 300
    return well


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.operations.call", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--source", required=True, help="the event's source, as /apis/v1/namespaces/…/pingsources/…")
    parser.add_argument("--data", default="{}", help="the event's data, JSON")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--every", type=float, default=0.0, metavar="SECONDS")
    given = parser.parse_args(arguments)
    well = call(
        given.url, given.source, given.data, times=given.times, every_s=given.every,
        say=lambda line: sys.stdout.write(f"{line}\n"),
    )  # fmt: skip
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
