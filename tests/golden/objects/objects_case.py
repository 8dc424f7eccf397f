"""A case of the objects: what was applied and what the engine knows of it, as YAML, and the objects that come of it."""

from pathlib import Path
from typing import Any

import yaml

from knative.local.gradual_rollout import Rollout
from knative.local.manifest import read
from knative.local.model import Namespace, RevisionName, RouteTarget
from knative.local.objects.facts import InstanceFacts, RevisionFacts, ServiceFacts
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp
from knative.local.objects.world import of_service
from knative.local.pods import Ended, Pod
from knative.local.rollout import Proof, Revision, destination, routed
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
    """All objects of the case's Service."""
    content: dict[str, Any] = yaml.safe_load((case / "case.yaml").read_text())
    complaints = Complaints()
    (service,) = read([document_of(content["service"], "case.yaml")], complaints).services
    complaints.raise_if_any()
    template = content["service"]["spec"]["template"]
    revisions = [
        (
            Revision(
                name=RevisionName(each["name"]), service=service.name, namespace=Namespace(service.namespace),
                generation=index + 1, digest=each["name"], function="hello", template=service.template,
                proof=Proof(each["proof"]), reason=each.get("reason", ""), cause=each.get("cause", ""),
            ),
            each,
        )
        for index, each in enumerate(content["revisions"])
    ]  # fmt: skip
    shares = [RouteTarget(revision=name, percent=percent) for name, percent in content.get("shares", {}).items()]
    rollout = Rollout(shares=tuple(shares)) if shares else None
    leads_to = destination(service, [revision for revision, _ in revisions], rollout)
    reached = routed([leads_to])
    facts = ServiceFacts(
        document=content["service"],
        stamp=Stamp(
            uid="11111111-2222-3333-4444-555555555555", created_at="2026-01-01T00:00:00Z",
            changed_at="2026-01-01T00:00:00Z", generation=content.get("generation", 1),
        ),
        service=service,
        destination=leads_to,
        revisions=tuple(
            RevisionFacts(
                revision=revision, template=template, created_at=f"2026-01-01T00:00:0{index}Z",
                is_routed=revision.name in reached, desired_count=each.get("desired", 0),
                instances=tuple(
                    InstanceFacts(pod=pod, is_ready=pod.pid is not None, is_leaving=False)
                    for pod in pods(each)
                ),
            )
            for index, (revision, each) in enumerate(revisions)
        ),
        port=8080,
        rollout=rollout,
    )  # fmt: skip
    return of_service(facts, {}, now=NOW)
