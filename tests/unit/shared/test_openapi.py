"""The OpenAPI document follows from what endpoints declare, and from nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared import openapi
from shared.endpoint import Answer, Call, endpoint
from tests.unit.shared.instances import FUNCTIONS, ROOT


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document(FUNCTIONS, "tests.unit.shared.functions_for_tests")


@pytest.fixture(scope="module")
def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/api/shops/{shop}/orders"]["post"]
    return found


def test_every_function_of_the_folder_that_declares_an_endpoint_is_in_it(document: dict[str, Any]) -> None:
    names = {o["operationId"] for path in document["paths"].values() for o in path.values()}
    assert names == {path.parent.name for path in FUNCTIONS.glob("*/main.py")} - {"plain"}
    assert document["openapi"] == "3.1.0"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            return [v for k, v in node.items() if k == "$ref"] + [r for v in node.values() for r in references(v)]
        return [r for v in node for r in references(v)] if isinstance(node, list) else []

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known
    assert json.loads(json.dumps(document)) == document


def test_constraints_come_from_the_types(document: dict[str, Any]) -> None:
    item = document["components"]["schemas"]["Item"]
    assert item["properties"]["quantity"] == {"type": "integer", "minimum": 1, "maximum": 10_000}
    assert item["additionalProperties"] is False


def test_parameters_come_from_path_query_and_key(operation: dict[str, Any]) -> None:
    parameters = {p["name"]: p for p in operation["parameters"]}
    assert {name: p["in"] for name, p in parameters.items()} == {
        "shop": "path", "limit": "query", "cursor": "query", "Idempotency-Key": "header",
    }  # fmt: skip
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert parameters["cursor"]["schema"] == {"type": "string"}  # null cannot be written in a query
    assert [p["required"] for p in parameters.values()] == [True, False, False, True]


def test_what_may_go_wrong_follows_from_the_declaration(operation: dict[str, Any]) -> None:
    assert list(operation["responses"]) == ["201", "400", "404", "409", "413", "415", "422"]
    assert "security" not in operation


def test_members_of_a_problem_of_its_own_are_told(operation: dict[str, Any]) -> None:
    schema = operation["responses"]["409"]["content"]["application/problem+json"]["schema"]
    assert schema["properties"]["skus"] == {"type": "array", "items": {"type": "string"}}


def test_headers_are_told_where_they_come(document: dict[str, Any], operation: dict[str, Any]) -> None:
    assert "Location" in operation["responses"]["201"]["headers"]
    for path in document["paths"].values():
        for described in path.values():
            for response in described["responses"].values():
                assert "x-trace-id" in response["headers"]


def test_a_query_struct_is_no_component(document: dict[str, Any]) -> None:
    assert sorted(document["components"]["schemas"]) == [
        "FieldProblem", "Greeting", "Item", "NewOrder", "Placed", "ProblemDocument",
    ]  # fmt: skip


def test_an_empty_folder_gives_a_document_without_paths(tmp_path: Path) -> None:
    assert openapi.document(tmp_path)["paths"] == {}


def test_the_shops_own_functions_can_be_described() -> None:
    assert openapi.document(ROOT / "functions")["components"]


def test_what_functions_ask_of_one_another_is_not_told_outside() -> None:
    document = openapi.document(ROOT / "functions")
    assert "/api/orders" in document["paths"]
    assert not [path for path in document["paths"] if path.startswith("/internal/")]
    assert not {"Charge", "Void", "Word"} & set(document["components"]["schemas"])


def test_limits_are_told_where_an_endpoint_has_them() -> None:
    paths = openapi.document(ROOT / "functions")["paths"]
    told = {"RateLimit", "RateLimit-Policy"}
    for status in ("200", "401", "429"):
        assert told <= paths["/api/auth/login"]["post"]["responses"][status]["headers"].keys()
    products = paths["/api/products"]["get"]["responses"]
    assert not told & products["200"]["headers"].keys()
    assert told <= products["429"]["headers"].keys(), "the gateway's own limit tells it"


def test_what_was_made_is_linked_to_what_can_be_done_with_it() -> None:
    paths = openapi.document(ROOT / "functions")["paths"]
    links = paths["/api/orders"]["post"]["responses"]["201"]["links"]
    assert links == {
        name: {"operationId": name, "parameters": {"path.id": "$response.body#/id"}}
        for name in ("get_order", "cancel_order")
    }
    assert "links" not in paths["/api/auth/register"]["post"]["responses"]["201"]


def test_an_endpoint_that_may_keep_the_refresh_token_in_a_cookie_says_how_that_is_asked_for() -> None:
    @endpoint("POST", "/api/sessions/end", answers={204: None}, refresh_cookie=True)
    def end(call: Call[None, None]) -> Answer:
        return Answer(status=204)

    operation = openapi.describe(end.endpoints)["paths"]["/api/sessions/end"]["post"]
    [parameter] = operation["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("X-Refresh-Token", "header", False)
    assert parameter["schema"]["enum"] == ["cookie"]
    assert "Set-Cookie" in operation["responses"]["204"]["headers"]
    assert "400" in operation["responses"]
