"""One's own account, and nobody else's."""

from tests.unit.functions.conftest import ACCOUNT_ID, OTHER_ACCOUNT_ID, Reply, Shop

NAME = "Łucja Żak 🧵"


def ask(shop: Shop, token: str | None) -> Reply:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return shop.function("get_profile").get("/api/me", headers=headers)


def add(shop: Shop, account_id: str, email: str, name: str = NAME) -> None:
    shop.rows(
        "INSERT INTO identity.accounts (id, email, name, password_hash, roles) VALUES (%s, %s, %s, 'secret', %s)",
        [account_id, email, name, ["admin"]],
    )


def test_it_says_who_the_caller_is_and_nothing_of_the_password(shop: Shop) -> None:
    add(shop, ACCOUNT_ID, "Ada@Example.com")
    add(shop, OTHER_ACCOUNT_ID, "eve@example.com", "Eve")
    response = ask(shop, shop.token())
    assert response.status_code == 200
    assert response.json == {"id": ACCOUNT_ID, "email": "Ada@Example.com", "name": NAME, "roles": ["admin"]}
    assert response.headers["Cache-Control"] == "no-store"


def test_without_a_token_it_is_401(shop: Shop) -> None:
    assert ask(shop, None).status_code == 401


def test_a_header_that_anyone_can_write_decides_nothing(shop: Shop) -> None:
    add(shop, ACCOUNT_ID, "ada@example.com")
    forged = shop.function("get_profile").get("/api/me", headers={"x-user-id": ACCOUNT_ID})
    assert forged.status_code == 401


def test_the_token_of_an_account_that_was_erased_is_401(shop: Shop) -> None:
    assert ask(shop, shop.token()).status_code == 401
