variable "name" {
  description = "Of the bucket."
  type        = string
}

variable "retention_days" {
  description = "How long what was deleted or overwritten can be had back."
  type        = number
}

variable "object_lock_days" {
  description = "For how long nobody can delete an object. 0: no lock."
  type        = number
  default     = 0

  validation {
    condition     = var.object_lock_days >= 0
    error_message = "Days, from 0 on."
  }
}

variable "kms_key_arn" {
  description = "The key that objects are encrypted with. Null: S3's own."
  type        = string
  default     = null
}

variable "policies" {
  description = "Who may do what with it besides the account's own roles, as policy documents in JSON."
  type        = list(string)
  default     = []
}
