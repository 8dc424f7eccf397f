"""Where our answers are meant to be other than a real Knative's, each with its reason."""

from tests.conformance.comparing import Known

_RESTS = "a new revision starts once and then rests (decision 0007), so none of it runs when it is looked at"
_FINALIZERS = "nothing has to be taken apart before an object may go, so there is no finalizer"
_HASH = "a hash of where a cluster stores the kind, which no client of the shop reads"
_MADE = "a Revision is made by its Configuration here, and not changed"
_KNOWN = "an imported revision is labelled like those made here, and kn needs a creator on one that has traffic"
_CLAIM = "there is one owner of the machine, who needs no ClusterDomainClaim"
_PLACE = "a complaint names the field itself, with its line in a file"
_MORE = "says more: what would be right"

KNOWN = (
    Known(step="*: revision *", path="/body/status/*eplicas", why=_RESTS),
    Known(step="*: revision *", path="/body/status/conditions/Active/*", why=_RESTS),
    Known(step="*: table of revisions", path="/body/rows/*/cells/[56]", why=_RESTS),
    Known(step="*: route", path="/body/metadata/finalizers/0", why=_FINALIZERS),
    Known(step="*: table of routes", path="/body/rows/*/finalizers/0", why=_FINALIZERS),
    Known(step="mapped*", path="/body/metadata/finalizers/0", why=_FINALIZERS),
    Known(step="mapped: table", path="/body/rows/*/finalizers/0", why=_FINALIZERS),
    Known(step="delete a mapping", path="/body*", why=_FINALIZERS + ", and what is deleted is gone at once"),
    Known(step="events", path="*FinalizerUpdate*", why=_FINALIZERS),
    Known(step="events", path="*Created Ingress*", why="there are no Ingress objects: Envoy is told directly"),
    Known(step="events", path="*placeholder service*", why="core Services follow from the Services without an event"),
    Known(step="events", path="*DomainMapping*InternalError*", why="a condition says so, and no event repeats it"),
    Known(step="*able*", path="/body/columnDefinitions/Name/description", why="the first sentence says all"),
    Known(step="resources of *", path="*/storageVersionHash", why=_HASH),
    Known(step="resources of serving v1", path="/body/resources/revisions/verbs/*", why=_MADE),
    Known(step="import a revision", path="/body/metadata/*s/serving.knative.dev/*", why=_KNOWN),
    Known(step="imported: revision moved-00001", path="/body/metadata/*s/serving.knative.dev/*", why=_KNOWN),
    Known(step="mapped without a claim", path="*", why=_CLAIM),
    Known(
        step="another template under the same name", path="/body/message",
        why="the difference is told by the documents' lines, not by the fields of Go's types",
    ),
    Known(step="refused: no spec", path="*", why="one reader says what is missing, where a schema comes first there"),
    Known(step="refused: an unknown field*", path="/body/message", why=_MORE),
    Known(step="refused: a metric that is none", path="/body/message", why=_MORE),
    Known(step="refused: an image that is none", path="/body/message", why=_MORE),
    Known(step="refused: a port's name", path="/body/message", why=_PLACE),
    Known(step="refused: a reserved port", path="/body/message", why=_PLACE),
    Known(step="refused: two ports", path="/body/message", why=_PLACE),
    Known(step="refused: a probe with two handlers", path="/body/message", why=_PLACE),
    Known(step="refused: bounds that cross", path="/body/message", why=_PLACE),
    Known(step="refused: an autoscaling annotation on the Service", path="/body/message", why=_PLACE),
)  # fmt: skip
