output "kubeconfig_command" {
  description = "What writes a kubeconfig of the cluster."
  value       = "aws eks update-kubeconfig --region ${var.region} --name ${module.cluster.name}"
}

output "storefront_bucket" {
  description = "STOREFRONT_BUCKET of `python -m frontend.publish`."
  value       = module.storefront.bucket
}

output "storefront_distribution_id" {
  description = "CLOUDFRONT_DISTRIBUTION_ID of `python -m frontend.publish`, which has it forget old pages."
  value       = module.storefront.distribution_id
}

output "storefront_publisher_policy_arn" {
  description = "What whoever publishes may do: give it to CI's role."
  value       = module.storefront.publisher_policy_arn
}

output "storefront_origins" {
  description = "The chart's `storefront.origins`."
  value       = ["https://${var.domain}"]
}

output "gateway_domain" {
  description = "Where the CDN looks for the gateway: a host that its load balancer must have the certificate of."
  value       = module.dns.gateway_domain
}

output "gateway_certificate_arn" {
  description = "That certificate, for the annotation of the gateway's Service."
  value       = module.dns.gateway_certificate_arn
}

output "backups_bucket" {
  description = "The chart's `state.postgres.backup.destination`: s3:// and this, and a folder."
  value       = module.backups.bucket
}
