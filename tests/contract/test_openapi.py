"""The OpenAPI document is true: what it allows is taken, what it forbids is refused, and each answer is one it names.

Schemathesis makes the requests, the same ones each time. Few for each call: the functions' own tests look at the
corners, this looks at whether the description fits.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from shared.endpoint import Endpoint
from shared.openapi import find_endpoints
from tests.contract.conftest import CARD, Door, join

FUNCTIONS = Path(__file__).parents[2] / "functions"
EXAMPLES = 20
HEALTH = list(HealthCheck)  # how fast requests are made up says nothing of the shop

# What a schema cannot say: that a cursor was given out, a sku exists, an attribute's name is an extension's.
MAY_BE_REFUSED = ("GET /api/products", "GET /api/orders", "POST /api/orders", "POST /api/events")
FOR_ADMINS = [  # who asks here is none
    f"{endpoint.method} {endpoint.path}" for endpoint in find_endpoints(FUNCTIONS) if endpoint.roles
]
CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "404", "409", "429"]}},
    "operations": [
        {
            "include-name": name,
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "402", "409", "422", "429"]}},
        }
        for name in MAY_BE_REFUSED
    ]
    + [
        {"include-name": name, "checks": {"positive_data_acceptance": {"expected-statuses": ["403"]}}}
        for name in FOR_ADMINS
    ]
    + [
        {
            "include-name": "POST /api/auth/refresh",  # a body without a token is for who has it in a cookie
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "422", "429"]}},
        },
        {
            "include-name": "PUT /api/cart",  # an ETag made up is nobody's, and a header left out has its own status
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "412", "422"]},
                "missing_required_header": {"expected-statuses": ["401", "428"]},
            },
        },
    ],
}


@pytest.fixture(scope="session")
def description(door: Door) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(
        door.get("/api/openapi.json").json, config=SchemathesisConfig.from_dict(CONFIG)
    )
    schema.config.update(base_url=door.base_url)
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("endpoint", find_endpoints(FUNCTIONS), ids=lambda endpoint: endpoint.name)
def test_the_description_is_true(
    description: schemathesis.BaseSchema, door: Door, endpoint: Endpoint, mode: GenerationMode
) -> None:
    customer = join(door)  # of its own: a call of logout ends the session
    operation = description[endpoint.path][endpoint.method]
    if mode.is_negative and not (operation.body or endpoint.query or endpoint.idempotent):
        return  # nothing can be wrong with it

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=HEALTH)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {customer.token}"})

    ask()


def test_what_was_made_can_be_asked_for_by_its_links(
    description: schemathesis.BaseSchema, door: Door, goods: list[dict[str, object]]
) -> None:
    customer = join(door)
    seen: Counter[tuple[str, int]] = Counter()

    class Orders(description.include(path_regex="^/api/orders").as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: schemathesis.Case[Any]) -> None:
            wrong_on_purpose = case.meta is not None and case.meta.generation.mode.is_negative
            if case.method == "POST" and case.path == "/api/orders" and not wrong_on_purpose:
                # A schema does not know what is for sale.
                case.body = {
                    "items": [{"sku": str(goods[0]["sku"]), "quantity": 1}], "payment": {"card": CARD},
                }  # fmt: skip

        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {customer.token}"}}

        def after_call(self, response: Any, case: schemathesis.Case[Any]) -> None:
            seen[f"{case.method} {case.path}", response.status_code] += 1

    Orders.run(
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=6, deadline=None, derandomize=True, database=None,
            suppress_health_check=HEALTH,
        )
    )  # fmt: skip
    assert seen.keys() >= {
        ("POST /api/orders", 201), ("GET /api/orders/{id}", 200), ("POST /api/orders/{id}/cancel", 200),
        ("POST /api/orders/{id}/cancel", 409),
    }  # fmt: skip
