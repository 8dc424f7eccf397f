"""DomainMapping: read as Knative reads it, and what is wrong is named in Knative's words."""

import pytest

from knative.local.model import DomainMapping, Namespace, RouteName
from tests.unit.knative.local.manifest.reading import read_all


def mapping(
    name: str = "shop.example.org", namespace: str = "shop", reference: object = None, **spec: object
) -> dict[str, object]:
    found = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "storefront"}
    return {
        "apiVersion": "serving.knative.dev/v1beta1",
        "kind": "DomainMapping",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ref": found if reference is None else reference, **spec},
    }


def test_a_host_leads_to_a_service_of_its_namespace() -> None:
    manifests, problems = read_all(mapping())
    assert not problems
    assert manifests.domain_mappings == (
        DomainMapping(host="shop.example.org", namespace=Namespace("shop"), route=RouteName("storefront")),
    )


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (mapping("shop"), "metadata.name", "should be a domain with at least two segments"),
        (mapping("Shop.example.org"), "metadata.name", "should be a domain with at least two segments"),
        (mapping("shop.svc.cluster.local"), "metadata.name", "must not be a subdomain of cluster local domain"),
        (mapping(reference={}), "spec.ref.name", "missing field(s)"),
        (mapping(reference={"kind": "Service", "name": "a"}), "spec.ref.apiVersion", "missing field(s)"),
        (
            mapping(reference={"apiVersion": "v1", "kind": "Service", "name": "storefront"}),
            "spec.ref.kind",
            "a reference of kind Service (v1) is not honoured here",
        ),
        (
            mapping(
                reference={
                    "apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "a", "namespace": "other",
                }
            ),
            "spec.ref.namespace",
            "mismatched namespaces",
        ),
        (mapping(tls={"secretName": "own"}), "spec.tls", "must not set the field(s)"),
        ({**mapping(), "spec": {}}, "spec.ref", "missing field(s)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(document: dict[str, object], place: str, words: str) -> None:
    _, problems = read_all(document)
    assert any(problem.field == place and words in problem.rule for problem in problems), problems


def test_one_host_is_mapped_once_whatever_the_namespace() -> None:
    _, problems = read_all(mapping(), mapping(namespace="default"))
    assert [problem.rule for problem in problems] == ["The domain name is already in use by another DomainMapping"]
