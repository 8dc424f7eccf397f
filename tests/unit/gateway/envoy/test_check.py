"""Envoy is asked before it is given anything."""

from pathlib import Path

from gateway.envoy import Edge, check, find_binary, translate
from gateway.istio import Mesh
from tests.unit.gateway.front_door import shop_mesh

wrong = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: wrong, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
    - applyTo: ROUTE_CONFIGURATION
      match: {context: GATEWAY}
      patch:
        operation: MERGE
        value: {no_such_field: 1}
"""


def complaint(mesh: Mesh, folder: Path) -> str | None:
    edge = Edge(
        port=1, mesh_port=2, folder=folder, admin_socket=folder / "admin.sock", access_log=folder / "access.log"
    )
    return check(translate(mesh, [], [], {}, edge), find_binary())


def test_the_shops_manifests_are_taken(tmp_path: Path) -> None:
    assert complaint(shop_mesh(), tmp_path) is None


def test_what_envoy_does_not_know_is_said_in_its_own_words(tmp_path: Path) -> None:
    assert "no_such_field" in (complaint(shop_mesh(wrong), tmp_path) or "")


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    complaint(shop_mesh(), tmp_path)
    assert list(tmp_path.iterdir()) == []
