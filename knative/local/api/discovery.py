"""Discovery: which kinds there are and what can be done with each, in the plain and in the aggregated form."""

from collections.abc import Iterable

from knative.local.objects.json_values import Json, Object
from knative.local.objects.kinds import KINDS, Kind


def groups() -> list[tuple[str, list[str]]]:
    """The groups but the core one, each with its versions, the preferred one first."""
    found: dict[str, list[str]] = {}
    for kind in KINDS:
        if kind.group and kind.version not in found.setdefault(kind.group, []):
            found[kind.group].append(kind.version)
    return list(found.items())


def api_versions(address: str) -> Object:
    """`/api`."""
    addresses: list[Json] = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}


def group_list() -> Object:
    """`/apis`."""
    listed: list[Json] = [group(name, versions) for name, versions in groups()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def group(name: str, versions: list[str]) -> Object:
    """`/apis/{name}`."""
    named: list[Json] = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"kind": "APIGroup", "apiVersion": "v1", "name": name, "versions": named, "preferredVersion": named[0]}


def resource_list(of_group: str, version: str) -> Object | None:
    """`/api/v1` and `/apis/{group}/{version}`; None where there is no such version."""
    kinds = _of(of_group, version)
    if not kinds:
        return None
    resources: list[Json] = []
    for kind in kinds:
        resources.append(_resource(kind))
        for name, verbs in (kind.subresources or {}).items():
            resources.append(
                {
                    "name": f"{kind.plural}/{name}", "singularName": "", "namespaced": kind.is_namespaced,
                    "kind": kind.kind, "verbs": [*verbs],
                }
            )  # fmt: skip
    group_version = f"{of_group}/{version}" if of_group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def aggregated(*, is_core: bool) -> Object:
    """`/api` or `/apis` for a client that accepts `APIGroupDiscoveryList`."""
    found: list[tuple[str, list[str]]] = [("", ["v1"])] if is_core else groups()
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": name, "creationTimestamp": None} if name else {"creationTimestamp": None},
                "versions": [
                    {
                        "version": version,
                        "freshness": "Current",
                        "resources": [_aggregated_resource(kind) for kind in _of(name, version)],
                    }
                    for version in versions
                ],
            }
            for name, versions in found
        ],
    }


def _of(of_group: str, version: str) -> list[Kind]:
    return [kind for kind in KINDS if (kind.group, kind.version) == (of_group, version)]


def _resource(kind: Kind) -> Object:
    result: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.is_namespaced,
        "kind": kind.kind,
        "verbs": [*kind.verbs],
    }
    return result | _names(kind)


def _aggregated_resource(kind: Kind) -> Object:
    result: Object = {
        "resource": kind.plural,
        "responseKind": _group_version_kind(kind),
        "scope": "Namespaced" if kind.is_namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": [*kind.verbs],
    }
    if kind.subresources:
        result["subresources"] = [
            {"subresource": name, "responseKind": _group_version_kind(kind), "verbs": [*verbs]}
            for name, verbs in kind.subresources.items()
        ]
    return result | _names(kind)


def _names(kind: Kind) -> Object:
    result: Object = {}
    if kind.short_names:
        result["shortNames"] = _list(kind.short_names)
    if kind.categories:
        result["categories"] = _list(kind.categories)
    return result


def _group_version_kind(kind: Kind) -> Object:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _list(words: Iterable[str]) -> Json:
    return [*words]
