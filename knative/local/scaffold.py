"""A new function: its folder, its manifest, its test and its route, ready to be called.

    make function NAME=get_invoice            (python -m knative.local.scaffold get_invoice)

What it writes passes every check that a function has to pass, and answers; the author fills it. All is thought out
before the first file is written, and the route comes last, so a failure leaves the tree as it was.
"""

import keyword
import re
import shutil
import sys
from pathlib import Path
from string import Template

from gateway.add_route import add_route
from shared.errors import ZerocartError

ROUTES = Path("gateway/manifests/routes.yaml")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# A revision's name is the Service's and `-00001`, and has to fit a DNS label.
LONGEST = 63 - len("-00001")

MAIN = Template('''\
"""GET $path: say here what it is for."""

import functions_framework
import msgspec

from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests


class $type(msgspec.Struct, frozen=True, kw_only=True):
    message: str


@functions_framework.http
@endpoint("GET", "$path", answers={200: $type}, problems=(TooManyRequests,))
def $name(call: Call[None, None]) -> Answer:  # noqa: ARG001 - until it looks at the request
    """Say here what it does, for who reads the API"""
    return Answer($type(message="$service answers"))
''')

SERVICE = Template("""\
# State comes from Secrets: see DATABASE_URL and REDIS_URL in functions/get_product/service.yaml.
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: $service
  namespace: shop
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/max-scale: "2"
    spec:
      containerConcurrency: 8
      timeoutSeconds: 15
      containers:
        - image: dev.local/zerocart/$service
          env:
            - name: CONCURRENCY
              value: "8"
          envFrom:
            - configMapRef:
                name: shop-settings
          readinessProbe:
            httpGet:
              path: /healthz
          resources:
            requests:
              cpu: 100m
              memory: 96Mi
            limits:
              memory: 256Mi
          securityContext:
            runAsNonRoot: true
            readOnlyRootFilesystem: true
            allowPrivilegeEscalation: false
            capabilities:
              drop:
                - ALL
            seccompProfile:
              type: RuntimeDefault
""")

TEST = Template('''\
"""Say here what $service promises."""

from tests.unit.functions.conftest import Function


def test_it_answers() -> None:
    response = Function("$name").get("$path")
    assert (response.status_code, response.json) == (200, {"message": "$service answers"})
''')


def scaffold(root: Path, name: str) -> list[Path]:
    """Write a new function into the tree at `root`.

    Args:
        root: of the repository.
        name: of the folder, in snake case: `get_invoice`. Its Service is then get-invoice, its path /api/get-invoice.

    Returns:
        The files that were written, relative to `root`; the routes, last, were there and have one more.

    Raises:
        ZerocartError: the name cannot be used, or the files cannot be written; nothing has changed then.
    """
    _check(root, name)
    service = name.replace("_", "-")
    words = {
        "name": name, "service": service, "path": f"/api/{service}",
        "type": "".join(map(str.capitalize, name.split("_"))) + "Answer",
    }  # fmt: skip
    routes = root / ROUTES
    if not routes.is_file():
        raise ZerocartError(f"{ROUTES} is not there", "run this at the root of the repository")
    routed = add_route(routes.read_text(encoding="utf-8"), service, words["path"])
    function, tests = Path("functions", name), Path("tests/unit/functions", name)
    contents = {
        function / "__init__.py": "",
        function / "main.py": MAIN.substitute(words),
        function / "service.yaml": SERVICE.substitute(words),
        tests / "__init__.py": "",
        tests / "test_answers.py": TEST.substitute(words),
        ROUTES: routed,
    }
    try:
        for folder in (function, tests):
            (root / folder).mkdir(parents=True)
        for file, content in contents.items():
            _write(root / file, content)
    except OSError as error:
        for folder in (function, tests):
            shutil.rmtree(root / folder, ignore_errors=True)
        raise ZerocartError(f"{name} could not be written: {error}", "nothing has changed; try again") from error
    return list(contents)


def _check(root: Path, name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        hint = "lower-case words joined by underscores, a verb first: get_invoice"
        raise ZerocartError(f"NAME is {name!r}, it must be the name of a Python module in snake case", hint)
    if len(name) > LONGEST:
        raise ZerocartError(f"NAME has {len(name)} characters, it may have {LONGEST}", "a Service's name has a bound")
    for taken in (Path("functions", name), Path("tests/unit/functions", name)):
        if (root / taken).exists():
            raise ZerocartError(f"{taken} is there already", "take another name, or remove it")


def _write(file: Path, content: str) -> None:
    """By rename: a file is there whole or as it was."""
    draft = file.with_name(f".{file.name}.new")
    try:
        draft.write_text(content, encoding="utf-8")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Write the function that is named, below the current folder, and say what comes next."""
    if len(arguments) != 1:
        sys.stderr.write("error: one NAME is needed\n\nhint: make function NAME=get_invoice\n")
        return 2
    try:
        written = scaffold(Path.cwd(), arguments[0])
    except ZerocartError as error:
        hint = f"\n\nhint: {error.hint}" if error.hint else ""
        sys.stderr.write(f"error: {error.message}{hint}\n")
        return 1
    *new, routes = written
    sys.stdout.write("".join(f"Wrote {file}\n" for file in new if file.name != "__init__.py"))
    service = arguments[0].replace("_", "-")
    sys.stdout.write(f"Added a route to {routes}\n\nNext: fill main.py, then `make up` serves /api/{service}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
