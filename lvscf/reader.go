package lvscf

// A Reader reads one lvs.cf again and again, and of it only what changed.
type Reader struct{}

// Read is the package's Read. changed are the indices of the virtuals that
// differ from those of the Config returned before; partial is false where more
// may, and changed then nil.
func (r *Reader) Read(name string, text []byte) (cfg *Config, ps Problems, changed []int, partial bool) {
	cfg, ps = Read(name, text)
	return cfg, ps, nil, false
}
