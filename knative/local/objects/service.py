"""A Service as Knative shows it: the document as it was applied, and what came of it."""

from dataclasses import replace

from knative.local.objects import configuration, route
from knative.local.objects.conditions import Condition, living, ready_of, shown
from knative.local.objects.facts import ConfigurationFacts, RouteFacts, ServiceFacts
from knative.local.objects.json_values import Json, Object
from knative.local.objects.metadata import wanted


def conditions(facts: ServiceFacts) -> list[Condition]:
    """Ready when the Configuration and the Route are, and the newest revision has the traffic that it is to have."""
    of_configuration = _of_configuration(facts.configuration, facts.service.name)
    of_route = _of_route(facts.route, facts.service.name, has_configuration=facts.configuration is not None)
    if facts.configuration and of_configuration.status == "Unknown" and of_route.status == "True":
        # What served before still does, and the new revision has not shown that it can.
        of_route = Condition(
            type="Ready", status="Unknown", reason="TrafficNotMigrated",
            message="Traffic is not yet migrated to the latest revision.",
        )  # fmt: skip
    return living(replace(of_configuration, type="ConfigurationsReady"), replace(of_route, type="RoutesReady"))


def _of_configuration(found: ConfigurationFacts | None, name: str) -> Condition:
    return configuration.condition(found) if found else _not_owned("Configuration", name)


def _of_route(found: RouteFacts | None, name: str, *, has_configuration: bool) -> Condition:
    if found:
        return ready_of(route.conditions(found))
    return _not_owned("Route", name) if has_configuration else Condition(type="Ready", status="Unknown")


def _not_owned(kind: str, name: str) -> Condition:
    message = f'There is an existing {kind} "{name}" that we do not own.'
    return Condition(type="Ready", status="False", reason="NotOwned", message=message)


def present(facts: ServiceFacts, before: Object | None, *, now: str) -> Object:
    result = wanted(facts.document, facts.stamp)
    names: dict[str, Json] = configuration.revision_names(facts.configuration) if facts.configuration else {}
    of_route: dict[str, Json] = {}
    if facts.route:
        of_route = {
            "address": route.address(facts.route), "traffic": route.traffic(facts.route), "url": route.url(facts.route)
        }  # fmt: skip
    result["status"] = {
        "conditions": shown(conditions(facts), before, now=now),
        **names,
        "observedGeneration": facts.stamp.generation,
        **of_route,
    }
    return result
