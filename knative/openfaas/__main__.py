"""`python -m knative.openfaas [--registry R] [--tag T] [--gateway URL]`: print the stack file of all functions."""

import argparse
import sys
from pathlib import Path

import yaml

from knative.openfaas.stack import Images, stack
from shared.errors import ZerocartError

PROJECT = Path(__file__).parents[2]
REGISTRY = "dev.local/zerocart"  # as in the manifests
HEADER = "# Rendered from functions/*/service.yaml by `python -m knative.openfaas`; README.md says how to use it.\n"


def render(images: Images, gateway: str) -> str:
    """The stack file as text. Raises ZerocartError."""
    services = [
        yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(PROJECT.glob("functions/*/service.yaml"))
    ]
    documents = [
        document
        for file in sorted(PROJECT.glob("knative/local/manifests/*.yaml"))
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]
    config_maps = {each["metadata"]["name"]: each["data"] for each in documents if each["kind"] == "ConfigMap"}
    return HEADER + yaml.safe_dump(stack(services, config_maps, images, gateway), sort_keys=False, width=120)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.openfaas", description=__doc__)
    parser.add_argument("--registry", default=REGISTRY, help="where the images are (%(default)s)")
    parser.add_argument("--tag", default="latest", help="of the images (%(default)s)")
    parser.add_argument("--gateway", default="http://127.0.0.1:8080", help="OpenFaaS's gateway (%(default)s)")
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(render(Images(registry=given.registry, tag=given.tag), given.gateway))
    except ZerocartError as error:
        sys.stderr.write(f"error: {error}\n\nhint: {error.hint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
