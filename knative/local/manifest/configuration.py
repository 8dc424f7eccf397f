"""A Knative Configuration: its metadata; the template is read in `template`."""

from knative.local.autoscaler.annotations import PREFIX as AUTOSCALING
from knative.local.autoscaler.defaults import Defaults
from knative.local.manifest.fields import child, dns_1035_rule, mapping, missing
from knative.local.manifest.metadata import read_metadata
from knative.local.manifest.template import read_template
from knative.local.model import Configuration, ConfigurationName
from shared.yaml_documents import Complaints, Node

OF_SERVICE = "serving.knative.dev/service"


def read_configuration(document: Node, complaints: Complaints, autoscaler_defaults: Defaults) -> Configuration:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    metadata = read_metadata(document, complaints, dns_1035_rule)
    refuse_autoscaling(document, complaints)
    refuse_owner(document, complaints)
    spec = mapping(complaints, child(document, "spec"), ("template",))
    if spec is None and child(document, "spec") is None:
        missing(complaints, document, "spec.template.spec.containers")
    return Configuration(
        name=ConfigurationName(metadata.name),
        namespace=metadata.namespace,
        template=read_template(spec, metadata.name, complaints, autoscaler_defaults),
    )


def refuse_autoscaling(document: Node, complaints: Complaints) -> None:
    """What a revision is told about its scale stands in the template, and nowhere else."""
    annotations = child(document, "metadata", "annotations")
    for key, value in (annotations.children if annotations else {}).items():
        if key.startswith(AUTOSCALING):
            hint = 'autoscaling annotations must be put under "spec.template.metadata.annotations" to work'
            complaints.add(value, f'invalid key name "{key}"', hint=hint)


def refuse_owner(document: Node, complaints: Complaints) -> None:
    """Only a Service says of an object that it is the Service's."""
    labels = child(document, "metadata", "labels")
    if labels and OF_SERVICE in labels.children:
        missing(complaints, labels, OF_SERVICE)
