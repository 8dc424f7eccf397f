"""Who there is on a cluster: the functions and Jobs that the chart renders, and whom they meet there.

Labels and ports of the others are their own makers': Istio's gateway chart, Knative Serving v0.50.0 (`config/core`),
Knative Eventing (`config/brokers/mt-channel-broker`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from knative.isolation.network_policies import Object, Party

SERVICE_LABEL = "serving.knative.dev/service"
JOB_LABEL = "zerocart.example/job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A port of somebody, and what it is called on the page."""

    party: Party
    port: int
    name: str


OTHERS = (
    Party(name="the gateway", namespace="istio-system", labels={"istio": "ingressgateway"}),
    Party(name="Knative's activator", namespace="knative-serving", labels={"app": "activator"}),
    Party(name="Knative's autoscaler", namespace="knative-serving", labels={"app": "autoscaler"}),
    Party(name="Knative Eventing", namespace="knative-eventing"),
    Party(name="Prometheus", namespace="monitoring"),
    Party(name="another pod of the namespace `shop`", namespace="shop"),
    Party(name="a pod of any other namespace", namespace="elsewhere"),
)


def functions(objects: Iterable[Object]) -> list[Party]:
    """The pods of each function, as Knative labels them."""
    found = []
    for each in objects:
        if each["kind"] == "Service" and each["apiVersion"].startswith("serving.knative.dev/"):
            name, namespace = each["metadata"]["name"], each["metadata"]["namespace"]
            labels = {**(each["spec"]["template"]["metadata"].get("labels") or {}), SERVICE_LABEL: name}
            found.append(Party(name=name, namespace=namespace, labels=labels))
    return sorted(found, key=lambda party: party.name)


def jobs(objects: Iterable[Object]) -> list[Party]:
    """The pods of the Jobs and CronJobs, one for each purpose."""
    found: dict[str, Party] = {}
    for each in objects:
        if each["kind"] not in {"Job", "CronJob"}:
            continue
        spec = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
        labels = spec["template"]["metadata"]["labels"]
        if purpose := labels.get(JOB_LABEL):
            name = f"the Job {purpose}"
            found[name] = Party(name=name, namespace=each["metadata"]["namespace"], labels=labels)
    return [found[name] for name in sorted(found)]


def state(objects: Iterable[Object]) -> dict[str, Party]:
    """Postgres and Valkey: the pods that their policies select, or an address where they are elsewhere."""
    found = {"postgres": Party(name="Postgres"), "valkey": Party(name="Valkey")}
    for each in objects:
        if each["kind"] == "NetworkPolicy" and (name := each["metadata"]["name"]) in found:
            labels = each["spec"]["podSelector"]["matchLabels"]
            found[name] = Party(name=found[name].name, namespace=each["metadata"]["namespace"], labels=labels)
    return found


def doors(objects: Iterable[Object]) -> list[Door]:
    """Every port that somebody may be after."""
    objects = list(objects)
    named = {party.name: party for party in OTHERS}
    where = state(objects)
    dns = Party(name="DNS", namespace="kube-system", labels={"k8s-app": "kube-dns"})
    collector = Party(name="the collector", namespace="observability")
    broker = Party(
        name="the Broker", namespace="knative-eventing", labels={"eventing.knative.dev/brokerRole": "ingress"}
    )
    return [
        Door(party=named["the gateway"], port=8080, name="the front door :8080"),
        Door(party=named["the gateway"], port=8081, name="the cluster-local gateway :8081"),
        Door(party=named["Knative's activator"], port=8012, name="the activator :8012"),
        *(Door(party=each, port=8012, name=f"{each.name} :8012") for each in functions(objects)),
        *(Door(party=each, port=9090, name=f"{each.name} :9090") for each in functions(objects)),
        *(Door(party=each, port=8080, name=f"{each.name} :8080") for each in functions(objects)),
        Door(party=where["postgres"], port=5432, name="Postgres :5432"),
        Door(party=where["valkey"], port=6379, name="Valkey :6379"),
        Door(party=broker, port=8080, name="the Broker :8080"),
        Door(party=named["Prometheus"], port=9090, name="Prometheus :9090"),
        Door(party=collector, port=4318, name="the collector :4318"),
        Door(party=dns, port=53, name="DNS :53"),
        Door(party=Party(name="the API server"), port=6443, name="the API server :6443"),
        Door(party=Party(name="an address outside"), port=80, name="any address outside :80"),
        Door(party=Party(name="an address outside"), port=443, name="any address outside :443"),
    ]
