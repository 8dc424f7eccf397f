"""What Knative's webhook writes into a Service that leaves it out, so that a client sees it there.

Knative Serving v0.50.0, `pkg/apis/serving/v1/{service,revision,route}_defaults.go`. A document with its defaults
means the same to the engine as without: written twice, they change nothing.
"""

from knative.local.objects.json_values import Object, copied, items, mapping, text

CONTAINER_NAME = "user-container"


def with_defaults(document: Object) -> Object:
    """A copy of a document with the defaults of its kind; Knative's Services and DomainMappings have some."""
    result = copied(document)
    if text(result, "kind") == "DomainMapping" and (reference := mapping(result, "spec", "ref")):
        reference["namespace"] = text(reference, "namespace") or text(result, "metadata", "namespace")
    if (text(result, "apiVersion"), text(result, "kind")) != ("serving.knative.dev/v1", "Service"):
        return result
    spec = mapping(result, "spec")
    template = mapping(spec, "template")
    template["spec"] = template_spec(mapping(template, "spec"))
    template["metadata"] = {key: value for key, value in mapping(template, "metadata").items() if value is not None}
    spec["template"] = template
    targets = items(spec, "traffic") or [{"percent": 100}]
    spec["traffic"] = [_target(each) if isinstance(each, dict) else each for each in targets]
    result["spec"] = spec
    return result


def template_spec(spec: Object) -> Object:
    """A revision's spec with its defaults."""
    result: Object = {"containerConcurrency": 0, "enableServiceLinks": False, "timeoutSeconds": 300}
    result |= {key: value for key, value in spec.items() if value is not None}
    result["timeoutSeconds"] = result["timeoutSeconds"] or 300
    result["containers"] = [_container(each) if isinstance(each, dict) else each for each in items(spec, "containers")]
    return result


def _container(container: Object) -> Object:
    result = {**container}
    result["name"] = text(container, "name") or CONTAINER_NAME
    result["resources"] = mapping(container, "resources")
    probe = {**mapping(container, "readinessProbe")}
    probe["successThreshold"] = probe.get("successThreshold") or 1
    if not any(handler in probe for handler in ("exec", "grpc", "httpGet", "tcpSocket")):
        probe["tcpSocket"] = {"port": 0}
    if probe.get("periodSeconds"):
        probe["failureThreshold"] = probe.get("failureThreshold") or 3
        probe["timeoutSeconds"] = probe.get("timeoutSeconds") or 1
    result["readinessProbe"] = probe
    return result


def _target(target: Object) -> Object:
    result = {**target}
    if not text(target, "revisionName"):
        result["latestRevision"] = True
    elif "latestRevision" not in target:
        result["latestRevision"] = False
    return result
