environment             = "production"
region                  = "eu-central-1"
zone_name               = "zerocart.example"
domain                  = "zerocart.example"
administrator_arns      = ["arn:aws:iam::222222222222:role/administrator"]
backup_retention_days   = 35
backup_object_lock_days = 35
