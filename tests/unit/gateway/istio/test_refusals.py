"""What the reader refuses: each with its file, line, field, value and rule, and all of them at once.

Each case is a manifest of the shop with one text replaced. The line is where the new text stands.
"""

import pytest

from gateway.istio import read
from shared.errors import ManifestErrors, ManifestProblem
from shared.yaml_documents import Complaints, Node, parse_documents
from tests.unit.gateway.front_door import manifests, root

texts = {file.name: file.read_text() for file in sorted(manifests.glob("*.yaml"))}
texts["storefront.yaml"] = (root / "knative" / "local" / "manifests" / "storefront.yaml").read_text()
# The first path with a part that varies, and how many paths stand before the orders': what is added moves both.
varying = texts["routes.yaml"].partition("    - name: get-product\n")[0].count("    - name: ")
before_orders = texts["tokens.yaml"].partition("paths: [")[2].partition("/api/orders/*")[0].count(",")

# file, what is replaced (its first occurrence), by what, the field in the complaint, and what its rule has to say
cases = {
    "an unknown version": ("gateway.yaml", "networking.istio.io/v1", "networking.istio.io/v9", "apiVersion", "must be"),
    "an unknown kind": ("gateway.yaml", "kind: Gateway", "kind: Sidecar", "kind", "must be one of Gateway"),
    "another workload": ("gateway.yaml", "istio: ingressgateway", "istio: egress", "spec.selector", "the only Envoy"),
    "TLS": ("gateway.yaml", "protocol: HTTP", "protocol: HTTPS", "spec.servers[0].port.protocol", "must be HTTP"),
    "a number that is text": ("gateway.yaml", "number: 80", 'number: "80"', "spec.servers[0].port.number", "a whole"),
    "an unknown field": ("routes.yaml", "timeout: 15s", "timeouts: 15s", "spec.http[0].timeouts", "unknown field"),
    "no duration": ("routes.yaml", "timeout: 15s", "timeout: fast", "spec.http[0].timeout", "must be a duration"),
    "a field not honoured": (
        "routes.yaml", "      timeout: 15s", "      mirror: {}\n      timeout: 15s", "spec.http[0].mirror", "not hon",
    ),
    "a path without a slash": (
        "routes.yaml", "exact: /api/products", "exact: api", "spec.http[0].match[0].uri.exact", "must start with /",
    ),
    "two kinds of match": (
        "routes.yaml", "exact: /api/products", "exact: /a\n            prefix: /b", "spec.http[0].match[0].uri", "one",
    ),
    "no regular expression": (
        "routes.yaml", "regex: /api/products/[^/]+", "regex: /api/[", f"spec.http[{varying}].match[0].uri.regex",
        "regular expr",
    ),
    "a regular expression that Envoy cannot have": (
        "routes.yaml", "regex: /api/products/[^/]+", "regex: /api/(?!x).*",
        f"spec.http[{varying}].match[0].uri.regex", "RE2",
    ),
    "an authority that is no Service": (
        "routes.yaml", "authority: list-products.shop.svc.cluster.local", "authority: example.com",
        "spec.http[0].rewrite.authority", "must be <service>.<namespace>.svc.cluster.local",
    ),
    "another destination": (
        "routes.yaml", "host: knative-local-gateway.istio-system.svc.cluster.local", "host: list-products",
        "spec.http[0].route[0].destination.host", "must be knative-local-gateway",
    ),
    "a Gateway that is not there": ("routes.yaml", "[zerocart]", "[other]", "spec.gateways[0]", "no Gateway shop"),
    "a host beside all hosts": ("routes.yaml", 'hosts: ["*"]', 'hosts: ["*", a.example]', "spec.hosts", "no other"),
    "the same route twice": (
        "routes.yaml", "exact: /api/auth/login", "exact: /api/auth/register", "spec.http[2].match", "what register",
    ),
    "the same name twice": ("routes.yaml", "name: login", "name: register", "spec.http[2].name", "another route"),
    "an unknown retry": (
        "routes.yaml", "retryOn: connect-failure\n", "retryOn: always\n", "spec.http[1].retries.retryOn", "has always",
    ),
    "keys that no Service has": (
        "tokens.yaml", "http://get-jwks.shop.svc.cluster.local/", "https://elsewhere.example/",
        "spec.jwtRules[0].jwksUri", "must be http://<service>",
    ),
    "no audience": ("tokens.yaml", "audiences: [zerocart]", "audiences: []", "spec.jwtRules[0].audiences", "audience"),
    "the wrong namespace": ("tokens.yaml", "istio-system", "shop", "metadata.namespace", "must be istio-system"),
    "an action that is not honoured": ("tokens.yaml", "DENY\n", "CUSTOM\n", "spec.action", "ALLOW or DENY"),
    "a star in the middle": (
        "tokens.yaml", "/api/orders/*]", "/api/*/items]",
        f"spec.rules[0].to[0].operation.paths[{before_orders}]", "at the start",
    ),
    "a source not honoured": (
        "tokens.yaml", "notRequestPrincipals:", "notIpBlocks:", "spec.rules[0].from[0].source.notIpBlocks", "unknown",
    ),
    "a principal without a subject": (
        "tokens.yaml", 'notRequestPrincipals: ["*"]', "notRequestPrincipals: [me]",
        "spec.rules[0].from[0].source.notRequestPrincipals[0]", "<issuer>/<subject>",
    ),
    "nothing to send": ("functions.yaml", "maxConnections: 256", "maxConnections: 0",
        "spec.trafficPolicy.connectionPool.tcp.maxConnections", "1 or more",
    ),
    "more than all": ("functions.yaml", "maxEjectionPercent: 50", "maxEjectionPercent: 101",
        "spec.trafficPolicy.outlierDetection.maxEjectionPercent", "0 to 100",
    ),
    "another collector": ("telemetry.yaml", "name: otel", "name: zipkin", "spec.tracing[0].providers[0].name", "otel"),
    "too many samples": (
        "telemetry.yaml", "randomSamplingPercentage: 100", "randomSamplingPercentage: 101",
        "spec.tracing[0].randomSamplingPercentage", "0 to 100",
    ),
    "a patch of something else": (
        "body-limit.yaml", "applyTo: HTTP_FILTER", "applyTo: LISTENER", "spec.configPatches[0].applyTo", "no other",
    ),
    "an operation not honoured": (
        "body-limit.yaml", "INSERT_BEFORE", "REMOVE", "spec.configPatches[0].patch.operation", "INSERT_BEFORE or",
    ),
    "a sidecar's patch": (
        "body-limit.yaml", "context: GATEWAY", "context: ANY", "spec.configPatches[0].match.context", "must be GATEWAY",
    ),
    "a filter that is not there": (
        "body-limit.yaml", "name: envoy.filters.http.router", "name: envoy.filters.http.lua",
        "spec.configPatches[0].match.listener.filterChain.filter.subFilter.name", "there by then",
    ),
    "camel case": (
        "body-limit.yaml", "max_request_bytes", "maxRequestBytes",
        "spec.configPatches[0].patch.value.typed_config.maxRequestBytes", "snake case",
    ),
    "an unknown virtual host": (
        "rate-limit.yaml", 'name: "*:80"', 'name: "*:443"',
        "spec.configPatches[1].match.routeConfiguration.vhost.name", "must be one of *:80",
    ),
    "an unknown route": (
        "rate-limit.yaml", "name: login", "name: logon",
        "spec.configPatches[2].match.routeConfiguration.vhost.route.name", "a VirtualService's route",
    ),
    "a host of no ServiceEntry": (
        "storefront.yaml", "        - destination:\n            host: storefront.origin.internal",
        "        - destination:\n            host: elsewhere.example", "spec.http[0].route[0].destination.host",
        "or the host of a ServiceEntry",
    ),
    "another authority than where it leads": (
        "storefront.yaml", "authority: storefront.origin.internal", "authority: elsewhere.example",
        "spec.http[0].rewrite.authority", "must be storefront.origin.internal",
    ),
    "a path by no regular expression": (
        "storefront.yaml", "match: ^(.*)$", "match: ^(.*$", "spec.http[0].rewrite.uriRegexRewrite.match", "regular exp",
    ),
    "a header in capitals": (
        "storefront.yaml", "accept-encoding:", "Accept-Encoding:", "spec.http[0].match[0].headers.Accept-Encoding",
        "in lower case",
    ),
    "a request's header set": (
        "storefront.yaml", "remove: [authorization, cookie]", "set: {a: b}", "spec.http[0].headers.request.set",
        "unknown field",
    ),
    "hosts outside by a star": (
        "storefront.yaml", "hosts: [storefront.origin.internal]", 'hosts: ["*.origin.internal"]', "spec.hosts",
        "without a star",
    ),
    "addresses of a host outside": (
        "storefront.yaml", "resolution: DNS", "resolution: STATIC", "spec.resolution", "must be DNS",
    ),
    "a host outside that is inside": (
        "storefront.yaml", "location: MESH_EXTERNAL", "location: MESH_INTERNAL", "spec.location", "MESH_EXTERNAL",
    ),
    "TLS to a host outside": (
        "storefront.yaml", "protocol: HTTP", "protocol: TLS", "spec.ports[0].protocol", "must be HTTP",
    ),
}  # fmt: skip


def documents_with(file: str, old: str, new: str) -> list[Node]:
    assert old in texts[file]
    changed = texts | {file: texts[file].replace(old, new, 1)}
    return [document for name, text in changed.items() for document in parse_documents(text, name)]


def problems_of(documents: list[Node], known: set[tuple[str, str]] | None = None) -> list[ManifestProblem]:
    complaints = Complaints()
    read(documents, complaints, known)  # type: ignore[arg-type] # plain names, as a test writes them
    return complaints.problems


def test_the_shops_own_manifests_are_taken() -> None:
    assert problems_of(documents_with("gateway.yaml", "", "")) == []


@pytest.mark.parametrize(("file", "old", "new", "field", "rule"), cases.values(), ids=cases.keys())
def test_it_is_refused_where_it_stands(file: str, old: str, new: str, field: str, rule: str) -> None:
    problems = problems_of(documents_with(file, old, new))
    (problem,) = [problem for problem in problems if problem.file == file and problem.field == field]
    first = texts[file][: texts[file].index(old)].count("\n") + 1
    assert rule in problem.rule
    # The line of the field itself, or (of a list or mapping) where that begins, a few lines above.
    assert first - 3 <= problem.line <= first + new.count("\n")
    assert str(problem).startswith(f"{file}:{problem.line}: {field}")


def test_a_route_to_a_service_that_is_not_there_is_refused_at_its_line() -> None:
    known = {("shop", document.text("name")) for document in routes()} - {("shop", "login")}
    (problem,) = problems_of(documents_with("gateway.yaml", "", ""), known)
    line = texts["routes.yaml"].splitlines().index("        authority: login.shop.svc.cluster.local") + 1
    assert (problem.file, problem.line, problem.value) == (
        "routes.yaml", line, '"login.shop.svc.cluster.local"',
    )  # fmt: skip
    assert problem.rule == "there is no Service login in shop"
    assert problem.hint == "add functions/login/service.yaml, or remove the route"


def test_keys_of_a_service_that_is_not_there_are_refused() -> None:
    known = {("shop", document.text("name")) for document in routes()} - {("shop", "get-jwks")}
    fields = {problem.field for problem in problems_of(documents_with("gateway.yaml", "", ""), known)}
    index = [document.text("name") for document in routes()].index("get-jwks")
    assert fields == {f"spec.http[{index}].rewrite.authority", "spec.jwtRules[0].jwksUri"}


def test_a_route_that_does_not_speak_of_retries_is_refused_because_istio_would_retry_it() -> None:
    (document,) = parse_documents(texts["routes.yaml"], "routes.yaml")
    start = texts["routes.yaml"].index("      retries:")
    end = texts["routes.yaml"].index("      corsPolicy:")
    assert document.get("spec", "http")
    problems = problems_of(documents_with("routes.yaml", texts["routes.yaml"][start:end], ""))
    assert [problem.rule for problem in problems] == ["retries is missing: Istio would retry this route twice"]


def test_a_manifest_that_stands_twice_is_refused() -> None:
    documents = documents_with("gateway.yaml", "", "")
    rules = [
        problem.rule for problem in problems_of([*documents, *parse_documents(texts["gateway.yaml"], "again.yaml")])
    ]
    assert rules == ["stands twice, also at gateway.yaml:2"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = texts["routes.yaml"].replace("timeout: 15s", "timeout: fast").replace("[zerocart]", "[other]")
    complaints = Complaints()
    entry = texts["telemetry.yaml"]  # the host of a route that leads out of the mesh
    read([*parse_documents(text, "routes.yaml"), *parse_documents(entry, "telemetry.yaml")], complaints)
    with pytest.raises(ManifestErrors) as raised:
        complaints.raise_if_any()
    problems = [problem for problem in raised.value.problems if problem.file == "routes.yaml"]
    assert len(problems) == text.count("timeout: fast") + 1


def routes() -> tuple[Node, ...]:
    (document,) = parse_documents(texts["routes.yaml"], "routes.yaml")
    http = document.get("spec", "http")
    return tuple(http.items) if http else ()
