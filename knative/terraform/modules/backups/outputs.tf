output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "role_arn" {
  description = "The role that Postgres has."
  value       = module.postgres.role_arn
}
