package probe

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2/hpack"
)

// h2Block is a header: names and values in turn.
func h2Block(fields ...string) []byte {
	var b bytes.Buffer
	enc := hpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return b.Bytes()
}

// Parts of answers.
var (
	h2Hello    = h2Frame(h2Settings, 0, 0, nil)
	h2Head     = h2Frame(h2Headers, h2EndHeaders, 1, h2Block(":status", "200", "content-type", "application/grpc"))
	h2Serving  = h2Frame(h2Data, 0, 1, []byte("\x00\x00\x00\x00\x02\x08\x01"))
	h2Trailers = h2Frame(h2Headers, h2EndHeaders|h2EndStream, 1, h2Block("grpc-status", "0"))
)

// h2Only is an answer without a message.
func h2Only(fields ...string) string {
	return h2Frame(h2Headers, h2EndHeaders|h2EndStream, 1, h2Block(fields...))
}

func TestGRPCScript(t *testing.T) {
	leaks(t)
	c := GRPC{Way: Way{Timeout: long}}
	hasty := GRPC{Way: Way{Timeout: soon}}
	const wanted, http2 = ` to Health/Check, expected SERVING`, `, expected an answer in HTTP/2`
	misbehaves(t, func(w Way) Check { return GRPC{Way: w} })
	runScripts(t, []scriptTest{
		{"serving", c, []act{says(h2Hello), hearsAny, says(h2Head + h2Serving + h2Trailers), hangs}, true, `got SERVING to Health/Check`},
		{"byte by byte", c, []act{drips(h2Hello + h2Head + h2Serving + h2Trailers), hangs}, true, `got SERVING to Health/Check`},
		{"padded, with priority, in parts", c, []act{says(h2Hello +
			h2Frame(h2Headers, h2Padded|h2Priority, 1, []byte("\x03\x00\x00\x00\x00\x10\x88\x00\x00\x00")) + // 88: status 200
			h2Frame(h2Continuation, h2EndHeaders, 1, h2Block("content-type", "application/grpc")) + h2Serving + h2Trailers), hangs}, true, `got SERVING to Health/Check`},
		{"message in parts", c, []act{says(h2Hello + h2Head + h2Frame(h2Data, h2Padded, 1, []byte("\x02\x00\x00\x00\x00\x02\x08\x00\x00")) + h2Frame(h2Data, 0, 1, []byte("\x01")) + h2Trailers), hangs},
			true, `got SERVING to Health/Check`},
		{"early hints", c, []act{says(h2Hello + h2Frame(h2Headers, h2EndHeaders, 1, h2Block(":status", "103")) + h2Head + h2Serving + h2Trailers), hangs}, true, `got SERVING to Health/Check`},
		{"other frames between", c, []act{says(h2Hello + h2Frame(h2Settings, h2Ack, 0, nil) + h2Frame(8, 0, 0, []byte("\x00\x00\x10\x00")) + h2Frame(99, 0, 7, nil) + h2Head +
			h2Frame(2, 0, 1, []byte("\x00\x00\x00\x00\x10")) + h2Serving + h2Frame(h2GoAway, 0, 0, []byte("\x7f\xff\xff\xff\x00\x00\x00\x00")) + h2Trailers), hangs}, true, `got SERVING to Health/Check`},

		{"not serving", c, []act{says(h2Hello + h2Head + h2Frame(h2Data, 0, 1, []byte("\x00\x00\x00\x00\x02\x08\x02")) + h2Trailers), hangs}, false, `got NOT_SERVING` + wanted},
		{"unknown", c, []act{says(h2Hello + h2Head + h2Frame(h2Data, 0, 1, []byte("\x00\x00\x00\x00\x00")) + h2Trailers), hangs}, false, `got UNKNOWN` + wanted},
		{"no health service", c, []act{says(h2Hello + h2Only(":status", "200", "grpc-status", "12", "grpc-message", "unknown%20service")), hangs}, false,
			`got grpc-status 12 \(unimplemented\) "unknown service"` + wanted},
		{"odd status", c, []act{says(h2Hello + h2Only(":status", "200", "grpc-status", "99", "grpc-message", "%zz")), hangs}, false, `got grpc-status "99"` + wanted},
		{"no status", c, []act{says(h2Hello + h2Head + h2Frame(h2Data, h2EndStream, 1, []byte("\x00\x00\x00\x00\x02\x08\x01"))), hangs}, false, `got no grpc-status` + wanted},
		{"no message", c, []act{says(h2Hello + h2Only(":status", "200", "grpc-status", "0")), hangs}, false, `got ""` + wanted},
		{"a web server", c, []act{says(h2Hello + h2Only(":status", "404")), hangs}, false, `got HTTP status "404"` + wanted},
		{"compressed", c, []act{says(h2Hello + h2Head + h2Frame(h2Data, 0, 1, []byte("\x01\x00\x00\x00\x02\x08\x01")) + h2Trailers), hangs}, false, `got "\\x01.*` + wanted},
		{"stream reset", c, []act{says(h2Hello + h2Frame(h2Reset, 0, 1, []byte("\x00\x00\x00\x07"))), hangs}, false, `got RST_STREAM \(refused stream\)` + http2},
		{"leaving", c, []act{says(h2Hello + h2Frame(h2GoAway, 0, 0, []byte("\x00\x00\x00\x00\x00\x00\x00\x0bcalm down"))), hangs}, false, `got GOAWAY \(enhance your calm\) "calm down"` + http2},
		{"leaving without us", c, []act{says(h2Hello + h2Frame(h2GoAway, 0, 0, make([]byte, 8))), hangs}, false, `got GOAWAY \(no error\)` + http2},
		{"pushes", c, []act{says(h2Hello + h2Frame(h2Push, 0, 1, []byte("\x00\x00\x00\x02"))), hangs}, false, `got PUSH_PROMISE` + http2},
		{"no settings first", c, []act{says(h2Head), hangs}, false, `got "\\x00.*` + http2},
		{"frame too long", c, []act{says(h2Hello + "\x00\x40\x01\x00\x00\x00\x00\x00\x01"), hangs}, false, `got "\\x00@\\x01.*` + http2},
		{"half a frame", c, []act{says(h2Hello + h2Head[:12]), halfCloses, hangs}, false, `got ".*" to Health/Check before it closed` + http2},
		{"header not ended", c, []act{says(h2Hello + h2Frame(h2Headers, 0, 1, nil) + h2Hello), hangs}, false, `got a header that breaks off` + http2},
		{"header not begun", c, []act{says(h2Hello + h2Frame(h2Continuation, 0, 1, nil)), hangs}, false, `got a continuation of nothing` + http2},
		{"header of nonsense", c, []act{says(h2Hello + h2Frame(h2Headers, h2EndHeaders, 1, []byte("\xff\xff\xff\xff\xff\xff"))), hangs}, false, `got a header that cannot be read \(.*\)` + http2},
		{"more padding than frame", c, []act{says(h2Hello + h2Frame(h2Data, h2Padded, 1, []byte("\x09"))), hangs}, false, `got more padding than frame` + http2},
		{"priority missing", c, []act{says(h2Hello + h2Frame(h2Headers, h2Priority, 1, []byte("\x09"))), hangs}, false, `got more padding than frame` + http2},
		// Each byte after the first field stands for a field of 4 kB.
		{"a header that swells", c, []act{says(h2Hello + h2Frame(h2Headers, h2EndHeaders, 1, append(h2Block("x", strings.Repeat("y", 4000)), strings.Repeat("\xbe", 1000)...))), hangs}, false,
			`got a header of more than 64 KiB` + http2},
		{"endless header", c, []act{says(h2Hello + h2Frame(h2Headers, 0, 1, nil)), floodsWith(h2Frame(h2Continuation, 0, 1, make([]byte, 1000)))}, false, `got .*more than 64 KiB` + http2},
		{"endless pings", c, []act{says(h2Hello), floodsWith(h2Frame(h2Ping, 0, 0, make([]byte, 8)))}, false, `got .*` + http2},
		{"endless message", c, []act{says(h2Hello + h2Head), floodsWith(h2Serving)}, false, `got .*more than 64 KiB` + http2},
		{"hangs after the settings", hasty, []act{says(h2Hello), hangs}, false, `got nothing to Health/Check: no answer in LIMIT` + http2},
		{"hangs before the trailers", hasty, []act{says(h2Hello + h2Head + h2Serving), hangs}, false, `got nothing to Health/Check: no answer in LIMIT` + http2},
	})
}

// The request is one that a whole HTTP/2 server understands, in the clear and
// over TLS.
func TestGRPCServer(t *testing.T) {
	leaks(t)
	health := map[string]string{"": "\x08\x01", "db": "\x08\x02"}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.ProtoMajor != 2 || r.Method != "POST" || r.URL.Path != grpcPath || r.Header.Get("Content-Type") != "application/grpc" ||
			r.Header.Get("Te") != "trailers" || r.Header.Get("Grpc-Timeout") != "60000m" || r.Host == "" || len(body) < 5 {
			t.Errorf("request %s %s %s %v of %s, %q", r.Proto, r.Method, r.URL, r.Header, r.Host, body)
		}
		service := ""
		if len(body) > 7 {
			service = string(body[7:])
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
		answer, known := health[service]
		if !known {
			w.Header().Set("Grpc-Status", "5")
			w.Header().Set("Grpc-Message", "unknown service")
			return
		}
		_, _ = io.WriteString(w, "\x00\x00\x00\x00\x02"+answer)
		w.Header().Set("Grpc-Status", "0")
	})
	serve := func(serve func(*http.Server, net.Listener) error) Target {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: handler, Protocols: new(http.Protocols), TLSConfig: scriptTLS().Clone(), ErrorLog: log.New(io.Discard, "", 0)}
		srv.Protocols.SetUnencryptedHTTP2(true)
		srv.Protocols.SetHTTP2(true)
		done := make(chan struct{})
		go func() { _ = serve(srv, l); close(done) }()
		t.Cleanup(func() { _ = srv.Close(); <-done })
		return Target{Addr: netip.MustParseAddr("127.0.0.1"), Port: uint16(l.Addr().(*net.TCPAddr).Port)}
	}
	clear := serve(func(s *http.Server, l net.Listener) error { return s.Serve(l) })
	secure := serve(func(s *http.Server, l net.Listener) error { return s.ServeTLS(l, "", "") })
	for _, tt := range []struct {
		name  string
		check GRPC
		to    Target
		up    bool
		why   string
	}{
		{"whole server", GRPC{}, clear, true, `got SERVING to Health/Check`},
		{"a service", GRPC{Service: "db"}, clear, false, `got NOT_SERVING to Health/Check, expected SERVING`},
		{"an unknown service", GRPC{Service: "x"}, clear, false, `got grpc-status 5 \(not found\) "unknown service" to Health/Check, expected SERVING`},
		{"over TLS", GRPC{TLS: overTLS}, secure, true, `TLS 1.3 in [\d.]+ m?s, got SERVING to Health/Check`},
		{"plain where TLS is expected", GRPC{TLS: overTLS}, clear, false, `TLS: .*`},
		{"TLS where plain is expected", GRPC{}, secure, false, `got ("HTTP/1.*|TLS|nothing).*, expected an answer in HTTP/2`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.check.Way = Way{Timeout: long}
			r := tt.check.Probe(t.Context(), tt.to)
			wantResult(t, r, tt.up, connectedIn+tt.why)
			if warns := strings.HasPrefix(r.Warning, overTLSWarning); warns != (tt.up && tt.check.TLS != nil) {
				t.Errorf("warning %q", r.Warning)
			}
		})
	}
	if overTLS.alpn != nil {
		t.Error("the check changed the Secure that it was given")
	}
}

func TestGRPCSteps(t *testing.T) {
	wantSteps(t, GRPC{Way: Way{Timeout: long}, Service: "db"}, []act{says(h2Hello), hearsAny, says(h2Head + h2Serving + h2Trailers), hangs},
		`connected in .*`, `sent Health/Check of "db"`, `sent settings acknowledged`, `got HTTP status 200, grpc-status 0, message ".*"`, `sent goodbye`)
}

func FuzzGRPC(f *testing.F) {
	fuzzTalk(f, func(conn net.Conn) (bool, string) {
		return GRPC{}.talk(newDialog(context.Background(), conn, time.Second), "x")
	}, func(data []byte) bool { return len(data) > 9 && data[3] == h2Settings },
		h2Hello+h2Head+h2Serving+h2Trailers, h2Hello+h2Only(":status", "200", "grpc-status", "12", "grpc-message", "x"),
		h2Hello+h2Frame(h2GoAway, 0, 0, make([]byte, 12)), h2Hello+h2Frame(h2Headers, h2Padded|h2Priority, 1, []byte("\x01aaaaa\x88x"))+h2Frame(h2Continuation, h2EndHeaders, 1, nil))
}

func BenchmarkGRPC(b *testing.B) {
	benchScript(b, GRPC{Way: Way{Timeout: long}}, says(h2Hello), hearsAny, says(h2Head+h2Serving+h2Trailers), hangs)
}
