resource "aws_launch_template" "node" {
  name_prefix            = "${var.name}-"
  update_default_version = true

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 80
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  # A pod does not get at the node's role: it asks Pod Identity for its own.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  lifecycle {
    create_before_destroy = true
  }
}

# A group a zone: a disk stays in its zone, so a node of that very zone must come when one goes.
resource "aws_eks_node_group" "this" {
  for_each = aws_subnet.private

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = [each.value.id]
  instance_types  = var.node_instance_types
  ami_type        = "BOTTLEROCKET_x86_64"

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  scaling_config {
    min_size     = ceil(var.node_count.least / var.zone_count)
    max_size     = ceil(var.node_count.most / var.zone_count)
    desired_size = ceil(var.node_count.least / var.zone_count)
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size] # the cluster's autoscaler says
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}
