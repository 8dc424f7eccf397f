"""What each revision answered lately, from Prometheus: by default from the metrics of Istio's gateway.

Istio's gateway reports what it sent to the Kubernetes Service of each revision, which has the revision's name
(net-istio): `istio_requests_total` and `istio_request_duration_milliseconds`, with the label
`destination_service_name`. Where the mesh's metrics have other names, the queries can be given.
"""

import http.client
import json
import math
import ssl
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import yaml

from knative.local.promotion.decision import Counts
from shared.errors import SettingError, StartError

_TIMEOUT_S = 10.0
# Prometheus extrapolates an increase from at least two scrapes, which are half a minute apart at most as a rule.
_SHORTEST_WINDOW_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """PromQL with `$revision`, `$namespace` and `$window` in it; each gives one number."""

    requests: str = (
        'sum(increase(istio_requests_total{reporter="source",destination_service_name="$revision",'
        'destination_service_namespace="$namespace"}[$window]))'
    )
    errors: str = (
        'sum(increase(istio_requests_total{reporter="source",destination_service_name="$revision",'
        'destination_service_namespace="$namespace",response_code=~"5..|0"}[$window]))'
    )
    p99_ms: str = (
        "histogram_quantile(0.99, sum by (le) (increase(istio_request_duration_milliseconds_bucket{"
        'reporter="source",destination_service_name="$revision",'
        'destination_service_namespace="$namespace"}[$window])))'
    )


def read_queries(path: Path | None) -> Queries:
    """Queries from a YAML file, the others as they are. Raises OSError, and StartError where it says anything else."""
    if path is None:
        return Queries()
    names = {each.name for each in fields(Queries)}
    try:
        found = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StartError(f"{path} is no YAML: {error}") from None
    if not isinstance(found, dict) or not all(
        key in names and isinstance(value, str) and "$revision" in value for key, value in found.items()
    ):
        raise StartError(f"{path} must have PromQL with $revision in it", f"under the keys {', '.join(sorted(names))}")
    return replace(Queries(), **found)


class PrometheusCounts:
    """Args:
    url: of Prometheus, `http://` or `https://`, with a path before `/api/v1` if it has one.

    Raises SettingError where it is none.
    """

    def __init__(self, url: str, namespace: str, queries: Queries = Queries()) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in {"http", "https"} or not self._url.hostname:
            raise SettingError("PROMETHEUS_URL", url, "must be an http:// or https:// address")
        self._namespace = namespace
        self._queries = queries

    def of(self, revisions: tuple[str, ...], window_s: float) -> list[Counts]:
        """What each did in the last seconds. Raises OSError where Prometheus does not answer, or not with a number."""
        window = f"{max(_SHORTEST_WINDOW_S, math.ceil(window_s))}s"
        return [self._of(revision, window) for revision in revisions]

    def _of(self, revision: str, window: str) -> Counts:
        def asked(query: str) -> float | None:
            for name, value in {"revision": revision, "namespace": self._namespace, "window": window}.items():
                query = query.replace(f"${name}", value)
            return self._number(query)

        return Counts(
            request_count=round(asked(self._queries.requests) or 0.0),
            # Rounded up: a part of an error, by extrapolation, was one.
            error_count=math.ceil(asked(self._queries.errors) or 0.0),
            p99_ms=asked(self._queries.p99_ms),
        )

    def _number(self, query: str) -> float | None:
        host, port = self._url.hostname or "", self._url.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=ssl.create_default_context())
            if self._url.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
        )
        try:
            connection.request("GET", f"{self._url.path.rstrip('/')}/api/v1/query?{urlencode({'query': query})}")
            response = connection.getresponse()
            body = response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"Prometheus at {self._url.netloc} gave no HTTP answer: {error!r}") from error
        finally:
            connection.close()
        return value_of(response.status, body)


def value_of(status: int, body: bytes) -> float | None:
    """The one number of a query's answer; None where no series matched, or the number is none. Raises OSError."""
    try:
        answer = json.loads(body)
        found = answer["data"]["result"] if status == 200 and answer["status"] == "success" else None
        value = float(found[0]["value"][1]) if found else math.nan
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ConnectionError(f"Prometheus answered {status} with something else than one number") from error
    if found is None:
        raise ConnectionError(f"Prometheus answered {status}: {str(answer.get('error', ''))[:200]}")
    return value if math.isfinite(value) else None
