output "role_arn" {
  description = "The role that they have."
  value       = aws_iam_role.this.arn
}
