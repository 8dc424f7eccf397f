output "bucket" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "role_arn" {
  description = "The role that Postgres has."
  value       = module.postgres.role_arn
}
