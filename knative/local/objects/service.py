"""A Service as Knative shows it: the document as it was applied, and what came of it."""

from dataclasses import replace

from knative.local.objects import configuration, route
from knative.local.objects.conditions import Condition, living, ready_of, shown
from knative.local.objects.facts import ServiceFacts
from knative.local.objects.json_values import Object
from knative.local.objects.metadata import wanted


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
