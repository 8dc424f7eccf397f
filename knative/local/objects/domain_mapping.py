"""A DomainMapping as Knative shows it: the host, and whether what it leads to is there."""

from knative.local.objects.conditions import Condition, living, shown
from knative.local.objects.facts import DocumentFacts
from knative.local.objects.json_values import Object, text
from knative.local.objects.metadata import wanted


def conditions(facts: DocumentFacts) -> list[Condition]:
    """A host is always claimed here: two mappings of one host are refused when the second is applied."""
    claimed = Condition(type="DomainClaimed")
    certificate = Condition(
        type="CertificateProvisioned", reason="TLSNotEnabled", message="external-domain-tls is not enabled"
    )
    if facts.finds:
        return living(claimed, Condition(type="ReferenceResolved"), Condition(type="IngressReady"), certificate)
    place = f"{text(facts.document, 'metadata', 'namespace')}/{text(facts.document, 'spec', 'ref', 'name')}"
    name = text(facts.document, "spec", "ref", "name")
    plural = "routes" if text(facts.document, "spec", "ref", "kind") == "Route" else "services"
    resolved = Condition(
        type="ReferenceResolved", status="False", reason="ResolveFailed",
        message=f'failed to get object {place}: {plural}.serving.knative.dev "{name}" not found',
    )  # fmt: skip
    ingress = Condition(
        type="IngressReady", status="Unknown", reason="IngressNotConfigured",
        message="Ingress has not yet been reconciled.",
    )  # fmt: skip
    return living(claimed, resolved, ingress, certificate)


def present(facts: DocumentFacts, before: Object | None, *, now: str) -> Object:
    result = wanted(facts.document, facts.stamp)
    name = text(facts.document, "metadata", "name")
    url = f"http://{name}:{facts.port}" if facts.port else f"http://{name}"
    result["status"] = {
        "address": {"url": url},
        "conditions": shown(conditions(facts), before, now=now),
        "observedGeneration": facts.stamp.generation,
        "url": url,
    }
    return result
