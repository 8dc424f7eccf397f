# One environment of the shop on AWS. Which one: the variables' file, and the state's, in environments/.

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# CloudFront takes certificates from this region alone.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

locals {
  name = "zerocart-${var.environment}"
  tags = {
    Project     = "zerocart"
    Environment = var.environment
    ManagedBy   = "terraform"
  }
}

module "cluster" {
  source = "./modules/cluster"

  name                  = local.name
  kubernetes_version    = var.kubernetes_version
  cidr                  = var.cidr
  zone_count            = var.zone_count
  nat_gateway_each_zone = var.nat_gateway_each_zone
  administrator_arns    = var.administrator_arns
  api_allowed_cidrs     = var.api_allowed_cidrs
  node_instance_types   = var.node_instance_types
  node_count            = var.node_count
}

module "dns" {
  source = "./modules/dns"

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  zone_name             = var.zone_name
  domain                = var.domain
  gateway_load_balancer = var.gateway_load_balancer
  distribution_domain   = module.storefront.distribution_domain
  distribution_zone_id  = module.storefront.distribution_zone_id
}

module "storefront" {
  source = "./modules/storefront"

  name             = local.name
  domain           = var.domain
  certificate_arn  = module.dns.storefront_certificate_arn
  gateway_domain   = module.dns.gateway_domain
  security_headers = jsondecode(file("${path.module}/../../frontend/security-headers.json"))
}

module "backups" {
  source = "./modules/backups"

  name             = local.name
  cluster_name     = module.cluster.name
  service_account  = var.postgres_service_account
  retention_days   = var.backup_retention_days
  object_lock_days = var.backup_object_lock_days
}

# External Secrets fetches what the chart's ExternalSecrets name; the secrets themselves are written by hand, not by Terraform:
# what it writes stands in its state.
module "external_secrets" {
  source = "./modules/workload-role"

  name         = "${local.name}-external-secrets"
  cluster_name = module.cluster.name
  service_account = {
    namespace = "external-secrets"
    name      = "external-secrets"
  }
  policy = data.aws_iam_policy_document.external_secrets.json
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "external_secrets" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = ["arn:aws:secretsmanager:${var.region}:${data.aws_caller_identity.current.account_id}:secret:zerocart/${var.environment}/*"]
  }
}
