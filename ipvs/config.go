package ipvs

import (
	"fmt"
	"time"
)

// Timeouts say after how long without packets a connection is forgotten, in
// whole seconds up to 31 days. Writing, 0 leaves the kernel's.
type Timeouts struct{ TCP, TCPFin, UDP time.Duration }

func (t Timeouts) check() error {
	for _, d := range []time.Duration{t.TCP, t.TCPFin, t.UDP} {
		if err := checkTimeout(d); err != nil {
			return err
		}
	}
	return nil
}

// Info is about the kernel's IPVS as a whole.
type Info struct {
	Version       Version
	ConnTableSize uint32 // buckets of the connection table
}

// A Version is IP_VS_VERSION_CODE, a byte for each number.
type Version uint32

// String is "1.2.1".
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d", v>>16&0xff, v>>8&0xff, v&0xff)
}
