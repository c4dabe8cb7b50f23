package lvscf

import (
	"strings"
	"testing"
)

// guarded is together, with the words of high availability.
var guarded = strings.NewReplacer(
	"network = nat\n", "heartbeat_path = 10.9.9.1 10.9.9.2\nnetwork = nat\nwitness = 10.0.0.1\nmin_servers = 3\n",
	"# marked\n", "# marked\ntrack_script disk {\n     command = /bin/true\n}\n",
).Replace(together)

// What the words of high availability judge a virtual by is read whole.
func TestReaderPair(t *testing.T) {
	runReader(t, guarded, []readerCase{
		{"weight", "weight = 10\n", "weight = 11\n", []int{0}, true},
		{"serial", "serial_no = 7", "serial_no = 8", nil, true},
		{"server inactive", "active = 1\n         weight = 10", "active = 0\n         weight = 10", nil, false},
		{"server switched for another", "active = 1\n         weight = 10\n     }\n     server b {\n         address = 192.168.1.12\n         active = 1",
			"active = 0\n         weight = 10\n     }\n     server b {\n         address = 192.168.1.12\n         active = 2", nil, false},
		{"command", "/bin/true", "/bin/false", nil, false},
		{"path", "10.9.9.2", "10.9.9.3", nil, false},
		{"witness", "witness = 10.0.0.1", "witness = 10.0.0.4", nil, false},
		{"a virtual has the path's address", "10.0.0.12 eth0:2", "10.9.9.1 eth0:2", nil, false},
		{"minimum", "min_servers = 3", "min_servers = 9", nil, false},
		{"pool takes the path's address", "192.168.1.210 eth1:9\n     port", "10.9.9.1 eth1:9\n     port", nil, false},
	})
}
