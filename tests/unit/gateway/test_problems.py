"""The gateway's problem documents and the functions' are of one kind: the same type has the same title and status."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from shared.errors import Problem
from tests.unit.gateway.front_door import shop_mesh


def mappers() -> list[tuple[int, dict[str, str]]]:
    """Status and body of each of the gateway's own answers."""
    (patch,) = next(item.patches for item in shop_mesh().envoy_filters if item.metadata.name == "problems")
    config: Any = patch.value["typed_config"]
    return [
        (mapper.get("status_code") or _status(mapper["filter"]), mapper["body_format_override"]["json_format"])
        for mapper in config["local_reply_config"]["mappers"]
    ]


def _status(condition: dict[str, Any]) -> int:
    return int(condition["status_code_filter"]["comparison"]["value"]["default_value"])


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
