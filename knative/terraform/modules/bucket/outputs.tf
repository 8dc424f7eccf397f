output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "What a policy names it by."
  value       = aws_s3_bucket.this.arn
}

output "regional_domain_name" {
  description = "Where a CDN finds it."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
