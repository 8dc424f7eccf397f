"""The bucket that a CDN serves from: the only module that speaks S3, and knows what its errors mean to a person."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from frontend.publishing.content import ASSETS, INDEX, Encoding, cache_control, content_type, encode
from frontend.publishing.plan import RELEASES, Copy, Found, Live, Plan, Record, Upload, record_key
from shared.errors import ZerocartError

if TYPE_CHECKING:
    from datetime import datetime

_at_once = 8
_refused = {"403", "AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
_again = "run it again: it goes on from here. What serves now serves on"


class BucketError(ZerocartError):
    """The bucket is not there, refuses, or cannot be reached."""


class Bucket:
    """One bucket. The address, region and key of S3 are what AWS's own tools take them from."""

    def __init__(self, name: str) -> None:
        self.name = name
        config = Config(
            connect_timeout=5, read_timeout=30, max_pool_connections=_at_once,
            retries={"max_attempts": 3, "mode": "standard"}, s3={"addressing_style": "path"},
        )  # fmt: skip
        # botocore makes its clients at run time, so it has no types of its own.
        with self._explained():
            self._s3: Any = boto3.session.Session().client("s3", config=config)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._s3.close()

    def make(self) -> None:
        """Make the bucket where it is not there."""
        with self._explained():
            try:
                self._s3.head_bucket(Bucket=self.name)
            except ClientError as error:
                if _code(error) not in {"404", "NoSuchBucket"}:
                    raise
                self._s3.create_bucket(Bucket=self.name)

    def look(self) -> Found:
        """What is there now."""
        with self._explained():
            keys = frozenset(key for prefix in (ASSETS, RELEASES) for key, _ in self._list(prefix))
            return Found(keys=keys, live=self._live())

    def published(self) -> Mapping[str, "datetime"]:
        """When each whole release was published first, by its name."""
        with self._explained():
            listed = dict(self._list(RELEASES))
        names = {key.removeprefix(RELEASES).partition("/")[0] for key in listed}
        return {name: listed[record_key(name)] for name in names if record_key(name) in listed}

    def record(self, release: str) -> Record:
        with self._explained():
            answer = self._s3.get_object(Bucket=self.name, Key=record_key(release))
            return Record.read(answer["Body"].read())

    def carry_out(self, plan: Plan, files: Mapping[str, bytes], record: Record) -> None:
        """Do what a plan says, in its order."""
        with self._explained():
            with ThreadPoolExecutor(_at_once) as pool:
                # Asked for, so that the first that failed is raised, and nothing after it is done.
                list(pool.map(lambda upload: self._send(upload, files, record), plan.assets))
            for upload in plan.pages:
                self._send(upload, files, record)
            for copy in plan.copies:
                self._copy(copy, plan.live)

    def _list(self, prefix: str) -> Iterator[tuple[str, "datetime"]]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"], item["LastModified"]

    def _live(self) -> Live | None:
        try:
            metadata = self._s3.head_object(Bucket=self.name, Key=INDEX)["Metadata"]
        except ClientError as error:
            if _code(error) in {"404", "NoSuchKey"}:
                return None
            raise
        # An index that somebody put there by hand has no name, and is replaced like any other.
        return Live(release=metadata.get("release", ""), replaced=metadata.get("replaced") or None)

    def _send(self, upload: Upload, files: Mapping[str, bytes], record: Record) -> None:
        content = record.text() if upload.path is None else files[upload.path]
        headers = _headers(upload.path or upload.key)
        if upload.encoding is not Encoding.IDENTITY:
            headers["ContentEncoding"] = upload.encoding.value
        self._s3.put_object(
            Bucket=self.name, Key=upload.key, Body=encode(content, upload.encoding), **headers
        )  # fmt: skip

    def _copy(self, copy: Copy, live: Live | None) -> None:
        metadata = {"release": live.release, "replaced": live.replaced or ""} if live and copy.key == INDEX else {}
        self._s3.copy_object(
            Bucket=self.name, Key=copy.key, CopySource={"Bucket": self.name, "Key": copy.source},
            MetadataDirective="REPLACE", Metadata=metadata, **_headers(copy.key),
        )  # fmt: skip

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise BucketError(
                f"bucket {self.name}: there is no key to publish with",
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
            ) from error
        except ClientError as error:
            raise self._meaning(error) from error
        except BotoCoreError as error:
            raise BucketError(f"bucket {self.name}: S3 cannot be reached: {error}", _again) from error

    def _meaning(self, error: ClientError) -> BucketError:
        code = _code(error)
        if code == "NoSuchBucket" or (code == "404" and error.operation_name == "HeadBucket"):
            return BucketError(
                f"bucket {self.name}: there is none of this name", "make it first, or set STOREFRONT_BUCKET to the one"
            )
        if code in _refused:
            return BucketError(
                f"bucket {self.name}: {error.operation_name} was refused ({code})",
                "the key must be right, and may list, read and write there; what serves now serves on",
            )
        return BucketError(f"bucket {self.name}: {error.operation_name} failed ({code})", _again)


def _headers(path: str) -> dict[str, str]:
    return {
        "ContentType": content_type(path) or "application/octet-stream",
        "CacheControl": cache_control(path),
    }


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
