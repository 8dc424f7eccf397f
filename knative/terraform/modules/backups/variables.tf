variable "name" {
  description = "Of the environment; the bucket's begins with it."
  type        = string
}

variable "cluster_name" {
  description = "Of the EKS cluster that Postgres runs on."
  type        = string
}

variable "service_account" {
  description = "As whom Postgres writes."
  type = object({
    namespace = string
    name      = string
  })
}

variable "retention_days" {
  description = "How long what was deleted or overwritten can be had back."
  type        = number
}

variable "object_lock_days" {
  description = "For how long nobody can delete an object. 0: no lock."
  type        = number
}
