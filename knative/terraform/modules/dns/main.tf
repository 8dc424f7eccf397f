# Names and certificates: the domain leads to the CDN, `gateway.` before it to the cluster, and both speak TLS.

data "aws_route53_zone" "this" {
  name = var.zone_name
}

locals {
  gateway_domain = "gateway.${var.domain}"
  # CloudFront's certificate must be in us-east-1, a load balancer's where that is.
  validations = {
    for option in concat(
      tolist(aws_acm_certificate.storefront.domain_validation_options),
      tolist(aws_acm_certificate.gateway.domain_validation_options),
    ) : option.domain_name => option
  }
}

resource "aws_acm_certificate" "storefront" {
  provider          = aws.us_east_1
  domain_name       = var.domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "gateway" {
  domain_name       = local.gateway_domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.validations

  zone_id         = data.aws_route53_zone.this.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "storefront" {
  provider                = aws.us_east_1
  certificate_arn         = aws_acm_certificate.storefront.arn
  validation_record_fqdns = [aws_route53_record.validation[var.domain].fqdn]
}

resource "aws_acm_certificate_validation" "gateway" {
  certificate_arn         = aws_acm_certificate.gateway.arn
  validation_record_fqdns = [aws_route53_record.validation[local.gateway_domain].fqdn]
}

resource "aws_route53_record" "storefront" {
  for_each = toset(["A", "AAAA"])

  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.domain
  type    = each.value

  alias {
    name                   = var.distribution_domain
    zone_id                = var.distribution_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "gateway" {
  count = var.gateway_load_balancer == "" ? 0 : 1

  zone_id = data.aws_route53_zone.this.zone_id
  name    = local.gateway_domain
  type    = "CNAME"
  ttl     = 60
  records = [var.gateway_load_balancer]
}

# Who may issue certificates for the domain: nobody but Amazon.
resource "aws_route53_record" "issuers" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \";\""]
}
