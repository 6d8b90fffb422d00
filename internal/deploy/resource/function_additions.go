package resource

import (
	"cmp"
	"context"
	"errors"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// additionsObserver reads what others can add to a function and what no other call returns. An install keeps all of it
// and does not read it.
type additionsObserver struct {
	urls     []URL
	mappings []Mapping
	signing  []string
	unread   [3]unread
}

// unread is a read that AWS refused.
type unread struct {
	what   string
	err    error // nil if it succeeded
	denied error // explained, if access was denied
}

func (o *additionsObserver) readings(clients Clients, names Names, why Purpose) []reading {
	if why != ToReport && why != ToRemove {
		return nil
	}
	return append(o.lostWithFunction(clients.Lambda, names),
		o.reading(2, "the event source mappings of function ", names, o.readMappings(clients.Lambda, names.Function)))
}

// lostWithFunction reads what is lost when the function is recreated under its name; event source mappings
// belong to the name and are kept.
func (o *additionsObserver) lostWithFunction(api FunctionAPI, names Names) []reading {
	readings := []reading{o.reading(0, "the URLs of function ", names, o.readURLs(api, names.Function))}
	// Other partitions do not support code signing, and refuse the call as if access were denied
	// (terraform-provider-aws, lambda/function.go).
	if names.Partition == "aws" {
		readings = append(readings, o.reading(1, "the code signing configuration of function ", names, o.readSigning(api, names.Function)))
	}
	return readings
}

// reading returns one of the reads. If AWS refuses it, that is reported but is no error, because some Regions
// and all emulators lack some of these calls.
func (o *additionsObserver) reading(index int, what string, names Names, do func(context.Context) error) reading {
	doing := "reading " + what + names.Function
	return reading{doing, func(ctx context.Context) error {
		err := apperr.IgnoreNotFound(do(ctx))
		if _, responded := errors.AsType[*awshttp.ResponseError](err); !responded {
			return err
		}
		o.unread[index] = unread{what: what + names.Function, err: err}
		if apperr.IsAccessDenied(err) {
			o.unread[index].denied = explain(doing, names.Identity, err)
		}
		return nil
	}}
}

func (o *additionsObserver) readURLs(api FunctionAPI, function string) func(context.Context) error {
	return func(ctx context.Context) error {
		pages := lambda.NewListFunctionUrlConfigsPaginator(api, &lambda.ListFunctionUrlConfigsInput{FunctionName: &function})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, url := range page.FunctionUrlConfigs {
				_, alias, _ := strings.Cut(value(url.FunctionArn), ":function:"+function+":")
				o.urls = append(o.urls, URL{value(url.FunctionUrl), alias})
			}
		}
		return nil
	}
}

func (o *additionsObserver) readSigning(api FunctionAPI, function string) func(context.Context) error {
	return func(ctx context.Context) error {
		response, err := api.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: &function})
		if err == nil && value(response.CodeSigningConfigArn) != "" {
			o.signing = append(o.signing, *response.CodeSigningConfigArn)
		}
		return err
	}
}

func (o *additionsObserver) readMappings(api FunctionAPI, function string) func(context.Context) error {
	return func(ctx context.Context) error {
		pages := lambda.NewListEventSourceMappingsPaginator(api, &lambda.ListEventSourceMappingsInput{FunctionName: &function})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, mapping := range page.EventSourceMappings {
				o.mappings = append(o.mappings, Mapping{value(mapping.UUID), value(mapping.EventSourceArn)})
			}
		}
		return nil
	}
}

// addTo stores the results in the function. A code signing configuration is no one's loss, so a failure to
// read it does not prevent a removal.
func (o *additionsObserver) addTo(f *Function) {
	f.URLs, f.Mappings, f.Signing = o.urls, o.mappings, o.signing
	f.Unseen = cmp.Or(o.unread[0].denied, o.unread[2].denied)
}

// notChecked returns what could not be read.
func (o *additionsObserver) notChecked() []NotChecked {
	var all []NotChecked
	for _, each := range o.unread {
		if each.err != nil {
			all = append(all, NotChecked{each.what, apperr.WhyNot(each.err)})
		}
	}
	return all
}

// ReadAdditions reads what is lost when a function of this name is recreated.
func (f *Function) ReadAdditions(ctx context.Context, clients Clients, names Names) ([]NotChecked, error) {
	var o additionsObserver
	for _, each := range o.lostWithFunction(clients.Lambda, names) {
		if err := each.read(ctx); err != nil {
			return nil, explain(each.doing, names.Identity, err)
		}
	}
	o.addTo(f)
	return o.notChecked(), nil
}
