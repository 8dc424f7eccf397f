"""A Knative Service: one Configuration and one Route of its name, in one document."""

from knative.local.autoscaler.defaults import Defaults
from knative.local.manifest.fields import child, dns_1035_rule, mapping, missing
from knative.local.manifest.metadata import read_metadata
from knative.local.manifest.route import check_metadata, route
from knative.local.manifest.template import read_template
from knative.local.manifest.traffic import read_traffic
from knative.local.model import Configuration, ConfigurationName, Service, ServiceName
from shared.yaml_documents import Complaints, Node


def read_service(document: Node, complaints: Complaints, autoscaler_defaults: Defaults) -> Service:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    metadata = read_metadata(document, complaints, dns_1035_rule)
    check_metadata(document, complaints)
    spec = mapping(complaints, child(document, "spec"), ("template", "traffic"))
    if spec is None and child(document, "spec") is None:
        missing(complaints, document, "spec.template.spec.containers")
    name, of_it = ServiceName(metadata.name), ConfigurationName(metadata.name)
    return Service(
        configuration=Configuration(
            name=of_it,
            namespace=metadata.namespace,
            template=read_template(spec, metadata.name, complaints, autoscaler_defaults),
            service=name,
        ),
        route=route(metadata, read_traffic(document, complaints, of_it), name),
        annotations=metadata.annotations,
        labels=metadata.labels,
    )
