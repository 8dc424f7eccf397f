"""A stack's secrets: made once, for their owner alone, each given to who needs it and to nobody else."""

import stat
from datetime import UTC, datetime
from pathlib import Path

from knative.local import secrets
from knative.local.home import PROJECT_ROOT, Home
from shared import sealed_cards

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def prepare(root: Path) -> dict[str, dict[str, str]]:
    home = Home(root=root, project=PROJECT_ROOT, port=8080)
    home.secrets.mkdir(parents=True, exist_ok=True)
    return {secret.name: dict(secret.data) for secret in secrets.prepare(home, NOW)}


def test_what_was_made_once_stays(tmp_path: Path) -> None:
    first = prepare(tmp_path / "a")
    assert prepare(tmp_path / "a") == first
    other = prepare(tmp_path / "b")
    assert not {name for name in first if first[name] == other[name]} - {"shop-redis"}  # its socket needs no password


def test_every_file_is_for_its_owners_eyes(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()} == {0o600}


def test_what_is_sealed_with_the_public_key_opens_with_the_private_one_which_is_in_one_secret(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    public, private = made["payment-public-key"]["public.key"], made["payment-private-key"]["private.key"]
    assert sealed_cards.unseal(sealed_cards.seal("4242424242424242", "order-1", public), "order-1", private)
    assert [name for name, data in made.items() if private in "".join(data.values())] == ["payment-private-key"]
