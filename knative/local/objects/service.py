"""A Service as Knative shows it: the document as it was applied, and what came of it."""

from dataclasses import replace

from knative.local.objects import configuration, route
from knative.local.objects.conditions import Condition, living, ready_of, shown
from knative.local.objects.defaulting import with_defaults
from knative.local.objects.facts import ServiceFacts
from knative.local.objects.json_values import Object, texts
from knative.local.objects.metadata import signed, stamped
from knative.local.objects.stamps import Stamp


def wanted(document: Object, stamp: Stamp) -> Object:
    """The object without its status."""
    result = with_defaults(document)
    metadata = stamped(result, stamp)
    metadata["annotations"] = signed(texts(result, "metadata", "annotations"), stamp)
    result["metadata"] = metadata
    result.pop("status", None)
    return result


def conditions(facts: ServiceFacts) -> list[Condition]:
    """Ready when the Configuration and the Route are, and the newest revision has the traffic that it is to have."""
    of_configuration = configuration.condition(facts)
    of_route = ready_of(route.conditions(facts))
    if of_configuration.status == "Unknown" and of_route.status == "True":
        # What served before still does, and the new revision has not shown that it can.
        of_route = Condition(
            type="Ready", status="Unknown", reason="TrafficNotMigrated",
            message="Traffic is not yet migrated to the latest revision.",
        )  # fmt: skip
    return living(replace(of_configuration, type="ConfigurationsReady"), replace(of_route, type="RoutesReady"))


def present(facts: ServiceFacts, before: Object | None, *, now: str) -> Object:
    result = wanted(facts.document, facts.stamp)
    result["status"] = {
        "address": route.address(facts),
        "conditions": shown(conditions(facts), before, now=now),
        **configuration.revision_names(facts),
        "observedGeneration": facts.stamp.generation,
        "traffic": route.traffic(facts),
        "url": route.url(facts),
    }
    return result
