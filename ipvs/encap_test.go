package ipvs

import "testing"

func TestParseEncap(t *testing.T) {
	for text, want := range map[string]Encap{
		"":                 {},
		"ipip":             {},
		"gre":              {Type: GRE},
		"gre csum":         {Type: GRE, Flags: Checksum},
		"gue 6080":         {Type: GUE, Port: 6080},
		"gue 6080 csum":    {Type: GUE, Port: 6080, Flags: Checksum},
		"gue 6080 remcsum": {Type: GUE, Port: 6080, Flags: RemoteChecksum},
	} {
		if got, err := ParseEncap(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
		if got := want.String(); got != text && text != "" {
			t.Errorf("%+v is written %q, want %q", want, got, text)
		}
	}
	for text, want := range map[string]string{
		"vxlan":           `unknown encapsulation "vxlan"`,
		"gue":             `encapsulation "gue": gue needs a port`,
		"gue 0":           `encapsulation "gue 0": "0" is not a port`,
		"gue 65536":       `encapsulation "gue 65536": "65536" is not a port`,
		"gue csum":        `encapsulation "gue csum": "csum" is not a port`,
		"gre crc":         `unknown encapsulation "gre crc"`,
		"gre csum csum":   `unknown encapsulation "gre csum csum"`,
		"gue 6080 csum x": `unknown encapsulation "gue 6080 csum x"`,
	} {
		if _, err := ParseEncap(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseEncap(f *testing.F) {
	for _, text := range []string{"", "ipip", "gre csum", "gue 6080 remcsum", "ipip csum", "gue 99999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEncap(text)
		if err != nil {
			return
		}
		if again, err := ParseEncap(e.String()); err != nil || again != e {
			t.Errorf("%q is %+v, written %q and read as %+v, %v", text, e, e, again, err)
		}
	})
}
