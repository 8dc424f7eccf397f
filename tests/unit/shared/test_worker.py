"""Instances come and go on one socket, and no request notices."""

import threading
from pathlib import Path

from tests.unit.shared.instances import Instances, ask
from tests.waiting import wait_until


class Load:
    """Clients that ask without a pause, one connection a request, until stopped."""

    def __init__(self, socket_path: Path, clients: int) -> None:
        self.answered_count = 0
        self.failures: list[str] = []
        self._socket_path = socket_path
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._stopped.is_set():
            try:
                answer = ask(self._socket_path)
            except OSError as error:
                self.failures.append(repr(error))
                continue
            if answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'{"hello":"world"}'):
                self.answered_count += 1
            else:
                self.failures.append(repr(answer))

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()


def test_fifty_instances_stop_under_load_and_no_request_fails(tmp_path: Path) -> None:
    with Instances("echo", tmp_path) as instances, Load(instances.socket_path, clients=8) as load:
        staying = instances.start()
        for _ in range(50):
            leaving = instances.start()
            before_count = load.answered_count
            wait_until(lambda: load.answered_count > before_count + 20, within_s=10, what="load")  # noqa: B023
            assert instances.stop(leaving) == 0
        load.stop()
        assert load.failures == []
        assert load.answered_count > 1000
        assert instances.stop(staying) == 0
