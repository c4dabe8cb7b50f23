package bench

import "testing"

func TestSNMP(t *testing.T) {
	const text = `Ip: Forwarding DefaultTTL
Ip: 2 64
Tcp: RtoAlgorithm ActiveOpens PassiveOpens AttemptFails
Tcp: 1 12 345 -6
UdpLite: InDatagrams
`
	for _, tt := range []struct {
		protocol, name string
		want           int64
		ok             bool
	}{
		{"Tcp", "PassiveOpens", 345, true},
		{"Tcp", "AttemptFails", -6, true},
		{"Ip", "DefaultTTL", 64, true},
		{"Ip", "PassiveOpens", 0, false},
		{"UdpLite", "InDatagrams", 0, false},
		{"Udp", "InDatagrams", 0, false},
		{"Tcp", "RtoAlgorithm", 1, true},
	} {
		got, err := snmp(text, tt.protocol, tt.name)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s of %s: %d, %v, want %d, %v", tt.name, tt.protocol, got, err, tt.want, tt.ok)
		}
	}
}
