"""What each CDN is asked to forget, by its API as it is published; and what is said where it refuses."""

import json
from collections.abc import Iterator, Mapping

import pytest

from frontend.publishing import invalidation
from frontend.publishing.invalidation import Cloudflare, CloudFront, InvalidationError, Nothing
from shared.errors import SettingError
from tests.unit.frontend.publishing.cdns import (
    CloudflareApi,
    CloudFrontApi,
    Reply,
    aws_error,
    cloudflare_error,
    serving,
)

PATHS = ("/", "/favicon.svg", "/index.html")
NOT_FORGOTTEN = "the release is published, but old pages are not forgotten"


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFrontApi]:
    with serving(CloudFrontApi()) as server:
        for name, value in {
            "AWS_ENDPOINT_URL_CLOUDFRONT": server.url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret of the tests", "AWS_CONFIG_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "2",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        yield server


@pytest.fixture
def cloudflare() -> Iterator[CloudflareApi]:
    with serving(CloudflareApi()) as server:
        yield server


def of_cloudflare(server: CloudflareApi, zone: str = "z1", token: str = "the-token") -> Cloudflare:
    return Cloudflare(zone, token, "https://shop.example/", api=server.url)


def test_cloudfront_forgets_the_pages_and_one_switch_is_one_request(cloudfront: CloudFrontApi) -> None:
    assert CloudFront("E123").forget(PATHS, switch="abc-1") == "CloudFront forgets 3 paths (I1)"
    (asked,) = cloudfront.asked
    assert b"<CallerReference>abc-1</CallerReference>" in asked.body
    assert all(f"<Path>{path}</Path>".encode() in asked.body for path in PATHS)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDenied"), (403, "InvalidClientTokenId"), (403, "SignatureDoesNotMatch"), (404, "NoSuchDistribution"),
     (400, "TooManyInvalidationsInProgress")],
)  # fmt: skip
def test_a_cloudfront_that_refuses_is_told_of_as_a_release_that_is_published(
    cloudfront: CloudFrontApi, status: int, code: str
) -> None:
    cloudfront.next_replies = [aws_error(status, code)]
    with pytest.raises(InvalidationError) as refusal:
        CloudFront("E123").forget(PATHS, switch="abc-1")
    assert NOT_FORGOTTEN in refusal.value.message
    assert code in refusal.value.message
    assert "secret" not in refusal.value.message
    assert len(cloudfront.asked) == 1, "what is refused is not asked for again"


def test_a_cloudfront_that_is_busy_is_asked_again(cloudfront: CloudFrontApi) -> None:
    cloudfront.next_replies = [aws_error(400, "Throttling", "Rate exceeded")]
    assert CloudFront("E123").forget(PATHS, switch="abc-1") == "CloudFront forgets 3 paths (I1)"
    assert cloudfront.asked[0].body == cloudfront.asked[1].body, "under the same reference, so it is one"


def test_a_cloudfront_without_a_key_is_not_asked(cloudfront: CloudFrontApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(InvalidationError, match=NOT_FORGOTTEN):
        CloudFront("E123").forget(PATHS, switch="abc-1")
    assert cloudfront.asked == []


def test_cloudflare_forgets_the_pages_by_their_whole_addresses(cloudflare: CloudflareApi) -> None:
    assert of_cloudflare(cloudflare).forget(PATHS, switch="abc-1") == "Cloudflare forgets 3 files"
    files = ["https://shop.example/", "https://shop.example/favicon.svg", "https://shop.example/index.html"]
    assert [json.loads(asked.body) for asked in cloudflare.asked] == [{"files": files}]


def test_cloudflare_is_asked_for_no_more_at_once_than_it_takes(cloudflare: CloudflareApi) -> None:
    paths = [f"/{number}.html" for number in range(230)]
    assert of_cloudflare(cloudflare).forget(paths, switch="abc-1") == "Cloudflare forgets 230 files"
    assert [len(json.loads(asked.body)["files"]) for asked in cloudflare.asked] == [100, 100, 30]


@pytest.mark.parametrize(
    ("zone", "token", "said"),
    [
        pytest.param("z1", "another", "it answered 403, Authentication error (10000)", id="a wrong token"),
        pytest.param("z2", "the-token", "it answered 404, Could not route to", id="a wrong zone"),
    ],
)
def test_a_cloudflare_that_refuses_is_told_of_without_its_token(
    cloudflare: CloudflareApi, zone: str, token: str, said: str
) -> None:
    with pytest.raises(InvalidationError) as refusal:
        of_cloudflare(cloudflare, zone, token).forget(PATHS, switch="abc-1")
    assert NOT_FORGOTTEN in refusal.value.message
    assert said in refusal.value.message
    assert token not in refusal.value.message
    assert len(cloudflare.asked) == 1


def test_a_cloudflare_that_is_busy_is_asked_again_when_it_says(cloudflare: CloudflareApi) -> None:
    cloudflare.next_replies = [cloudflare_error(429, 10429, "Rate limited", Retry_After="1")]
    assert of_cloudflare(cloudflare).forget(PATHS, switch="abc-1") == "Cloudflare forgets 3 files"
    assert len(cloudflare.asked) == 2


def test_a_cloudflare_that_stays_busy_is_told_of(cloudflare: CloudflareApi) -> None:
    cloudflare.next_replies = [cloudflare_error(429, 10429, "Rate limited", Retry_After="0") for _ in range(3)]
    with pytest.raises(InvalidationError, match="it answered 429, Rate limited"):
        of_cloudflare(cloudflare).forget(PATHS, switch="abc-1")
    assert len(cloudflare.asked) == 3


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, '{"success": false, "errors": []}'), id="it says that it did not"),
        pytest.param(Reply(200, "<html>welcome</html>"), id="something else answers"),
    ],
)
def test_an_answer_that_is_no_success_is_none(cloudflare: CloudflareApi, reply: Reply) -> None:
    cloudflare.next_replies = [reply]
    with pytest.raises(InvalidationError, match="it answered 200"):
        of_cloudflare(cloudflare).forget(PATHS, switch="abc-1")


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, Nothing),
        ({"CLOUDFRONT_DISTRIBUTION_ID": "E1"}, CloudFront),
        ({"CLOUDFLARE_ZONE_ID": "z", "CLOUDFLARE_API_TOKEN": "t", "STOREFRONT_URL": "https://s.example"}, Cloudflare),
    ],
)
def test_the_environment_names_the_cdn(environment: Mapping[str, str], kind: type) -> None:
    assert type(invalidation.from_environment(environment)) is kind


def test_half_a_cloudflare_is_refused_by_the_variable_that_is_missing() -> None:
    with pytest.raises(SettingError) as refusal:
        invalidation.from_environment({"CLOUDFLARE_ZONE_ID": "z"})
    assert refusal.value.variable == "CLOUDFLARE_API_TOKEN"
