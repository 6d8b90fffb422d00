variable "name_prefix" {}
variable "tags" {}
locals {
  rule     = "${var.name_prefix}-ecs-spot-interruption"
  function = "${var.name_prefix}-ecs-fargate-spot-handler"
}
resource "aws_cloudwatch_event_rule" "spot_interruption" {
  name          = local.rule
  event_pattern = jsonencode({ source = ["aws.ecs"], "detail-type" = ["ECS Task State Change"], detail = { stopCode = ["SpotInterruption"] } })
  tags          = var.tags
}
resource "aws_cloudwatch_event_target" "lambda_target" {
  rule      = aws_cloudwatch_event_rule.spot_interruption.name
  target_id = "ECSSpotHandler"
  arn       = module.spot_handler_lambda.arn
}
resource "aws_lambda_permission" "allow_eventbridge" {
  statement_id  = "AllowExecutionFromEventBridge"
  action        = "lambda:InvokeFunction"
  function_name = module.spot_handler_lambda.name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.spot_interruption.arn
}
module "spot_handler_lambda" {
  source   = "./lambda"
  function = local.function
  tags     = var.tags
}
