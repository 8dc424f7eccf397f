"""What each file of the storefront is to a browser and to what is between."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
import yaml

from frontend.publishing import content, kept
from frontend.publishing.content import Encoding

MANIFEST = Path(__file__).parents[4] / "knative" / "local" / "manifests" / "storefront.yaml"


def test_what_has_its_hash_in_its_name_is_kept_for_good_and_all_else_is_asked_for_each_time() -> None:
    assert content.cache_control("assets/first-AbCd1234.js") == "public, max-age=31536000, immutable"
    assert content.cache_control("index.html") == "no-cache"
    assert content.cache_control("favicon.svg") == "no-cache"


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("assets/first-AbCd1234.js", "text/javascript; charset=utf-8"),
        ("assets/index-AbCd1234.css", "text/css; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
        ("assets/sans-AbCd1234.woff2", "font/woff2"),
        ("program.exe", None),
    ],
)
def test_a_file_has_the_type_of_its_name(path: str, type_: str | None) -> None:
    assert content.content_type(path) == type_


def test_an_asset_that_compresses_lies_there_in_three_forms_and_a_font_and_a_page_in_one() -> None:
    assert content.encodings("assets/first-AbCd1234.js") == (Encoding.IDENTITY, Encoding.BROTLI, Encoding.GZIP)
    assert content.encodings("assets/sans-AbCd1234.woff2") == (Encoding.IDENTITY,)
    assert content.encodings("index.html") == (Encoding.IDENTITY,)


def test_each_form_is_the_content_again_and_the_same_bytes_each_time() -> None:
    script = b"const one = 1;\n" * 400
    for encoding, decode in ((Encoding.BROTLI, brotli.decompress), (Encoding.GZIP, gzip.decompress)):
        encoded = content.encode(script, encoding)
        assert decode(encoded) == script
        assert len(encoded) < len(script) / 10
        assert content.encode(script, encoding) == encoded
    assert content.encode(script, Encoding.GZIP)[4:8] == bytes(4), "a gzip file says when it was made; ours does not"
    assert content.encode(script, Encoding.IDENTITY) == script


def test_the_gateway_asks_for_another_form_of_just_what_is_published_in_another_form() -> None:
    documents = list(yaml.safe_load_all(MANIFEST.read_text()))
    (routes,) = [each["spec"]["http"] for each in documents if each["kind"] == "VirtualService"]
    patterns = {each["name"]: each["match"][0]["uri"]["regex"] for each in routes[:2]}
    assert set(patterns) == {"storefront-asset-br", "storefront-asset-gzip"}
    for suffix in content.TYPES:
        compressed = len(content.encodings(f"assets/x-AbCd1234{suffix}")) > 1
        for pattern in patterns.values():
            assert bool(re.fullmatch(pattern, f"/assets/x-AbCd1234{suffix}")) == compressed, suffix


def test_the_release_that_is_kept_has_no_file_without_a_type() -> None:
    assert all(content.content_type(path.name) for path in kept.folder().rglob("*") if path.is_file())
