"""What Knative's webhooks write into an object that leaves it out, so that a client sees it there.

Knative Serving v0.50.0, `pkg/apis/serving/v1/{service,revision,route}_defaults.go`, and Eventing,
`pkg/apis/eventing/v1/{broker,trigger}_defaults.go` with `config-br-defaults` as it is shipped. A document with its
defaults means the same to the engine as without: written twice, they change nothing.
"""

from knative.local.objects.json_values import Json, Object, copied, items, mapping, text

CONTAINER_NAME = "user-container"
_RESPONSE_START_TIMEOUT_S = 300
BROKER_CLASS = "eventing.knative.dev/broker.class"


def with_defaults(document: Object) -> Object:
    """A copy of a document with the defaults of its kind: Knative's own kinds have some."""
    result = copied(document)
    match text(result, "apiVersion"), text(result, "kind"):
        case "serving.knative.dev/v1", "Service":
            return _route(_configuration(result), [{"percent": 100}])
        case "serving.knative.dev/v1", "Configuration":
            return _configuration(result)
        case "serving.knative.dev/v1", "Route":
            return _route(result, [])
        case "eventing.knative.dev/v1", "Broker":
            return _broker(result)
        case "eventing.knative.dev/v1", "Trigger":
            return _trigger(result)
        case "serving.knative.dev/v1beta1", "DomainMapping" if reference := mapping(result, "spec", "ref"):
            reference["namespace"] = text(reference, "namespace") or text(result, "metadata", "namespace")
    return result


def _broker(result: Object) -> Object:
    metadata, spec = mapping(result, "metadata"), mapping(result, "spec")
    annotations = mapping(metadata, "annotations")
    metadata["annotations"] = {**annotations, BROKER_CLASS: annotations.get(BROKER_CLASS) or "MTChannelBasedBroker"}
    config: Object = {
        "apiVersion": "v1", "kind": "ConfigMap", "name": "config-br-default-channel", "namespace": "knative-eventing"
    }  # fmt: skip
    delivery: Object = {"backoffDelay": "PT0.2S", "backoffPolicy": "exponential", "retry": 10}
    spec["config"] = mapping(spec, "config") or config
    spec["delivery"] = _delivery(mapping(spec, "delivery"), metadata) or delivery
    result["metadata"], result["spec"] = metadata, spec
    return result


def _trigger(result: Object) -> Object:
    metadata, spec = mapping(result, "metadata"), mapping(result, "spec")
    if broker := text(spec, "broker"):
        metadata["labels"] = {**mapping(metadata, "labels"), "eventing.knative.dev/broker": broker}
    spec["filter"] = mapping(spec, "filter")
    spec["subscriber"] = _destination(mapping(spec, "subscriber"), metadata)
    if delivery := _delivery(mapping(spec, "delivery"), metadata):
        spec["delivery"] = delivery
    result["metadata"], result["spec"] = metadata, spec
    return result


def _delivery(delivery: Object, metadata: Object) -> Object:
    if sink := mapping(delivery, "deadLetterSink"):
        return {**delivery, "deadLetterSink": _destination(sink, metadata)}
    return delivery


def _destination(destination: Object, metadata: Object) -> Object:
    """What is referred to without a namespace is in the object's own."""
    reference = mapping(destination, "ref")
    if not reference:
        return destination
    namespace = text(reference, "namespace") or text(metadata, "namespace")
    return {**destination, "ref": {**reference, **({"namespace": namespace} if namespace else {})}}


def _configuration(result: Object) -> Object:
    spec = mapping(result, "spec")
    template = mapping(spec, "template")
    template["spec"] = template_spec(mapping(template, "spec"))
    template["metadata"] = {key: value for key, value in mapping(template, "metadata").items() if value is not None}
    spec["template"] = template
    result["spec"] = spec
    return result


def _route(result: Object, without: list[Json]) -> Object:
    """`without`: the traffic where none is named."""
    spec = mapping(result, "spec")
    targets = items(spec, "traffic") or without
    spec["traffic"] = [_target(each) if isinstance(each, dict) else each for each in targets]
    result["spec"] = spec
    return result


def template_spec(spec: Object) -> Object:
    """A revision's spec with its defaults."""
    result: Object = {"containerConcurrency": 0, "enableServiceLinks": False, "timeoutSeconds": 300}
    result |= {key: value for key, value in spec.items() if value is not None}
    result["timeoutSeconds"] = timeout_s = result["timeoutSeconds"] or 300
    if isinstance(timeout_s, int) and timeout_s > _RESPONSE_START_TIMEOUT_S:
        result.setdefault("responseStartTimeoutSeconds", _RESPONSE_START_TIMEOUT_S)
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
    result = {"percent": 0, **target}
    if result.get("latestRevision") is None:
        result["latestRevision"] = not text(target, "revisionName")
    return result
