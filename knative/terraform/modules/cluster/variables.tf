variable "name" {
  description = "Of the cluster, and of its network."
  type        = string
}

variable "kubernetes_version" {
  description = "Of the control plane and the nodes."
  type        = string
}

variable "cidr" {
  description = "The addresses of the network."
  type        = string
}

variable "zone_count" {
  description = "Over how many availability zones nodes are spread."
  type        = number
}

variable "nat_gateway_each_zone" {
  description = "A way out in each zone, or one for all."
  type        = bool
}

variable "administrator_arns" {
  description = "Who administers the cluster."
  type        = set(string)
}

variable "api_allowed_cidrs" {
  description = "From where the API server can be reached. Empty: from inside the network alone."
  type        = set(string)

  validation {
    condition     = alltrue([for cidr in var.api_allowed_cidrs : !endswith(cidr, "/0")])
    error_message = "None may be all addresses."
  }
}

variable "node_instance_types" {
  description = "What the nodes are, in order of preference."
  type        = list(string)
}

variable "node_count" {
  description = "How many nodes there are at least and at most, over all zones."
  type = object({
    least = number
    most  = number
  })
}
