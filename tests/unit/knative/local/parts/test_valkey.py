"""The Valkey that the stack starts."""

import stat
from pathlib import Path

import pytest
import redis

from knative.local.parts import valkey
from tests.servers import ValkeyServer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appendonly", "yes"), ("appendfsync", "everysec"), ("port", "0"), ("save", ""),
        ("maxmemory-policy", "volatile-lru"), ("maxmemory", str(128 * 1024 * 1024)),
    ],
)  # fmt: skip
def test_the_running_server_has_the_setting(own_valkey: ValkeyServer, name: str, value: str) -> None:
    with redis.Redis.from_url(own_valkey.url()) as client:
        assert client.config_get(name) == {name: value}


def test_only_the_owner_reaches_the_socket(own_valkey: ValkeyServer) -> None:
    assert stat.S_IMODE(valkey.socket_path(own_valkey.folder).stat().st_mode) == 0o700


def test_what_it_acknowledged_survives_a_kill(own_valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(own_valkey.url()) as client:
        client.set("revoked:token-1", "1")
    own_valkey.kill()
    own_valkey.start()
    with redis.Redis.from_url(own_valkey.url()) as client:
        assert client.get("revoked:token-1") == b"1"


def test_a_server_that_is_not_there_accepts_nothing(tmp_path: Path) -> None:
    assert not valkey.accepts(tmp_path)
