"""What an instance finds in its environment: Kubernetes' order, and a clear word where something is missing."""

from collections.abc import Mapping

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.environment import base_of_program, resolve, sources
from knative.local.model import (
    ConfigMap,
    Container,
    EnvironmentSource,
    EnvironmentVariable,
    KeyReference,
    Namespace,
    Secret,
)
from knative.local.programs.image import Image
from knative.local.rollout import Revision
from shared.errors import StartError
from tests.unit.knative.local.children import new_revision

SHOP = Namespace("shop")
SETTINGS = ConfigMap(name="settings", namespace=SHOP, data={"LOG_LEVEL": "info", "A": "from the map"})
DATABASE = Secret(name="database", namespace=SHOP, data={"url": "postgresql://"})
KNOWN = sources((SETTINGS,), (DATABASE,))
RUNTIME = {
    "PORT": "8080", "K_SERVICE": "list-products", "K_CONFIGURATION": "list-products",
    "K_REVISION": "list-products-00001",
}  # fmt: skip


def revision(*variables: EnvironmentVariable, sources: tuple[EnvironmentSource, ...] = ()) -> Revision:
    return new_revision(container=Container(image="list-products", environment=variables, environment_from=sources))


def secret_url(*, optional: bool = False, name: str = "database", key: str = "url") -> EnvironmentVariable:
    reference = KeyReference(kind="Secret", name=name, key=key, optional=optional)
    return EnvironmentVariable(name="DATABASE_URL", value=reference)


def test_knatives_own_variables_are_always_there() -> None:
    assert resolve(revision(), KNOWN, {}) == RUNTIME


def test_values_come_from_the_manifest_config_maps_and_secrets() -> None:
    given = revision(
        EnvironmentVariable(name="CONCURRENCY", value="8"),
        secret_url(),
        sources=(EnvironmentSource(kind="ConfigMap", name="settings", prefix="SHOP_"),),
    )
    assert resolve(given, KNOWN, {"PATH": "/bin"}) == {
        "PATH": "/bin", "CONCURRENCY": "8", "DATABASE_URL": "postgresql://", "SHOP_LOG_LEVEL": "info",
        "SHOP_A": "from the map", **RUNTIME,
    }  # fmt: skip


def test_env_wins_over_env_from_and_both_over_the_machine() -> None:
    from_map = (EnvironmentSource(kind="ConfigMap", name="settings"),)
    given = revision(EnvironmentVariable(name="A", value="from the manifest"), sources=from_map)
    found = resolve(given, KNOWN, {"A": "the machine's", "LOG_LEVEL": "the machine's"})
    assert (found["A"], found["LOG_LEVEL"]) == ("from the manifest", "info")


@given(base=st.dictionaries(st.sampled_from([*RUNTIME, "PATH"]), st.text()))
def test_nobody_can_say_that_it_is_another_revision(base: Mapping[str, str]) -> None:
    claimed = (EnvironmentVariable(name=name, value="another") for name in RUNTIME)
    assert RUNTIME.items() <= resolve(revision(*claimed), KNOWN, base).items()


@pytest.mark.parametrize(
    ("variable", "what"),
    [
        (secret_url(name="absent"), "Secret absent"),
        (secret_url(key="absent"), "key absent of Secret database"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(variable: EnvironmentVariable, what: str) -> None:
    with pytest.raises(StartError, match=what) as error:
        resolve(revision(variable), KNOWN, {})
    assert error.value.hint in {"apply it first", "its keys: url"}
    assert "postgresql://" not in f"{error.value} {error.value.hint}"


def test_a_missing_source_is_named() -> None:
    with pytest.raises(StartError, match="ConfigMap absent"):
        resolve(revision(sources=(EnvironmentSource(kind="ConfigMap", name="absent"),)), KNOWN, {})


def test_what_is_optional_may_be_missing() -> None:
    absent = (EnvironmentSource(kind="ConfigMap", name="absent", optional=True),)
    given = revision(secret_url(name="absent", optional=True), sources=absent)
    assert resolve(given, KNOWN, {}) == RUNTIME


def test_a_config_map_and_a_secret_of_one_name_are_two_things() -> None:
    both = sources((SETTINGS,), (Secret(name="settings", namespace=SHOP, data={"A": "secret"}),))
    found = resolve(revision(sources=(EnvironmentSource(kind="Secret", name="settings"),)), both, {})
    assert found == {"A": "secret", **RUNTIME}


def test_a_program_has_what_its_image_brings_under_what_its_manifest_says_and_the_way_to_functions() -> None:
    image = Image(name="x", command=("/x",), folder="/", environment={"A": "image", "B": "image", "PATH": "/image"})
    base = base_of_program({"PATH": "/machine", "SECRET": "1"}, image, 4711)
    found = resolve(revision(EnvironmentVariable(name="B", value="manifest")), KNOWN, base)
    assert found == RUNTIME | {
        "A": "image", "B": "manifest", "PATH": "/image", "http_proxy": "http://127.0.0.1:4711",
        "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip
