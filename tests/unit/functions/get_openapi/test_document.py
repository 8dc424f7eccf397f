"""The document describes every function, from what each declares."""

from tests.unit.functions.conftest import Shop


def test_every_endpoint_is_described_with_its_body_and_answers(shop: Shop) -> None:
    response = shop.function("get_openapi").get("/api/openapi.json")
    assert (response.status_code, response.content_type) == (200, "application/json")
    document = response.json
    assert document["openapi"].startswith("3.1")
    place_order = document["paths"]["/api/orders"]["post"]
    assert {"201", "400", "401", "409", "413", "415", "422", "429", "503"} <= set(place_order["responses"])
    assert place_order["security"]
    events = document["paths"]["/api/events"]["post"]["requestBody"]["content"]
    assert set(events) == {"application/cloudevents+json", "application/cloudevents-batch+json"}


def test_it_can_be_cached_for_a_while(shop: Shop) -> None:
    assert "max-age" in shop.function("get_openapi").get("/api/openapi.json").headers["Cache-Control"]
