terraform {
  required_version = "~> 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }

  # Which bucket, key and region: environments/<name>.s3.tfbackend, at `init`.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
