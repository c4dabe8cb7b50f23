package lvscf

import (
	"fmt"
	"slices"
	"time"
)

// Where tells the places of lvs.cf in which a directive may stand; the places
// add up.
type Where uint8

// The places.
const (
	Global        Where = 1 << iota // outside all blocks
	InVirtual                       // in a virtual block
	InFailover                      // in a failover block
	InServer                        // in a server block
	InTrackScript                   // in a track_script block
	InProbe                         // in a probe block of a virtual

	inService = InVirtual | InFailover
)

// String names one place, for messages.
func (w Where) String() string {
	switch w {
	case Global:
		return "outside blocks"
	case InVirtual:
		return "a virtual block"
	case InFailover:
		return "a failover block"
	case InServer:
		return "a server block"
	case InTrackScript:
		return "a track_script block"
	case InProbe:
		return "a probe block"
	case inService:
		return "a virtual or failover block"
	}
	return fmt.Sprintf("Where(%d)", uint8(w))
}

// A Type is the form of a directive's value.
type Type uint8

// The types of values.
const (
	Int         Type = iota + 1 // as C's strtol with base 0: 80, 0x50, 0120
	Bool                        // 0 or 1
	Duration                    // seconds, 12 or 0.25; or 250ms, 2s
	Port                        // a number, or an IANA service name such as http
	HostName                    // an address, or a name
	IP                          // an address
	HostDevice                  // an address and, as a second value, an interface with or without label
	Mask                        // 255.255.255.0; 0.0.0.0 is unset; for IPv6 the number of bits
	Word                        // one of Values
	Text                        // any text
	Escaped                     // text in which \n \r \t \\ \" \' stand for characters
	Command                     // words split at blanks, run without a shell
	Program                     // one of Values, or a program's path
	Device                      // a network interface
	List                        // [ a b c ]
	Words                       // some of Values, separated by blanks
	PortList                    // 80,443,8000-8100, names among them, or all
	AddrsDevice                 // 10.0.0.1,10.0.0.8-10.0.0.9 and, as a second value, an interface with or without label
	HostPair                    // two addresses or names: the primary's and the backup's
	AddrList                    // 10.0.0.1,10.0.0.2
	Group                       // a multicast address
	Capitals                    // one of Values, in capitals or small letters
	Path                        // text that begins with /
	Statuses                    // 200-299,301
	Digest                      // 64 hexadecimal digits
)

var typeNames = map[Type]string{
	Int: "integer", Bool: "0 or 1", Duration: "duration", Port: "port", HostName: "address or name",
	IP: "address", HostDevice: "address and device", Mask: "netmask", Word: "word", Text: "text",
	Escaped: "text with escapes", Command: "command", Program: "word or path", Device: "interface", List: "list",
	Words: "words", PortList: "ports", AddrsDevice: "addresses and device",
	HostPair: "two addresses or names", AddrList: "addresses", Group: "multicast address",
	Capitals: "word", Path: "path", Statuses: "status codes", Digest: "digest",
}

// String names t, for people.
func (t Type) String() string { return typeNames[t] }

// A Directive is one word of lvs.cf that takes a value.
type Directive struct {
	Name  string
	Where Where
	Type  Type
	// Default is what counts when the directive is absent, as it would be
	// written; empty when that is nothing, or Meaning tells.
	Default string
	// Min and Max bound an Int or Port, and a Duration in nanoseconds.
	Min, Max int64
	Whole    bool     // a Duration of whole seconds alone: the kernel counts no finer
	Values   []string // the allowed words of a Word, Words or Capitals, and the known ones of a Program
	New      []string // those of Values that Piranha does not have
	Meaning  string
	Chinese  string // Meaning in Chinese

	Secret    bool // its value is not for everybody's eyes
	Repeats   bool // may be given several times, and each counts
	Extension bool // Piranha 0.8.6 refuses the word
	Legacy    bool // read and kept, and does nothing
	// Common marks a Legacy word that every file has, and nobody need be
	// warned of.
	Common bool

	index int // of its row, for seen
}

// Directives returns every directive, in the order in which they are written.
func Directives() []Directive {
	all := slices.Clone(table)
	for i := range all {
		all[i].Values = slices.Clone(all[i].Values)
		all[i].New = slices.Clone(all[i].New)
	}
	return all
}

// Lookup returns the directive called name in a place, and false if that place
// has none of this name.
func Lookup(where Where, name string) (Directive, bool) {
	if d := lookup(where, name); d != nil {
		return *d, true
	}
	return Directive{}, false
}

func lookup(where Where, name string) *Directive { return words[where&63][name] }

// words finds the rows of the table by place and name.
var words = func() (m [64]map[string]*Directive) {
	for _, w := range []Where{Global, InVirtual, InFailover, InServer, InTrackScript, InProbe} {
		m[w] = make(map[string]*Directive)
		for i := range table {
			if d := &table[i]; d.Where&w != 0 {
				d.index = i
				m[w][d.Name] = d
			}
		}
	}
	return m
}()

// Bounds of values, in the units of Directive.Min and Max.
const (
	maxUint32 = 1<<32 - 1
	// A probe or heartbeat more often than this is a mistake in the unit.
	shortest = int64(10 * time.Millisecond)
	day      = int64(24 * time.Hour)
	// What ipvsadm accepts as a timeout.
	kernelLongest = 31 * day
	// All of them are asked at once, several times a second.
	mostWitnesses = 16
	// The most that the kernel's sync daemon takes: 65535 less the headers of
	// IPv4 and UDP, and less those of IPv6 (net/netfilter/ipvs/ip_vs_sync.c).
	maxSyncLen, maxSyncLen6 = 65535 - 28, 65535 - 48
)
