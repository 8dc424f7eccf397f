"""The OpenAPI 3.1 document of the shop, made from what the endpoints declare.

`document` imports every function of a folder and reads its `.endpoints`; nothing is listed by hand. What follows from a
declaration (a body may be malformed, a token may be missing) is documented without being repeated in it.
"""

import importlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec

from shared import refresh_cookies
from shared.calls import Endpoint
from shared.errors import (
    Forbidden,
    MalformedRequest,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    TooLarge,
    Unauthorized,
    Unprocessable,
    UnsupportedMediaType,
)
from shared.problems import PROBLEM_TYPE, ProblemDocument

JsonObject = dict[str, Any]

_INTERNAL = "/internal/"  # what functions ask of one another; the front door leads to none of it

# How the client stands with the limits (draft-ietf-httpapi-ratelimit-headers); none while nobody can count.
_LIMITS = ("RateLimit-Policy", "RateLimit")
_REFERENCE = "#/components/schemas/{name}"
# The front door refuses slashes of both kinds within a part of a path, however they are encoded, with 400.
_PATH_PART = r"^[^\u0000/\\]+$"


def document(functions_folder: Path, package: str = "functions") -> JsonObject:
    """The document of all functions of a folder that declare an endpoint.

    Args:
        functions_folder: has a folder with a main.py for each.
        package: the name by which that folder is imported.
    """
    return describe(find_endpoints(functions_folder, package))


def find_endpoints(functions_folder: Path, package: str = "functions") -> list[Endpoint]:
    """What the functions of a folder declare for the world outside, by path and method."""
    root = functions_folder
    for _ in package.split("."):
        root = root.parent
    if str(root) not in sys.path:
        sys.path.append(str(root))
    found: list[Endpoint] = []
    for main in functions_folder.glob("*/main.py"):
        name = main.parent.name
        module = importlib.import_module(f"{package}.{name}.main")
        declared = getattr(getattr(module, name, None), "endpoints", ())
        found += [endpoint for endpoint in declared if not endpoint.path.startswith(_INTERNAL)]
    return sorted(found, key=lambda endpoint: (endpoint.path, endpoint.method))


def describe(endpoints: Sequence[Endpoint]) -> JsonObject:
    """The document of some endpoints."""
    types = _Types(endpoints)
    paths: dict[str, JsonObject] = defaultdict(dict)
    for endpoint in endpoints:
        operation = paths[endpoint.path][endpoint.method.lower()] = _operation(endpoint, types)
        if links := _links(endpoint, endpoints):
            operation["responses"]["201"]["links"] = links
    return {
        "openapi": "3.1.0",
        "info": {"title": "Zerocart", "version": "1.0.0", "description": "A shop made of functions."},
        "servers": [{"url": "/"}],
        "paths": dict(paths),
        "components": {
            "schemas": types.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


class _Types:
    """The schemas of all types that endpoints name, each type described once."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        queries = list(dict.fromkeys(endpoint.query for endpoint in endpoints if endpoint.query))
        named: list[Any] = [ProblemDocument]
        for endpoint in endpoints:
            named += [
                t for t in (endpoint.body, *endpoint.accepts.values(), *endpoint.answers.values()) if _has_schema(t)
            ]
            named += [t for problem in endpoint.problems for t in problem.extra.values()]
        self._position = {repr(t): index for index, t in enumerate(named)}
        schemas, components = msgspec.json.schema_components(
            [*named, *queries], ref_template=_REFERENCE, schema_hook=_other_schema
        )
        self._schemas = schemas
        # A query is told as parameters, so its struct is no component.
        self._queries: dict[Any, JsonObject] = {}
        for query, schema in zip(queries, schemas[len(named) :], strict=True):
            self._queries[query] = components[schema["$ref"].rpartition("/")[2]]
        shown = {schema["$ref"] for schema in schemas[: len(named)] if "$ref" in schema}
        hidden = {schema["$ref"] for schema in schemas[len(named) :]} - shown
        self.components = {
            name: schema for name, schema in sorted(components.items()) if _REFERENCE.format(name=name) not in hidden
        }

    def schema(self, described: object) -> JsonObject:
        schema: JsonObject = self._schemas[self._position[repr(described)]]
        return schema

    def query(self, described: type) -> JsonObject:
        return self._queries[described]


def _has_schema(described: object) -> bool:
    return described is not None and described is not bytes and not isinstance(described, str)


def _other_schema(described: type) -> JsonObject:
    if described is object:
        return {"description": "Anything"}  # not an empty schema: the library takes that for none
    raise NotImplementedError(f"{described} has no JSON schema: use the types that msgspec knows")


def _operation(endpoint: Endpoint, types: _Types) -> JsonObject:
    operation: JsonObject = {"operationId": endpoint.name, "summary": endpoint.summary}
    if endpoint.description:
        operation["description"] = endpoint.description
    if parameters := _parameters(endpoint, types):
        operation["parameters"] = parameters
    accepted = dict(endpoint.accepts)
    if endpoint.body:
        accepted["application/json"] = endpoint.body
    if accepted:
        content = {media: {"schema": types.schema(t)} if _has_schema(t) else {} for media, t in accepted.items()}
        operation["requestBody"] = {"required": True, "content": content}
    operation["responses"] = _responses(endpoint, types)
    if endpoint.token:
        operation["security"] = [{"bearer": []}]
    return operation


def _parameters(endpoint: Endpoint, types: _Types) -> list[JsonObject]:
    parameters = [
        _parameter("path", name, {"type": "string", "minLength": 1, "pattern": _PATH_PART}, required=True)
        for name in endpoint.parameters
    ]
    if endpoint.query:
        described = types.query(endpoint.query)
        required = described.get("required", [])
        for name, schema in described["properties"].items():
            parameters.append(_parameter("query", name, _without_null(schema), required=name in required))
    if 304 in endpoint.answers:
        parameters.append(_parameter("header", "If-None-Match", {"type": "string"}))
    if endpoint.idempotent:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\u0021-\\u007e]+$"}
        parameters.append(_parameter("header", "Idempotency-Key", key, required=True))
    if endpoint.conditional:
        tag = {"type": "string", "minLength": 1, "description": "The ETag of what is changed, or * for whatever it is"}
        parameters.append(_parameter("header", "If-Match", tag, required=True))
    if endpoint.refresh_cookie:
        told = "The refresh token is in a cookie, and the next one shall be"
        chosen = {"type": "string", "enum": [refresh_cookies.OPTED_IN], "description": told}
        parameters.append(_parameter("header", refresh_cookies.HEADER, chosen))
    return parameters


def _parameter(place: str, name: str, schema: Mapping[str, Any], *, required: bool = False) -> JsonObject:
    schema = dict(schema)
    parameter: JsonObject = {"name": name, "in": place, "required": required}
    if description := schema.pop("description", None):
        parameter["description"] = description
    return {**parameter, "schema": schema}


def _without_null(schema: Mapping[str, Any]) -> JsonObject:
    """The schema of a parameter that may be left out: null cannot be written in a query."""
    result = dict(schema)
    if result.get("default", ...) is None:
        del result["default"]
    if "anyOf" in result:
        choices = [choice for choice in result.pop("anyOf") if choice != {"type": "null"}]
        result |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return result


def _responses(endpoint: Endpoint, types: _Types) -> JsonObject:
    responses = {str(status): _answer(endpoint, status, t, types) for status, t in endpoint.answers.items()}
    by_status: dict[int, list[type[Problem]]] = defaultdict(list)
    for problem in dict.fromkeys([*endpoint.problems, *_implied(endpoint)]):
        by_status[problem.status].append(problem)
    for status, problems in by_status.items():
        responses[str(status)] = _refusal(endpoint, status, problems, types)
    return dict(sorted(responses.items()))


def _implied(endpoint: Endpoint) -> Iterable[type[Problem]]:
    """The problems that follow from the rest of a declaration."""
    if endpoint.parameters:
        yield from (MalformedRequest, NotFound)
    if endpoint.query or endpoint.body or endpoint.accepts or endpoint.idempotent or endpoint.refresh_cookie:
        yield from (MalformedRequest, Unprocessable)
    if endpoint.reads_body:
        yield TooLarge
    if endpoint.body or endpoint.accepts:
        yield UnsupportedMediaType
    if endpoint.conditional:
        yield from (PreconditionFailed, PreconditionRequired)
    if endpoint.token:
        yield Unauthorized
    if endpoint.roles:
        yield Forbidden


def _answer(endpoint: Endpoint, status: int, described: type | str | None, types: _Types) -> JsonObject:
    names = ["x-trace-id"]
    if (304 in endpoint.answers or endpoint.conditional) and status in {200, 304}:
        names.append("ETag")
    if status == 201:
        names.append("Location")
    if endpoint.refresh_cookie:
        names.append("Set-Cookie")
    if endpoint.limits:
        names += _LIMITS
    answer: JsonObject = {"description": HTTPStatus(status).phrase, "headers": _headers(names)}
    if isinstance(described, str):
        answer["content"] = {described: {}}
    elif described is bytes:
        answer["content"] = {"application/octet-stream": {}}
    elif described is not None:
        answer["content"] = {"application/json": {"schema": types.schema(described)}}
    return answer


def _links(endpoint: Endpoint, endpoints: Iterable[Endpoint]) -> JsonObject:
    """What can be done with what a call has made: all that has its path, by the id that the answer names."""
    made = endpoint.answers.get(201)
    if "id" not in getattr(made, "__struct_fields__", ()):
        return {}
    there = f"{endpoint.path}/{{id}}"
    return {
        other.name: {"operationId": other.name, "parameters": {"path.id": "$response.body#/id"}}
        for other in endpoints
        if other.path == there or other.path.startswith(f"{there}/")
    }


def _refusal(endpoint: Endpoint, status: int, problems: Sequence[type[Problem]], types: _Types) -> JsonObject:
    names = ["x-trace-id"]
    if status in {429, 503}:
        names.append("Retry-After")
    if status == 401:
        names.append("WWW-Authenticate")
    if endpoint.limits or status == 429:
        names += _LIMITS
    schema: JsonObject = types.schema(ProblemDocument)
    more = {name: types.schema(t) for problem in problems for name, t in problem.extra.items()}
    if more:
        schema = {"allOf": [schema], "properties": more}
    described = "; ".join(f"`{problem.type}`: {problem.title}" for problem in problems)
    return {"description": described, "headers": _headers(names), "content": {PROBLEM_TYPE: {"schema": schema}}}


def _headers(names: Iterable[str]) -> JsonObject:
    return {
        name: {"schema": {"type": "integer", "minimum": 1} if name == "Retry-After" else {"type": "string"}}
        for name in names
    }
