"""A change of Envoy's files takes effect without a restart, and no request notices."""

import signal
import threading
from collections import Counter
from functools import partial
from pathlib import Path

from gateway.envoy import translate, write
from tests.unit.gateway.front_door import FrontDoor, destination, shop_mesh


def test_no_request_fails_while_revision_follows_revision(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh()) as door:
        answers: Counter[str] = Counter()
        stopped = threading.Event()

        def ask() -> None:
            while not stopped.is_set():
                answer = door.ask("/api/products")
                answers[answer.json["function"] if answer.status == 200 else str(answer.status)] += 1

        def switch_to(number: int) -> str:
            new = f"list-products-{number:05}"
            door.apply([destination("list-products", (new, 100))], [door.backend(new)])
            return new

        switch_to(1)
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(2, 12):
                new = switch_to(number)
                door.wait_until(partial(answers.__contains__, new))
        finally:
            stopped.set()
            for thread in threads:
                thread.join()
        assert set(answers) == {f"list-products-{number:05}" for number in range(1, 12)}


def test_routes_wait_for_an_envoy_that_is_late_to_know_their_clusters(tmp_path: Path) -> None:
    """It watches each file apart: with both there when it wakes, it may follow a route to what it does not know."""
    with FrontDoor(folder=tmp_path, mesh=shop_mesh()) as door:
        old, new = "list-products-00001", "list-products-00002"
        door.apply([destination("list-products", (old, 100))], [door.backend(old)])
        assert door.envoy
        door.envoy.send_signal(signal.SIGSTOP)
        switching = threading.Thread(
            target=door.apply, args=([destination("list-products", (new, 100))], [door.backend(new)])
        )
        switching.start()
        try:
            door.wait_until(lambda: new in (tmp_path / "clusters.json").read_text())
            switching.join(0.3)
            assert switching.is_alive()
            assert new not in (tmp_path / "front-routes.json").read_text()
        finally:
            door.envoy.send_signal(signal.SIGCONT)
            switching.join()
        door.wait_until(lambda: bool(door.ask("/api/products").json["function"] == new))


def test_an_envoy_that_was_not_told_of_its_files_is_told_again(tmp_path: Path) -> None:
    """It is told of a file that is moved to its place, and not of one that is written there."""
    folder, scratch = tmp_path / "envoy", tmp_path / "scratch"
    folder.mkdir()
    with FrontDoor(folder=folder, mesh=shop_mesh()) as door:
        old, new = "list-products-00001", "list-products-00002"
        door.apply([destination("list-products", (old, 100))], [door.backend(old)])
        state = [destination("list-products", (new, 100))], [door.backend(new)]
        write(translate(door.mesh, *state, door.key_sets, door.edge), scratch)
        for file in scratch.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        assert door.ask("/api/products").json["function"] == old
        door.apply(*state)
        assert door.ask("/api/products").json["function"] == new


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh()) as door:
        state = [destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")]
        door.apply(*state)
        before = {file.name: file.stat().st_ino for file in tmp_path.glob("*.json")}
        door.apply(*state)
        assert {file.name: file.stat().st_ino for file in tmp_path.glob("*.json")} == before


def test_a_single_address_is_never_left_alone_however_it_fails(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh()) as door:
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        for _ in range(15):
            assert door.ask("/api/products", headers={"x-answer": "503"}).json["function"] == "list-products-00001"
        assert door.ask("/api/products").status == 200
