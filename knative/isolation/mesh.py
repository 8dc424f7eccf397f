"""What the mesh lets in by identity, line by line, from the chart's AuthorizationPolicies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from knative.isolation.network_policies import Object

HEADER = "| pods | port | from whom | what |\n|---|---|---|---|"


def mesh_table(objects: Iterable[Object], namespace: str = "shop") -> str:
    """The table as Markdown: all that is allowed; a policy without rules allows nothing, and so denies the rest."""
    lines = [HEADER]
    for each in objects:
        if each["kind"] != "AuthorizationPolicy" or each["metadata"]["namespace"] != namespace:
            continue
        for rule in each["spec"].get("rules") or ():
            lines.append(_line(each["spec"], rule))
    return "\n".join(lines) + "\n"


def _line(spec: Object, rule: Object) -> str:
    labels: Mapping[str, str] = (spec.get("selector") or {}).get("matchLabels") or {}
    pods = labels.get("serving.knative.dev/service") or "every function"
    operations = [each["operation"] for each in rule.get("to") or ()]
    ports = _all(operations, "ports") or ["every port"]
    senders = [name for each in rule.get("from") or () for name in each["source"].get("principals", ())]
    what = " ".join([*_all(operations, "methods"), *_all(operations, "paths")])
    who = ", ".join(f"`{name}`" for name in senders) or "anybody, with a certificate or without"
    return f"| {pods} | {', '.join(ports)} | {who} | {what or 'every request'} |"


def _all(operations: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return [value for each in operations for value in each.get(key, ())]
