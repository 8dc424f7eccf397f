"""A long-lived process: started, known again, and started once more when it dies."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from knative.local.parts.part import Part, Recipe
from knative.local.processes import Records, identify
from shared.errors import StartError

# Ready once its file is there, which it takes away when it is asked to stop.
SERVES = "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); signal.pause()"
FAILS = "import sys; sys.exit('the disk is full')"


class Scene:
    """A part whose process is a few lines of Python, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = Records(folder)
        self.script = SERVES
        self.made_count = 0
        self.restarted = asyncio.Event()

    @property
    def sign(self) -> Path:
        return self.folder / "ready"

    def make(self) -> Recipe:
        self.made_count += 1
        return Recipe(
            role="helper", title="the helper", command=[sys.executable, "-c", self.script, str(self.sign)],
            log=self.folder / "log", folder=self.folder, accepts=self.sign.exists, patience_s=10.0,
        )  # fmt: skip

    @asynccontextmanager
    async def part(self) -> AsyncIterator[Part]:
        part = Part(self.make, self.records, self.restarted.set)
        try:
            yield part
        finally:
            part.release()

    def end(self) -> None:
        if (found := self.records.find("helper")) is not None:
            os.kill(found.pid, signal.SIGKILL)
            if os.getpid() == parent_of(found.pid):
                os.waitpid(found.pid, 0)


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat[stat.rindex(")") + 2 :].split()[1])


Story = Callable[[Scene], Coroutine[None, None, None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Story], None]:
    def run(story: Story) -> None:
        async def whole() -> None:
            scene = Scene(tmp_path)
            try:
                await story(scene)
            finally:
                scene.end()

        asyncio.run(whole())

    return run


Play = Callable[[Story], None]


def test_what_does_not_run_is_started_and_leaves_a_record(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            was_running = await part.ensure()
            assert (was_running, part.ready) == (False, True)
            assert scene.records.find("helper") == part.identity

    play(story)


def test_what_runs_and_answers_is_taken_over_as_it_is(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as first:
            await first.ensure()
            before = first.identity
        # An engine that is gone, and the next one.
        async with scene.part() as second:
            assert await second.ensure()
            assert second.identity == before

    play(story)


def test_what_runs_and_does_not_answer_is_replaced(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as first:
            await first.ensure()
            before = first.identity
        assert before is not None
        scene.sign.unlink()
        async with scene.part() as second:
            assert not await second.ensure()
            assert second.identity != before
            assert not before.alive

    play(story)


def test_one_that_is_killed_is_started_again_and_whoever_needs_to_know_is_told(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            for count in (1, 2):
                before = part.identity
                assert before is not None
                scene.restarted.clear()
                os.kill(before.pid, signal.SIGKILL)
                await asyncio.wait_for(scene.restarted.wait(), 20)
                assert part.identity not in {None, before}
                assert part.restart_count == count
                assert scene.made_count == 1 + count, "what it needs is prepared before each start"
                assert identify(before.pid) is None

    play(story)


def test_one_that_cannot_start_says_why_and_leaves_no_record(play: Play) -> None:
    async def story(scene: Scene) -> None:
        scene.script = FAILS
        async with scene.part() as part:
            with pytest.raises(StartError, match="the helper did not start") as error:
                await part.ensure()
            assert "the disk is full" in (error.value.hint or "")
            assert not part.ready
            assert scene.records.find("helper") is None

    play(story)


def test_one_that_fails_for_a_while_after_a_kill_is_tried_until_it_starts(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            assert part.identity is not None
            scene.sign.unlink()
            scene.script = f"import os, sys\nif not os.path.exists('space'): sys.exit('full')\n{SERVES}"
            os.kill(part.identity.pid, signal.SIGKILL)
            async with asyncio.timeout(20):
                while scene.made_count < 3:
                    await asyncio.sleep(0.01)
            (scene.folder / "space").touch()
            await asyncio.wait_for(scene.restarted.wait(), 20)
            assert part.ready

    play(story)


def test_one_that_is_released_is_left_to_itself(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            assert part.identity is not None
        os.kill(part.identity.pid, signal.SIGKILL)
        await asyncio.sleep(0)
        assert part.restart_count == 0
        assert scene.made_count == 1

    play(story)


async def take_away(part: Part, for_s: float) -> None:
    assert part.take_away(for_s)
    async with asyncio.timeout(20):
        while part.ready:
            await asyncio.sleep(0.01)


def test_what_was_taken_away_comes_back_by_itself_and_not_before_its_time(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            before, began_s = part.identity, time.monotonic()
            assert part.away_s == 0.0
            await take_away(part, 0.5)
            assert 0.0 < part.away_s <= 0.5
            await asyncio.wait_for(scene.restarted.wait(), 20)
            assert time.monotonic() - began_s >= 0.5
            assert (part.ready, part.identity != before) == (True, True)

    play(story)


def test_what_is_away_is_not_taken_away_again(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            assert not part.take_away(3600.0), "it was never there"
            await part.ensure()
            await take_away(part, 3600.0)
            assert not part.take_away(3600.0)

    play(story)


def test_what_is_away_and_wanted_is_back_at_once_and_once(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            await take_away(part, 3600.0)
            made_before = scene.made_count
            await part.ensure()
            assert (part.ready, part.away_s) == (True, 0.0)
            assert (scene.made_count, part.restart_count) == (made_before + 1, 0)
            assert part._restarting is not None
            await asyncio.wait([part._restarting], timeout=10)
            assert part._restarting.done(), "and will not come a second time"

    play(story)


def test_what_is_away_when_the_engine_dies_is_started_by_the_next_one(play: Play) -> None:
    async def story(scene: Scene) -> None:
        async with scene.part() as part:
            await part.ensure()
            await take_away(part, 3600.0)
        async with scene.part() as next_one:
            assert await next_one.ensure() is False
            assert next_one.ready

    play(story)
