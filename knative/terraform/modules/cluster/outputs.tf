output "name" {
  description = "Of the cluster."
  value       = aws_eks_cluster.this.name
}

output "endpoint" {
  description = "Where its API server is."
  value       = aws_eks_cluster.this.endpoint
}
