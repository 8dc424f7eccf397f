"""Publishing to a real S3 server: what is there then, what is sent again, and what is said where it cannot be."""

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import brotli
import pytest
import urllib3
from botocore.client import BaseClient
from click.testing import CliRunner, Result

from frontend import publish as command
from frontend.publishing.bucket import Bucket
from frontend.publishing.content import IMMUTABLE
from frontend.publishing.invalidation import InvalidationError
from frontend.publishing.plan import Found, Plan, page_key, plan, record_key, record_of
from shared.errors import SettingError, ZerocartError
from tests.servers import OriginServer
from tests.unit.frontend.publishing.builds import FONT, SCRIPT, build, files
from tests.unit.frontend.publishing.cdns import CloudFrontApi, aws_error, serving
from tests.unit.frontend.publishing.test_release import written

OTHER_SCRIPT = "assets/first-ZyXw9876.js"


class Storefront:
    """One bucket, and the command that publishes to it."""

    def __init__(self, server: OriginServer, s3: Any, bucket: str, folder: Path) -> None:
        self.s3, self.bucket, self.folder = s3, bucket, folder
        self.environment = {**server.environment, "STOREFRONT_BUCKET": bucket}

    def run(self, *words: str, **changed: str) -> Result:
        environment: Mapping[str, str] = {**self.environment, **changed}
        return CliRunner().invoke(command.publish, words, env=environment)

    def publish(self, text: str, script: str, *words: str) -> Result:
        folder = written(self.folder / text, files(text, script))
        return self.run(str(folder), *words)

    def get(self, key: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.s3.get_object(Bucket=self.bucket, Key=key)
        return {**answer, "content": answer["Body"].read()}

    def keys(self) -> set[str]:
        return {item["Key"] for item in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", ())}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were written, as S3 was asked to: it keeps times by the second only."""
    keys: list[str] = []
    ask = BaseClient._make_api_call

    def recorded(self: object, operation: str, parameters: dict[str, Any]) -> object:
        if operation in {"PutObject", "CopyObject"}:
            keys.append(parameters["Key"])
        return ask(self, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    return keys


@pytest.fixture(scope="module")
def s3(origin: OriginServer) -> Iterator[Any]:
    """A client that looks behind the command's back."""
    client = boto3.client(
        "s3", endpoint_url=origin.environment["AWS_ENDPOINT_URL_S3"], aws_access_key_id=origin.key[0],
        aws_secret_access_key=origin.key[1], region_name="us-east-1",
    )  # fmt: skip
    yield client
    client.close()


@pytest.fixture
def storefront(origin: OriginServer, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storefront:
    """A bucket of the test's own, empty."""
    for name in ("AWS_PROFILE", "CLOUDFRONT_DISTRIBUTION_ID", "CLOUDFLARE_ZONE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    bucket = f"shop-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    return Storefront(origin, s3, bucket, tmp_path)


def test_each_object_says_what_it_is_and_how_long_it_may_be_kept(storefront: Storefront) -> None:
    assert storefront.publish("one", SCRIPT).exit_code == 0
    script, compressed = storefront.get(SCRIPT), storefront.get(f"{SCRIPT}.br")
    assert script["content"] == brotli.decompress(compressed["content"]) == files()[SCRIPT]
    for form in (script, compressed, storefront.get(f"{SCRIPT}.gz")):
        assert (form["ContentType"], form["CacheControl"]) == ("text/javascript; charset=utf-8", IMMUTABLE)
    assert compressed["ContentEncoding"] == "br"
    assert "ContentEncoding" not in script
    assert storefront.get(FONT)["ContentType"] == "font/woff2"
    index = storefront.get("index.html")
    assert (index["ContentType"], index["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")
    assert index["content"] == files()["index.html"]
    assert index["Metadata"]["release"] == build().name


def test_published_twice_without_a_change_nothing_is_uploaded(storefront: Storefront, sent: list[str]) -> None:
    storefront.publish("one", SCRIPT)
    assert len(sent) == len(set(sent)) == 7 + 3 + 2, "assets, the release's own pages and record, and what serves"
    assert sent[-1] == "index.html"
    sent.clear()
    again = storefront.publish("one", SCRIPT)
    assert again.output == f"Release {build().name} serves already, nothing was uploaded\n"
    assert sent == []


def test_after_a_kill_the_next_run_sends_what_is_missing_and_the_old_release_serves_until_then(
    storefront: Storefront, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    storefront.publish("one", SCRIPT)
    two = build("two", OTHER_SCRIPT)
    todo = plan(two, Found(keys=storefront.keys()))
    assert len(todo.assets) == 3
    for name, value in storefront.environment.items():
        monkeypatch.setenv(name, value)
    half = Plan(release=two.name, assets=todo.assets[:2], pages=todo.pages[:1])
    with Bucket(storefront.bucket) as bucket:
        bucket.carry_out(half, two.files, record_of(two))
    assert storefront.get("index.html")["content"] == files()["index.html"]
    assert "half published" in storefront.run("--releases").output
    refusal = storefront.run("--rollback", two.name)
    assert "is half published" in str(refusal.exception)

    sent.clear()
    assert storefront.publish("two", OTHER_SCRIPT).exit_code == 0
    rest = [upload.key for upload in (*todo.assets[2:], *todo.pages[1:])]
    assert sent == [*rest, "favicon.svg", "index.html"]
    assert storefront.get("index.html")["content"] == two.files["index.html"]


def test_a_rollback_serves_the_old_release_and_leaves_everything_where_it_is(
    storefront: Storefront, sent: list[str]
) -> None:
    storefront.publish("one", SCRIPT)
    storefront.publish("two", OTHER_SCRIPT)
    assert storefront.get(SCRIPT)["content"] == files()[SCRIPT], "who has the old page open finds its script"
    sent.clear()
    done = storefront.run("--rollback")
    assert done.output.startswith(f"Rolled back to release {build().name}, 2 objects")
    assert sent == ["favicon.svg", "index.html"]
    assert storefront.get("index.html")["content"] == files()["index.html"]
    lines = storefront.run("--releases").output.splitlines()
    assert [line.split()[-1] == "serves" for line in lines if build().name in line] == [True]
    assert sum("serves" in line for line in lines) == 1
    assert storefront.run("--rollback", build("two", OTHER_SCRIPT).name).exit_code == 0
    assert storefront.get("index.html")["content"] == files("two", OTHER_SCRIPT)["index.html"]


def test_a_release_that_lost_a_file_is_not_rolled_back_to_and_publishing_it_again_mends_it(
    storefront: Storefront,
) -> None:
    storefront.publish("one", SCRIPT)
    storefront.publish("two", OTHER_SCRIPT)
    storefront.s3.delete_object(Bucket=storefront.bucket, Key=f"{SCRIPT}.br")
    refusal = storefront.run("--rollback").exception
    assert isinstance(refusal, ZerocartError)
    assert refusal.message == f"release {build().name} is not whole: {SCRIPT}.br is not in the bucket"
    assert storefront.get("index.html")["content"] == files("two", OTHER_SCRIPT)["index.html"]
    assert storefront.publish("one", SCRIPT).output.startswith(f"Published release {build().name}, 3 objects")
    assert storefront.get(f"{SCRIPT}.br")["ContentEncoding"] == "br"


def test_a_dry_run_says_all_of_it_and_does_nothing(storefront: Storefront) -> None:
    said = storefront.publish("one", SCRIPT, "--dry-run").output
    assert f"upload  {SCRIPT}.br\n" in said
    assert f"upload  {record_key(build().name)}\n" in said
    assert said.splitlines()[-2] == f"copy    {page_key(build().name, 'index.html')} to index.html"
    assert storefront.keys() == set()


def test_the_files_of_a_build_are_read_by_anybody_but_the_bucket_is_not_listed(
    storefront: Storefront, origin: OriginServer
) -> None:
    storefront.publish("one", SCRIPT)
    address = f"{origin.environment['AWS_ENDPOINT_URL_S3']}/{storefront.bucket}"
    with urllib3.PoolManager(retries=False) as pool:
        # Only the storefront's own bucket is anybody's to read: see tests/unit/knative/local/parts/test_origin.py.
        assert pool.request("GET", address).status == 403
        assert pool.request("PUT", f"{address}/index.html", body=b"mine").status == 403


@pytest.mark.parametrize(
    ("changed", "message", "hint"),
    [
        ({"STOREFRONT_BUCKET": "nobodys"}, "bucket nobodys: there is none of this name", "set STOREFRONT_BUCKET"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "was refused (SignatureDoesNotMatch)", "what serves now serves on"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "was refused (InvalidAccessKeyId)", "what serves now serves on"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "S3 cannot be reached", "run it again"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "there is no key to publish with", "set AWS_ACCESS_K"),
    ],
    ids=["no bucket", "a wrong secret", "an unknown key", "no server", "no key"],
)
def test_bad_input_is_said_and_what_served_serves(
    storefront: Storefront, changed: dict[str, str], message: str, hint: str
) -> None:
    storefront.publish("one", SCRIPT)
    folder = written(storefront.folder / "two", files("two", OTHER_SCRIPT))
    refusal = storefront.run(str(folder), **changed).exception
    assert isinstance(refusal, ZerocartError)
    assert message in refusal.message
    assert hint in (refusal.hint or "")
    assert "secret of the tests" not in refusal.message
    assert storefront.get("index.html")["content"] == files()["index.html"]


def test_a_cdn_that_refuses_is_said_the_new_release_serves_and_it_can_be_asked_again(
    storefront: Storefront, sent: list[str]
) -> None:
    with serving(CloudFrontApi()) as cloudfront:
        cdn = {
            "CLOUDFRONT_DISTRIBUTION_ID": "E123", "AWS_ENDPOINT_URL_CLOUDFRONT": cloudfront.url,
            "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip
        cloudfront.next_replies = [aws_error(403, "AccessDenied")]
        folder = written(storefront.folder / "one", files("one", SCRIPT))
        refused = storefront.run(str(folder), **cdn)
        assert isinstance(refused.exception, InvalidationError)
        assert "AccessDenied" in refused.exception.message
        assert refused.exit_code != 0
        assert storefront.get("index.html")["content"] == files()["index.html"]
        sent.clear()
        asked_again = storefront.run(str(folder), "--invalidate", **cdn)
        assert asked_again.output.splitlines()[-1] == "CloudFront forgets 3 paths (I1)"
        assert sent == []
        assert storefront.run(str(folder), **cdn).output.count("\n") == 1, "nothing changed, so nothing is forgotten"


@pytest.mark.parametrize("name", ["", None])
def test_a_bucket_must_be_named(name: str | None) -> None:
    with pytest.raises(SettingError) as refusal:
        command.bucket_name({} if name is None else {"STOREFRONT_BUCKET": name})
    assert refusal.value.variable == "STOREFRONT_BUCKET"


def test_a_build_that_is_not_whole_sends_nothing(storefront: Storefront, sent: list[str]) -> None:
    broken = written(storefront.folder / "broken", {"index.html": files("two", OTHER_SCRIPT)["index.html"]})
    assert "which is not in the build" in str(storefront.run(str(broken)).exception)
    assert sent == []


def test_the_bucket_is_made_where_that_is_asked_for(storefront: Storefront) -> None:
    storefront.bucket = storefront.environment["STOREFRONT_BUCKET"] = f"{storefront.bucket}-new"
    assert storefront.publish("one", SCRIPT, "--make-bucket").exit_code == 0
    assert storefront.get("index.html")["content"] == files()["index.html"]


def test_what_a_cdn_has_to_say_is_printed_for_its_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    said = CliRunner().invoke(command.publish, ["--headers"], env={"CDN_URL": "https://cdn.example"}).output
    assert "script-src 'self' https://cdn.example;" in json.loads(said)["Content-Security-Policy"]
