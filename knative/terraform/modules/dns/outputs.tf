output "storefront_certificate_arn" {
  description = "For the CDN, once it is issued."
  value       = aws_acm_certificate_validation.storefront.certificate_arn
}

output "gateway_certificate_arn" {
  description = "For the gateway's load balancer, once it is issued."
  value       = aws_acm_certificate_validation.gateway.certificate_arn
}

output "gateway_domain" {
  description = "Where the CDN finds the gateway."
  value       = local.gateway_domain
}
