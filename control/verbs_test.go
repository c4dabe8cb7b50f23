package control

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlan(t *testing.T) {
	want := &Plan{
		Steps: []Step{
			{Action: Add, Kind: "server", Object: "10.8.8.35:80", In: "http_server", Detail: "weight 1"},
			{Action: Alter, Kind: "timeout", Object: "tcp", Detail: "30s", Was: "15m0s"},
		},
		Warnings: []string{"no backup"},
		Foreign:  []string{"tcp 10.0.0.9:25"},
	}
	var got []string
	path, _ := serve(t, &fakePulse{Log: NewLog(1), plan: func(text []byte) (*Plan, error) {
		got = append(got, fmt.Sprintf("%d %t", len(text), text == nil))
		if bytes.HasPrefix(text, []byte("bad")) {
			return nil, errors.New("lvs.cf:1:1: error: bad")
		}
		return want, nil
	}})
	c := NewClient(path)
	for _, text := range [][]byte{nil, {}, bytes.Repeat([]byte("x"), 1<<20)} {
		plan, err := c.Plan(t.Context(), text)
		if err != nil {
			t.Fatalf("plan of %d bytes: %v", len(text), err)
		}
		if diff := cmp.Diff(want, plan); diff != "" {
			t.Errorf("plan (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"0 true", "0 false", "1048576 false"}, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if _, err := c.Plan(t.Context(), []byte("bad")); !errors.Is(err, ReplyError("lvs.cf:1:1: error: bad")) {
		t.Errorf("bad text: %v", err)
	}
	if _, err := c.Plan(t.Context(), make([]byte, MaxText+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("text that is too long: %v", err)
	}
}

func TestDrain(t *testing.T) {
	p := &fakePulse{Log: NewLog(1)}
	path, _ := serve(t, p)
	c := NewClient(path)
	msg, err := c.Drain(t.Context(), "http_server/lvs-03", 10*time.Minute)
	if err != nil || msg != "3 connections left" {
		t.Errorf("drain: %q, %v", msg, err)
	}
	if _, err := c.Undrain(t.Context(), "10.8.8.33:80"); !errors.Is(err, ReplyError("10.8.8.33:80 is not drained")) {
		t.Errorf("undrain: %v", err)
	}
	if _, err := c.Drain(t.Context(), "", 0); err == nil || errors.As(err, new(ReplyError)) {
		t.Errorf("drain of nobody: %v", err)
	}
	if _, err := c.Drain(t.Context(), strings.Repeat("x", MaxRequest), 0); !errors.Is(err, ErrTooLong) {
		t.Errorf("drain of a long name: %v", err)
	}
	if diff := cmp.Diff([]string{"drain http_server/lvs-03 10m0s", "undrain 10.8.8.33:80"}, p.drained); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestReadRequest(t *testing.T) {
	long := strings.Repeat("A", 2*MaxRequest)
	for _, tt := range []struct{ in, err string }{
		{`{"do":"snapshot"}`, ""},
		{`{"do":"plan"}`, ""},
		{`{"do":"plan","text":"` + long + `"}`, ""},
		{`{"do":"plan","text":"*"}`, "illegal base64"},
		{`{"text":"` + long + `","do":"plan"}`, "line too long"}, // only ours may be long
		{`{"do":"plan","do":"drain","server":"` + long + `"}`, "line too long"},
		{`{"do":"drain","server":"` + long + `"}`, "line too long"},
		{`{"do":"drain","server":"a","timeout":"-1s"}`, "timeout -1s is negative"},
		{`{"do":"drain","timeout":"1s"}`, "no server is named"},
		{`{"do":"undrain"}`, "no server is named"},
		{`{"do":"orders"}`, "no server is named"},
		{`{"do":"nannies"}`, ""},
		{`{"do":"switchover","check":true}`, ""},
		{`{"do":"switchover","force":1}`, "cannot unmarshal"},
		{`{"do":"hold","on":true}`, ""},
		{`{"do":"explain"}`, ""},
		{`{"do":"force","server":"a","to":"up"}`, ""},
		{`{"do":"force","server":"a"}`, `to "", want up, down or auto`},
		{`{"do":"force","to":"up"}`, "no server is named"},
		{`{"do":"probe"}`, "no server is named"},
		{`{"do":"setup"}`, "nothing is asked for"},
		{`{"do":"setup","setup":{"limit":201}}`, "a limit of 201, want 1 to 200"},
		{`{"do":"setup","setup":{"limit":1,"skip":-1}}`, "-1 to skip"},
		{`{}`, `unknown verb ""`},
	} {
		_, err := readRequest(bufio.NewReader(strings.NewReader(tt.in + "\n")))
		if got := fmt.Sprint(err); err == nil && tt.err != "" || err != nil && (tt.err == "" || !strings.Contains(got, tt.err)) {
			t.Errorf("%.40s: %v, want %q", tt.in, err, tt.err)
		}
	}
	endless := io.MultiReader(strings.NewReader(planHead), io.LimitReader(zeros{}, 2*MaxPlan))
	if _, err := readRequest(bufio.NewReader(endless)); !errors.Is(err, ErrTooLong) {
		t.Errorf("endless plan: %v", err)
	}
}

// The longest text of a plan fits its line. Nobody waits for it here.
func TestLongestPlan(t *testing.T) {
	var b bytes.Buffer
	if err := writeRequest(&b, Request{Do: GetPlan, Text: make([]byte, MaxText)}); err != nil {
		t.Fatal(err)
	}
	q, err := readRequest(bufio.NewReader(&b))
	if err != nil || q.Do != GetPlan || len(q.Text) != MaxText {
		t.Errorf("read: %q with %d bytes, %v", q.Do, len(q.Text), err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

// What readRequest takes comes back the same after writeRequest.
func FuzzReadRequest(f *testing.F) {
	for _, s := range []string{
		`{"do":"snapshot"}`, `{"do":"events","after":7}`, `{"do":"plan"}`, `{"do":"plan","text":""}`, `{"do":"plan","text":"cHJpbWFyeQ=="}`,
		`{"do":"drain","server":"web/10.8.8.33:80","timeout":"10m0s"}`, `{"do":"undrain","server":"lvs-03"}`, `{"do":"drain"}`, `[]`,
		`{"do":"switchover","check":true,"force":true}`, `{"do":"hold","on":true}`, `{"do":"explain"}`, `{"do":"orders","server":"a"}`, `{"do":"nannies"}`,
		`{"do":"force","server":"a","to":"down"}`, `{"do":"probe","server":"a"}`, `{"do":"setup","setup":{"match":"a","limit":9}}`,
	} {
		f.Add([]byte(s + "\n"))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		q, err := readRequest(bufio.NewReader(bytes.NewReader(line)))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := writeRequest(&b, q); errors.Is(err, ErrTooLong) {
			return // escapes made a name longer
		} else if err != nil {
			t.Fatal(err)
		}
		again, err := readRequest(bufio.NewReader(&b))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(q, again); diff != "" {
			t.Errorf("request (-first +second):\n%s", diff)
		}
	})
}

func TestStepString(t *testing.T) {
	for want, s := range map[string]Step{
		"+ 10.8.8.35:80 in http_server weight 1":        {Action: Add, Kind: "server", Object: "10.8.8.35:80", In: "http_server", Detail: "weight 1"},
		"~ 10.8.8.35:80 in web weight 2 (was weight 1)": {Action: Alter, Kind: "server", Object: "10.8.8.35:80", In: "web", Detail: "weight 2", Was: "weight 1"},
		"- service tcp 10.10.1.30:80 (3 connections)":   {Action: Remove, Kind: "service", Object: "tcp 10.10.1.30:80", Connections: 3},
		"+ address 10.10.1.30/24 on eth0":               {Action: Add, Kind: "address", Object: "10.10.1.30/24", Detail: "on eth0"},
	} {
		if got := s.String(); got != want {
			t.Errorf("step %q, want %q", got, want)
		}
	}
}

func TestServerWithoutPort(t *testing.T) {
	w := Watch{Protocol: "tcp", Address: netip.MustParseAddr("10.0.0.1"), Port: 80, KernelPort: new(uint16)}
	b, err := roundTripOrder(Order{Server: netip.MustParseAddr("10.8.8.33"), Watches: []Watch{w, {}}})
	if err != nil || b.Watches[0].KernelPort == nil || b.Watches[1].KernelPort != nil {
		t.Errorf("order %+v, %v: port 0 is not the same as none", b, err)
	}
}

func roundTripOrder(o Order) (Order, error) {
	var b bytes.Buffer
	var again Order
	if err := writeValue(&b, MaxOrder, o); err != nil {
		return again, err
	}
	return again, readValue(bufio.NewReader(&b), MaxOrder, &again)
}
