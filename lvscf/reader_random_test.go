package lvscf

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// together is a file in which virtuals are judged by each other.
const together = `# 你好
serial_no = 7
primary = 10.0.0.2
backup = 10.0.0.3
backup_active = 1
network = nat
nat_router = 192.168.1.1 eth1:1
nat_nmask = 255.255.255.0
snat_pool = 192.168.1.200-192.168.1.203 eth1:9

# marked
virtual http {
     active = 1
     address = 10.0.0.10 eth0:1
     vip_nmask = 255.255.255.0
     fwmark = 80
     port = 80
     persistent = 300
     scheduler = wlc
     server a {
         address = 192.168.1.11
         active = 1
         weight = 10
     }
     server b {
         address = 192.168.1.12
         active = 1
         weight = 1
     }
}
virtual https {
     active = 1
     address = 10.0.0.10 eth0:1
     vip_nmask = 255.255.255.0
     fwmark = 80
     port = 443
     persistent = 300
     scheduler = wlc
     server a {
         address = 192.168.1.11
         active = 1
     }
}
virtual full {
     active = 1
     address = 10.0.0.11 eth0:2
     forward = fullnat
     snat_pool = 192.168.1.210 eth1:9
     port = 25
     server "中文 x" {
         address = 192.168.1.11
         active = 1
         weight = 2
     }
}
virtual full2 {
     active = 1
     forward = fullnat
     address = 10.0.0.12 eth0:2
     snat_pool = 192.168.1.210 eth1:9
     port = 25
     # a comment
     server x {
         address = 192.168.1.11
         active = 1
     }
}
# a gap
virtual ported {
     active = 1
     address = 10.0.0.13 eth0:3
     ports = 80,443,8000-8100
     forward = fullnat
     protocol = tcp+udp
     server x {
         address = 192.168.1.13
         active = 1
     }
}

virtual ported2 {
     active = 1
     address = 10.0.0.13 eth0:3
     ports = 81
     scheduler = wrr
     server x {
         address = 192.168.1.13
         active = 1
     }
}
virtual six {
     active = 1
     address = fd00::10 eth0:4
     port = 80
     forward = direct
     quorum = 1
     sorry_server = fd00::99
     server x {
         address = fd00::11
         active = 1
         max_connections = 100
         min_connections = 50
     }
}
failover f {
     active = 0
     address = 10.0.0.20 eth0:5
     start_cmd = "/bin/true"
}
virtual off {
     active = 0
     address = 10.0.0.13 eth0:3
     port = 8080
}
# the end
`

// disagreeing is together with Problems in several places, none an Error.
var disagreeing = func() string {
	text := together
	for _, r := range [][2]string{
		{"virtual full2 {", "virtual full {"},
		{"10.0.0.12 eth0:2\n     snat_pool = 192.168.1.210 eth1:9\n     port = 25", "10.0.0.11 eth0:3\n     snat_pool = 192.168.1.210 eth1:8\n     port = 26"},
		{"# a gap", "heartbeat_port = 01037"},
		{"scheduler = wrr", "use_regex = 1"},
	} {
		text = strings.Replace(text, r[0], r[1], 1)
	}
	return text
}()

// Whatever is done to a file, it reads as if it had never been read before.
func TestReaderRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("many random edits")
	}
	texts := []string{together, disagreeing, guarded, checked, string(large(12, 3))}
	partial := 0
	for i, text := range texts {
		for k := range uint64(30) {
			partial += readEdited(t, []byte(text), 100*uint64(i)+k, 60)
		}
	}
	// Most edits at random are errors, or change what others are judged by.
	if partial < 100 {
		t.Errorf("only %d texts were read in part", partial)
	}
	seeds := uint64(1000)
	seed(t, func(text []byte) {
		readEdited(t, text, seeds, 60)
		seeds++
	})
}

func FuzzReader(f *testing.F) {
	seed(f, func(text []byte) { f.Add(text, []byte(together), uint64(len(text))) })
	f.Add([]byte(together), []byte(strings.Replace(together, "weight = 10\n", "weight = 11\n", 1)), uint64(1))
	f.Add([]byte(disagreeing), []byte(together), uint64(2))
	f.Add([]byte(guarded), []byte(together), uint64(3))
	f.Add([]byte(checked), []byte(together), uint64(4))
	f.Fuzz(func(t *testing.T, text, other []byte, seed uint64) {
		rt := readerTest{TB: t}
		rt.read(text)
		rt.read(other)
		rt.read(text)
		readEdited(t, text, seed, 4)
	})
}

// readEdited reads text, edited n times over, and returns how many of the texts were
// read in part.
func readEdited(t testing.TB, text []byte, seed uint64, n int) int {
	t.Helper()
	rt := readerTest{TB: t}
	e := editor{rand.New(rand.NewPCG(seed, 1))}
	rt.read(text)
	first, good := text, text
	for range n {
		now := text
		for range 1 + e.IntN(2) {
			now = e.edit(now)
		}
		was := rt.cfg
		rt.read(now)
		// Mostly go on from a file without errors: what follows one is no news.
		switch text = good; {
		case e.IntN(3) == 0:
			text, good = first, first
		case rt.cfg != was:
			text, good = now, now
		case e.IntN(4) == 0:
			text = now
		}
	}
	return rt.partial
}
