variable "name" {
  description = "Of the role."
  type        = string
}

variable "cluster_name" {
  description = "Of the EKS cluster that the pods run on."
  type        = string
}

variable "service_account" {
  description = "Whose pods they are."
  type = object({
    namespace = string
    name      = string
  })
}

variable "policy" {
  description = "What they may do: a policy of IAM, as JSON."
  type        = string
}
