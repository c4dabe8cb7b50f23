package lvscf

import (
	"bytes"
	"testing"
)

// BenchmarkReader reads 4,000 virtuals of 10 servers again: the same text, one
// with a new serial_no and one new weight, and one in which these make the text
// longer and shorter.
func BenchmarkReader(b *testing.B) {
	text := large(4000, 10)
	weighed := func(serial, weight string) []byte {
		now := bytes.Replace(text, []byte("serial_no = 1\n"), []byte("serial_no = "+serial+"\n"), 1)
		at := len(now) / 2
		return append(now[:at:at], bytes.Replace(now[at:], []byte("weight = 1\n"), []byte("weight = "+weight+"\n"), 1)...)
	}
	for _, test := range []struct {
		name string
		text []byte
	}{
		{"same", text},
		{"weight", weighed("2", "3")},
		{"longer", weighed("10", "100")},
	} {
		b.Run(test.name, func(b *testing.B) {
			var r Reader
			r.Read("lvs.cf", text)
			texts := [][]byte{test.text, text}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, _, _, partial := r.Read("lvs.cf", texts[i%2]); !partial {
					b.Fatal("read whole")
				}
				i++
			}
		})
	}
}
