package probe

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

const radiusSecret = "xyzzy5461"

// radiusServer answers with a code and attributes, signed with secret.
func radiusServer(secret string, code byte, attributes ...byte) func([]byte) []byte {
	return func(request []byte) []byte {
		b := append([]byte{code, request[1], 0, 0}, request[4:20]...)
		b = append(b, attributes...)
		return signRadius(secret, b)
	}
}

// signRadius fills in the length, a Message-Authenticator if there is one at
// the end, and the authenticator of an answer with that of the request in it.
func signRadius(secret string, b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	if i := len(b) - 18; i >= 20 && b[i] == 80 && b[i+1] == 18 {
		mac := hmac.New(md5.New, []byte(secret))
		mac.Write(b)
		copy(b[i+2:], mac.Sum(nil))
	}
	sum := md5.Sum(append(bytes.Clone(b), secret...))
	copy(b[4:], sum[:])
	return b
}

func TestRadius(t *testing.T) {
	messageAuth := append([]byte{80, 18}, make([]byte, 16)...)
	change := func(answer func([]byte) []byte, how func(b []byte) []byte) func([]byte) []byte {
		return func(b []byte) []byte { return how(answer(b)) }
	}
	accept := radiusServer(radiusSecret, 2)
	const none = "no answer in LIMIT, but "
	for _, tt := range []struct {
		name   string
		server func([]byte) []byte
		status bool
		up     bool
		why    string
	}{
		{"accept", accept, false, true, `got Access-Accept in [\d.]+ m?s`},
		{"accept with Message-Authenticator", radiusServer(radiusSecret, 2, messageAuth...), false, true, `got Access-Accept in .*`},
		{"accept with a message", radiusServer(radiusSecret, 2, 18, 4, 'h', 'i'), false, true, `got Access-Accept in .*, it says "hi"`},
		{"reject", radiusServer(radiusSecret, 3), false, false, `got Access-Reject, expected Access-Accept`},
		{"reject with a message", radiusServer(radiusSecret, 3, 18, 4, 'n', 'o', 18, 4, 'x', 'y'), false, false, `got Access-Reject, expected Access-Accept, it says "no"`},
		{"challenge", radiusServer(radiusSecret, 11), false, false, `got Access-Challenge, expected Access-Accept`},
		{"other code", radiusServer(radiusSecret, 5), false, false, `got code 5, expected Access-Accept`},
		{"status", accept, true, true, `got Access-Accept in .*`},
		{"status of accounting", radiusServer(radiusSecret, 5), true, true, `got Accounting-Response in .*`},
		{"status refused", radiusServer(radiusSecret, 3), true, false, `got Access-Reject, expected Access-Accept`},
		{"padding", change(accept, func(b []byte) []byte { return append(b, 0, 0, 0) }), false, true, `got .*`},
		{"lost once", halfLost(accept), false, true, `got .*`},

		{"silence", always0, false, false, "no answer in LIMIT: " + radiusSilence},
		{"another secret", radiusServer("other", 2), false, false, none + "an answer with another secret"},
		{"another id", change(accept, func(b []byte) []byte { b[1]++; return b }), false, false, none + "an answer with another id"},
		{"changed on the way", change(accept, func(b []byte) []byte { b[0] = 3; return b }), false, false, none + "an answer with another secret"},
		{"Message-Authenticator of another secret", func(b []byte) []byte {
			a := append(append([]byte{2, b[1], 0, 38}, b[4:20]...), messageAuth...)
			sum := md5.Sum(append(bytes.Clone(a), radiusSecret...))
			copy(a[4:], sum[:])
			return a
		}, false, false, none + "an answer with another secret"},
		{"Message-Authenticator too short", radiusServer(radiusSecret, 2, 80, 3, 0), false, false, none + "an answer with another secret"},
		{"attribute without length", radiusServer(radiusSecret, 2, 18), false, false, none + "garbage among the attributes of an answer"},
		{"attribute of length 0", radiusServer(radiusSecret, 2, 18, 0), false, false, none + "garbage among the attributes of an answer"},
		{"attribute past the end", radiusServer(radiusSecret, 2, 18, 9, 'x'), false, false, none + "garbage among the attributes of an answer"},
		{"length past the end", change(accept, func(b []byte) []byte { b[3]++; return b }), false, false, none + "garbage, a length of 21 in 20 bytes"},
		{"length too small", change(accept, func(b []byte) []byte { b[3] = 19; return b }), false, false, none + "garbage, a length of 19 in 20 bytes"},
		{"short", func([]byte) []byte { return []byte("no") }, false, false, none + `garbage "no"`},
		{"empty", func([]byte) []byte { return []byte{} }, false, false, none + `garbage ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			limit := long
			if strings.HasPrefix(tt.why, "no answer") {
				limit = short
			}
			if tt.name == "lost once" {
				limit = time.Second
			}
			c := Radius{Way: Way{Timeout: limit}, User: "nemo", Password: "arctangent", Secret: radiusSecret}
			if tt.status {
				c.User, c.Password = "", ""
			}
			wantProbe(t, c, udpServer(t, tt.server), tt.up, tt.why)
		})
	}
	c := Radius{Way: Way{Timeout: long}}
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, "port unreachable")
	c.User = strings.Repeat("a", 254)
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, "user of 254 bytes: RADIUS takes 253")
	c.User, c.Password = "a", strings.Repeat("a", 129)
	wantResult(t, c.Probe(t.Context(), refusing(t)), false, "password of 129 bytes: RADIUS takes 128")
	for want, c := range map[string]Radius{"radius status": {}, "radius login of a": c} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestRadiusRequest takes what is sent apart as a server does.
func TestRadiusRequest(t *testing.T) {
	for _, password := range []string{"", "arctangent", "sixteen bytes ok", strings.Repeat("long ", 20)} {
		requests := make(chan []byte, 2)
		srv := udpServer(t, func(b []byte) []byte { requests <- bytes.Clone(b); return radiusServer(radiusSecret, 2)(b) })
		c := Radius{Way: Way{Timeout: long}, User: "nemo", Password: password, Secret: radiusSecret}
		wantResult(t, c.Probe(t.Context(), srv), true, ".*")
		got := <-requests
		if got[0] != 1 || int(binary.BigEndian.Uint16(got[2:])) != len(got) || len(got) < 38 {
			t.Fatalf("header % x", got)
		}
		if got[20] != 80 || got[21] != 18 {
			t.Errorf("Message-Authenticator is not first: % x", got)
		}
		sent := bytes.Clone(got[22:38])
		clear(got[22:38])
		mac := hmac.New(md5.New, []byte(radiusSecret))
		mac.Write(got)
		if !bytes.Equal(mac.Sum(nil), sent) {
			t.Error("Message-Authenticator is wrong")
		}
		attributes := map[byte]string{}
		for rest := got[20:]; len(rest) > 0; rest = rest[rest[1]:] {
			attributes[rest[0]] = string(rest[2:rest[1]])
		}
		// RFC 2865, section 5.2, the other way round.
		hidden, before, plain := attributes[2], string(got[4:20]), ""
		for i := 0; i+16 <= len(hidden); i += 16 {
			key := md5.Sum([]byte(radiusSecret + before))
			before = hidden[i : i+16]
			for j, k := range key {
				plain += string(rune(before[j] ^ k))
			}
		}
		if strings.TrimRight(plain, "\x00") != password || attributes[1] != "nemo" || attributes[32] != "pacu" {
			t.Errorf("password %q, want %q, of %q", plain, password, attributes)
		}
	}
}

// The example of RFC 2865, section 7.1.
func TestRadiusHidesPassword(t *testing.T) {
	authenticator := [16]byte{0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a}
	want := []byte{0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee}
	if got := hidePassword([]byte("arctangent"), []byte(radiusSecret), authenticator); !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
}

func FuzzRadius(f *testing.F) {
	x := radiusExchange{secret: []byte(radiusSecret), start: time.Now()}
	request, err := x.request(7, "nemo", "arctangent")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(radiusServer(radiusSecret, 2)(request), false)
	f.Add(radiusServer(radiusSecret, 3, append([]byte{18, 4, 'n', 'o', 80, 18}, make([]byte, 16)...)...)(request), true)
	f.Add(request, true)
	f.Fuzz(func(t *testing.T, b []byte, sign bool) {
		if sign && len(b) >= 20 { // or nothing would get past the authenticator
			b = bytes.Clone(b)
			b[1] = x.id
			copy(b[4:], x.authenticator[:])
			b = signRadius(radiusSecret, b[:min(len(b), 0xffff)])
		}
		v := x.judge(b)
		if v.up && (!v.decided || !sign && b[1] != x.id) || v.why == "" {
			t.Errorf("%+v", v)
		}
	})
}
