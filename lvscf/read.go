package lvscf

import "fmt"

// Read parses and checks text. The Config is nil exactly when the Problems
// have an Error. name is what the Problems call the file.
func Read(name string, text []byte) (*Config, Problems) {
	return Parse(name, text).Check()
}

// Raise returns text with its serial_no raised by one, and the new number. A
// text without one gets 1, in a line at its top. Nothing else changes. It
// fails when the serial_no of text is no number, or cannot be raised.
func Raise(text []byte) ([]byte, int, error) {
	f := Parse("lvs.cf", text)
	var n int64
	row := lookup(Global, "serial_no")
	if line := f.Global().find(row); line != nil {
		values, ok := f.Global().Get(row.Name)
		if !ok {
			return nil, 0, fmt.Errorf("raise serial_no: its line has errors")
		}
		if n, ok = parseInt(values[0]); !ok || n < row.Min || n >= row.Max {
			return nil, 0, fmt.Errorf("raise serial_no: %s is no number to raise", quoted(values[0]))
		}
	}
	n++
	if err := f.SetGlobal(row.Name, fmt.Sprint(n)); err != nil {
		return nil, 0, fmt.Errorf("raise serial_no: %w", err)
	}
	return f.Bytes(), int(n), nil
}
