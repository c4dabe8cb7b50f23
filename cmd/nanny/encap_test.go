package main

import (
	"testing"

	"pacu/ipvs"
)

func TestParseEncap(t *testing.T) {
	for text, want := range map[string]ipvs.Encap{
		"":                 {},
		"ipip":             {},
		"gre":              {Type: ipvs.GRE},
		"gre csum":         {Type: ipvs.GRE, Flags: ipvs.Checksum},
		"gue 6080":         {Type: ipvs.GUE, Port: 6080},
		"gue 6080 csum":    {Type: ipvs.GUE, Port: 6080, Flags: ipvs.Checksum},
		"gue 6080 remcsum": {Type: ipvs.GUE, Port: 6080, Flags: ipvs.RemoteChecksum},
	} {
		if got, err := parseEncap(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
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
		if _, err := parseEncap(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
