"""Adds a function's route to the text of `manifests/routes.yaml`, and leaves every other line as it is.

The text is edited and not the YAML, so comments stay and the diff is the new block alone.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from shared.errors import ZerocartError

_block_start = re.compile(r"    - name: (\S+)")
_varying = re.compile(r"            (regex|prefix): ")


def add_route(text: str, service: str, path: str, *, namespace: str = "shop") -> str:
    """The text with a route from `path` to `service`.

    An exact path goes before those with a part that varies, which might match it too; the first match wins in Istio.
    The new route repeats a request only when it cannot have arrived: right for every function; one that only reads
    may say more.

    Args:
        text: a VirtualService, with `http` as its last field.
        path: as the function has it: `/api/orders`, `/api/orders/{id}`, or `/images/` for all below.

    Raises:
        ZerocartError: the path or the function has a route already, or the text is no such VirtualService.
    """
    if not re.search(r"^  http:$", text, re.MULTILINE):
        raise ZerocartError("the text has no `http:` of a VirtualService", hint="compare gateway/manifests/routes.yaml")
    if not path.startswith("/"):
        raise ZerocartError(f'the path is "{path}", it must start with /')
    uri = _uri(path)
    lines = text.rstrip("\n").split("\n")
    starts = [index for index, line in enumerate(lines) if _block_start.match(line)]
    if any(lines[index] == f"    - name: {service}" for index in starts):
        raise ZerocartError(f"{service} has a route already", hint="a second path of a function is a second `match`")
    if f"            {uri}" in lines:
        raise ZerocartError(f"{path} has a route already", hint="one path is one function, or methods tell them apart")
    place = len(lines) if _varying.match(f"            {uri}") else _first_varying(lines, starts)
    block = _block(service, uri, f"{service}.{namespace}.svc.cluster.local", has_cors="&cors" in text)
    return "\n".join([*lines[:place], *block, *lines[place:]]) + "\n"


def _uri(path: str) -> str:
    if "{" in path:
        plain = re.sub(r"[.+*?()|^$\[\]\\]", r"\\\g<0>", path)
        return "regex: " + re.sub(r"\{[a-z_]+\}", "[^/]+", plain)
    return f"prefix: {path}" if path.endswith("/") else f"exact: {path}"


def _first_varying(lines: Sequence[str], starts: Sequence[int]) -> int:
    """The line of the first block, its comments above included, whose path varies; the end where none does."""
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if any(_varying.match(line) for line in lines[start:end]):
            comments = takewhile(lambda line: line.lstrip().startswith("#"), reversed(lines[:start]))
            return start - len(list(comments))
    return len(lines)


def _block(service: str, uri: str, authority: str, *, has_cors: bool) -> list[str]:
    block = f"""\
    - name: {service}
      match:
        - uri:
            {uri}
      rewrite:
        authority: {authority}
      route:
        - destination:
            host: knative-local-gateway.istio-system.svc.cluster.local
            port:
              number: 80
      timeout: 15s
      retries: # only where the first cannot have arrived
        attempts: 2
        retryOn: connect-failure"""
    return [*block.split("\n"), *(["      corsPolicy: *cors"] if has_cors else [])]
