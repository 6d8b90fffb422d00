package localaws_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/localaws"
)

// An AWS with a service on Fargate Spot, in which the first call to CloudWatch Logs is throttled.
func Example() {
	ctx := context.Background()
	server := localaws.New(localaws.Options{Region: "eu-west-1"})
	defer server.Close()
	if err := server.Seed(localaws.Service{Cluster: "shop", Name: "api", Desired: 3}); err != nil {
		log.Fatal(err)
	}
	server.Inject(localaws.Fault{Service: "logs", Nth: 1, Throttle: true})

	logs := cloudwatchlogs.NewFromConfig(server.Config()) // retries automatically
	if _, err := logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/shop/api")}); err != nil {
		log.Fatal(err)
	}
	services, err := ecs.NewFromConfig(server.Config()).DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: aws.String("shop"), Services: []string{"api"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(services.Services[0].RunningCount, "tasks run")
	for _, call := range server.Calls() {
		fmt.Printf("%v %q\n", call, call.Code)
	}
	// Output:
	// 3 tasks run
	// logs:CreateLogGroup "ThrottlingException"
	// logs:CreateLogGroup ""
	// ecs:DescribeServices ""
}
