"""The files themselves: replaced whole, and only when something changed."""

import json
from pathlib import Path

from gateway.envoy import Edge, EnvoyFiles, command, translate, write, write_clusters
from gateway.istio import Mesh
from knative.local.model import Backend, ConfigurationName, Namespace, RevisionName
from tests.unit.gateway.front_door import destination, shop_mesh


def files(folder: Path, *revisions: str, mesh: Mesh | None = None) -> EnvoyFiles:
    backends = [
        Backend(
            revision=RevisionName(revision), configuration=ConfigurationName("hello"), namespace=Namespace("shop"),
            socket_path=f"/{revision}.sock", timeout_s=300,
        )
        for revision in revisions
    ]  # fmt: skip
    edge = Edge(
        port=1, mesh_port=2, folder=folder, admin_socket=folder / "admin.sock", access_log=folder / "access.log"
    )
    return translate(mesh or Mesh(), [destination("hello", (revisions[0], 100))], backends, {}, edge)


def inodes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    write(files(tmp_path, "hello-00001"), tmp_path)
    first = inodes(tmp_path)
    assert set(first) == {"bootstrap.json", "clusters.json", "front-routes.json", "mesh-routes.json", "listeners.json"}
    write(files(tmp_path, "hello-00001"), tmp_path)
    assert inodes(tmp_path) == first
    write(files(tmp_path, "hello-00001", "hello-00002"), tmp_path)
    assert {name for name, inode in inodes(tmp_path).items() if inode != first[name]} == {"clusters.json"}


def test_routes_are_written_apart_from_the_clusters_that_they_name(tmp_path: Path) -> None:
    write_clusters(files(tmp_path, "hello-00001"), tmp_path)
    assert set(inodes(tmp_path)) == {"bootstrap.json", "clusters.json"}


def test_a_cluster_that_goes_stays_until_the_routes_that_name_it_have_gone(tmp_path: Path) -> None:
    def clusters() -> list[str]:
        return [item["alt_stat_name"] for item in json.loads((tmp_path / "clusters.json").read_text())["resources"]]

    write(files(tmp_path, "hello-00001", "hello-00003"), tmp_path)
    before = inodes(tmp_path)
    write(files(tmp_path, "hello-00002"), tmp_path)
    assert clusters() == ["hello-00002", "hello-00001"]
    assert inodes(tmp_path)["front-routes.json"] != before["front-routes.json"]
    write(files(tmp_path, "hello-00002"), tmp_path)
    assert clusters() == ["hello-00002"]


def test_nothing_but_the_files_is_left_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    write(files(tmp_path, "hello-00001"), tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json"}
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_what_an_interrupted_write_left_behind_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".clusters.json.new").write_text('{"half')
    write(files(tmp_path, "hello-00001"), tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_the_order_in_which_revisions_are_given_changes_nothing(tmp_path: Path) -> None:
    one = files(tmp_path, "hello-00001", "hello-00002", mesh=shop_mesh())
    again = files(tmp_path, "hello-00001", "hello-00002", mesh=shop_mesh())
    assert one == again


def test_the_version_changes_with_the_content_alone(tmp_path: Path) -> None:
    before, same, after = (files(tmp_path, *names) for names in (["a-1"], ["a-1"], ["a-1", "a-2"]))
    assert before.clusters.version == same.clusters.version != after.clusters.version
    assert before.listeners.version == after.listeners.version


def test_envoy_is_run_without_what_only_a_shared_machine_needs(tmp_path: Path) -> None:
    edge = Edge(port=1, mesh_port=2, folder=tmp_path, admin_socket=tmp_path / "a", access_log=tmp_path / "l")
    run = command(Path("/envoy"), edge)
    assert run[:3] == ["/envoy", "-c", str(tmp_path / "bootstrap.json")]
    assert "--disable-hot-restart" in run
