"""A certificate for loopback, made once by the stack for itself.

Not that anybody listens on loopback: a client of Kubernetes keeps its token to itself where there is no TLS
(client-go, `clientcmd/client_config.go`: "only try to read the auth information if we are secure").
"""

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from knative.local.processes import write_atomically

LIFETIME = timedelta(days=3650)


def prepare(folder: Path, now: datetime, *, whose: str = "api") -> tuple[Path, Path]:
    """Certificate and key, as files in a folder that is the owner's alone; made where they are missing."""
    certificate, key = folder / f"{whose}-certificate.pem", folder / f"{whose}-key.pem"
    if not certificate.exists() or not key.exists():
        for path, content in zip((key, certificate), _make(now), strict=True):
            write_atomically(path, content, mode=0o600)
    return certificate, key


def _make(now: datetime) -> tuple[bytes, bytes]:
    # Cryptography's megabytes are needed once in a stack's life.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "zerocart on this machine")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(serialization.Encoding.PEM),
    )
