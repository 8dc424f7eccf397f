"""What a request asks for: which object or which list, and how, read from its path, query and headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

from knative.local.api.statuses import StatusError, bad_request
from knative.local.objects.kinds import Kind, find

# A client that names no time gets its watch ended after one of about the length that Kubernetes chooses.
WATCH_S = 45 * 60.0

As = Literal["object", "table", "partial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a path names. A namespace of "" means all of them; without a name, it is the list."""

    kind: Kind
    namespace: str
    name: str = ""
    subresource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, with its body still to be read."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str = ""
    content_type: str = ""
    user_agent: str = ""

    def is_set(self, name: str) -> bool:
        """Whether a boolean of the query is true, as Kubernetes reads it: there, and neither false nor 0."""
        return name in self.query and self.query[name].lower() not in {"false", "0"}

    def whole(self, name: str) -> int | None:
        """A whole number of the query. Raises StatusError, 400, where it is none."""
        value = self.query.get(name, "")
        if not value:
            return None
        if not value.isdecimal():
            raise bad_request(f'{name}: Invalid value: "{value}": must be a whole number, 0 or more')
        return int(value)

    @property
    def dry_run(self) -> bool:
        if self.query.get("dryRun", "All") != "All":
            raise StatusError(
                422, "Invalid", f'dryRun: Unsupported value: "{self.query["dryRun"]}": supported values: "All"'
            )
        return "dryRun" in self.query

    @property
    def manager(self) -> str:
        """Who the client says it is, as `managedFields` has it."""
        return self.query.get("fieldManager") or self.user_agent.partition("/")[0] or "unknown"

    @property
    def wanted_as(self) -> As:
        """The first form of the `Accept` header that there is here."""
        for clause in self.accept.split(","):
            fields = dict(part.strip().partition("=")[::2] for part in clause.split(";")[1:])
            if fields.get("g") == "meta.k8s.io" and fields.get("v") == "v1":
                if fields.get("as") == "Table":
                    return "table"
                if fields.get("as", "").startswith("PartialObjectMetadata"):
                    return "partial"
            elif "as" not in fields and clause.split(";")[0].strip() in {"application/json", "*/*"}:
                return "object"
        return "object"

    @property
    def wants_aggregated_discovery(self) -> bool:
        return any(
            "as=APIGroupDiscoveryList" in clause and "v=v2" in clause.split(";") for clause in self.accept.split(",")
        )


def parse_query(query: bytes) -> dict[str, str]:
    """A query's parameters; of one that stands twice, the last."""
    return {name: values[-1] for name, values in parse_qs(query.decode("latin-1"), keep_blank_values=True).items()}


def target(path: str) -> Target | None:
    """What a path below `/api/v1` or `/apis/{group}/{version}` names, or None where there is no such kind."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    if not all(rest):
        return None
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = rest[1], rest[2:]
    if not 1 <= len(rest) <= 3:
        return None
    kind = find(group, version, rest[0])
    name, subresource = (*rest[1:], "", "")[:2]
    if kind is None or (namespace and not kind.is_namespaced) or (name and kind.is_namespaced and not namespace):
        return None
    if subresource and subresource not in (kind.subresources or {}):
        return None
    return Target(kind=kind, namespace=namespace, name=name, subresource=subresource)
