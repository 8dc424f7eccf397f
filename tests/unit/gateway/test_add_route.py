"""A new function's route, as `make function` writes it."""

import difflib
import re

import pytest

from gateway.add_route import add_route
from gateway.istio.http_route import KnativeRoute
from knative.local.model import Namespace, RouteName
from shared.errors import ZerocartError
from shared.yaml_documents import Complaints, parse_documents
from tests.unit.gateway.front_door import manifests, mesh_of, shop_documents

text = (manifests / "routes.yaml").read_text()


def added_lines(after: str) -> list[str]:
    changes = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert not [line for line in changes if line.startswith("- ")]
    return [line[2:] for line in changes]


@pytest.mark.parametrize(
    ("path", "kind", "value"),
    [
        ("/api/invoices", "exact", "/api/invoices"),
        ("/api/invoices/{id}/cancel", "regex", "/api/invoices/[^/]+/cancel"),
        ("/files/v1.0/{name}.txt", "regex", r"/files/v1\.0/[^/]+\.txt"),
        ("/files/", "prefix", "/files/"),
    ],
)
def test_a_route_is_added_and_every_other_line_stays(path: str, kind: str, value: str) -> None:
    after = add_route(text, "get-invoice", path)
    assert "      corsPolicy: *cors" in added_lines(after)
    others = [document for document in shop_documents() if document.text("kind") != "VirtualService"]
    (virtual_service,) = mesh_of([*others, *parse_documents(after, "routes.yaml")]).virtual_services
    route = next(route for route in virtual_service.http if route.name == "get-invoice")
    assert (route.matches[0].uri.kind, route.matches[0].uri.value) == (kind, value)
    assert route.destination == KnativeRoute(name=RouteName("get-invoice"), namespace=Namespace("shop"))
    assert route.retries.retry_on == ("connect-failure",)


def test_an_exact_path_comes_before_those_that_vary_and_might_match_it() -> None:
    after = add_route(text, "get-featured", "/api/products/featured")
    assert after.index("/api/products/featured") < after.index("/api/products/[^/]+")


def test_a_comment_stays_with_its_block() -> None:
    commented = text.replace("    - name: get-product\n", "    # one product\n    - name: get-product\n")
    after = add_route(commented, "get-invoice", "/api/invoices")
    assert "    # one product\n    - name: get-product\n" in after


def test_routes_can_be_added_one_after_the_other() -> None:
    after = add_route(add_route(text, "one", "/one"), "two", "/two/{id}")
    complaints = Complaints()
    assert [document.text("kind") for document in parse_documents(after, "routes.yaml")] == ["VirtualService"]
    complaints.raise_if_any()
    assert after.endswith("corsPolicy: *cors\n")


@pytest.mark.parametrize(
    ("service", "path", "said"),
    [
        ("login", "/api/elsewhere", "login has a route already"),
        ("get-invoice", "/api/orders", "/api/orders has a route already"),
        ("get-invoice", "/api/products/{id}", "/api/products/{id} has a route already"),
        ("get-invoice", "api/invoices", "must start with /"),
    ],
)
def test_what_would_clash_is_refused(service: str, path: str, said: str) -> None:
    with pytest.raises(ZerocartError, match=re.escape(said)):
        add_route(text, service, path)


def test_a_text_that_is_no_virtual_service_is_refused() -> None:
    with pytest.raises(ZerocartError, match="no `http:`"):
        add_route("kind: ConfigMap\n", "one", "/one")
