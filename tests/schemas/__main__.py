"""Makes the schemas anew, from Kubernetes' own description and from CRDs, of the versions that the test bench runs.

    python -m tests.schemas

Needs Go, whose modules the sources are, and Helm, which tells by the chart which kinds are wanted.
"""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from knative.testbench.accepted import renderings
from tests.schemas import FILE, named
from tests.stack import PROJECT

BENCH = PROJECT / "knative" / "testbench"
# Folder of the bench's modules, module, what of it describes kinds.
KUBERNETES = ("kubernetes", "k8s.io/kubernetes", "api/openapi-spec/swagger.json")
CRDS = (
    ("istio", "istio.io/istio", "manifests/charts/base/files/crd-all.gen.yaml"),
    ("knative", "knative.dev/serving", "config/core/300-resources"),
    ("knative", "knative.dev/eventing", "config/core/resources"),
)
# Made by the ApplicationSet, and so in no rendering.
MORE = {"argoproj.io/v1alpha1/Application"}
# Those of an ApplicationSet's generators that are used; all of them, each in each, are 30 times as much.
GENERATORS = {"list"}
KEPT = {"$ref", "type", "enum", "required", "pattern", "minimum", "maximum"} | {
    f"{least}{what}" for least in ("min", "max") for what in ("Length", "Items", "Properties")
}
METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
Schema = dict[str, Any]


class Loader(yaml.CSafeLoader):
    """Takes a bare `=`, which YAML 1.1 has a meaning of its own for, as what it is."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def run(*words: str, where: Path = BENCH) -> str:
    return subprocess.run(words, cwd=where, check=True, capture_output=True, text=True).stdout


def source(folder: str, module: str, path: str) -> Path:
    """A file or folder of a module that the bench builds from."""
    return Path(run("go", "list", "-m", "-f", "{{.Dir}}", module, where=BENCH / "build" / folder).strip()) / path


def crds() -> Iterator[Schema]:
    """Every CustomResourceDefinition of the bench: of what runs there, and of what env.sh has the CRDs alone of."""
    places = [source(*each) for each in CRDS]
    for each in run("bash", "-c", '. "$0/env.sh" && echo "$CRDS"', str(BENCH)).split():
        module, _, path = each.partition(":")
        places.append(Path(json.loads(run("go", "mod", "download", "-json", module))["Dir"]) / path)
    for place in places:
        for file in sorted(place.rglob("*.yaml")) if place.is_dir() else [place]:
            for found in yaml.load_all(file.read_text(encoding="utf-8"), Loader=Loader):
                if found and found.get("kind") == "CustomResourceDefinition":
                    yield found


def strict(schema: Any, name: str = "") -> Any:
    """A schema of Kubernetes' as JSON Schema has it: without words, and with no field that it does not name."""
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    found = {key: value for key, value in schema.items() if key in KEPT}
    for key in {"items", "additionalProperties"} & schema.keys():
        found[key] = strict(schema[key], name)
    for key in {"allOf", "anyOf", "oneOf", "not"} & schema.keys():  # of the same value, and no list of its fields
        found[key] = schema[key]
    if "properties" in schema:
        fields = schema["properties"].keys() & (GENERATORS if name == "generators" else schema["properties"].keys())
        found["properties"] = {each: strict(schema["properties"][each], each) for each in sorted(fields)}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            found.setdefault("additionalProperties", False)
    if schema.get("nullable") and "type" in found:
        found["type"] = [found["type"], "null"]
    return found


def of_crd(version: Schema) -> Schema:
    """What somebody writes of a kind; its status is for its controller."""
    found: Schema = strict(version["schema"]["openAPIV3Schema"])
    for each in ("status", "operation"):
        found["properties"].pop(each, None)
    common = {"metadata": {"$ref": f"#/definitions/{METADATA}"}, "apiVersion": {}, "kind": {}}
    return {**found, "properties": {**found["properties"], **common}}


def reached(schemas: list[Any], definitions: Schema) -> set[str]:
    """The definitions that schemas refer to, be it through others."""
    found: set[str] = set()
    while schemas:
        each = schemas.pop()
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).removeprefix("#/definitions/")
            if name in definitions and name not in found:
                found.add(name)
                schemas.append(definitions[name])
            schemas += each.values()
        elif isinstance(each, list):
            schemas += each
    return found


def main() -> int:
    """0: every kind that is rendered has its schema."""
    wanted = {named(each) for _, objects in renderings() for each in objects} | MORE
    described = json.loads(source(*KUBERNETES).read_text(encoding="utf-8"))["definitions"]
    definitions = {name: strict(each) for name, each in described.items()} | {QUANTITY: {"type": ["number", "string"]}}
    kinds: Schema = {
        "/".join(filter(None, (which["group"], which["version"], which["kind"]))): {"$ref": f"#/definitions/{name}"}
        for name, each in described.items()
        for which in each.get("x-kubernetes-group-version-kind", ())
    }
    for crd in crds():
        group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
        kinds |= {f"{group}/{each['name']}/{kind}": of_crd(each) for each in crd["spec"]["versions"]}
    kept = {kind: kinds[kind] for kind in sorted(wanted & kinds.keys())}
    needed = {name: definitions[name] for name in sorted(reached(list(kept.values()), definitions))}
    text = json.dumps({"kinds": kept, "definitions": needed}, sort_keys=True, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    missing = sorted(wanted - kept.keys())
    sys.stdout.write(f"{len(kept)} kinds, {FILE.stat().st_size} bytes; missing: {', '.join(missing) or 'none'}\n")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
