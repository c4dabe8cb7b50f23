package web

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"pacu/web/api"
)

var update = flag.Bool("update", false, "write the API's document")

// TestOpenAPI holds the document against the types of the answers and their
// comments, and against OpenAPI.
func TestOpenAPI(t *testing.T) {
	want := describe(t)
	if *update {
		if err := os.WriteFile("api/openapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(api.Document, want) {
		t.Errorf("api/openapi.json is not what the code says; go test ./web -run TestOpenAPI -update\n%s", cmp.Diff(strings.Split(string(api.Document), "\n"), strings.Split(string(want), "\n")))
	}
	doc, err := openapi3.NewLoader().LoadFromData(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if len(want) > 256<<10 {
		t.Errorf("the document has %d bytes", len(want))
	}
}

// programRoutes are those for programs, as "METHOD:/path".
func programRoutes(t *testing.T, s *Server) []string {
	t.Helper()
	var out []string
	err := chi.Walk(s.programs(), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		out = append(out, method+":"+path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestEveryRouteIsDescribed: each route has an operation, and the other way
// round.
func TestEveryRouteIsDescribed(t *testing.T) {
	s, _ := newConsole(t, true)
	var told []string
	for _, o := range operations {
		told = append(told, o.method+":"+apiPath+o.path)
	}
	told = append(told, "GET:/metrics") // which is Prometheus's own
	slices.Sort(told)
	if diff := cmp.Diff(programRoutes(t, s), told); diff != "" {
		t.Errorf("routes and operations (-routes +operations):\n%s", diff)
	}
}
