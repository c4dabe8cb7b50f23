package lvscf

// Read parses and checks text. The Config is nil exactly when the Problems
// have an Error. name is what the Problems call the file.
func Read(name string, text []byte) (*Config, Problems) {
	return Parse(name, text).Check()
}
