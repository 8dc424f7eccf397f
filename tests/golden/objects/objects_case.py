"""A case of the objects: what was applied and what the engine knows of it, as YAML, and the objects that come of it."""

from pathlib import Path
from typing import Any

import yaml

from knative.local.gradual_rollout import Rollout
from knative.local.manifest import read
from knative.local.model import (
    Configuration,
    ConfigurationName,
    Container,
    Namespace,
    RevisionName,
    RevisionTemplate,
    Route,
    RouteTarget,
    ServiceName,
)
from knative.local.objects import world
from knative.local.objects.facts import ConfigurationFacts, InstanceFacts, RevisionFacts, RouteFacts, ServiceFacts
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp
from knative.local.pods import Ended, Pod
from knative.local.rollout import Proof, Revision, by_configuration
from knative.local.routing import Assigned, choices, destination, routes_to
from shared.yaml_documents import Complaints, document_of

FOLDER = Path(__file__).parent
NOW = "2026-01-02T03:04:05Z"
OUT = "out.yaml"


def case_folders() -> list[Path]:
    return sorted(path for path in FOLDER.iterdir() if (path / "case.yaml").is_file())


def pods(revision: dict[str, Any]) -> list[Pod]:
    """Those of a revision: of its `pids`, `restarted` after one that had too much memory, and of what is `crashed`."""
    last = Ended(
        exit_code=137, reason="OOMKilled", started_at="2026-01-01T00:00:30Z", finished_at="2026-01-01T00:00:59Z"
    )
    made_at = began_at = "2026-01-01T00:01:00Z"
    return [
        *(Pod(number=pid, pid=pid, made_at=made_at, began_at=began_at) for pid in revision.get("pids", ())),
        *(
            Pod(number=number, pid=pid, made_at=made_at, began_at=began_at, restart_count=1, last=last)
            for number, pid in (
                *revision.get("restarted", {}).items(),
                *((one, None) for one in revision.get("crashed", ())),
            )
        ),
    ]


def objects(case: Path) -> list[Object]:
    """All objects that come of the document of a case."""
    content: dict[str, Any] = yaml.safe_load((case / "case.yaml").read_text())
    complaints = Complaints()
    document, stamp = content["applied"], _stamp(content.get("generation", 1))
    manifests = read([document_of(document, "case.yaml")], complaints)
    complaints.raise_if_any()
    revisions = [_revision(number, each) for number, each in enumerate(content.get("revisions", ()), start=1)]
    shares = [RouteTarget(revision=name, percent=percent) for name, percent in content.get("shares", {}).items()]
    for service in manifests.services:
        of_service = ConfigurationName(service.name)
        moving = Assigned(rollouts={of_service: Rollout(shares=tuple(shares))} if shares else {})
        route = _route(document, stamp, service.route, revisions, moving, there=[of_service])
        configuration = _configuration(document, stamp, service.configuration, content, [route])
        facts = ServiceFacts(
            document=document, stamp=stamp, service=service,
            configuration=None if content.get("taken") == "Configuration" else configuration,
            route=None if content.get("taken") else route,
        )  # fmt: skip
        return world.of_service(facts, {}, now=NOW)
    for alone in manifests.configurations:
        return world.of_configuration(_configuration(document, stamp, alone, content, []), {}, now=NOW)
    (own,) = manifests.routes
    there = [ConfigurationName(each) for each in content.get("configurations", ())]
    return world.of_route(_route(document, stamp, own, revisions, Assigned(), there=there), {}, now=NOW)


def _stamp(generation: int) -> Stamp:
    return Stamp(
        uid="11111111-2222-3333-4444-555555555555", created_at="2026-01-01T00:00:00Z",
        changed_at="2026-01-01T00:00:00Z", generation=generation,
    )  # fmt: skip


def _revision(generation: int, case: dict[str, Any]) -> Revision:
    name = case["name"]
    maker = case.get("configuration", "hello")
    return Revision(
        name=RevisionName(name), configuration=ConfigurationName(maker),
        service=ServiceName(maker) if case.get("of_service", True) else None, namespace=Namespace("shop"),
        generation=generation, digest=name, function="hello",
        template=RevisionTemplate(container=Container(image="dev.local/zerocart/hello")), proof=Proof(case["proof"]),
        reason=case.get("reason", ""), cause=case.get("cause", ""),
    )  # fmt: skip


def _route(
    document: Object, stamp: Stamp, route: Route, revisions: list[Revision], assigned: Assigned, *,
    there: list[ConfigurationName],
) -> RouteFacts:  # fmt: skip
    about = choices(route, assigned, by_configuration(revisions), {each.name: each for each in revisions})
    return RouteFacts(
        document=document, stamp=stamp, route=route, destination=destination(route, about, assigned), port=8080,
        choices=about, configurations=there, assigned=assigned,
    )  # fmt: skip


def _configuration(
    document: Any, stamp: Stamp, configuration: Configuration, content: dict[str, Any], routes: list[RouteFacts]
) -> ConfigurationFacts:
    leading = routes_to(each.destination for each in routes)
    revisions = tuple(
        RevisionFacts(
            revision=_revision(number, each), template=document["spec"]["template"],
            created_at=f"2026-01-01T00:00:0{number - 1}Z", routes=leading.get(each["name"], ()),
            desired_count=each.get("desired", 0),
            instances=tuple(
                InstanceFacts(pod=pod, is_ready=pod.pid is not None, is_leaving=False)
                for pod in pods(each)
            ),
        )
        for number, each in enumerate(content.get("revisions", ()), start=1)
    )  # fmt: skip
    return ConfigurationFacts(
        document=document, stamp=stamp, configuration=configuration, revisions=revisions,
        routes=tuple(each.route.name for each in routes),
    )  # fmt: skip
