"""One Envoy for all tests of the shop's own front door; it answers in about half a second, so it is shared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.gateway.front_door import FrontDoor, destination, shop_mesh
from tests.unit.gateway.tokens import KEYS_URI, key_set

# A small bucket of its own, so that a test of the limit need not be faster than the real one refills.
small_bucket = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: small-bucket, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  priority: 50
  configPatches:
    - applyTo: HTTP_ROUTE
      match: {context: GATEWAY, routeConfiguration: {portNumber: 80, vhost: {name: "*:80", route: {name: register}}}}
      patch:
        operation: MERGE
        value:
          typed_per_filter_config:
            envoy.filters.http.local_ratelimit:
              token_bucket: {max_tokens: 2, tokens_per_fill: 1, fill_interval: 3600s}
"""


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    folder: Path = tmp_path_factory.mktemp("door")
    with FrontDoor(folder=folder, mesh=shop_mesh(small_bucket), key_sets={KEYS_URI: key_set()}) as front_door:
        services = [
            "list-products", "get-product", "register", "login", "place-order", "list-orders", "get-image",
            "sales-report",
        ]  # fmt: skip
        front_door.apply(
            [
                *(destination(service, (f"{service}-00001", 100)) for service in services),
                destination("charge-payment", ("charge-payment-00001", 100), local=True),
                destination(
                    "split",
                    ("split-00001", 50),
                    ("split-00002", 50),
                    tags={"old": "split-00001", "next": "split-00002"},
                ),
                destination("record-event"),
                destination("silent", ("silent-00001", 100)),
            ],
            [
                *(front_door.backend(f"{service}-00001") for service in [*services, "charge-payment", "split"]),
                front_door.backend("split-00002"),
                front_door.backend("silent-00001", listening=False),
            ],
        )
        yield front_door
