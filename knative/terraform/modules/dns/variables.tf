variable "zone_name" {
  description = "The hosted zone that is there already."
  type        = string
}

variable "domain" {
  description = "Of the storefront."
  type        = string
}

variable "gateway_load_balancer" {
  description = "The name of the load balancer before the gateway. Empty: there is none yet."
  type        = string
}

variable "distribution_domain" {
  description = "The CDN's own name."
  type        = string
}

variable "distribution_zone_id" {
  description = "The hosted zone of that name."
  type        = string
}
