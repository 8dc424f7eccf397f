"""The S3 server that the stack starts for the storefront."""

import json
import socket
import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import urllib3

from knative.local.parts import origin as origin_part
from tests.servers import OriginServer


@pytest.fixture
def s3(origin: OriginServer) -> Any:
    return boto3.client(
        "s3", endpoint_url=origin.environment["AWS_ENDPOINT_URL_S3"], aws_access_key_id=origin.key[0],
        aws_secret_access_key=origin.key[1], region_name=origin_part.REGION,
    )  # fmt: skip


def anybody(origin: OriginServer, key: str) -> bytes:
    """What the socket says to who has no key, and asks as Envoy does."""
    request = f"GET /{key} HTTP/1.0\r\nHost: {origin_part.HOST}\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(origin_part.socket_path(origin.folder)))
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            return answer.read()


def ports(origin: OriginServer) -> dict[str, int]:
    found: dict[str, int] = json.loads((origin.folder / "data" / "ports.json").read_bytes())
    return found


def test_what_it_acknowledged_survives_a_kill_and_anybody_may_read_it_by_the_name_of_the_bucket(
    origin: OriginServer, s3: Any
) -> None:
    s3.create_bucket(Bucket=origin_part.BUCKET)
    s3.put_object(Bucket=origin_part.BUCKET, Key="index.html", Body=b"the page", ContentType="text/html")
    assert anybody(origin, "index.html").endswith(b"the page")
    origin.kill()
    origin.start()
    assert anybody(origin, "index.html").endswith(b"the page")
    assert b" 403 " in anybody(origin, "").partition(b"\r\n")[0], "the bucket is not listed for anybody"
    s3.close()


def test_it_listens_on_loopback_alone_and_its_inner_servers_want_a_token_of_its_own(origin: OriginServer) -> None:
    assert origin.process is not None
    connections = psutil.Process(origin.process.pid).net_connections("tcp")
    assert {each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    filer, volume = ports(origin)["filer"], ports(origin)["volume"]
    with urllib3.PoolManager(retries=False) as pool:
        for method, address in (
            ("GET", f"{filer}/buckets/"), ("POST", f"{filer}/buckets/storefront/index.html"),
            ("DELETE", f"{filer}/buckets/storefront/index.html"), ("GET", f"{volume}/ui/index.html"),
        ):  # fmt: skip
            assert pool.request(method, f"http://127.0.0.1:{address}", body=b"").status == 401, address


def said(address: tuple[str, int], context: ssl.SSLContext | None) -> bytes:
    """What a gRPC server says to a greeting; nothing where it hangs up."""
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
    with socket.create_connection(address, timeout=10) as raw:
        try:
            with context.wrap_socket(raw) if context else raw as connection:
                connection.sendall(hello)
                return connection.recv(1024)
        except (ssl.SSLError, ConnectionError):
            return b""


@pytest.mark.parametrize("server", ["master", "volume", "filer", "s3", "admin"])
def test_who_has_not_its_certificate_calls_none_of_its_inner_servers(origin: OriginServer, server: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    address = ("127.0.0.1", ports(origin)[f"{server}.grpc"])
    assert said(address, None) == b""
    assert said(address, context) == b""
    context.load_cert_chain(origin.folder / "origin-certificate.pem", origin.folder / "origin-key.pem")
    assert said(address, context) != b"", "with it they talk"


def test_its_socket_and_its_secrets_are_their_owners_alone(origin: OriginServer) -> None:
    for name in ("origin-identities.json", "origin-environment.json", "origin-key.pem"):
        assert stat.S_IMODE((origin.folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(origin_part.socket_path(origin.folder).stat().st_mode) & 0o022 == 0, "to connect is to write"


def test_a_port_that_somebody_has_taken_meanwhile_is_given_up_for_another(tmp_path: Path) -> None:
    folders = {"secrets_folder": tmp_path, "key": ("id", "secret"), "now": datetime.now(UTC)}
    origin_part.prepare(tmp_path / "data", **folders)  # type: ignore[arg-type]
    before = json.loads((tmp_path / "data" / "ports.json").read_bytes())
    assert len(set(before.values())) == 10
    assert before["admin.grpc"] == before["admin"] + 10_000
    origin_part.prepare(tmp_path / "data", **folders)  # type: ignore[arg-type]
    assert json.loads((tmp_path / "data" / "ports.json").read_bytes()) == before
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", before["filer"]))
        origin_part.prepare(tmp_path / "data", **folders)  # type: ignore[arg-type]
    after = json.loads((tmp_path / "data" / "ports.json").read_bytes())
    assert before["filer"] not in after.values()


def test_a_server_that_is_not_there_accepts_nothing(tmp_path: Path) -> None:
    assert not origin_part.accepts(tmp_path)
