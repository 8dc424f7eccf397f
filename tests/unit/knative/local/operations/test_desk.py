"""The desk, asked by several at once."""

import asyncio
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from knative.local.api.cluster import Cluster
from knative.local.home import Home
from knative.local.operations.desk import Desk
from knative.local.parts.part import Part
from shared.errors import ZerocartError
from tests.stack import PROJECT, free_port

BURST = {"op": "burst", "key": "right", "by": "ada", "rate": 1, "seconds": 1, "path": "/api/products"}


def not_asked(*_: object) -> NoReturn:
    raise AssertionError("a burst needs nothing of this")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = Home(root=tmp_path, project=PROJECT, port=free_port())
    home.make_folders()
    nothing = cast("Any", None)
    return Desk(
        home, key=lambda: "right", status=not_asked, cluster=cast("Cluster", nothing), kill=not_asked,
        redis=cast("Part", nothing),
    )  # fmt: skip


def test_of_bursts_that_come_at_once_one_is_sent(desk: Desk) -> None:
    async def ask() -> list[object]:
        try:
            return list(await asyncio.gather(*(desk._answer(BURST, not_asked) for _ in range(3))))
        finally:
            await desk.stop()

    sent, *refused = asyncio.run(ask())
    assert sent == {"told": "1 requests a second for 1 s to /api/products"}
    assert [each["refused"] for each in refused if isinstance(each, dict)] == ["state", "state"]


@pytest.mark.parametrize("key", ["wrong", "", None])
def test_nothing_is_done_for_who_has_not_the_key(desk: Desk, key: object) -> None:
    with pytest.raises(ZerocartError, match="the key is another one"):
        asyncio.run(desk._answer({**BURST, "key": key}, not_asked))


@pytest.mark.parametrize("beyond", [{"rate": 501}, {"seconds": 31}, {"rate": 0}, {"path": "/api/orders"}])
def test_the_engine_itself_refuses_a_burst_beyond_its_bounds(desk: Desk, beyond: dict[str, object]) -> None:
    answer = asyncio.run(desk._answer({**BURST, **beyond}, not_asked))
    assert isinstance(answer, dict)
    assert answer["refused"] == "wrong"
