"""Envoy's files are handed over in steps, each when Envoy has taken over the one before.

It watches its files apart from one another, and one that wakes late reads them in any order. A route whose cluster
it does not know yet is answered with 503, and so is one whose cluster has gone: so routes wait for the clusters, and
the next clusters, of which some may be gone, for the routes. What Envoy says counts, not what it was told: a file that
it does not take over is put in its place again.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from gateway.envoy import EnvoyFiles, Versions, put_again, write_clusters, write_routes
from knative.local import http_get

# Envoy takes a change over within a few milliseconds; a machine that is busy needs longer.
FIRST_LOOK_S = 0.002
LONGEST_PAUSE_S = 0.5
# An Envoy that has not taken over a file for so long may not have been told of it.
AGAIN_AFTER_S = 5.0


async def hand_over(
    files: EnvoyFiles, folder: Path, admin_socket: Path, is_overtaken: Callable[[], bool] = lambda: False
) -> bool:
    """Have Envoy take the files over; where none runs, write them for the next one.

    Args:
        is_overtaken: whether others are to follow, so that these are given up where Envoy does not take them.

    Gives whether all of them were taken over.
    """
    return await _taken_over(write_clusters(files, folder), folder, admin_socket, is_overtaken) and await _taken_over(
        write_routes(files, folder), folder, admin_socket, is_overtaken
    )


async def _taken_over(versions: Versions, folder: Path, admin_socket: Path, is_overtaken: Callable[[], bool]) -> bool:
    pause_s, put_at_s = FIRST_LOOK_S, time.monotonic()
    while True:
        try:
            said = await asyncio.to_thread(http_get.from_socket, admin_socket, "/stats?type=TextReadouts")
        except TimeoutError:
            said = ""  # it lives and is late
        except OSError:
            return True  # none runs: it reads everything when it starts, clusters first
        if all(f'{name}: "{version}"' in said for name, version in versions.items()):
            return True
        if pause_s == LONGEST_PAUSE_S and is_overtaken():
            return False
        if time.monotonic() - put_at_s > AGAIN_AFTER_S:
            put_again(folder)
            put_at_s = time.monotonic()
        await asyncio.sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
