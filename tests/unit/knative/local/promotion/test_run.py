"""A promotion against a server that others write to as well, on a clock that the test moves."""

from collections.abc import Callable, Sequence
from typing import cast

import pytest

from knative.local.objects.json_values import Json, Object, copied, items, mapping
from knative.local.promotion import traffic
from knative.local.promotion.cluster import Cluster, ConflictError
from knative.local.promotion.decision import Counts, Plan
from knative.local.promotion.run import Promoter
from knative.local.promotion.traffic import Promotion
from shared.errors import StartError

PLAN = Plan(steps=(10, 50, 100), step_s=30, longest_step_s=120, least_requests=10)
GOOD = Counts(request_count=100, p99_ms=20.0)


class Server:
    """One Service; every write is taken over at once. `meddle` is called before each one."""

    def __init__(self, meddle: Callable[["Server"], None] = lambda _: None) -> None:
        self.namespace = "shop"
        self.written: list[list[Json]] = []
        self.meddle = meddle
        self.version = 1
        waiting = traffic.write(Promotion(stable="a-1", candidate="a-2"))
        conditions: list[Json] = [
            {"type": "ConfigurationsReady", "status": "True"}, {"type": "RoutesReady", "status": "True"},
        ]  # fmt: skip
        self.found: Object = {
            "metadata": {"name": "a", "generation": 1},
            "spec": {"traffic": waiting},
            "status": {"latestReadyRevisionName": "a-2", "observedGeneration": 1, "conditions": conditions},
        }

    def service(self, name: str) -> Object:
        result = copied(self.found)
        mapping(result, "metadata")["resourceVersion"] = str(self.version)
        return result

    def ready_revisions(self, service: str) -> list[str]:
        return ["a-1", "a-2"]

    def send_traffic(self, service: Object, wanted: Sequence[Json]) -> Object:
        self.meddle(self)
        if mapping(service, "metadata")["resourceVersion"] != str(self.version):
            raise ConflictError("the object has been modified")
        self.version += 1
        self.written.append(list(wanted))
        mapping(self.found, "spec")["traffic"] = list(wanted)
        return self.found


class Always:
    """Says the same of each, or fails."""

    def __init__(self, found: Counts | OSError) -> None:
        self.found = found

    def of(self, revisions: tuple[str, ...], window_s: float) -> list[Counts]:
        if isinstance(self.found, OSError):
            raise self.found
        return [self.found for _ in revisions]


def promoter(server: Server) -> Promoter:
    now_s = [0.0]

    def pause(for_s: float) -> None:
        now_s[0] += for_s

    return Promoter(cluster=cast("Cluster", server), clock=lambda: now_s[0], pause=pause)


def stands(server: Server) -> Promotion | None:
    return traffic.read(server.found)


def test_it_goes_step_by_step_and_the_way_back_stays_open() -> None:
    server = Server()
    outcome = promoter(server).promote("a", PLAN, Always(GOOD), lambda _: None)
    assert [look.percent for look in outcome.looks] == [10, 50, 100]
    assert stands(server) == Promotion(stable="a-2", candidate="a-2", previous="a-1")
    assert promoter(server).roll_back("a").revision == "a-1"
    with pytest.raises(StartError, match="nothing was promoted since"):
        promoter(server).roll_back("a")


def test_a_status_that_is_written_meanwhile_is_no_conflict() -> None:
    def meddle(server: Server) -> None:
        if len(server.written) == 1 and server.version == 2:
            server.version += 1

    server = Server(meddle)
    assert promoter(server).promote("a", PLAN, Always(GOOD), lambda _: None).kind == "promoted"


def test_traffic_that_somebody_else_writes_ends_it_and_stays() -> None:
    others: list[Json] = [{"latestRevision": True, "percent": 100}]

    def meddle(server: Server) -> None:
        if len(server.written) == 1:
            server.version += 1
            mapping(server.found, "spec")["traffic"] = others

    server = Server(meddle)
    with pytest.raises(ConflictError):
        promoter(server).promote("a", PLAN, Always(GOOD), lambda _: None)
    assert items(server.found, "spec", "traffic") == others


def test_while_nobody_knows_how_it_does_nothing_goes_on_and_then_it_is_taken_back() -> None:
    server = Server()
    outcome = promoter(server).promote("a", PLAN, Always(OSError("away")), lambda _: None)
    assert (outcome.kind, outcome.percent) == ("rolled-back", 10)
    assert "away" in outcome.reason
    assert stands(server) == Promotion(stable="a-1", candidate="a-2")
    assert len(server.written) == 2


def test_who_was_killed_is_followed_by_one_who_goes_on() -> None:
    server = Server()
    left = Promotion(stable="a-1", candidate="a-2", percent=50, is_waiting=False)
    mapping(server.found, "spec")["traffic"] = traffic.write(left)
    outcome = promoter(server).promote("a", PLAN, Always(GOOD), lambda _: None)
    assert [look.percent for look in outcome.looks] == [50, 100]
