package services

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// usagePeriod is the period over which the maximum usage is taken.
const usagePeriod = 3 * time.Hour

// usage reads the vCPUs that Fargate used (ECS developer guide, Fargate usage metrics).
func (r *accountReader) usage(ctx context.Context) error {
	query := func(id, class string) metrics.MetricDataQuery {
		dimension := func(name, value string) metrics.Dimension { return metrics.Dimension{Name: &name, Value: &value} }
		return metrics.MetricDataQuery{Id: &id, MetricStat: &metrics.MetricStat{
			Metric: &metrics.Metric{Namespace: aws.String("AWS/Usage"), MetricName: aws.String("ResourceCount"), Dimensions: []metrics.Dimension{
				dimension("Service", "Fargate"), dimension("Type", "Resource"), dimension("Resource", "vCPU"), dimension("Class", class),
			}},
			Period: aws.Int32(int32(usagePeriod.Seconds())), Stat: aws.String("Maximum"),
		}}
	}
	a := access{PartQuotas, "cloudwatch:GetMetricData", "", true}
	response, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*cloudwatch.GetMetricDataOutput, error) {
		return r.clients.Metrics.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(r.question.Now.Add(-usagePeriod)), EndTime: aws.Time(r.question.Now),
			MetricDataQueries: []metrics.MetricDataQuery{query("spot", "Standard/Spot"), query("ondemand", "Standard/OnDemand")},
		})
	})
	if err != nil {
		return err
	}
	if unread != nil {
		r.unread(unread)
		return nil
	}
	r.set(func(account *Account) {
		for _, result := range response.MetricDataResults {
			if len(result.Values) == 0 {
				continue
			}
			most := slices.Max(result.Values)
			if aws.ToString(result.Id) == "spot" {
				account.SpotUsage = &most
			} else {
				account.OnDemandUsage = &most
			}
		}
	})
	return nil
}

func (r *accountReader) quotas(ctx context.Context) error {
	for _, quota := range []struct {
		code string
		set  func(*Account, *float64)
	}{
		{QuotaSpot, func(a *Account, v *float64) { a.SpotQuota = v }},
		{QuotaOnDemand, func(a *Account, v *float64) { a.OnDemandQuota = v }},
	} {
		a := access{PartQuotas, "servicequotas:GetServiceQuota", quota.code, false}
		response, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*servicequotas.GetServiceQuotaOutput, error) {
			return r.clients.Quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("fargate"), QuotaCode: &quota.code})
		})
		if err != nil {
			return err
		}
		if unread != nil {
			r.unread(unread)
			return nil
		}
		if response.Quota != nil {
			r.set(func(a *Account) { quota.set(a, response.Quota.Value) })
		}
	}
	return nil
}

func (r *accountReader) concurrency(ctx context.Context) error {
	a := access{PartConcurrency, "lambda:GetAccountSettings", "", true}
	response, unread, err := read(ctx, r.reader, r.pace, a, func(ctx context.Context) (*lambda.GetAccountSettingsOutput, error) {
		return r.clients.Functions.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	})
	if err != nil {
		return err
	}
	if unread != nil {
		r.unread(unread)
		return nil
	}
	if response.AccountLimit != nil && response.AccountLimit.UnreservedConcurrentExecutions != nil {
		left := int(*response.AccountLimit.UnreservedConcurrentExecutions)
		r.set(func(a *Account) { a.Unreserved = &left })
	}
	return nil
}
