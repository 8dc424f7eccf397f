environment           = "staging"
region                = "eu-central-1"
zone_name             = "zerocart.example"
domain                = "staging.zerocart.example"
nat_gateway_each_zone = false
administrator_arns    = ["arn:aws:iam::111111111111:role/administrator"]
node_count = {
  least = 3
  most  = 6
}
backup_retention_days = 7
