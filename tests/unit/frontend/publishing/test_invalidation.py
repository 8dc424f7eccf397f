"""What each CDN is asked to forget: CloudFront's request against AWS's own model of it, Cloudflare's over HTTP."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest
from botocore.stub import Stubber

from frontend.publishing import invalidation
from frontend.publishing.invalidation import Cloudflare, CloudFront, InvalidationError, Nothing
from shared.errors import SettingError

PATHS = ("/", "/favicon.svg", "/index.html")


@pytest.fixture
def aws() -> Iterator[Stubber]:
    client = boto3.client("cloudfront", aws_access_key_id="id", aws_secret_access_key="secret", region_name="us-east-1")
    with Stubber(client) as stubber:
        yield stubber


def test_cloudfront_forgets_the_pages_and_one_switch_is_one_request(aws: Stubber) -> None:
    asked = {
        "DistributionId": "E123",
        "InvalidationBatch": {"Paths": {"Quantity": 3, "Items": list(PATHS)}, "CallerReference": "abc-1"},
    }
    made = {"Id": "I1", "Status": "InProgress", "CreateTime": "2026-01-01", "InvalidationBatch": {
        "Paths": {"Quantity": 3}, "CallerReference": "abc-1"}}  # fmt: skip
    aws.add_response("create_invalidation", {"Invalidation": made}, asked)
    assert CloudFront("E123", client=aws.client).forget(PATHS, switch="abc-1") == "CloudFront forgets 3 paths (I1)"
    aws.assert_no_pending_responses()


def test_a_cloudfront_that_refuses_is_told_of_as_a_release_that_is_published(aws: Stubber) -> None:
    aws.add_client_error("create_invalidation", "AccessDenied", http_status_code=403)
    with pytest.raises(InvalidationError) as refusal:
        CloudFront("E123", client=aws.client).forget(PATHS, switch="abc-1")
    assert "the release is published, but old pages are not forgotten" in refusal.value.message
    assert "AccessDenied" in refusal.value.message


class _Handler(BaseHTTPRequestHandler):
    server: "_CloudflareApi"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"success": true}')

    def log_message(self, *_: object) -> None:
        pass


class _CloudflareApi(HTTPServer):
    status = 200

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, object]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


@pytest.fixture
def cloudflare() -> Iterator[_CloudflareApi]:
    with _CloudflareApi() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def client(server: _CloudflareApi) -> Cloudflare:
    return Cloudflare("z1", "token", "https://shop.example/", api=f"http://127.0.0.1:{server.server_port}")


def test_cloudflare_forgets_the_pages_by_their_whole_addresses(cloudflare: _CloudflareApi) -> None:
    assert client(cloudflare).forget(PATHS, switch="abc-1") == "Cloudflare forgets 3 files"
    files = ["https://shop.example/", "https://shop.example/favicon.svg", "https://shop.example/index.html"]
    assert cloudflare.asked == [("/zones/z1/purge_cache", "Bearer token", {"files": files})]


def test_a_cloudflare_that_refuses_is_told_of_without_its_token(cloudflare: _CloudflareApi) -> None:
    cloudflare.status = 403
    with pytest.raises(InvalidationError) as refusal:
        client(cloudflare).forget(PATHS, switch="abc-1")
    assert "403" in refusal.value.message
    assert "token" not in refusal.value.message


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, Nothing),
        ({"CLOUDFRONT_DISTRIBUTION_ID": "E1"}, CloudFront),
        ({"CLOUDFLARE_ZONE_ID": "z", "CLOUDFLARE_API_TOKEN": "t", "STOREFRONT_URL": "https://s.example"}, Cloudflare),
    ],
)
def test_the_environment_names_the_cdn(environment: Mapping[str, str], kind: type) -> None:
    assert type(invalidation.from_environment(environment)) is kind


def test_half_a_cloudflare_is_refused_by_the_variable_that_is_missing() -> None:
    with pytest.raises(SettingError) as refusal:
        invalidation.from_environment({"CLOUDFLARE_ZONE_ID": "z"})
    assert refusal.value.variable == "CLOUDFLARE_API_TOKEN"
