"""What an API server takes of each kind that is rendered here: schemas made from the sources of the kinds themselves.

They are kept, so that objects are looked at wherever tests run; `python -m tests.schemas` makes them anew. They are
strict: a field that a kind does not know is refused, as kubectl refuses it. What webhooks and rules in CEL say is not
in them: `knative.testbench.accepted` asks a real API server.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

FILE = Path(__file__).with_name("kinds.json.gz")
Object = dict[str, Any]


def named(found: Object) -> str:
    """A kind by its whole name, such as apps/v1/StatefulSet."""
    return f"{found['apiVersion']}/{found['kind']}"


def refused(found: Object) -> list[str]:
    """What an API server would have against an object: where, and why. Raises KeyError for a kind that is not kept."""
    as_sent = json.loads(
        json.dumps(found)
    )  # YAML has keys that are numbers, as those of `portLevelMtls`; JSON has none
    errors = _validator(named(found)).iter_errors(as_sent)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in errors]


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    kept = _kept()
    return jsonschema_rs.validator_for({**kept["kinds"][kind], "definitions": kept["definitions"]})


@cache
def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return found
