#!/usr/bin/env python3
"""Prints Knative's own YAML for this bench: its image names, small CPU requests, some objects left out.

Text, not objects: what is not replaced stays as Knative wrote it. Needs nothing but Python.

    upstream.py REGISTRY TAG [--drop KIND[/NAME]]... FILE...
"""

import argparse
import re
import sys
from pathlib import Path

COMMANDS = re.compile(r"ko://knative\.dev/(serving|eventing)/cmd/([\w/]+)")
NET_ISTIO = re.compile(r"\S+/net-istio/cmd/controller@\S+")
REQUESTED_CPU = re.compile(r"(requests:\n\s+cpu:) \d+m")
KIND = re.compile(r'^kind:\s*"?(\w+)', re.MULTILINE)
NAME = re.compile(r'^metadata:\n(?:  .*\n|\s*#.*\n)*?  name:\s*"?([\w.-]+)', re.MULTILINE)


def documents(text: str) -> list[str]:
    """The documents of a file that say a kind."""
    return [each for each in re.split(r"^---.*$", text, flags=re.MULTILINE) if KIND.search(each)]


def is_dropped(document: str, dropped: list[str]) -> bool:
    """Whether a document is one of those left out: by its kind, or by kind and name."""
    kind, name = KIND.search(document), NAME.search(document)
    assert kind is not None
    return kind[1] in dropped or f"{kind[1]}/{name[1] if name else ''}" in dropped


def for_this_bench(document: str, registry: str, tag: str) -> str:
    """A document with this bench's image names; and requests that leave two cores to the functions."""

    def image(found: re.Match[str]) -> str:
        part = "knative" if found[1] == "serving" else "eventing"
        return f"{registry}/{part}-{re.sub('[/_]', '-', found[2])}:{tag}"

    changed = COMMANDS.sub(image, document)
    changed = NET_ISTIO.sub(f"{registry}/ingress-istio:{tag}", changed)
    return REQUESTED_CPU.sub(r"\1 20m", changed).strip("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints Knative's own YAML for this bench.")
    parser.add_argument("registry")
    parser.add_argument("tag")
    parser.add_argument("--drop", action="append", default=[], metavar="KIND[/NAME]")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    for file in given.files:
        for document in documents(file.read_text(encoding="utf-8")):
            if not is_dropped(document, given.drop):
                sys.stdout.write(f"---\n{for_this_bench(document, given.registry, given.tag)}\n")


if __name__ == "__main__":
    main()
