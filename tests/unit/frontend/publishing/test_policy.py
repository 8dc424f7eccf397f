"""What a page may load and call, where its files or its API have an origin of their own."""

import pytest

from frontend.publishing import policy
from shared.errors import SettingError

CSP = "Content-Security-Policy"


def test_where_all_is_one_origin_the_headers_are_as_they_are_written() -> None:
    assert policy.headers(policy.read(), {}) == policy.read()


def test_a_cdn_may_give_what_a_page_is_made_of_and_the_api_may_be_called_and_nothing_else_changes() -> None:
    both = {"CDN_URL": "https://cdn.example", "API_URL": "https://api.example:8443"}
    changed = policy.headers(policy.read(), both)
    directives = dict(each.partition(" ")[::2] for each in changed[CSP].split("; "))
    assert directives["script-src"] == "'self' https://cdn.example"
    assert directives["img-src"] == directives["font-src"] == "'self' https://cdn.example"
    assert directives["style-src"].endswith("' https://cdn.example")
    assert directives["connect-src"] == "'self' https://api.example:8443"
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert {**changed, CSP: ""} == {**policy.read(), CSP: ""}


@pytest.mark.parametrize("value", ["cdn.example", "https://cdn.example/", "https://a.example; script-src *"])
def test_what_is_no_origin_gets_into_no_policy(value: str) -> None:
    with pytest.raises(SettingError) as refusal:
        policy.headers(policy.read(), {"CDN_URL": value})
    assert refusal.value.variable == "CDN_URL"
