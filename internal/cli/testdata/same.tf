# What `spothandler install --prefix prod` makes, in Terraform's words.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  default_tags {
    tags = {
      managed-by = "terraform"
    }
  }
}

data "aws_caller_identity" "this" {}
data "aws_region" "this" {}
data "aws_partition" "this" {}

locals {
  name = "prod-ecs-fargate-spot-handler"
  arn  = "${data.aws_region.this.name}:${data.aws_caller_identity.this.account_id}"
}

resource "aws_iam_role" "this" {
  name = "prod-spothandler"
  path = "/spothandler/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "spothandler"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = "arn:${data.aws_partition.this.partition}:ecs:${local.arn}:service/*"
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 14
}

resource "aws_lambda_function" "this" {
  function_name    = local.name
  description      = "Redeploys ECS services when Fargate Spot interrupts their tasks"
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 128
  timeout          = 60
  filename         = "${path.module}/arm64.zip"
  source_code_hash = filebase64sha256("${path.module}/arm64.zip")

  environment {
    variables = {
      LOG_LEVEL            = "INFO"
      SPOTHANDLER_REDEPLOY = "once"
      SPOTHANDLER_COOLDOWN = "5m0s"
    }
  }

  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 120
  maximum_retry_attempts       = 1
}

resource "aws_cloudwatch_event_rule" "this" {
  name        = "prod-ecs-spot-interruption"
  description = "Interruptions of ECS tasks on Fargate Spot"
  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail      = { stopCode = ["SpotInterruption", "TerminationNotice"] }
  })
}

resource "aws_lambda_permission" "this" {
  statement_id  = "spothandler"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this.arn
}

resource "aws_cloudwatch_event_target" "this" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "spothandler"
  arn       = aws_lambda_function.this.arn

  retry_policy {
    maximum_event_age_in_seconds = 120
    maximum_retry_attempts       = 185
  }
}
