// Command function is the Lambda function of localaws' tests: it does what the event's "do" says.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string
	Name string
}

func main() {
	if os.Getenv("INIT") == "crash" {
		os.Exit(3)
	}
	count := 0
	lambda.Start(func(ctx context.Context, e event) (any, error) {
		count++
		fmt.Println("doing", e.Do)
		switch e.Do {
		case "fail":
			return nil, errors.New("asked to")
		case "panic":
			panic("asked to")
		case "exit":
			os.Exit(7)
		case "hang":
			time.Sleep(time.Hour)
		case "child": // one that survives a normal exit, and is found by its argument
			return nil, exec.Command("sleep", e.Name).Start()
		case "garbage":
			fmt.Print("\x00\xff not JSON, no end of line")
		case "getenv":
			return os.Getenv(e.Name), nil
		case "context":
			lc, _ := lambdacontext.FromContext(ctx)
			return lc.ClientContext.Custom, nil
		}
		return count, nil
	})
}
