"""Watching: no change is missed, none comes twice, and what has been forgotten is said to be."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from knative.local.api import history as histories
from knative.local.api.history import History
from knative.local.api.statuses import StatusError
from tests.unit.knative.local.api.harness import CONFIG_MAPS, SERVICES, TABLE, Stack, config_map, service

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]


def told(event: dict[str, Any]) -> tuple[str, str]:
    return event["type"], event["object"]["metadata"].get("name", "")


def test_a_watch_replays_all_that_happened_after_its_version(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        made = await stack.create(SERVICES, service())
        # Ready between the answer and the watch: kn waits for a MODIFIED that says so.
        stack.ready("hello-00001")
        await stack.get(SERVICES)
        version = made["metadata"]["resourceVersion"]
        async with stack.watch(f"{SERVICES}?watch=true&resourceVersion={version}") as watched:
            event = await watched.next()
        assert told(event) == ("MODIFIED", "hello")
        assert event["object"]["status"]["observedGeneration"] == 1

    on_stack(test)


def test_a_change_reaches_a_client_that_waits(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        version = (await stack.get(SERVICES))["metadata"]["resourceVersion"]
        async with stack.watch(f"{SERVICES}?watch=true&resourceVersion={version}") as watched:
            await stack.create(SERVICES, service())
            assert told(await watched.next()) == ("ADDED", "hello")
            assert told(await watched.next()) == ("MODIFIED", "hello")
            stack.ready("hello-00001")
            event = await watched.next()
            while event["object"]["status"]["conditions"][1]["status"] != "True":
                event = await watched.next()
            await stack.call("DELETE", f"{SERVICES}/hello")
            while (event := await watched.next())["type"] == "MODIFIED":
                pass
            assert told(event) == ("DELETED", "hello")

    on_stack(test)


@pytest.mark.parametrize("version", ["", "&resourceVersion=0"])
def test_without_a_version_what_is_there_comes_first(on_stack: OnStack, version: str) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIG_MAPS, config_map("one"))
        async with stack.watch(f"{CONFIG_MAPS}?watch=1{version}") as watched:
            assert told(await watched.next()) == ("ADDED", "one")
            await stack.create(CONFIG_MAPS, config_map("two"))
            assert told(await watched.next()) == ("ADDED", "two")

    on_stack(test)


def test_a_watch_list_says_when_what_was_there_is_told(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIG_MAPS, config_map("one"))
        query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        async with stack.watch(f"{CONFIG_MAPS}?{query}") as watched:
            assert told(await watched.next()) == ("ADDED", "one")
            event = await watched.next()
            assert event["type"] == "BOOKMARK"
            assert event["object"]["kind"] == "ConfigMap"
            metadata = event["object"]["metadata"]
            assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
            await stack.create(CONFIG_MAPS, config_map("two"))
            event = await watched.next()
            assert told(event) == ("ADDED", "two")
            assert int(event["object"]["metadata"]["resourceVersion"]) > int(metadata["resourceVersion"])
        wrong = await stack.call("GET", f"{CONFIG_MAPS}?watch=1&sendInitialEvents=true")
        assert (wrong.code, wrong.body["reason"]) == (422, "Invalid")

    on_stack(test)


def test_a_selector_makes_an_object_come_and_go(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        await stack.create(CONFIG_MAPS, config_map("one"))
        version = (await stack.get(CONFIG_MAPS))["metadata"]["resourceVersion"]
        path = f"{CONFIG_MAPS}?watch=1&labelSelector=team%3Da&resourceVersion={version}"
        async with stack.watch(path) as watched:
            await stack.patch(f"{CONFIG_MAPS}/one", {"metadata": {"labels": {"team": "a"}}})
            assert told(await watched.next()) == ("ADDED", "one")
            await stack.patch(f"{CONFIG_MAPS}/one", {"data": {"a": "b"}})
            assert told(await watched.next()) == ("MODIFIED", "one")
            await stack.patch(f"{CONFIG_MAPS}/one", {"metadata": {"labels": {"team": "b"}}})
            assert told(await watched.next()) == ("DELETED", "one")

    on_stack(test)


def test_a_watch_of_one_object_hears_of_no_other(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        async with stack.watch(f"{CONFIG_MAPS}?watch=1&fieldSelector=metadata.name%3Dtwo") as watched:
            for name in ("one", "two", "three"):
                await stack.create(CONFIG_MAPS, config_map(name))
            assert told(await watched.next()) == ("ADDED", "two")
            await stack.call("DELETE", f"{CONFIG_MAPS}/two")
            assert told(await watched.next()) == ("DELETED", "two")

    on_stack(test)


def test_a_watch_speaks_in_tables_to_who_wants_them(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        async with stack.watch(f"{CONFIG_MAPS}?watch=1", accept=TABLE) as watched:
            await stack.create(CONFIG_MAPS, config_map("one"))
            event = await watched.next()
        assert (event["type"], event["object"]["kind"]) == ("ADDED", "Table")
        assert event["object"]["rows"][0]["cells"][0] == "one"

    on_stack(test)


@pytest.mark.parametrize("version", ["1", "99999999"])
def test_a_version_that_nobody_here_has_given_is_gone(on_stack: OnStack, version: str) -> None:
    async def test(stack: Stack) -> None:
        found = await stack.call("GET", f"{CONFIG_MAPS}?watch=1&resourceVersion={version}")
        assert (found.code, found.body["reason"]) == (410, "Expired")

    on_stack(test)


def test_a_watch_ends_when_its_time_is_over(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        found = await asyncio.wait_for(stack.call("GET", f"{CONFIG_MAPS}?watch=1&timeoutSeconds=1"), 20)
        assert (found.code, found.content) == (200, b"")

    on_stack(test)


def test_what_is_no_longer_kept_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "KEPT_CHANGES", 4)

    async def test() -> None:
        history = History(10)
        for number in range(6):
            history.put(
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"n{number}", "namespace": "shop"}}
            )
        assert history.version == 16
        assert [change.version for change in history.since(12)] == [13, 14, 15, 16]
        assert [change.version for change in history.since(15)] == [16]
        assert history.since(16) == []
        for gone in (10, 11):
            with pytest.raises(StatusError, match="too old resource version"):
                history.since(gone)

    asyncio.run(test())


def test_a_version_is_reserved_before_anybody_sees_it() -> None:
    async def test() -> None:
        reserved: list[int] = []
        history = History(10, reserved.append)
        made = history.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "shop"}})
        assert reserved == [11]
        assert made["metadata"]["resourceVersion"] == "11"  # type: ignore[index, call-overload]

    asyncio.run(test())
