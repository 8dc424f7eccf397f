"""/api/ops: for admins alone; a stream shows instances rise and fall while requests come; each deed is done once."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.contract.conftest import Customer, Door, Reply, join
from tests.stack import Stack
from tests.waiting import wait_until

PATHS = ("/api/ops", "/api/ops/stream")
DEEDS = {
    "burst": {"rate": 20, "seconds": 1},
    "traffic": {"service": "get-jwks", "shares": [{"revision": "get-jwks-00001", "percent": 100}]},
    "rollback": {"service": "get-jwks"},
    "kill": {"service": "list-products"},
    "redis-away": {},
}


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Stack:
    if os.environ.get("ZEROCART_URL"):
        pytest.skip("what is seen and done there is this engine's: a cluster has Prometheus, and kubectl")
    found: Stack = request.getfixturevalue("own_stack")
    return found


@pytest.fixture(scope="module")
def own_door(own: Stack) -> Door:
    return Door(own.url)


@pytest.fixture(scope="module")
def admin(own: Stack, own_door: Door) -> Customer:
    person = join(own_door)
    own.run("admin", person.email)
    tokens = own_door.patiently("POST", "/api/auth/login", {"email": person.email, "password": person.password})
    return Customer(
        id=person.id, email=person.email, password=person.password, token=tokens.text("access_token")
    )  # fmt: skip


def pictures(own: Stack, admin: Customer) -> Iterator[dict[str, Any]]:
    """What a page is told: streams, each from where the one before ended."""
    last_id = ""
    while True:
        response = own.http.request(
            "GET", f"{own.url}/api/ops/stream", preload_content=False, timeout=urllib3.Timeout(30.0),
            headers={"Authorization": f"Bearer {admin.token}", "Last-Event-ID": last_id},
        )  # fmt: skip
        assert (response.status, response.headers["content-type"]) == (200, "text/event-stream")
        for line in response:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                last_id = value
            elif name == "data" and '"functions"' in value:
                yield json.loads(value)
        response.release_conn()


def ready_count(picture: dict[str, Any], name: str) -> int:
    (found,) = [each for each in picture["functions"] if each["name"] == name]
    return sum(int(each["ready_instances"]) for each in found["revisions"])


def do(door: Door, deed: str, token: str | None) -> Reply:
    return door.post(f"/api/ops/{deed}", DEEDS[deed], token=token)


@pytest.mark.parametrize("path", PATHS)
def test_who_has_not_the_role_sees_nothing(door: Door, path: str) -> None:
    assert door.get(path).status == 401
    assert door.get(path, token=join(door).token).status == 403


@pytest.mark.parametrize("path", PATHS)
def test_the_function_asks_for_the_role_again(own: Stack, own_door: Door, path: str) -> None:
    host = {"Host": f"watch-operations.shop.localhost:{own.port}"}
    assert own_door.get(path, headers=host, token=join(own_door).token).status == 403


@pytest.mark.parametrize("deed", DEEDS)
def test_who_has_not_the_role_does_nothing(door: Door, deed: str) -> None:
    assert do(door, deed, None).status == 401
    assert do(door, deed, join(door).token).status == 403


def test_a_stream_shows_instances_come_and_go_and_wakes_nobody(own: Stack, own_door: Door, admin: Customer) -> None:
    own.wait_for_zero("list-products")
    seen = pictures(own, admin)
    assert ready_count(next(seen), "list-products") == 0
    assert do(own_door, "burst", admin.token).status == 202
    assert do(own_door, "burst", admin.token).status == 409, "one at a time"
    came = next(picture for picture, _ in zip(seen, range(60), strict=False) if ready_count(picture, "list-products"))
    assert came["source"] == "engine"
    assert any(not ready_count(picture, "list-products") for picture, _ in zip(seen, range(60), strict=False))


def test_one_of_the_instances_is_killed_and_the_next_request_is_answered(own_door: Door, admin: Customer) -> None:
    assert own_door.get("/api/products").status == 200
    assert do(own_door, "kill", admin.token).status == 202
    assert own_door.get("/api/products").status == 200


def test_traffic_is_split_and_rolled_back(own: Stack, own_door: Door, admin: Customer) -> None:
    assert do(own_door, "rollback", admin.token).status == 409, "it has one revision"
    assert do(own_door, "traffic", admin.token).status == 202
    wrong = {"service": "get-jwks", "shares": [{"revision": "get-jwks-00001", "percent": 99}]}
    assert own_door.post("/api/ops/traffic", wrong, token=admin.token).status == 422
    unknown = {"service": "nobody", "shares": [{"revision": "get-jwks-00001", "percent": 100}]}
    assert own_door.post("/api/ops/traffic", unknown, token=admin.token).status == 404
    manifest = (own.project / "functions/get_jwks/service.yaml").read_text(encoding="utf-8")
    own.run("apply", "-f", "-", given=manifest.replace("cpu: 100m", "cpu: 101m"))
    assert do(own_door, "rollback", admin.token).status == 202

    def shares() -> dict[str, int]:
        return {each["name"]: each["traffic"] for each in own.service("get-jwks")["revisions"]}

    wait_until(lambda: shares() == {"get-jwks-00001": 100, "get-jwks-00002": 0}, 20, "the rollback")


def test_redis_goes_and_comes_back_by_itself_or_by_the_next_up(own: Stack, own_door: Door, admin: Customer) -> None:
    def there() -> bool:
        return bool(own.status()["state"]["redis"]["ready"])

    def under_way() -> list[str]:
        found: Any = own_door.get("/api/ops", token=admin.token).json["under_way"]
        return [each["deed"] for each in found]

    assert do(own_door, "redis-away", admin.token).status == 202
    wait_until(lambda: not there(), 20, "Redis away")
    assert own_door.get("/api/products").status == 200
    assert do(own_door, "redis-away", admin.token).status == 409
    assert under_way() == ["redis-away"]
    own.run("up")
    assert there()
    assert under_way() == [], "it is back, whatever time it was to be away"


def test_redis_comes_back_also_when_the_engine_is_killed_meanwhile(own: Stack, own_door: Door, admin: Customer) -> None:
    def there() -> bool:
        status = own.zerocart("status", "--json")
        return status.code == 0 and bool(json.loads(status.output)["state"]["redis"]["ready"])

    engine = own.pid("engine")
    wait_until(lambda: do(own_door, "redis-away", admin.token).status == 202, 60, "Redis taken away")
    wait_until(lambda: not there(), 20, "Redis away")
    os.kill(engine, signal.SIGKILL)
    wait_until(there, 60, "Redis, by the next engine")
    assert own.pid("engine") != engine
