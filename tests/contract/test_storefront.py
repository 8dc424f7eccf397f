"""The storefront as a browser gets it, beside the API and on the same door."""

import gzip
import json
import os
import re
from pathlib import Path

import brotli
import pytest

from tests.contract.conftest import Door, Reply

HEADERS = json.loads((Path(__file__).parents[2] / "frontend" / "security-headers.json").read_text())
NAVIGATION = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
IMMUTABLE = "public, max-age=31536000, immutable"


def page(door: Door, path: str = "/") -> Reply:
    return door.get(path, headers=NAVIGATION)


@pytest.fixture(scope="module", autouse=True)
def _storefront_at_this_door(door: Door) -> None:
    """On a cluster a CDN has the storefront, and the gateway the API alone (docs/decisions/0030)."""
    if "ZEROCART_URL" in os.environ and page(door).status == 404:
        pytest.skip("the storefront is not at this door")


@pytest.fixture(scope="module")
def script(door: Door) -> str:
    """The address of a script of the page, large enough to be worth compressing."""
    found = re.findall(r'src="(/assets/[^"]+\.js)"', page(door).body.decode())
    return str(max(found, key=lambda address: len(door.get(address).body)))


def test_the_page_is_served_under_its_own_policy_and_asked_for_each_time(door: Door) -> None:
    answer = page(door)
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert b'<div id="root">' in answer.body
    assert b"Small things that make a home" in answer.body, "its first text is there before any script"
    assert not re.search(rb"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", answer.body), "the policy refuses it"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Trace-Id"]


@pytest.mark.parametrize(
    "path", ["/products/22423", "/cart", "/orders/1?from=mail", "/a/page/nobody/wrote", "/?q=lamp"]
)
def test_every_address_that_a_browser_navigates_to_is_the_page(door: Door, path: str) -> None:
    assert page(door, path).body == page(door).body


@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/images/", "/.well-known/nothing", "/assets/x-12345678.js"])
def test_what_is_not_there_is_a_problem_document_for_a_browser_too(door: Door, path: str) -> None:
    answer = page(door, path)
    assert (answer.status, answer.content_type) == (404, "application/problem+json")
    assert answer.json["instance"] == path
    assert answer.text("trace_id") == answer.headers["X-Trace-Id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_who_does_not_ask_for_a_page_gets_none_of_an_address_that_nobody_serves(door: Door) -> None:
    assert door.get("/a/page/nobody/wrote").status == 404
    for method in ("POST", "PUT", "DELETE"):
        assert door.call(method, "/cart", b"", headers=NAVIGATION).status == 404


def test_the_door_s_own_address_is_the_page_whoever_asks_and_however_it_is_spelled(door: Door) -> None:
    assert door.get("/", headers={"Accept": "*/*"}).body == page(door).body
    assert door.get("/images/..", headers={"Accept": "*/*"}).body == page(door).body


def test_a_query_is_nothing_to_the_origin(door: Door) -> None:
    for query in ("acl", "tagging", "uploads", "versionId=1", "response-content-type=text/plain"):
        assert page(door, f"/?{query}").body == page(door).body, query


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=1.0", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.9, br;q=0", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("zstd, brrr", None),
    ],
)
def test_an_asset_comes_in_the_form_that_was_made_when_it_was_published(
    door: Door, script: str, accepted: str, encoding: str | None
) -> None:
    plain = door.get(script, headers={"Accept-Encoding": "identity"})
    answer = door.get(script, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", lambda body: body)
    assert decode(answer.body) == plain.body
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert (answer.headers["ETag"] == plain.headers["ETag"]) == (encoding is None)
    for each in (plain, answer):
        assert each.content_type == "text/javascript"
        assert each.headers["Cache-Control"] == IMMUTABLE
        assert "Accept-Encoding" in each.headers["Vary"]


@pytest.mark.parametrize("accepted", ["identity", "br"])
def test_what_a_browser_has_is_not_sent_again(door: Door, script: str, accepted: str) -> None:
    for path in ("/", script):
        headers = {**NAVIGATION, "Accept-Encoding": accepted}
        tag = door.get(path, headers=headers).headers["ETag"]
        assert not tag.startswith("W/")
        again = door.get(path, headers={**headers, "If-None-Match": tag})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)


def test_a_part_of_a_file_can_be_had(door: Door, script: str) -> None:
    whole = door.get(script, headers={"Accept-Encoding": "identity"})
    part = door.get(script, headers={"Accept-Encoding": "identity", "Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.body)}"


def test_a_head_has_the_headers_and_no_body(door: Door, script: str) -> None:
    for path in ("/", script, "/favicon.svg"):
        whole, head = door.get(path), door.call("HEAD", path)
        assert (head.status, head.body) == (200, b"")
        for name in ("Content-Length", "Content-Type", "ETag", "Cache-Control"):
            assert head.headers[name] == whole.headers[name]


def test_the_origin_tells_nothing_of_itself(door: Door, script: str) -> None:
    for path in ("/", script, "/assets/x-12345678.js"):
        names = {name.lower() for name in door.get(path).headers}
        assert not {name for name in names if name.startswith(("x-amz", "seaweed", "server"))}


def test_the_bucket_is_no_part_of_the_door(door: Door) -> None:
    for path in ("/releases/", "/assets/", "/storefront/index.html", "/releases/x/release.json"):
        assert door.get(path).status == 404, path
    host = {"Host": "storefront.origin.internal"}
    assert door.get("/releases/", headers=host).status == 404
