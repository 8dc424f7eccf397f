"""Who can be sent requests: Routes, the revisions that they lead to, and hosts outside of the mesh, by their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knative.local.model import Backend, Destination, Namespace, RevisionName, RouteName


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """`collector_url` None: nobody collects spans."""

    destinations: Mapping[tuple[Namespace, RouteName], Destination]
    backends: Mapping[tuple[Namespace, RevisionName], Backend]
    hosts: Mapping[str, Path] = field(default_factory=dict)
    collector_url: str | None = None

    @classmethod
    def of(
        cls,
        destinations: Sequence[Destination],
        backends: Sequence[Backend],
        hosts: Mapping[str, Path],
        collector_url: str | None = None,
    ) -> "Upstreams":
        return cls(
            destinations={(item.namespace, item.route): item for item in destinations},
            backends={(item.namespace, item.revision): item for item in backends},
            hosts=hosts,
            collector_url=collector_url,
        )

    def timeout_s(self, namespace: Namespace, revisions: Sequence[RevisionName]) -> float | None:
        """The longest timeout of some revisions, None where none of them is there.

        Envoy has one timeout for a split. The longest, so that a new revision with a shorter one takes nothing from
        requests to the old one.
        """
        return max((backend.timeout_s for backend in self._there(namespace, revisions)), default=None)

    def response_start_s(self, namespace: Namespace, revisions: Sequence[RevisionName]) -> float | None:
        """How long the beginning of an answer may take, as `timeout_s` the longest of some revisions."""
        return max(map(_response_start_s, self._there(namespace, revisions)), default=None)

    def idle_timeout_s(self, namespace: Namespace, revisions: Sequence[RevisionName]) -> float | None:
        """The longest that an answer of some revisions may pause; None where one of them has no such bound."""
        bounds = [backend.idle_timeout_s for backend in self._there(namespace, revisions)]
        return max(bounds) if bounds and all(bounds) else None

    def stream(self, namespace: Namespace, revisions: Sequence[RevisionName]) -> bool:
        """Whether all of some revisions are programs that may stream."""
        there = self._there(namespace, revisions)
        return bool(there) and all(backend.streams for backend in there)

    def _there(self, namespace: Namespace, revisions: Sequence[RevisionName]) -> list[Backend]:
        return [self.backends[namespace, name] for name in revisions if (namespace, name) in self.backends]


def _response_start_s(backend: Backend) -> float:
    """Knative's queue-proxy counts a pause from the request on, so that bounds the beginning too."""
    bounds = (backend.timeout_s, backend.response_start_timeout_s, backend.idle_timeout_s)
    return min(bound for bound in bounds if bound)


def cluster_name(namespace: Namespace, revision: RevisionName) -> str:
    return f"{namespace}/{revision}"
