# The storefront's bucket with CloudFront before it, and behind the same domain the gateway: one origin, so the browser's policy
# and its cookies need no other. What a page is, which form of a file a browser gets and what it is told with it agree with the
# stack's own CDN (docs/decisions/0030).

# The index is one object that is overwritten; of the assets none is.
module "bucket" {
  source = "../bucket"

  name           = "${var.name}-storefront"
  retention_days = 90
  policies       = [data.aws_iam_policy_document.distribution.json]
}

data "aws_iam_policy_document" "distribution" {
  statement {
    sid       = "TheDistributionReads"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.this.arn]
    }
  }

  # So that what is not there is 404, and not 403.
  statement {
    sid       = "TheDistributionIsToldWhatIsNotThere"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.this.arn]
    }
  }
}

data "aws_iam_policy_document" "publisher" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [module.bucket.arn]
  }

  # Nothing is deleted when something is published.
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket.arn}/*"]
  }

  statement {
    actions   = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
    resources = [aws_cloudfront_distribution.this.arn]
  }
}

resource "aws_iam_policy" "publisher" {
  name   = "${var.name}-storefront-publisher"
  policy = data.aws_iam_policy_document.publisher.json
}
