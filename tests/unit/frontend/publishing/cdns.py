"""CloudFront's and Cloudflare's APIs as they are published, to be asked over HTTP: the real ones cannot be.

CloudFront: its service model, version 2020-05-31, as botocore has it: each request is checked and answer read by it.
Cloudflare: POST /zones/{zone_id}/purge_cache of its OpenAPI (cloudflare/api-schemas), with the limits that its
documentation names (developers.cloudflare.com/cache/how-to/purge-cache).
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from xml.etree import ElementTree as ET

AWS_XML = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
MOST_FILES = 100
Api = TypeVar("Api", bound="Cdn")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes


class Cdn(ThreadingHTTPServer):
    """Answers what `next_replies` says, one each; then as the API does when all is well."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.next_replies: list[Reply] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    server: Cdn

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path, headers, self.rfile.read(int(headers["content-length"])))
        self.server.asked.append(asked)
        refusals = self.server.next_replies
        reply = refusals.pop(0) if refusals else self.server.answer(asked)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body.encode())

    def log_message(self, *_: object) -> None:
        pass


class CloudFrontApi(Cdn):
    """CreateInvalidation."""

    def answer(self, asked: Asked) -> Reply:
        assert re.fullmatch(r"/2020-05-31/distribution/E123/invalidation", asked.path)
        # A global service, signed for us-east-1.
        scope = (
            r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/us-east-1/cloudfront/aws4_request, SignedHeaders=.*host.*, Sig"
        )
        assert re.match(scope, asked.headers["authorization"])
        batch = ET.fromstring(asked.body)
        assert batch.tag == f"{{{AWS_XML}}}InvalidationBatch"
        of = {"c": AWS_XML}
        paths = [each.text or "" for each in batch.findall("c:Paths/c:Items/c:Path", of)]
        assert batch.findtext("c:Paths/c:Quantity", namespaces=of) == str(len(paths))
        assert batch.findtext("c:CallerReference", namespaces=of)
        assert all(path.startswith("/") for path in paths)
        body = (
            f'<Invalidation xmlns="{AWS_XML}"><Id>I1</Id><Status>InProgress</Status>'
            f"<CreateTime>2026-01-01T00:00:00Z</CreateTime>{ET.tostring(batch, encoding='unicode')}</Invalidation>"
        )
        return Reply(201, body, {"Content-Type": "text/xml"})


def aws_error(status: int, code: str, message: str = "no") -> Reply:
    return Reply(
        status,
        f'<ErrorResponse xmlns="{AWS_XML}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>'
        "</Error><RequestId>r-1</RequestId></ErrorResponse>",
        {"Content-Type": "text/xml"},
    )


class CloudflareApi(Cdn):
    """Purge by address."""

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer the-token":
            return cloudflare_error(403, 10000, "Authentication error")
        zone = re.fullmatch(r"/zones/([^/]+)/purge_cache", asked.path)
        if zone is None or zone[1] != "z1":
            return cloudflare_error(
                404, 7003, "Could not route to /zones/z2/purge_cache, perhaps your object identifier?"
            )
        assert asked.headers["content-type"] == "application/json"
        body = json.loads(asked.body)
        assert list(body) == ["files"], "one way of naming what is to go, and nothing beside it"
        if not 1 <= len(body["files"]) <= MOST_FILES:
            return cloudflare_error(400, 1094, "Too many files")
        assert all(re.match(r"https?://[^/]+/", each) for each in body["files"]), "whole addresses"
        return Reply(200, json.dumps({"success": True, "errors": [], "messages": [], "result": {"id": "z1"}}))


def cloudflare_error(status: int, code: int, message: str, **headers: str) -> Reply:
    told = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return Reply(status, json.dumps(told), {name.replace("_", "-"): value for name, value in headers.items()})


@contextmanager
def serving(server: Api) -> Iterator[Api]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
