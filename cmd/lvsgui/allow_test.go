package main

import "testing"

func TestNetworks(t *testing.T) {
	for _, tt := range []struct {
		text []string
		want string // "": refused
	}{
		{[]string{"192.0.2.0/24"}, "192.0.2.0/24"},
		{[]string{"192.0.2.0/24, 2001:db8::/32"}, "192.0.2.0/24,2001:db8::/32"},
		{[]string{"10.0.0.0/8", "::1"}, "10.0.0.0/8,::1/128"},
		{[]string{"192.0.2.7"}, "192.0.2.7/32"},
		{[]string{"::ffff:192.0.2.7"}, "192.0.2.7/32"},
		{[]string{"0.0.0.0/0,::/0"}, "0.0.0.0/0,::/0"},
		{[]string{""}, ""},
		{[]string{","}, ""},
		{[]string{"192.0.2.0/24,"}, ""},
		{[]string{"192.0.2.7/24"}, ""},
		{[]string{"::ffff:192.0.2.0/120"}, ""},
		{[]string{"fe80::1%eth0"}, ""},
		{[]string{"192.0.2.0/33"}, ""},
		{[]string{"192.0.2"}, ""},
		{[]string{"lvs-01"}, ""},
	} {
		var n networks
		var err error
		for _, text := range tt.text {
			if err == nil {
				err = n.Set(text)
			}
		}
		if (err == nil) != (tt.want != "") || err == nil && n.String() != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.text, n.String(), err, tt.want)
		}
	}
}
