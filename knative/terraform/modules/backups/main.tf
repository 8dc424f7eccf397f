# Where CloudNativePG's WAL archive and base backups go, encrypted with a key of their own and not to be deleted at once.

resource "aws_kms_key" "this" {
  description             = "Backups of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# Which backups are kept, CloudNativePG says (its retention policy deletes); here, how long what it deleted can be had back.
module "bucket" {
  source = "../bucket"

  name             = "${var.name}-backups"
  retention_days   = var.retention_days
  object_lock_days = var.object_lock_days
  kms_key_arn      = aws_kms_key.this.arn
}

data "aws_iam_policy_document" "postgres" {
  statement {
    actions   = ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
    resources = [module.bucket.arn]
  }

  # Versions are not among it: what it deletes can be had back.
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["${module.bucket.arn}/*"]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.this.arn]
  }
}

module "postgres" {
  source = "../workload-role"

  name            = "${var.name}-postgres-backups"
  cluster_name    = var.cluster_name
  service_account = var.service_account
  policy          = data.aws_iam_policy_document.postgres.json
}
