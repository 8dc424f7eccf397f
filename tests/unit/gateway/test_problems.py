"""The gateway's problem documents and the functions' are of one kind: the same type has the same title and status."""

import json
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from gateway.istio.envoy_filter import ConfigPatch
from shared.errors import Problem
from tests.unit.gateway.front_door import shop_mesh


def mappers() -> Iterator[tuple[int, dict[str, str]]]:
    """Status and body of each of the gateway's own answers."""
    for envoy_filter in shop_mesh().envoy_filters:
        if envoy_filter.metadata.name == "problems":
            for mapper in local_reply(envoy_filter.patches[0])["mappers"]:
                text = json.dumps(mapper["filter"])
                status = mapper.get("status_code") or int(text.partition('"default_value": ')[2].partition(",")[0])
                yield status, mapper["body_format_override"]["json_format"]


def local_reply(patch: ConfigPatch) -> dict[str, list[dict[str, dict[str, dict[str, str]]]]]:
    config = patch.value["typed_config"]
    assert isinstance(config, dict)
    found = config["local_reply_config"]
    assert isinstance(found, dict)
    return found


def problems(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for below in kind.__subclasses__():
        yield below
        yield from problems(below)


known = {kind.type: kind for kind in problems() if kind.__module__ == "shared.errors"}


@pytest.mark.parametrize(
    ("status", "body"), mappers(), ids=lambda value: value["type"] if isinstance(value, dict) else ""
)
def test_a_problem_of_the_gateway_is_one_that_a_function_could_give(status: int, body: dict[str, str]) -> None:
    assert body.keys() == {"type", "title", "status", "detail", "instance", "trace_id"}
    if body["type"] in known:
        assert (body["title"], status) == (known[body["type"]].title, known[body["type"]].status)
    elif body["type"] != "gateway-error":
        phrase = HTTPStatus(status).phrase
        assert (body["type"], body["title"]) == (phrase.lower().replace(" ", "-"), phrase)
