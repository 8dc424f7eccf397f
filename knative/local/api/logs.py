"""`kubectl logs`: the log of an instance's Service, for its instances write into one file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from knative.local.api import answers
from knative.local.api.answers import Answer, Stream
from knative.local.api.cluster import Cluster
from knative.local.api.requests import Request
from knative.local.objects.json_values import Object, text

TEXT = "text/plain; charset=utf-8"
LOOK_S = 0.1


async def answer(pod: Object, request: Request, cluster: Cluster) -> Answer | Stream:
    """The log behind a Pod: its last lines, and the next ones where `follow` is set."""
    path = cluster.log(text(pod, "metadata", "labels", "serving.knative.dev/configuration"))
    content = await asyncio.to_thread(_read, path)
    count = request.whole("tailLines")
    if count is not None:
        lines = content.splitlines(keepends=True)
        content = b"".join(lines[len(lines) - count if count else len(lines) :] if count < len(lines) else lines)
    if (limit := request.whole("limitBytes")) is not None:
        content = content[:limit]
    if not request.is_set("follow"):
        return answers.of_text(content.decode(errors="replace"))
    return Stream(chunks=_follow(path, content), content_type=TEXT)


async def _follow(path: Path, content: bytes) -> AsyncIterator[bytes]:
    """Some bytes, and then what is appended. An empty chunk means that nothing came for a while."""
    offset = path.stat().st_size if path.exists() else 0
    yield content
    while True:
        size = path.stat().st_size if path.exists() else 0
        if size < offset:
            offset = 0
        if size > offset:
            more = await asyncio.to_thread(_read, path, offset)
            offset += len(more)
            yield more
        else:
            yield b""
            await asyncio.sleep(LOOK_S)


def _read(path: Path, offset: int = 0) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except FileNotFoundError:
        return b""
