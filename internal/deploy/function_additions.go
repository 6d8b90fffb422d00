package deploy

import (
	"cmp"
	"context"
	"errors"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// additionsObserver reads what others can add to a function and what no other call shows. An install does
// not ask for it: it keeps all of it.
type additionsObserver struct {
	urls, signing []string
	mappings      []Mapping
	unread        [3]unread
}

// unread is a read that AWS refused.
type unread struct {
	what   string
	err    error // nil: it was not refused
	denied error // explained, where access was denied
}

func (o *additionsObserver) readings(clients Clients, names Names, why Purpose) []reading {
	if why != ToReport && why != ToRemove {
		return nil
	}
	return append(o.ofTheFunction(clients.Lambda, names),
		o.reading(2, "the event source mappings of function ", names, o.readMappings(clients.Lambda, names.Function)))
}

// ofTheFunction reads what a function recreated under its name would be without; event source mappings are of the name.
func (o *additionsObserver) ofTheFunction(api FunctionAPI, names Names) []reading {
	readings := []reading{o.reading(0, "the URLs of function ", names, o.readURLs(api, names.Function))}
	// Other partitions have no code signing, and refuse the call as if access were denied (terraform-provider-aws,
	// lambda/function.go).
	if names.Partition == "aws" {
		readings = append(readings, o.reading(1, "the code signing configuration of function ", names, o.readSigning(api, names.Function)))
	}
	return readings
}

// reading is one of the reads. What AWS refuses is noted: it is told, and no more than that, since not every
// Region and no emulator knows all of these calls.
func (o *additionsObserver) reading(index int, what string, names Names, do func(context.Context) error) reading {
	doing := "reading " + what + names.Function
	return reading{doing, func(ctx context.Context) error {
		err := apperr.IgnoreNotFound(do(ctx))
		if _, answered := errors.AsType[*awshttp.ResponseError](err); !answered {
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
				o.urls = append(o.urls, value(url.FunctionUrl))
			}
		}
		return nil
	}
}

func (o *additionsObserver) readSigning(api FunctionAPI, function string) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := api.GetFunctionCodeSigningConfig(ctx, &lambda.GetFunctionCodeSigningConfigInput{FunctionName: &function})
		if err == nil && value(answer.CodeSigningConfigArn) != "" {
			o.signing = append(o.signing, *answer.CodeSigningConfigArn)
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

// addTo puts what was read on the function. A code signing configuration is no loss of anybody's, so not being
// allowed to see one is in no removal's way.
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

// readAdditions reads what a new function of this name would be without.
func (f *Function) readAdditions(ctx context.Context, clients Clients, names Names) ([]NotChecked, error) {
	var o additionsObserver
	for _, each := range o.ofTheFunction(clients.Lambda, names) {
		if err := each.read(ctx); err != nil {
			return nil, explain(each.doing, names.Identity, err)
		}
	}
	o.addTo(f)
	return o.notChecked(), nil
}

// removeMappings removes event source mappings, which would outlive the function.
func (f *Function) removeMappings(ctx context.Context, r *runner) error {
	for _, mapping := range f.Mappings {
		err := r.retry(ctx, waitForMapping(), func() error {
			_, err := r.Lambda.DeleteEventSourceMapping(ctx, &lambda.DeleteEventSourceMappingInput{UUID: &mapping.UUID})
			return apperr.IgnoreNotFound(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
