# What the Terraform module makes, at its addresses, for a test of the migration; and something else in the same workspace.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

resource "aws_cloudwatch_log_group" "other" {
  name = "/other"
}

module "ecs_spot_handler" {
  source      = "./module"
  name_prefix = "prod"
  tags        = { Team = "platform" }
}
