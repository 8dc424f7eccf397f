"""Envoy's files follow what is deployed and ready, and nothing is taken over that Envoy would refuse."""

import asyncio
import dataclasses
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from knative.local.deployment import Deployment, check, project_paths, read_paths
from knative.local.front_door import FrontDoor, live, refuse_taken_port
from knative.local.home import PROJECT_ROOT, Home
from knative.local.rollout import Proof, Revision
from knative.local.routing import destination
from shared.errors import StartError
from shared.yaml_documents import document_of
from tests.unit.knative.local.children import new_revision

KEYS = '{"keys": []}'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home", project=PROJECT_ROOT, port=8080)
    home.make_folders()
    return home


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    home = Home(root=Path("/nowhere"), project=PROJECT_ROOT, port=8080)
    return check(read_paths(project_paths(home), home), home)


def files(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.envoy.glob("*.json")}


def ready(*generations: int) -> list[Revision]:
    return [new_revision("list-products", generation) for generation in generations]


def publish(home: Home, deployment: Deployment, *states: Sequence[Revision]) -> list[dict[Path, tuple[int, int]]]:
    """Publish one state after the other, with no Envoy running. Gives which files there were after each."""

    async def all_of_them() -> list[dict[Path, tuple[int, int]]]:
        door, seen = FrontDoor(home), []
        for state in states:
            leads_to = [destination(route, state) for route in deployment.routes.values()]
            assert await door.publish(deployment, state, leads_to)
            found = {path: path.stat() for path in home.envoy.glob("*.json")}
            seen.append({path: (status.st_mtime_ns, status.st_ino) for path, status in found.items()})
        return seen

    return asyncio.run(all_of_them())


def test_a_ready_revision_is_reached_by_its_socket(home: Home, deployment: Deployment) -> None:
    publish(home, deployment, ready(1))
    everything = b"".join(files(home).values()).decode()
    assert str(home.revision_socket("list-products-00001")) in everything


def test_a_revision_that_is_not_proven_gets_no_request(home: Home, deployment: Deployment) -> None:
    unproven = new_revision("list-products", 2, proof=Proof.UNPROVEN)
    publish(home, deployment, [*ready(1), unproven])
    everything = b"".join(files(home).values())
    assert b"list-products-00001" in everything
    assert b"list-products-00002" not in everything


def test_what_has_not_changed_is_not_written_again(home: Home, deployment: Deployment) -> None:
    first, same, another = publish(home, deployment, ready(1), ready(1), ready(1, 2))
    assert first == same != another


def test_a_revision_has_no_more_requests_than_its_template_lets_wait(home: Home, deployment: Deployment) -> None:
    revision = new_revision("list-products", 1)
    annotations = {"autoscaling.knative.dev/max-scale": "1"}
    small = dataclasses.replace(revision.template, annotations=annotations, container_concurrency=2)
    publish(home, deployment, [dataclasses.replace(revision, template=small)])
    clusters = json.loads(files(home)["clusters.json"])["resources"]
    (cluster,) = [each for each in clusters if each["name"] == f"shop/{revision.name}"]
    [bounds] = cluster["circuit_breakers"]["thresholds"]
    assert bounds["max_connections"] + bounds["max_pending_requests"] == 22


def test_the_mesh_leads_to_the_ingress_of_brokers_and_the_front_door_does_not(
    home: Home, deployment: Deployment
) -> None:
    publish(home, deployment, [])
    assert b"broker-ingress.knative-eventing.svc.cluster.local" in files(home)["mesh-routes.json"]
    assert b"broker-ingress" not in files(home)["front-routes.json"]
    assert str(home.broker_ingress_socket).encode() in files(home)["clusters.json"]


def test_the_mesh_keeps_its_port_over_a_restart(home: Home) -> None:
    assert FrontDoor(home).mesh_port == FrontDoor(home).mesh_port


def test_manifests_that_envoy_refuses_are_refused_in_its_words_before_anything_is_written(home: Home) -> None:
    patch = {
        "apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter",
        "metadata": {"name": "wrong", "namespace": "istio-system"},
        "spec": {
            "workloadSelector": {"labels": {"istio": "ingressgateway"}},
            "configPatches": [
                {
                    "applyTo": "NETWORK_FILTER",
                    "match": {
                        "context": "GATEWAY",
                        "listener": {
                            "filterChain": {
                                "filter": {"name": "envoy.filters.network.http_connection_manager"},
                            }
                        },
                    },
                    "patch": {"operation": "MERGE", "value": {"typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                                 ".HttpConnectionManager",
                        "max_request_headers_kb": 1_000_000,
                    }}},
                }
            ],
        },
    }  # fmt: skip
    documents = [*read_paths(project_paths(home), home), document_of(patch, "wrong.yaml")]
    with pytest.raises(StartError, match="Envoy refuses") as error:
        FrontDoor(home).refuse_what_envoy_refuses(check(documents, home), ready(1), [])
    assert "MaxRequestHeadersKb" in error.value.message
    assert files(home) == {}


class Issuer(BaseHTTPRequestHandler):
    """Answers as get-jwks does."""

    answer = KEYS

    def do_GET(self) -> None:
        content = self.answer.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Keep quiet."""


@pytest.fixture
def issuer(home: Home) -> Iterator[type[Issuer]]:
    """An issuer in the mesh's place."""
    handler = type("OwnIssuer", (Issuer,), {})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        (home.root / "mesh-port").write_text(str(server.server_port))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler
        server.shutdown()
        thread.join()


def test_the_issuers_keys_are_fetched_and_known_to_the_next_engine(
    home: Home, deployment: Deployment, issuer: type[Issuer]
) -> None:
    door = FrontDoor(home)
    before = door.has_keys
    assert asyncio.run(door.refresh_keys(deployment))
    assert (before, door.has_keys) == (False, True)
    assert not asyncio.run(door.refresh_keys(deployment)), "the same keys change nothing"
    assert FrontDoor(home).has_keys


def test_new_keys_reach_envoy(home: Home, deployment: Deployment, issuer: type[Issuer]) -> None:
    door = FrontDoor(home)
    asyncio.run(door.refresh_keys(deployment))
    issuer.answer = '{"keys": [{"kid": "the-next-key"}]}'
    assert asyncio.run(door.refresh_keys(deployment))
    publish(home, deployment, ready(1))
    assert b"the-next-key" in files(home)["listeners.json"]


def test_an_issuer_that_does_not_answer_leaves_the_keys_as_they_are(home: Home, deployment: Deployment) -> None:
    (home.envoy / "key_sets.json").write_text(json.dumps({"http://issuer": KEYS}))
    door = FrontDoor(home)
    with pytest.raises(OSError):  # noqa: PT011 - whatever the network says
        asyncio.run(door.refresh_keys(deployment))
    assert door.has_keys


def test_a_taken_port_is_refused_with_another_one_to_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port}") as error:
            refuse_taken_port(port)
        assert f"ZEROCART_PORT={port + 1}" in (error.value.hint or "")
    refuse_taken_port(port)


def test_no_envoy_is_not_live(home: Home) -> None:
    assert not live(home.admin_socket)
