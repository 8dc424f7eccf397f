"""The bill of materials says what the lock says, of the image and of nothing else."""

from pathlib import Path

from knative.images.sbom import LOCK, document, packages

TEXT = """
alembic==1.20.1 \\
    --hash=sha256:aa
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:bb
psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\
    --hash=sha256:cc
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


def test_it_names_what_the_lock_has_for_the_image() -> None:
    assert list(packages(TEXT)) == [("alembic", "1.20.1"), ("psycopg-binary", "3.3.9")]


def test_every_package_of_the_real_lock_is_one_component_with_its_address() -> None:
    found = document(Path(LOCK).read_text(encoding="utf-8"), "1.0.0")
    addresses = [component["purl"] for component in found["components"]]
    assert len(addresses) == len(set(addresses)) > 40
    assert found["dependencies"][0]["dependsOn"] == [component["bom-ref"] for component in found["components"]]


def test_the_same_lock_gives_the_same_bill() -> None:
    assert document(TEXT, "1") == document(TEXT, "1")
    assert document(TEXT, "1")["serialNumber"] != document(TEXT + "x==1 \\\n", "1")["serialNumber"]
