"""The table of the function processes: told by their records, true to the kernel, whoever forked them."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from knative.local.instances import InstanceTable
from knative.local.model import RevisionName
from knative.local.reconciler import Instance, Phase
from tests.unit.knative.local.children import child, identity_of

NAME = RevisionName("list-products-00001")
OTHER = RevisionName("login-00001")
End = tuple[int, RevisionName, Phase]


class Scene:
    """A table, its folder, and the ends that it told of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ends: asyncio.Queue[End] = asyncio.Queue()
        self.table = InstanceTable(folder, lambda pid, name, phase: self.ends.put_nowait((pid, name, phase)))

    def record(self, process: subprocess.Popen[bytes], *, ready: bool, name: RevisionName = NAME) -> Path:
        found = identity_of(process)
        path = self.folder / str(found.pid)
        content = {"revision": name, "ready": ready, "pid": found.pid, "start_ticks": found.start_ticks}
        path.write_text(json.dumps(content))
        return path

    async def end(self) -> End:
        return await asyncio.wait_for(self.ends.get(), 5)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Scene], Coroutine[None, None, None]]], None]:
    """Runs a test's story in an event loop."""

    def run(story: Callable[[Scene], Coroutine[None, None, None]]) -> None:
        async def whole() -> None:
            await story(Scene(tmp_path))

        asyncio.run(whole())

    return run


Play = Callable[[Callable[[Scene], Coroutine[None, None, None]]], None]


def phases(table: InstanceTable) -> list[Phase]:
    return [each.phase for each in table.observed() if each.revision == NAME]


def test_a_fork_counts_from_the_moment_it_was_asked_for(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.expect(NAME, 1.0)
            assert phases(scene.table) == [Phase.STARTING]
            scene.table.forked(process.pid, NAME, 2.0)
            assert scene.table.observed() == [
                Instance(pid=process.pid, revision=NAME, phase=Phase.STARTING, since_s=1.0)
            ]
            process.kill()
            await scene.end()

    play(story)


def test_an_instance_that_accepts_is_ready_and_tells_how_long_its_start_took(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.forked(process.pid, NAME, 2.0)
            assert scene.table.ready(process.pid, NAME, 2.25) == 0.25
            assert scene.table.ready(process.pid, NAME, 3.0) is None
            assert phases(scene.table) == [Phase.READY]
            process.kill()
            await scene.end()

    play(story)


def test_its_word_may_come_before_the_zygotes(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.expect(NAME, 1.0)
            assert scene.table.ready(process.pid, NAME, 2.0) == 1.0
            scene.table.forked(process.pid, NAME, 2.1)
            assert [each.phase for each in scene.table.observed()] == [Phase.READY]
            process.kill()
            await scene.end()

    play(story)


def test_two_words_about_one_fork_leave_the_other_one_expected(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.expect(NAME, 1.0)
            scene.table.expect(NAME, 1.0)
            scene.table.ready(process.pid, NAME, 2.0)
            scene.table.forked(process.pid, NAME, 2.1)
            assert phases(scene.table) == [Phase.READY, Phase.STARTING]
            process.kill()
            await scene.end()

    play(story)


def test_an_end_is_told_with_the_phase_it_came_in_and_its_record_goes(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            path = scene.record(process, ready=True)
            scene.table.forked(process.pid, NAME, 1.0)
            scene.table.ready(process.pid, NAME, 2.0)
            process.kill()
            assert await scene.end() == (process.pid, NAME, Phase.READY)
            assert not path.exists()
            assert scene.table.pids == []

    play(story)


def test_one_that_is_dead_before_it_could_be_followed_is_told_of_too(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child("true") as process:
            process.wait()
            scene.table.expect(NAME, 1.0)
            scene.table.forked(process.pid, NAME, 1.0)
            assert await scene.end() == (process.pid, NAME, Phase.STARTING)
            assert scene.table.observed() == []

    play(story)


def test_one_that_is_drained_is_asked_to_end_and_counts_until_it_has(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.forked(process.pid, NAME, 1.0)
            scene.table.drain(process.pid, 5.0)
            assert [(each.phase, each.since_s) for each in scene.table.observed()] == [(Phase.DRAINING, 5.0)]
            assert await scene.end() == (process.pid, NAME, Phase.DRAINING)
            assert process.wait() == -signal.SIGTERM

    play(story)


def test_a_killed_zygotes_unconfirmed_forks_are_forgotten_and_its_instances_are_not(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.table.forked(process.pid, NAME, 1.0)
            scene.table.expect(OTHER, 1.0)
            scene.table.lose_pending()
            assert [each.revision for each in scene.table.observed()] == [NAME]
            scene.table.kill(process.pid)
            await scene.end()

    play(story)


def test_the_next_engine_adopts_who_lives_as_it_is_and_clears_away_who_does_not(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as ready, child() as starting, child() as dead:
            scene.record(ready, ready=True)
            scene.record(starting, ready=False, name=OTHER)
            stale = scene.record(dead, ready=True)
            (scene.folder / ".7.draft").write_text("half written")
            dead.kill()
            dead.wait()
            assert sorted(scene.table.adopt(9.0, stray=False)) == [NAME, OTHER]
            assert {each.pid: each.phase for each in scene.table.observed()} == {
                ready.pid: Phase.READY, starting.pid: Phase.STARTING,
            }  # fmt: skip
            assert not stale.exists()
            for process in (ready, starting):
                process.kill()
                await scene.end()

    play(story)


def test_a_record_that_goes_while_the_records_are_read_is_passed_over(play: Play) -> None:
    async def story(scene: Scene) -> None:
        # Listed, and gone when it is opened.
        (scene.folder / "7").symlink_to(scene.folder / "gone")
        with child() as process:
            scene.record(process, ready=True)
            assert scene.table.adopt(9.0, stray=False) == [NAME]
            process.kill()
            await scene.end()

    play(story)


def test_one_that_takes_no_requests_stays_and_is_not_ready_until_it_takes_them_again(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.record(process, ready=True)
            scene.table.adopt(9.0, stray=False)
            assert scene.table.ready_count(NAME) == 1
            scene.table.take(process.pid, False)
            assert (scene.table.ready_count(NAME), phases(scene.table)) == (0, [Phase.READY])
            scene.table.take(process.pid, True)
            assert scene.table.ready_count(NAME) == 1
            process.kill()
            await scene.end()

    play(story)


def test_those_whose_sockets_nobody_has_any_more_are_strays(play: Play) -> None:
    async def story(scene: Scene) -> None:
        with child() as process:
            scene.record(process, ready=True)
            scene.table.adopt(9.0, stray=True)
            assert phases(scene.table) == [Phase.STRAY]
            process.kill()
            await scene.end()

    play(story)
