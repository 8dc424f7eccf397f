"""The OpenAPI document is true: what it allows is taken, what it forbids is refused, and each answer is one it names.

Schemathesis makes the requests, the same ones each time. Few for each call: the functions' own tests look at the
corners, this looks at whether the description fits.
"""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from shared.endpoint import Endpoint
from shared.openapi import find_endpoints
from tests.contract.conftest import Door, join

FUNCTIONS = Path(__file__).parents[2] / "functions"
EXAMPLES = 20
HEALTH = list(HealthCheck)  # how fast requests are made up says nothing of the shop

# What a schema cannot say: that a cursor was given out, a sku exists, an attribute's name is an extension's.
MAY_BE_REFUSED = ("GET /api/products", "POST /api/orders", "POST /api/events")
CONFIG = {
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "404", "409", "429"]}},
    "operations": [
        {
            "include-name": name,
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "409", "422", "429"]}},
        }
        for name in MAY_BE_REFUSED
    ]
    + [
        {
            "include-name": "PUT /api/cart",  # an ETag made up is nobody's, and a header left out has its own status
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "412", "422"]},
                "missing_required_header": {"expected-statuses": ["401", "428"]},
            },
        }
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
