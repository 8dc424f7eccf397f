"""What a user's clients ask of an API server, in order: played against a real one and against ours.

The requests are those that `kn` and `kubectl` send for the commands that a user types: create, apply, update,
traffic, list, describe, delete. A step's name says what it asks; its answer is what is compared.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.api_client import MERGE, TABLE, Answer, ApiClient
from tests.waiting import wait_until

NAMESPACE = "recorded"
SERVING = f"/apis/serving.knative.dev/v1/namespaces/{NAMESPACE}"
MAPPINGS = f"/apis/serving.knative.dev/v1beta1/namespaces/{NAMESPACE}/domainmappings"
CORE = f"/api/v1/namespaces/{NAMESPACE}"
LONGEST_WAIT_S = 90.0


@dataclass(slots=True, kw_only=True)
class Play:
    """One run of the scenario.

    Args:
        images: two that answer.
        rests_s: an object that did not change for so long is what will come of it.
    """

    api: ApiClient
    images: tuple[str, str]
    rests_s: float
    answers: dict[str, Answer] = field(default_factory=dict)

    def ask(self, step: str, method: str, path: str, body: object = None, **options: str) -> Any:
        """One step whose answer is kept. Gives the body."""
        assert step not in self.answers, step
        self.answers[step] = self.api.ask(method, path, body, **options)
        return self.answers[step].body

    def settle(self, path: str, until: Callable[[Any], bool]) -> Any:
        """Wait until an object is as it is to become, and stays so for a while."""
        ends_s = time.monotonic() + LONGEST_WAIT_S
        same_since_s, version = time.monotonic(), ""
        while time.monotonic() < ends_s:
            found = self.api.ask("GET", path).body
            if (now := str(found.get("metadata", {}).get("resourceVersion"))) != version:
                same_since_s, version = time.monotonic(), now
            if found["kind"] != "Status" and until(found) and time.monotonic() - same_since_s >= self.rests_s:
                return found
            time.sleep(min(0.2, self.rests_s / 2))
        raise AssertionError(f"{path} did not become what it is to: {found}")

    def look(self, step: str, service: str, *revisions: str) -> None:
        """Everything that is made of a Service, as it is now."""
        for plural in ("services", "configurations", "routes"):
            self.ask(f"{step}: {plural[:-1]}", "GET", f"{SERVING}/{plural}/{service}")
        for each in revisions:
            self.ask(f"{step}: revision {each}", "GET", f"{SERVING}/revisions/{each}")

    def tables(self, step: str, *plurals: str) -> None:
        for plural in plurals:
            self.ask(f"{step}: table of {plural}", "GET", f"{SERVING}/{plural}", accept=TABLE, limit="500")


def service(name: str, image: str, **spec: Any) -> dict[str, Any]:
    """As `kn service create NAME --image IMAGE` has it."""
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"template": {"spec": {"containers": [{"image": image}]}}, **spec},
    }


def condition(made: Any, kind: str = "Ready") -> Any:
    found = (each for each in made.get("status", {}).get("conditions", []) if each["type"] == kind)
    return next(found, {"status": "", "reason": ""})


def is_ready(made: Any) -> bool:
    return _is_observed(made) and condition(made)["status"] == "True"


def is_unready(made: Any) -> bool:
    return _is_observed(made) and condition(made)["status"] == "False"


def _is_observed(made: Any) -> bool:
    return bool(made.get("status", {}).get("observedGeneration") == made["metadata"]["generation"])


def play(api: ApiClient, images: tuple[str, str], rests_s: float) -> dict[str, Answer]:
    """Play all of it; what it made is gone at the end. Gives the answers by step."""
    run = Play(api=api, images=images, rests_s=rests_s)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    # One of an earlier play may still be on its way out.
    wait_until(lambda: api.ask("POST", "/api/v1/namespaces", namespace).code == 201, LONGEST_WAIT_S, "the namespace")
    try:
        _discovery(run)
        _a_service(run)
        _an_update(run)
        _traffic(run)
        _labels_alone(run)
        _for_functions_alone(run)
        _a_named_revision(run)
        _refusals(run)
        _import(run)
        _mapping(run)
        _deletions(run)
    finally:
        for each in ("seen", "named", "moved", "private", "wrong"):
            api.ask("DELETE", f"{SERVING}/services/{each}")
        api.ask("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    return run.answers


def _discovery(run: Play) -> None:
    for version in ("v1", "v1beta1"):
        run.ask(f"resources of serving {version}", "GET", f"/apis/serving.knative.dev/{version}")


def _a_service(run: Play) -> None:
    seen = service("seen", run.images[0])
    before = run.api.ask("GET", f"{SERVING}/services").body["metadata"]["resourceVersion"]
    run.ask("dry run of a creation", "POST", f"{SERVING}/services", seen, dryRun="All")
    run.ask("create", "POST", f"{SERVING}/services", seen)
    run.settle(f"{SERVING}/services/seen", is_ready)
    run.look("created", "seen", "seen-00001")
    run.answers["watch of a creation"] = Answer(code=200, body=_told(run, before))
    run.tables("created", "services", "configurations", "routes", "revisions")
    run.ask("created: core service", "GET", f"{CORE}/services/seen")
    run.ask("create again", "POST", f"{SERVING}/services", seen)


def _told(run: Play, version: str) -> list[Any]:
    """What a watch tells from a version on, each state once: how often a state is told says nothing."""
    told: list[Any] = []
    for event in run.api.watch(f"{SERVING}/services", 2, resourceVersion=version, fieldSelector="metadata.name=seen"):
        made = event["object"]
        state = {
            "type": event["type"] if not told else "MODIFIED" if event["type"] == "ADDED" else event["type"],
            "generation": made["metadata"]["generation"],
            "observedGeneration": made.get("status", {}).get("observedGeneration"),
            "ready": condition(made)["status"],
        }
        if not told or told[-1] != state:
            told.append(state)
    return told


def _an_update(run: Play) -> None:
    """`kn service update --env`: GET and PUT; and a merge patch that says nothing new."""
    run.ask("patch with nothing new", "PATCH", f"{SERVING}/services/seen", {"spec": {}}, content_type=MERGE)
    changed = run.api.ask("GET", f"{SERVING}/services/seen").body
    changed["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "GREETING", "value": "hello"}]
    old = changed["metadata"]["resourceVersion"]
    run.ask("update the template", "PUT", f"{SERVING}/services/seen", changed)
    run.settle(f"{SERVING}/services/seen", is_ready)
    run.look("updated", "seen", "seen-00001", "seen-00002")
    changed["metadata"]["resourceVersion"] = old
    run.ask("update of an old version", "PUT", f"{SERVING}/services/seen", changed)


def _traffic(run: Play) -> None:
    """`kn service update --traffic seen-00001=90,@latest=10 --tag @latest=candidate`."""
    moved = run.api.ask("GET", f"{SERVING}/services/seen").body
    moved["spec"]["traffic"] = [
        {"revisionName": "seen-00001", "percent": 90, "latestRevision": False},
        {"latestRevision": True, "percent": 10, "tag": "candidate"},
    ]
    run.ask("split the traffic", "PUT", f"{SERVING}/services/seen", moved)
    run.settle(f"{SERVING}/services/seen", is_ready)
    run.look("split", "seen", "seen-00001", "seen-00002")
    run.tables("split", "services", "revisions", "routes")

    gone = run.api.ask("GET", f"{SERVING}/services/seen").body
    gone["spec"]["traffic"] = [{"revisionName": "seen-00009", "percent": 100, "latestRevision": False}]
    run.ask("traffic to a revision that is not there", "PUT", f"{SERVING}/services/seen", gone)
    run.settle(f"{SERVING}/services/seen", is_unready)
    run.look("missing target", "seen")
    back = run.api.ask("GET", f"{SERVING}/services/seen").body
    back["spec"]["traffic"] = [{"latestRevision": True, "percent": 100}]
    run.ask("traffic back to the latest", "PUT", f"{SERVING}/services/seen", back)
    run.settle(f"{SERVING}/services/seen", is_ready)
    run.look("back", "seen", "seen-00001")


def _labels_alone(run: Play) -> None:
    """What is no part of the spec raises no generation, and reaches what is made of the Service."""
    patch = {"metadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}}}
    run.ask("label and annotate", "PATCH", f"{SERVING}/services/seen", patch, content_type=MERGE)
    run.settle(f"{SERVING}/routes/seen", lambda made: "team" in made["metadata"].get("labels", {}))
    run.look("labelled", "seen")
    run.ask("labelled: core service", "GET", f"{CORE}/services/seen")


def _for_functions_alone(run: Play) -> None:
    """`kn service create --cluster-local`."""
    private = service("private", run.images[0])
    private["metadata"]["labels"] = {"networking.knative.dev/visibility": "cluster-local"}
    run.ask("create for functions alone", "POST", f"{SERVING}/services", private)
    run.settle(f"{SERVING}/services/private", is_ready)
    run.look("for functions alone", "private", "private-00001")


def _a_named_revision(run: Play) -> None:
    named = service("named", run.images[0])
    named["spec"]["template"]["metadata"] = {"name": "named-first"}
    run.ask("create with a revision's name", "POST", f"{SERVING}/services", named)
    made = run.settle(f"{SERVING}/services/named", is_ready)
    run.look("named", "named", "named-first")
    made["spec"]["template"]["spec"]["containers"][0]["image"] = run.images[1]
    run.ask("another template under the same name", "PUT", f"{SERVING}/services/named", made)


def _refusals(run: Play) -> None:
    run.ask("get what is not there", "GET", f"{SERVING}/services/nobody")
    run.ask("get a revision that is not there", "GET", f"{SERVING}/revisions/nobody-00001")
    for name, wrong in _WRONG.items():
        document = service("wrong", run.images[0])
        wrong(document)
        run.ask(f"refused: {name}", "POST", f"{SERVING}/services", document, fieldValidation="Strict")
    signed = service("wrong", run.images[0])
    signed["metadata"]["annotations"] = {"serving.knative.dev/creator": "somebody"}
    run.ask("create in the name of somebody else", "POST", f"{SERVING}/services", signed, fieldValidation="Strict")


def _container(document: Any) -> Any:
    return document["spec"]["template"]["spec"]["containers"][0]


def _template(document: Any) -> Any:
    return document["spec"]["template"]


_WRONG: dict[str, Callable[[Any], object]] = {
    "a timeout beyond the longest": lambda it: _template(it)["spec"].update(timeoutSeconds=700),
    "no container": lambda it: _template(it)["spec"].update(containers=[]),
    "no spec": lambda it: it.pop("spec"),
    "no image": lambda it: _container(it).pop("image"),
    "a reserved variable": lambda it: _container(it).update(env=[{"name": "PORT", "value": "1"}]),
    "a reserved port": lambda it: _container(it).update(ports=[{"containerPort": 8012}]),
    "a port's name": lambda it: _container(it).update(ports=[{"containerPort": 80, "name": "web"}]),
    "two ports": lambda it: _container(it).update(ports=[{"containerPort": 80}, {"containerPort": 81}]),
    "an unknown field": lambda it: _template(it)["spec"].update(surprise=True),
    "an unknown field of a container": lambda it: _container(it).update(surprise=True),
    "a disallowed field": lambda it: _container(it).update(stdin=True),
    "traffic that is not the whole": lambda it: it["spec"].update(traffic=[{"latestRevision": True, "percent": 90}]),
    "a tag twice": lambda it: it["spec"].update(
        traffic=[{"latestRevision": True, "percent": each, "tag": "a"} for each in (40, 60)]
    ),
    "a revision's name with the latest": lambda it: it["spec"].update(
        traffic=[{"latestRevision": True, "revisionName": "seen-00001", "percent": 100}]
    ),
    "an autoscaling annotation on the Service": lambda it: it["metadata"].update(
        annotations={"autoscaling.knative.dev/min-scale": "1"}
    ),
    "bounds that cross": lambda it: _template(it).update(
        metadata={
            "annotations": {"autoscaling.knative.dev/min-scale": "2", "autoscaling.knative.dev/max-scale": "1"}
        }
    ),
    "a metric that is none": lambda it: _template(it).update(
        metadata={"annotations": {"autoscaling.knative.dev/metric": "hunger"}}
    ),
    "a window that is too short": lambda it: _template(it).update(
        metadata={"annotations": {"autoscaling.knative.dev/window": "1s"}}
    ),
    "a concurrency below zero": lambda it: _template(it)["spec"].update(containerConcurrency=-1),
    "a revision's name of another Service": lambda it: _template(it).update(metadata={"name": "other-00001"}),
    "a name that is none": lambda it: it["metadata"].update(name="Wrong_Name"),
    "a name that is too long": lambda it: it["metadata"].update(name="w" * 64),
    "a probe with two handlers": lambda it: _container(it).update(
        readinessProbe={"httpGet": {"path": "/"}, "tcpSocket": {"port": 8080}}
    ),
    "an image that is none": lambda it: _container(it).update(image="not an image"),
}  # fmt: skip


def _import(run: Play) -> None:
    """`kn service import`: a Service, then its earlier revisions, which belong to its Configuration."""
    moved = service("moved", run.images[0])
    moved["spec"]["template"]["metadata"] = {"name": "moved-00002"}
    run.api.ask("POST", f"{SERVING}/services", moved)
    run.settle(f"{SERVING}/services/moved", is_ready)
    configuration = run.api.ask("GET", f"{SERVING}/configurations/moved").body
    owner = {
        "apiVersion": "serving.knative.dev/v1", "kind": "Configuration", "name": "moved", "controller": True,
        "blockOwnerDeletion": True, "uid": configuration["metadata"]["uid"],
    }  # fmt: skip
    revision = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Revision",
        "metadata": {
            "name": "moved-00001", "namespace": NAMESPACE, "ownerReferences": [owner],
            "labels": {
                "serving.knative.dev/configuration": "moved", "serving.knative.dev/configurationGeneration": "1",
                "serving.knative.dev/service": "moved",
            },
        },
        "spec": {"containers": [{"image": run.images[1]}]},
    }  # fmt: skip
    run.ask("import a revision", "POST", f"{SERVING}/revisions", revision)
    if run.answers["import a revision"].code != 201:
        return
    run.settle(f"{SERVING}/revisions/moved-00001", lambda made: condition(made)["status"] == "True")
    run.look("imported", "moved", "moved-00001", "moved-00002")
    run.ask("import it again", "POST", f"{SERVING}/revisions", revision)


def _mapping(run: Play) -> None:
    """`kn domain create shop.example.org --ref seen`."""
    mapping = {
        "apiVersion": "serving.knative.dev/v1beta1",
        "kind": "DomainMapping",
        "metadata": {"name": "shop.example.org", "namespace": NAMESPACE},
        "spec": {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "seen"}},
    }
    run.ask("map a domain", "POST", MAPPINGS, mapping)
    run.settle(f"{MAPPINGS}/shop.example.org", lambda made: condition(made)["status"] in {"True", "False"})
    run.ask("mapped without a claim", "GET", f"{MAPPINGS}/shop.example.org")
    claim = {
        "apiVersion": "networking.internal.knative.dev/v1alpha1",
        "kind": "ClusterDomainClaim",
        "metadata": {"name": "shop.example.org"},
        "spec": {"namespace": NAMESPACE},
    }
    run.api.ask("POST", "/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims", claim)
    run.settle(f"{MAPPINGS}/shop.example.org", is_ready)
    run.ask("mapped", "GET", f"{MAPPINGS}/shop.example.org")
    run.ask("mapped: table", "GET", MAPPINGS, accept=TABLE, limit="500")
    mapping["spec"]["ref"]["name"] = "nobody"  # type: ignore[index]
    run.ask("map it again", "POST", MAPPINGS, mapping)
    mapping["metadata"]["name"] = "other.example.org"  # type: ignore[index]
    claim["metadata"]["name"] = "other.example.org"  # type: ignore[index]
    run.api.ask("POST", "/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims", claim)
    run.ask("map to nobody", "POST", MAPPINGS, mapping)
    run.settle(f"{MAPPINGS}/other.example.org", is_unready)
    run.ask("mapped to nobody", "GET", f"{MAPPINGS}/other.example.org")
    for name, ref in (("no kind", {"name": "seen"}), ("no name", {"kind": "Service"}), ("nothing", {})):
        mapping["metadata"]["name"] = "wrong.example.org"  # type: ignore[index]
        mapping["spec"]["ref"] = ref  # type: ignore[index]
        run.ask(f"refused: a reference with {name}", "POST", MAPPINGS, mapping)
    run.ask("delete a mapping", "DELETE", f"{MAPPINGS}/shop.example.org")
    run.api.ask("DELETE", f"{MAPPINGS}/other.example.org")
    for name in ("shop", "other"):
        run.api.ask("DELETE", f"/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims/{name}.example.org")


def _in_words(events: Any) -> dict[str, str]:
    """What happened to Knative's own objects. How often, and when, is a matter of the machine."""
    words = {}
    for each in events["items"]:
        about = each["involvedObject"]
        if str(about.get("apiVersion", "")).startswith("serving.knative.dev/"):
            words[f"{about['kind']} {about['name']} {each['reason']}: {each['message']}"] = each["type"]
    return words


def _deletions(run: Play) -> None:
    run.ask("delete a revision without traffic", "DELETE", f"{SERVING}/revisions/seen-00001")
    happened = run.api.ask("GET", f"{CORE}/events")
    run.answers["events"] = Answer(code=happened.code, body=_in_words(happened.body))
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
    run.ask("delete", "DELETE", f"{SERVING}/services/seen", options)
    run.ask("delete again", "DELETE", f"{SERVING}/services/nobody", options)
