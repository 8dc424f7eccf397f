"""What the environment tells a process, read once and typed.

A function declares in its service.yaml what it needs, so most variables may be absent: a missing one is an error when
it is asked for, and that error names it. Secrets stay out of `repr`, and so out of logs and tracebacks.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shared.errors import SettingError

LOG_LEVELS = ("debug", "info", "warning", "error")
# What may also be given as a file, named by `<VARIABLE>_FILE`: where secrets come as files, as OpenFaaS has them.
SECRETS = (
    "DATABASE_URL", "REDIS_URL", "TOKEN_SIGNING_KEYS", "TOKEN_PUBLIC_KEYS", "PAYMENT_PUBLIC_KEY", "PAYMENT_PRIVATE_KEY",
    "OPERATIONS_KEY",
)  # fmt: skip
PLAN_CACHE_MODES = ("auto", "force_generic_plan", "force_custom_plan")  # Postgres's own words
REDIS_SCHEMES = ("redis://", "rediss://", "unix://", "redis+sentinel://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Ask `database_url` and the like, which refuse to be absent, not `given_*`."""

    service: str = "function"
    revision: str = "function-00001"
    configuration: str = "function"
    port: int = 8080
    concurrency: int = 8
    log_level: str = "info"
    plan_cache_mode: str = "auto"
    token_issuer: str = "https://zerocart.example"  # noqa: S105 - an address, not a secret
    token_audience: str = "zerocart"  # noqa: S105 - a name, not a secret
    otlp_endpoint: str | None = None
    metrics_folder: Path | None = None
    sink: str | None = None
    events_kept_days: int = 90
    carts_kept_days: int = 180
    idempotency_keys_kept_days: int = 7
    outbox_kept_days: int = 7
    sessions_kept_days: int = 7
    operations_socket: Path | None = None
    prometheus_url: str | None = None
    given_operations_key: str | None = field(default=None, repr=False)
    given_database_url: str | None = field(default=None, repr=False)
    given_redis_url: str | None = field(default=None, repr=False)
    given_token_signing_keys: str | None = field(default=None, repr=False)
    given_token_public_keys: str | None = field(default=None, repr=False)
    given_payment_public_key: str | None = field(default=None, repr=False)
    given_payment_private_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables from a mapping, and the files that some name. Empty is absent. Raises SettingError."""
        environ = {**environ, **_files(environ)}
        service = environ.get("K_SERVICE") or "function"
        folder = environ.get("PROMETHEUS_MULTIPROC_DIR")
        return cls(
            service=service,
            revision=environ.get("K_REVISION") or f"{service}-00001",
            configuration=environ.get("K_CONFIGURATION") or service,
            port=_whole_number(environ, "PORT", default=8080, least=1, most=65535),
            concurrency=_whole_number(environ, "CONCURRENCY", default=8, least=1, most=1000),
            log_level=_one_of(environ, "LOG_LEVEL", default="info", allowed=LOG_LEVELS),
            plan_cache_mode=_one_of(environ, "PLAN_CACHE_MODE", default="auto", allowed=PLAN_CACHE_MODES),
            token_issuer=environ.get("TOKEN_ISSUER") or "https://zerocart.example",
            token_audience=environ.get("TOKEN_AUDIENCE") or "zerocart",
            otlp_endpoint=_url(environ, "OTEL_EXPORTER_OTLP_ENDPOINT"),
            metrics_folder=Path(folder) if folder else None,
            sink=_url(environ, "K_SINK"),
            events_kept_days=_days(environ, "EVENTS_KEPT_DAYS", default=90),
            carts_kept_days=_days(environ, "CARTS_KEPT_DAYS", default=180),
            idempotency_keys_kept_days=_days(environ, "IDEMPOTENCY_KEYS_KEPT_DAYS", default=7),
            outbox_kept_days=_days(environ, "OUTBOX_KEPT_DAYS", default=7),
            sessions_kept_days=_days(environ, "SESSIONS_KEPT_DAYS", default=7),
            operations_socket=Path(socket) if (socket := environ.get("OPERATIONS_SOCKET")) else None,
            prometheus_url=_url(environ, "PROMETHEUS_URL"),
            given_operations_key=environ.get("OPERATIONS_KEY") or None,
            given_database_url=_secret_url(environ, "DATABASE_URL", ("postgresql://", "postgresql+psycopg://")),
            given_redis_url=_secret_url(environ, "REDIS_URL", REDIS_SCHEMES),
            given_token_signing_keys=environ.get("TOKEN_SIGNING_KEYS") or None,
            given_token_public_keys=environ.get("TOKEN_PUBLIC_KEYS") or None,
            given_payment_public_key=environ.get("PAYMENT_PUBLIC_KEY") or None,
            given_payment_private_key=environ.get("PAYMENT_PRIVATE_KEY") or None,
        )

    @property
    def database_url(self) -> str:
        return _given("DATABASE_URL", self.given_database_url, "it must be the address of the Postgres to use")

    @property
    def redis_url(self) -> str:
        return _given("REDIS_URL", self.given_redis_url, "it must be the address of the Redis or Valkey to use")

    @property
    def token_signing_keys(self) -> str:
        return _given("TOKEN_SIGNING_KEYS", self.given_token_signing_keys, "it must be a JWK set with private keys")

    @property
    def token_public_keys(self) -> str:
        return _given("TOKEN_PUBLIC_KEYS", self.given_token_public_keys, "it must be a JWK set")

    @property
    def payment_public_key(self) -> str:
        return _given("PAYMENT_PUBLIC_KEY", self.given_payment_public_key, "it must be the provider's public key")

    @property
    def payment_private_key(self) -> str:
        return _given("PAYMENT_PRIVATE_KEY", self.given_payment_private_key, "it must be the provider's private key")

    @property
    def operations_key(self) -> str:
        return _given("OPERATIONS_KEY", self.given_operations_key, "it must be the key of the engine's operations")


@cache
def current() -> Settings:
    """The settings of this process, read at the first call. Raises SettingError."""
    return Settings.from_environment(os.environ)


def _files(environ: Mapping[str, str]) -> dict[str, str]:
    """The secrets that are given as files."""
    found = {}
    for variable in SECRETS:
        if path := environ.get(f"{variable}_FILE"):
            if environ.get(variable):
                raise SettingError(f"{variable}_FILE", path, f"it must not be given beside {variable}")
            try:
                found[variable] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                rule = f"it must be a file that can be read ({error.strerror})"
                raise SettingError(f"{variable}_FILE", path, rule) from None
    return found


def _given(variable: str, value: str | None, rule: str) -> str:
    if value is None:
        raise SettingError(variable, None, rule, "declare it in the env of the function's service.yaml")
    return value


def _whole_number(environ: Mapping[str, str], variable: str, *, default: int, least: int, most: int) -> int:
    text = environ.get(variable)
    if not text:
        return default
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    raise SettingError(variable, text, f"it must be a whole number from {least} to {most}")


def _days(environ: Mapping[str, str], variable: str, *, default: int) -> int:
    return _whole_number(environ, variable, default=default, least=1, most=36_500)


def _one_of(environ: Mapping[str, str], variable: str, *, default: str, allowed: tuple[str, ...]) -> str:
    text = environ.get(variable) or default
    if text.lower() in allowed:
        return text.lower()
    raise SettingError(variable, text, f"it must be one of {', '.join(allowed)}")


def _url(environ: Mapping[str, str], variable: str) -> str | None:
    text = environ.get(variable)
    if not text or text.startswith(("http://", "https://")):
        return text or None
    raise SettingError(variable, text, "it must begin with http:// or https://")


def _secret_url(environ: Mapping[str, str], variable: str, schemes: tuple[str, ...]) -> str | None:
    text = environ.get(variable)
    if not text or text.startswith(schemes):
        return text or None
    raise SettingError(variable, "something else", f"it must begin with {' or '.join(schemes)}")
