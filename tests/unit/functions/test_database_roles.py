"""A function reaches the database as its domain's role, and asks for nothing that this role may not have.

What the roles may do is in tests/unit/knative/local/data/test_roles.py. The folder `functions` is the list.
"""

import ast
import re
from pathlib import Path

import pytest

from knative.local.model import KeyReference
from knative.local.parts import postgres
from tests.database_roles import SCHEMAS
from tests.unit.functions.test_every_function import FOLDERS, service_of

TABLE = re.compile(rf"\b({'|'.join(postgres.ROLES)})\.[a-z_]+\b")
STATEMENT = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM)\b")

each_function = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def database_secrets(folder: Path) -> list[tuple[str, str, str]]:
    """Of each variable that comes from a database's Secret: its name, the Secret's and the key."""
    found = []
    for variable in service_of(folder).template.container.environment:
        source = variable.value
        if isinstance(source, KeyReference) and source.kind == "Secret" and "database" in source.name:
            found.append((variable.name, source.name, source.key))
    return found


@each_function
def test_a_function_has_the_database_of_one_domain_s_role_at_most(folder: Path) -> None:
    found = database_secrets(folder)
    assert len(found) <= 1
    for variable, secret, key in found:
        assert (variable, key) == ("DATABASE_URL", "url")
        assert secret in {f"database-{domain}" for domain in postgres.ROLES}


@each_function
def test_a_function_s_own_statements_stay_in_the_schemas_that_its_role_enters(folder: Path) -> None:
    named = set()
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value):
                named |= set(TABLE.findall(node.value))
    roles = {secret.replace("database-", "shop_") for _, secret, _ in database_secrets(folder)}
    assert named <= {schema for role in roles for schema in SCHEMAS[role]}


def test_every_role_is_some_function_s_but_the_broker_s() -> None:
    used = {secret for folder in FOLDERS for _, secret, _ in database_secrets(folder)}
    assert used | {"database-eventing"} == {f"database-{domain}" for domain in postgres.ROLES}
