"""Redis killed, frozen and back: nobody waits for it twice."""

import time
from collections.abc import Iterator

import pytest
import redis

from shared.redis_client import PromptRedis, make_client
from tests.servers import ValkeyServer
from tests.waiting import wait_until


@pytest.fixture
def client(own_valkey: ValkeyServer) -> Iterator[PromptRedis]:
    made = make_client(own_valkey.url(), pool_size=2, name="test-function")
    made.set("key", "value")
    yield made
    made.close()
    made.connection_pool.disconnect()


def answers(client: PromptRedis) -> bool:
    try:
        return client.get("key") == b"value"
    except redis.RedisError:
        return False


def test_the_server_sees_the_function_s_name(client: PromptRedis) -> None:
    assert b"name=test-function" in client.execute_command("CLIENT", "LIST")


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_an_absent_redis_costs_a_quarter_of_a_second_once_and_then_nothing(
    client: PromptRedis, own_valkey: ValkeyServer, fault: str
) -> None:
    own_valkey.kill() if fault == "killed" else own_valkey.freeze()
    started_s = time.monotonic()
    assert not answers(client)
    first_s = time.monotonic() - started_s
    started_s = time.monotonic()
    assert not any(answers(client) for _ in range(20))
    next_20_s = time.monotonic() - started_s
    if fault == "frozen":
        own_valkey.thaw()
    assert first_s < 0.6
    assert next_20_s < 0.25


def test_a_redis_that_came_back_is_used_again(client: PromptRedis, own_valkey: ValkeyServer) -> None:
    own_valkey.kill()
    assert not answers(client)
    own_valkey.start()
    wait_until(lambda: answers(client), 5)


def test_a_wrong_command_is_no_sign_of_absence(client: PromptRedis) -> None:
    with pytest.raises(redis.ResponseError):
        client.execute_command("NO-SUCH-COMMAND")
    assert answers(client)
