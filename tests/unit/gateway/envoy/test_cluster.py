"""How many requests a revision may have, whoever says so."""

import pytest

from gateway.envoy.cluster import cluster
from gateway.istio.destination_rule import ConnectionPool, DestinationRule
from gateway.istio.metadata import Metadata
from knative.local.model import Backend, ConfigurationName, Namespace, RevisionName

ALL = "*.shop.svc.cluster.local"
HELLO = "hello.shop.svc.cluster.local"


def rule(host: str, connections: int, pending: int) -> DestinationRule:
    return DestinationRule(
        metadata=Metadata(name="x", namespace=Namespace("shop"), file="x.yaml", line=1),
        host=host,
        connection_pool=ConnectionPool(max_connections=connections, max_pending_requests=pending),
        outlier_detection=None,
    )


def bounds(*rules: DestinationRule, most_requests: int | None = None) -> tuple[int, int]:
    backend = Backend(
        revision=RevisionName("hello-00001"), configuration=ConfigurationName("hello"), namespace=Namespace("shop"),
        socket_path="/hello.sock", timeout_s=5, most_requests=most_requests,
    )  # fmt: skip
    (found,) = cluster(backend, rules)["circuit_breakers"]["thresholds"]
    return found["max_connections"], found["max_pending_requests"]


@pytest.mark.parametrize(
    ("most_requests", "expected"),
    [(None, (256, 200)), (10_000, (256, 200)), (300, (150, 150)), (66, (33, 33)), (1, (1, 0))],
)
def test_a_revision_has_what_the_rule_gives_and_no_more_than_its_instances_let_wait(
    most_requests: int | None, expected: tuple[int, int]
) -> None:
    assert bounds(rule(ALL, 256, 200), most_requests=most_requests) == expected


def test_the_rule_that_names_a_host_goes_before_one_for_many() -> None:
    assert bounds(rule(ALL, 256, 200), rule(HELLO, 5, 6)) == (5, 6)
    assert bounds(rule(HELLO, 5, 6), rule(ALL, 256, 200)) == (5, 6)
