"""Which object CloudFront asks the bucket for: the function's own code, in Node; CloudFront's runtime is not here."""

import json
import re
import shutil
import subprocess

import pytest

from frontend.publishing.content import COMPRESSIBLE
from tests.terraform.configuration import ROOT

CODE = ROOT / "modules" / "storefront" / "pages.js"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def brotli(value: str) -> dict[str, str]:
    return {"accept-encoding": value}


CASES = [
    ("/", {}, "/index.html"),
    ("/", HTML, "/index.html"),
    ("/product/22423", HTML, "/index.html"),
    ("/cart/", HTML, "/index.html"),
    ("/product/22423", {"accept": "application/json"}, "/product/22423"),
    ("/api/nothing", HTML, "/api/nothing"),
    ("/assets/gone", HTML, "/assets/gone"),
    ("/robots.txt", HTML, "/robots.txt"),
    ("/apiary", HTML, "/index.html"),
    ("/assets/index-abc.js", brotli("gzip, deflate, br, zstd"), "/assets/index-abc.js.br"),
    ("/assets/index-abc.js", brotli("gzip"), "/assets/index-abc.js.gz"),
    ("/assets/index-abc.js", brotli("br;q=0, gzip;q=0.5"), "/assets/index-abc.js.gz"),
    ("/assets/index-abc.js", {}, "/assets/index-abc.js"),
    ("/assets/font-abc.woff2", brotli("br"), "/assets/font-abc.woff2"),
    ("/index.html", brotli("br"), "/index.html"),
]


def test_each_request_is_for_the_object_that_the_stacks_own_cdn_would_send() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not here")
    events = [
        {"request": {"uri": uri, "headers": {name: {"value": value} for name, value in headers.items()}}}
        for uri, headers, _ in CASES
    ]
    answer = f"console.log(JSON.stringify({json.dumps(events)}.map((each) => handler(each).uri)))"
    script = f"{CODE.read_text(encoding='utf-8')}\n{answer}"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [expected for _, _, expected in CASES]


def test_the_forms_that_it_asks_for_are_those_that_are_published() -> None:
    asked = re.search(r"\(([a-z|]+)\)\$", CODE.read_text(encoding="utf-8"))
    assert asked
    assert {f".{each}" for each in asked[1].split("|")} == COMPRESSIBLE
