"""NetworkPolicies as a pure question: may this pod open a connection to that one, at that port?

Rules: networking.k8s.io/v1. Policies that select a pod and name a direction close that direction; what any of them
allows is open. A pod that none selects is open. Addresses decide nothing here: a block of them is taken to hold every
receiver, which errs towards "may".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]
NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A kind of pod, or an address outside of the cluster's network (then it has no namespace)."""

    name: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The NetworkPolicies of all namespaces."""

    objects: Sequence[Object]

    @classmethod
    def among(cls, objects: Iterable[Object]) -> "Policies":
        return cls(objects=[each for each in objects if each.get("kind") == "NetworkPolicy"])

    def may_reach(self, sender: Party, receiver: Party, port: int) -> bool:
        """Whether what the sender may send and what the receiver takes have this in common."""
        return self._allows("Egress", sender, receiver, port) and self._allows("Ingress", receiver, sender, port)

    def _allows(self, direction: str, of: Party, peer: Party, port: int) -> bool:
        selecting = [each["spec"] for each in self.objects if _selects(each, of) and direction in _types(each["spec"])]
        key, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
        return not selecting or any(
            _port_matches(rule, port) and _peer_matches(rule.get(peers), of, peer)
            for spec in selecting
            for rule in spec.get(key) or ()
        )


def _types(spec: Object) -> Sequence[str]:
    given: Sequence[str] | None = spec.get("policyTypes")
    return given or ["Ingress", *(["Egress"] if "egress" in spec else [])]


def _selects(policy: Object, party: Party) -> bool:
    in_namespace = policy["metadata"]["namespace"] == party.namespace
    return in_namespace and matches(policy["spec"].get("podSelector") or {}, party.labels)


def _port_matches(rule: Object, port: int) -> bool:
    ports = rule.get("ports")
    return not ports or any(int(each["port"]) <= port <= int(each.get("endPort", each["port"])) for each in ports)


def _peer_matches(peers: Sequence[Object] | None, of: Party, party: Party) -> bool:
    return not peers or any(_one_matches(peer, of, party) for peer in peers)


def _one_matches(peer: Object, of: Party, party: Party) -> bool:
    if "ipBlock" in peer:
        return True
    if party.namespace is None:
        return False
    namespaces = peer.get("namespaceSelector")
    if namespaces is None:
        in_namespace = party.namespace == of.namespace
    else:
        in_namespace = matches(namespaces, {NAME_LABEL: party.namespace})
    return in_namespace and matches(peer.get("podSelector") or {}, party.labels)


def matches(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects. Raises ValueError for an operator that the chart does not use."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or ():
        key, operator = expression["key"], expression["operator"]
        if operator == "In":
            if labels.get(key) not in expression["values"]:
                return False
        elif operator == "Exists":
            if key not in labels:
                return False
        else:
            raise ValueError(f"the operator {operator} of a selector is not known here")
    return True
