"""Which tokens count, and which do not."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared import tokens
from shared.errors import SettingError, Unauthorized

NOW_S = 1_800_000_000.0
ISSUER, AUDIENCE = "https://zerocart.example", "zerocart"
PRIVATE, PUBLIC = tokens.generate_keys(datetime(2027, 1, 15, tzinfo=UTC))
OTHER_PRIVATE, OTHER_PUBLIC = tokens.generate_keys(datetime(2027, 2, 15, tzinfo=UTC))


def merged(*sets: str) -> str:
    return json.dumps({"keys": [key for text in sets for key in json.loads(text)["keys"]]})


def signed(keys: str = PRIVATE, **claims: str) -> str:
    given = {"issuer": ISSUER, "audience": AUDIENCE, **claims}
    return tokens.sign("account-1", ["admin"], keys=keys, now_s=NOW_S, **given)


def forged(
    claims: Mapping[str, object], *, algorithm: str = "EdDSA", kid: str | None = None, key: object = None
) -> str:
    """A token with claims of one's choice, signed with the real key unless another is given."""
    jwk = json.loads(PRIVATE)["keys"][0]
    header = {"kid": jwk["kid"] if kid is None else kid}
    return jwt.encode(dict(claims), key or jwt.PyJWK(jwk).key, algorithm=algorithm, headers=header)  # type: ignore[arg-type]


def good_claims() -> dict[str, object]:
    return {
        "iss": ISSUER, "sub": "account-1", "aud": AUDIENCE, "iat": int(NOW_S), "exp": int(NOW_S) + 900,
        "jti": "token-1", "roles": ["admin"],
    }  # fmt: skip


def verify(token: str, *, keys: str = PUBLIC, now_s: float = NOW_S) -> tokens.Identity:
    return tokens.verify(token, keys, ISSUER, AUDIENCE, now_s)


def refused(token: str, *, keys: str = PUBLIC, now_s: float = NOW_S) -> bool:
    with pytest.raises(Unauthorized) as caught:
        verify(token, keys=keys, now_s=now_s)
    return caught.value.token_given


@given(st.text(min_size=1), st.lists(st.text()))
def test_what_was_signed_is_what_is_known(subject: str, roles: list[str]) -> None:
    token = tokens.sign(subject, roles, keys=PRIVATE, issuer=ISSUER, audience=AUDIENCE, now_s=NOW_S)
    identity = verify(token)
    assert (identity.subject, identity.roles) == (subject, tuple(roles))
    assert identity.expires_at_s == NOW_S + tokens.LIFETIME_S


def test_two_tokens_of_one_account_have_names_of_their_own() -> None:
    assert verify(signed()).token_id != verify(signed()).token_id


@given(st.floats(0, 10_000))
def test_a_token_counts_for_its_lifetime_and_not_a_second_longer(later_s: float) -> None:
    token = signed()
    if later_s < tokens.LIFETIME_S:
        verify(token, now_s=NOW_S + later_s)
    else:
        assert refused(token, now_s=NOW_S + later_s)


def test_keys_change_while_tokens_live() -> None:
    before = signed()
    rotated_private, rotated_public = merged(OTHER_PRIVATE, PRIVATE), merged(OTHER_PUBLIC, PUBLIC)
    after = signed(rotated_private)
    assert jwt.get_unverified_header(after)["kid"] == json.loads(OTHER_PUBLIC)["keys"][0]["kid"]
    for token in (before, after):
        verify(token, keys=rotated_public)
    assert refused(after, keys=PUBLIC)
    assert refused(before, keys=OTHER_PUBLIC)


def test_another_s_key_does_not_count_even_under_our_key_s_name() -> None:
    stranger = jwt.PyJWK(json.loads(OTHER_PRIVATE)["keys"][0]).key
    assert refused(forged(good_claims(), key=stranger))


def test_no_other_algorithm_counts() -> None:
    public_x = json.loads(PUBLIC)["keys"][0]["x"]
    assert refused(forged(good_claims(), algorithm="HS256", key=public_x.encode()))
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": json.loads(PUBLIC)["keys"][0]["kid"]}).encode())
    body = base64.urlsafe_b64encode(json.dumps(good_claims()).encode())
    assert refused(b".".join((header.rstrip(b"="), body.rstrip(b"="), b"")).decode())


@pytest.mark.parametrize("claim", tokens.CLAIMS)
def test_no_claim_may_be_missing(claim: str) -> None:
    claims = good_claims()
    verify(forged(claims))
    del claims[claim]
    assert refused(forged(claims))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://elsewhere.example"), ("aud", "another-shop"), ("aud", [AUDIENCE, "another-shop"]),
        ("iat", int(NOW_S) + 3600), ("iat", "yesterday"), ("exp", int(NOW_S)), ("exp", None), ("exp", int(NOW_S) - 1),
        ("nbf", int(NOW_S) + 3600), ("nbf", "tomorrow"), ("nbf", None),
        ("sub", ""), ("sub", 7), ("jti", ""), ("roles", "admin"), ("roles", [1]), ("roles", None),
    ],
)  # fmt: skip
def test_a_wrong_claim_refuses_the_token(claim: str, value: object) -> None:
    assert refused(forged({**good_claims(), claim: value}))


def test_a_clock_that_is_a_little_ahead_is_no_fault() -> None:
    verify(signed(), now_s=NOW_S - 20)
    assert refused(signed(), now_s=NOW_S - 60)


@given(st.text())
def test_what_is_no_token_is_refused_and_breaks_nothing(text: str) -> None:
    assert refused(text)


@given(st.integers(0), st.characters(codec="ascii"))
def test_a_token_of_which_one_letter_was_changed_is_refused(place: int, letter: str) -> None:
    token = signed()
    at = place % token.rindex(".")  # the signature itself can be written in more than one way
    assume(token[at] != letter)
    assert refused(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize("kid", ["unknown", ""])
def test_a_key_that_nobody_knows_is_refused(kid: str) -> None:
    assert refused(forged(good_claims(), kid=kid))


@pytest.mark.parametrize("text", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "RSA", "kid": "a"}]}', "[]", "7"])
def test_a_key_set_that_is_none_is_a_setting_error_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        verify(signed(), keys=text)
    assert caught.value.variable == "TOKEN_PUBLIC_KEYS"
    with pytest.raises(SettingError) as caught:
        signed(text)
    assert caught.value.variable == "TOKEN_SIGNING_KEYS"


def test_the_public_set_has_nothing_private() -> None:
    assert all("d" not in key for key in json.loads(PUBLIC)["keys"])
    assert json.loads(PRIVATE)["keys"][0]["kid"].startswith("2027-01-15-")
