output "bucket" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "distribution_id" {
  description = "Of the CDN."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_domain" {
  description = "The CDN's own name."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "distribution_zone_id" {
  description = "The hosted zone of that name."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "publisher_policy_arn" {
  description = "What whoever publishes may do."
  value       = aws_iam_policy.publisher.arn
}
