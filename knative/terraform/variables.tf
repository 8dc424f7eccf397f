variable "environment" {
  description = "Which environment this is."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment must be staging or production; dev runs on one machine."
  }
}

variable "region" {
  description = "Where all of it is, but for the CDN."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region must be one of AWS, as eu-central-1."
  }
}

variable "zone_name" {
  description = "The hosted zone of Route 53 that is there already, and that the domain lies in."
  type        = string
}

variable "domain" {
  description = "Where people buy: the storefront, and below /api the gateway."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "The domain must be a host's name in lower case, as shop.example."
  }
}

variable "cidr" {
  description = "The addresses of the network."
  type        = string
  default     = "10.64.0.0/16"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && tonumber(split("/", var.cidr)[1]) <= 18
    error_message = "It must be a block of addresses, at least a /18: each pod has one of them."
  }
}

variable "zone_count" {
  description = "Over how many availability zones nodes are spread."
  type        = number
  default     = 3

  validation {
    condition     = var.zone_count >= 2 && var.zone_count <= 4
    error_message = "Two zones at least, or one that fails takes the shop along; four at most."
  }
}

variable "nat_gateway_each_zone" {
  description = "A way out in each zone; otherwise there is one, cheaper, and its zone's failure takes it from the others."
  type        = bool
  default     = true
}

variable "kubernetes_version" {
  description = "Of the control plane and the nodes."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "The version must be a minor one, as 1.34."
  }
}

variable "administrator_arns" {
  description = "The roles or users of IAM that administer the cluster. Nobody else can, also not who made it."
  type        = set(string)

  validation {
    condition     = length(var.administrator_arns) > 0
    error_message = "At least one, or nobody can reach the cluster."
  }
}

variable "api_allowed_cidrs" {
  description = "From where the API server can be reached. Empty: from inside the network alone."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_allowed_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each must be a block of addresses, and none may be all of them."
  }
}

variable "node_instance_types" {
  description = "What the nodes are, in order of preference. All must be x86-64, as the image of the nodes is."
  type        = list(string)
  default     = ["m7i.xlarge", "m7a.xlarge"]
}

variable "node_count" {
  description = "How many nodes there are at least and at most; at least one a zone."
  type = object({
    least = number
    most  = number
  })
  default = {
    least = 3
    most  = 12
  }

  validation {
    condition     = var.node_count.least >= 2 && var.node_count.most >= var.node_count.least
    error_message = "Two at least, and at most as many as that or more."
  }
}

variable "postgres_service_account" {
  description = "As whom Postgres writes its backups: the ServiceAccount of the chart's Cluster."
  type = object({
    namespace = string
    name      = string
  })
  default = {
    namespace = "shop"
    name      = "shop-db"
  }
}

variable "backup_retention_days" {
  description = "How long what was deleted or overwritten in the backups' bucket can be had back."
  type        = number
  default     = 30

  validation {
    condition     = var.backup_retention_days >= 1
    error_message = "One day at least."
  }
}

variable "backup_object_lock_days" {
  description = "For how long nobody can delete a backup, also no administrator. 0: no lock. It cannot be turned off later."
  type        = number
  default     = 0

  validation {
    condition     = var.backup_object_lock_days >= 0 && floor(var.backup_object_lock_days) == var.backup_object_lock_days
    error_message = "Whole days, from 0 on."
  }
}

variable "gateway_load_balancer" {
  description = "The name of the load balancer before Istio's gateway. Empty until the gateway is there, which makes it."
  type        = string
  default     = ""
}
