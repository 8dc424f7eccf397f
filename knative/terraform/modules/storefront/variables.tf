variable "name" {
  description = "Of the environment; what is made here begins with it."
  type        = string
}

variable "domain" {
  description = "Where the storefront is."
  type        = string
}

variable "certificate_arn" {
  description = "Of that domain, in us-east-1."
  type        = string
}

variable "gateway_domain" {
  description = "Where the gateway is, with a certificate of this name."
  type        = string
}

variable "security_headers" {
  description = "What every page is sent with: frontend/security-headers.json."
  type        = map(string)

  validation {
    condition     = can(regex("default-src 'none'", var.security_headers["Content-Security-Policy"]))
    error_message = "Content-Security-Policy must begin from nothing: default-src 'none'."
  }
}
