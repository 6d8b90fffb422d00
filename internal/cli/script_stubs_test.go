package cli_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// metadata replaces the script's credentials with a stub of the EC2 instance metadata service: one that refuses the
// connection, as outside EC2; one that never responds, as behind a firewall; or one that serves credentials of a role.
func metadata(ts *testscript.TestScript, _ bool, args []string) {
	forgetCredentials(ts)
	ts.Setenv("AWS_EC2_METADATA_DISABLED", "")
	var url string
	switch args[0] {
	case "refuses":
		url = "http://127.0.0.1:1" // a port above 1023 may be another test's
	case "hangs":
		l := listen(ts)
		ts.Defer(func() { _ = l.Close() })
		url = "http://" + l.Addr().String() // connections stay in the backlog forever
	case "serves":
		url = serve(ts, serveMetadata)
	default:
		ts.Fatalf("usage: metadata refuses|hangs|serves")
	}
	ts.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
}

// container replaces the script's credentials with a stub of the endpoint where ECS and EKS serve container credentials.
func container(ts *testscript.TestScript, _ bool, _ []string) {
	forgetCredentials(ts)
	ts.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", serve(ts, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, credentialsJSON())
	})+"/credentials")
}

func forgetCredentials(ts *testscript.TestScript) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		ts.Setenv(name, "")
	}
}

func listen(ts *testscript.TestScript) net.Listener {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	return l
}

func serve(ts *testscript.TestScript, handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)
	return server.URL
}

func serveMetadata(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
		fmt.Fprint(w, "token")
	case strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/security-credentials"):
		fmt.Fprint(w, "instance-role")
	case strings.HasSuffix(r.URL.Path, "/instance-role"):
		fmt.Fprint(w, credentialsJSON())
	default:
		http.NotFound(w, r)
	}
}

func credentialsJSON() string {
	return fmt.Sprintf(`{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAROLE","SecretAccessKey":"secret","Token":"token","Expiration":%q}`,
		time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}
