"""kubectl, as the bench's programs call it: in the cluster's network namespace, with KUBECONFIG, both as of `in.sh`."""

import base64
import json
import subprocess
from collections.abc import Mapping


def attempt(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run it, whatever comes of it."""
    return subprocess.run(["kubectl", *words], input=given, capture_output=True, text=True, check=False)  # noqa: S603, S607


def kubectl(*words: str, given: str = "") -> str:
    """What it prints. Raises subprocess.CalledProcessError; what it has to say goes to standard error."""
    command = ["kubectl", *words]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def apply(*objects: Mapping[str, object]) -> None:
    """Make objects, or bring them to what is said here. Raises as `kubectl` does."""
    kubectl("apply", "-f", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def namespace(name: str) -> Mapping[str, object]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def secret(namespace: str, name: str) -> Mapping[str, str]:
    """What is in a Secret; nothing where there is none. Raises as `kubectl` does."""
    found = kubectl("-n", namespace, "get", "secret", name, "--ignore-not-found", "-o", "json")
    return {key: base64.b64decode(value).decode() for key, value in json.loads(found)["data"].items()} if found else {}
