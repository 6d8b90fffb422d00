variable "function" {}
variable "tags" {}
resource "aws_cloudwatch_log_group" "lambda" {
  count             = 1
  name              = "/aws/lambda/${var.function}"
  retention_in_days = 30
  tags              = var.tags
}
resource "aws_iam_role" "lambda" {
  count              = 1
  name               = var.function
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
  tags               = var.tags
}
resource "aws_iam_policy" "logs" {
  count  = 1
  name   = "${var.function}-logs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "logs" {
  count      = 1
  role       = aws_iam_role.lambda[0].name
  policy_arn = aws_iam_policy.logs[0].arn
}
resource "aws_iam_policy" "additional_json" {
  count  = 1
  name   = var.function
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["ecs:DescribeServices", "ecs:UpdateService", "ecs:DescribeTasks"], Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "additional_json" {
  count      = 1
  role       = aws_iam_role.lambda[0].name
  policy_arn = aws_iam_policy.additional_json[0].arn
}
resource "aws_lambda_function" "this" {
  count         = 1
  function_name = var.function
  role          = aws_iam_role.lambda[0].arn
  runtime       = "python3.13"
  handler       = "main.handler"
  filename      = "${path.module}/f.zip"
  memory_size   = 256
  timeout       = 90
  tags          = var.tags
  depends_on    = [aws_cloudwatch_log_group.lambda]
  environment { variables = { LOG_LEVEL = "INFO" } }
}
output "arn" { value = aws_lambda_function.this[0].arn }
output "name" { value = aws_lambda_function.this[0].function_name }
