package api

import (
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// cborWire is Smithy RPC v2 CBOR: service and action in the path, everything else in the body. CloudWatch
// uses it.
type cborWire struct{}

func (cborWire) target(c *message) error {
	parts := strings.Split(c.HTTP.URL.Path, "/") // /service/GraniteServiceVersion20100801/operation/GetMetricData
	c.Record.Service = "cloudwatch"
	c.Record.Action = parts[len(parts)-1]
	return nil
}

func (cborWire) decode(c *message, in any) error {
	if len(c.Body) == 0 {
		return nil
	}
	value, err := cbor.Decode(c.Body)
	if err == nil {
		err = fill(in, uncbor(value))
	}
	if err != nil {
		return Refuse("SerializationException", "%v", err)
	}
	return nil
}

// uncbor converts a CBOR value to JSON's types.
func uncbor(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		tree := Obj{}
		for key, each := range v {
			tree[key] = uncbor(each)
		}
		return tree
	case cbor.List:
		list := make([]any, len(v))
		for i := range v {
			list[i] = uncbor(v[i])
		}
		return list
	case cbor.String:
		return string(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.Float64:
		return float64(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Bool:
		return bool(v)
	case *cbor.Tag:
		return uncbor(v.Value)
	}
	return nil
}

// tocbor is the inverse of uncbor.
func tocbor(v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		tree := cbor.Map{}
		for key, each := range v {
			tree[key] = tocbor(each)
		}
		return tree
	case []any:
		list := cbor.List{}
		for _, each := range v {
			list = append(list, tocbor(each))
		}
		return list
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case interface{ Float64() (float64, error) }: // a JSON number
		n, _ := v.Float64()
		return cbor.Float64(n)
	}
	return &cbor.Nil{}
}

func (w cborWire) respond(to http.ResponseWriter, _ *message, out any) {
	w.write(to, http.StatusOK, out)
}

func (w cborWire) refuse(to http.ResponseWriter, _ *message, e *Error) {
	w.write(to, e.status(), Obj{"__type": "com.amazonaws.cloudwatch#" + e.Code, "message": e.Message})
}

func (cborWire) write(to http.ResponseWriter, status int, out any) {
	to.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	to.Header().Set("Content-Type", "application/cbor")
	to.WriteHeader(status)
	_, _ = to.Write(cbor.Encode(tocbor(plain(out))))
}
