"""What must not be open, unencrypted or written down, whatever else changes."""

import json
import re

from frontend.publishing import policy
from tests.terraform.configuration import ALL, ROOT, Block, Configuration, configuration


def module(name: str) -> Configuration:
    return configuration(ROOT / "modules" / name)


def the(found: Configuration, type_: str) -> Block:
    """The one resource of a type."""
    (block,) = found.of_type(type_)
    return block


def test_every_bucket_is_of_the_one_module() -> None:
    assert {each.name for each in ALL if configuration(each).of_type("aws_s3_bucket")} == {"bucket"}


def test_a_bucket_is_private_encrypted_versioned_over_tls_alone_and_not_destroyed_by_mistake() -> None:
    found = module("bucket")
    assert the(found, "aws_s3_bucket")["lifecycle"] == [{"prevent_destroy": True}]
    blocked = the(found, "aws_s3_bucket_public_access_block")
    assert {key for key, value in blocked.items() if value is True} == {
        "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets",
    }  # fmt: skip
    (encryption,) = the(found, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
    (algorithm,) = encryption["apply_server_side_encryption_by_default"]
    assert algorithm["sse_algorithm"] == '${var.kms_key_arn == null ? "AES256" : "aws:kms"}'
    assert the(found, "aws_s3_bucket_versioning")["versioning_configuration"] == [{"status": "Enabled"}]
    assert the(found, "aws_s3_bucket_ownership_controls")["rule"] == [{"object_ownership": "BucketOwnerEnforced"}]
    (replaced,) = the(found, "aws_s3_bucket_lifecycle_configuration")["rule"]
    assert replaced["noncurrent_version_expiration"] == [{"noncurrent_days": "${var.retention_days}"}]
    (policy,) = [block for _, _, block in found.typed("data")]
    (statement,) = policy["statement"]
    assert (statement["effect"], statement["condition"][0]["variable"]) == ("Deny", "aws:SecureTransport")
    assert the(found, "aws_s3_bucket_policy")["policy"] == "${data.aws_iam_policy_document.bucket.json}"


def test_backups_have_a_key_of_their_own_and_who_writes_them_cannot_delete_a_version() -> None:
    found = module("backups")
    assert found.named("module")["bucket"]["kms_key_arn"] == "${aws_kms_key.this.arn}"
    writer = next(block for _, name, block in found.typed("data") if name == "postgres")
    actions = [action for statement in writer["statement"] for action in statement["actions"]]
    assert not [action for action in actions if "Version" in action or "*" in action or "Bypass" in action]


def test_no_group_lets_everybody_in() -> None:
    for each in ALL:
        found = configuration(each)
        for type_, name, block in found.typed():
            if "security_group" in type_:
                assert "ingress" not in block, f"{type_}.{name}"
                assert "0.0.0.0/0" not in json.dumps(block), f"{type_}.{name}"


def test_the_api_server_is_closed_to_the_outside_unless_somebody_names_from_where() -> None:
    (cluster,) = module("cluster").of_type("aws_eks_cluster")
    (network,) = cluster["vpc_config"]
    assert network["endpoint_private_access"] is True
    assert network["endpoint_public_access"] == "${length(var.api_allowed_cidrs) > 0}"
    root = configuration(ROOT).named("variable")["api_allowed_cidrs"]
    assert root["default"] == []
    assert '"/0"' in str(root["validation"])


def test_secrets_disks_and_keys_of_the_cluster_are_encrypted_and_turned() -> None:
    found = module("cluster")
    (cluster,) = found.of_type("aws_eks_cluster")
    assert cluster["encryption_config"][0]["resources"] == ["secrets"]
    (template,) = found.of_type("aws_launch_template")
    assert template["block_device_mappings"][0]["ebs"][0]["encrypted"] is True
    assert template["metadata_options"][0]["http_tokens"] == "required"
    for each in ALL:
        assert all(key["enable_key_rotation"] is True for key in configuration(each).of_type("aws_kms_key"))


def test_no_policy_allows_everything() -> None:
    for each in ALL:
        for type_, name, block in configuration(each).typed("data"):
            if type_ != "aws_iam_policy_document":
                continue
            for statement in block["statement"]:
                if statement.get("effect") != "Deny":
                    assert "*" not in statement["actions"], name
                    assert not [action for action in statement["actions"] if action.endswith(":*")], name
                    assert "*" not in statement.get("resources", []), name


def test_no_credential_is_written_down() -> None:
    forbidden = re.compile(r"AKIA[0-9A-Z]{16}|access_key|secret_key|password\s*=|BEGIN [A-Z ]*PRIVATE KEY")
    for file in [*ROOT.rglob("*.tf"), *ROOT.rglob("*.tfvars"), *ROOT.rglob("*.tfbackend")]:
        assert not forbidden.search(file.read_text(encoding="utf-8")), file


def test_pages_are_sent_with_every_header_that_the_storefront_asks_for() -> None:
    assert "frontend/security-headers.json" in configuration(ROOT).text
    (headers,) = module("storefront").of_type("aws_cloudfront_response_headers_policy")
    text = json.dumps(headers)
    named = {
        "Content-Security-Policy": "content_security_policy", "Referrer-Policy": "referrer_policy",
        "X-Content-Type-Options": "content_type_options",
    }  # fmt: skip
    # Those with a field of their own have it; the others, whatever they are, go along by their names.
    assert all(f'"{field}"' in text for field in named.values())
    excluded = re.search(r"contains\(\[(.*?)\]", text)
    assert excluded
    assert set(re.findall(r'"([\w-]+)\\?"', excluded[1].replace("\\", ""))) == set(named)
    assert policy.read()["X-Content-Type-Options"] == "nosniff", "the one value that CloudFront has for it"


def test_the_storefront_is_read_by_its_distribution_alone_over_new_tls() -> None:
    found = module("storefront")
    (access,) = found.of_type("aws_cloudfront_origin_access_control")
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    (distribution,) = found.of_type("aws_cloudfront_distribution")
    assert distribution["viewer_certificate"][0]["minimum_protocol_version"] == "TLSv1.2_2021"
    assert distribution["default_cache_behavior"][0]["viewer_protocol_policy"] == "redirect-to-https"
    (behavior,) = [each["ordered_cache_behavior"] for each in distribution["dynamic"]]
    assert behavior["content"][0]["viewer_protocol_policy"] == "https-only"
