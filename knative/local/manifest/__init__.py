"""Knative's YAML becomes the model, or all that is wrong with it, at once.

`read` takes the documents that `is_ours` says are ours: Services, Configurations and Routes (serving.knative.dev/v1),
DomainMappings (v1beta1), ConfigMaps and Secrets (v1), PingSources and SinkBindings (sources.knative.dev/v1), Brokers and Triggers
(eventing.knative.dev/v1). The rest is the gateway's. Rules, and their words where Knative has some: Knative Serving
v0.50.0, `pkg/apis/serving`, and Eventing, `pkg/apis/{sources,eventing,duck}`. A field that nobody knows is refused, so
is one that a cluster would honour and this engine cannot. These few are in every ordinary manifest, mean nothing to a
process on one machine, and
are checked for their type and then

Accepted, not enforced here:

| field | what a cluster does with it |
|---|---|
| `metadata.creationTimestamp`, `status` | the API server writes them; files made by a client carry them |
| `template.spec.serviceAccountName`, `automountServiceAccountToken`, `imagePullSecrets`, `enableServiceLinks` | identity towards the API server and the registry |
| `container.name`, `imagePullPolicy`, `terminationMessagePath`, `terminationMessagePolicy` | names and housekeeping of the pod |
| `container.resources.limits.cpu` | bounds CPU; what is asked for sets who goes first |
| `container.securityContext` | user, capabilities, seccomp, read-only root |
| `container.readinessProbe` of a function that is ready | goes on asking it, and sends it nothing while it fails |
| `volumes` of `emptyDir`, mounted at `/tmp` | a scratch folder; `/tmp` can be written here too |
| `config` of a Broker | how its channels are made; here there are none |
| `immutable` and `type` of a ConfigMap or Secret | refuse changes; name the use |

What an autoscaling annotation must be is in `knative.local.autoscaler.annotations`.
"""  # noqa: E501 - a table

from knative.local.manifest.documents import Known, Manifests, is_ours, read

__all__ = ["Known", "Manifests", "is_ours", "read"]
