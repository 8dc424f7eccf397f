"""Settings are read once, typed; a wrong one is named, a secret never shown."""

from pathlib import Path

import pytest

from shared.errors import SettingError
from shared.settings import Settings

SECRET = "pw-4711"


def test_everything_that_knative_and_the_manifests_give_is_typed() -> None:
    settings = Settings.from_environment(
        {
            "K_SERVICE": "login", "K_REVISION": "login-00003", "K_CONFIGURATION": "login", "PORT": "9000",
            "CONCURRENCY": "4", "LOG_LEVEL": "WARNING", "PROMETHEUS_MULTIPROC_DIR": "/x",
            "DATABASE_URL": "postgresql://shop:pw@/shop?host=/run/pg",
        }
    )  # fmt: skip
    assert (settings.service, settings.revision, settings.port) == ("login", "login-00003", 9000)
    assert (settings.concurrency, settings.log_level, settings.metrics_folder) == (4, "warning", Path("/x"))
    assert settings.database_url == "postgresql://shop:pw@/shop?host=/run/pg"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "9" * 5000), ("PORT", "٣"), ("CONCURRENCY", "-1"),
        ("CONCURRENCY", "1.5"), ("LOG_LEVEL", "loud"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("DATABASE_URL", "mysql://x"), ("REDIS_URL", "/run/valkey.sock"),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_named_with_what_it_must_be(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match="it must") as caught:
        Settings.from_environment({variable: value})
    assert caught.value.variable == variable


@pytest.mark.parametrize(
    "attribute",
    [
        "database_url", "redis_url", "token_signing_keys", "token_public_keys", "payment_public_key",
        "payment_private_key",
    ],
)  # fmt: skip
def test_what_is_missing_is_an_error_only_when_it_is_asked_for(attribute: str) -> None:
    settings = Settings.from_environment({})
    with pytest.raises(SettingError, match=f"{attribute.upper()} is not set") as caught:
        getattr(settings, attribute)
    assert caught.value.hint


def test_an_empty_variable_counts_as_absent() -> None:
    assert Settings.from_environment({"PORT": "", "K_SINK": "", "DATABASE_URL": "", "LOG_LEVEL": ""}) == Settings()


def test_a_secret_is_in_no_repr_and_no_error() -> None:
    secrets = ("DATABASE_URL", "REDIS_URL", "TOKEN_SIGNING_KEYS", "TOKEN_PUBLIC_KEYS", "PAYMENT_PRIVATE_KEY")
    good = {"DATABASE_URL": f"postgresql://u:{SECRET}@h/d", "REDIS_URL": f"redis://:{SECRET}@h"}
    assert SECRET not in repr(Settings.from_environment({**dict.fromkeys(secrets, SECRET), **good}))
    for variable in ("DATABASE_URL", "REDIS_URL"):
        with pytest.raises(SettingError) as caught:
            Settings.from_environment({variable: SECRET})
        assert SECRET not in str(caught.value)


def test_a_secret_may_come_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://valkey:6379/0\n", encoding="utf-8")
    told = {"REDIS_URL_FILE": str(tmp_path / "url")}
    assert Settings.from_environment(told).redis_url == "redis://valkey:6379/0"
    with pytest.raises(SettingError, match="beside REDIS_URL"):
        Settings.from_environment(told | {"REDIS_URL": "redis://other"})
    with pytest.raises(SettingError, match="No such file"):
        Settings.from_environment({"DATABASE_URL_FILE": str(tmp_path / "nothing")})
