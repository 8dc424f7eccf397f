"""A Knative Service and its revisions at an API server: the engine's own, or a cluster's. The same requests to both."""

import http.client
import json
import ssl
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from knative.local.objects.json_values import Json, Object, items, mapping, plain, text
from knative.local.promotion import kubeconfig
from shared.errors import StartError

# The name under which the fields that we write stand in `managedFields`.
MANAGER = "zerocart-promote"
_TIMEOUT_S = 30.0
_LABEL = "serving.knative.dev/service"
_GENERATION = "serving.knative.dev/configurationGeneration"


class ConflictError(StartError):
    """Somebody else has changed the object meanwhile."""


class Cluster:
    """Args:
    access: where it is, and as whom to come.
    namespace: of the Services.
    """

    def __init__(self, access: kubeconfig.Access, namespace: str) -> None:
        self._access = access
        self._server = urlsplit(access.server)
        self._trust = kubeconfig.trust(access)
        self._base = f"{self._server.path.rstrip('/')}/apis/serving.knative.dev/v1/namespaces/{namespace}"
        self.namespace = namespace

    def service(self, name: str) -> Object:
        """The Service. Raises OSError, and StartError where there is none, or we may not see it."""
        return self._call("GET", f"/services/{name}")

    def ready_revisions(self, service: str) -> list[str]:
        """The revisions of a Service that can serve, the newest last. Raises as `service` does."""
        found = self._call("GET", f"/revisions?{urlencode({'labelSelector': f'{_LABEL}={service}'})}")
        ready = [each for each in items(found, "items") if condition(each, "Ready")[0] == "True"]
        ready.sort(key=lambda each: int(text(each, "metadata", "labels", _GENERATION) or 0))
        return [text(each, "metadata", "name") for each in ready]

    def send_traffic(self, service: Object, traffic: Sequence[Json]) -> Object:
        """Write `spec.traffic` of a Service as it was read, and nothing else of it; gives it as it is then.

        Raises ConflictError where it has changed since, otherwise as `service` does.
        """
        metadata = mapping(service, "metadata")
        patch: Object = {
            "metadata": {"resourceVersion": text(metadata, "resourceVersion")},
            "spec": {"traffic": list(traffic)},
        }
        return self._call("PATCH", f"/services/{text(metadata, 'name')}?fieldManager={MANAGER}", patch)

    def _call(self, method: str, path: str, body: Object | None = None) -> Object:
        connection = http.client.HTTPSConnection(
            self._server.hostname or "", self._server.port, timeout=_TIMEOUT_S, context=self._trust
        )
        headers = {**kubeconfig.headers(self._access), "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/merge-patch+json"
        try:
            connection.request(method, self._base + path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            content = response.read()
        except ssl.SSLCertVerificationError as error:
            raise StartError(
                f"{self._server.netloc} is not whom the kubeconfig trusts: {error.verify_message}",
                "is it the kubeconfig of this cluster?",
            ) from None
        except http.client.HTTPException as error:
            raise ConnectionError(f"{self._server.netloc} gave no HTTP answer: {error!r}") from error
        finally:
            connection.close()
        return _object(response.status, content, self._server.netloc)


def _object(status: int, content: bytes, server: str) -> Object:
    try:
        found = plain(json.loads(content))
    except ValueError:
        found = None
    if status >= 500 or not isinstance(found, dict):
        raise ConnectionError(f"{server} answered {status}: {text(found, 'message')[:200]}")
    if status == 409:
        raise ConflictError(text(found, "message"), "run it again: it goes on from how things are")
    if status >= 400:
        raise StartError(
            text(found, "message") or f"{server} answered {status}", "`kubectl get ksvc` shows what there is"
        )
    return found


def condition(found: Json, kind: str) -> tuple[str, str]:
    """Status and message of one of an object's conditions; of one that it has not: Unknown."""
    for each in items(found, "status", "conditions"):
        if text(each, "type") == kind:
            return text(each, "status"), text(each, "message") or text(each, "reason")
    return "Unknown", ""


def is_observed(service: Object) -> bool:
    """Whether the status is of the Service as it is now, not as it was before it was written."""
    seen, wanted = mapping(service, "status"), mapping(service, "metadata")
    return seen.get("observedGeneration") == wanted.get("generation")
