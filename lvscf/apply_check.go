package lvscf

// applyProbe puts c.v, the value of d, into k, the check of a probe block.
func (c *checker) applyProbe(k *Check, d *Directive) {
	if d.Name == "active" {
		c.probeActive = c.v.b
		return
	}
	k.set(d, &c.v)
}

// applyPace puts c.v, the value of d, into s, where d says how verdicts come
// about, and how weights follow the load.
func (c *checker) applyPace(s *Virtual, d *Directive) {
	v := &c.v
	switch d.Name {
	case "rise":
		s.Rise = int(v.n)
	case "fall":
		s.Fall = int(v.n)
	case "retry":
		s.Retry = v.d
	case "damping":
		s.Damping = v.b
	case "load_port":
		s.LoadPort = uint16(v.n)
	case "load_path":
		if s.LoadPath = v.text; v.text == d.Default {
			s.LoadPath = ""
		}
	case "load_curve":
		s.LoadSmooth = v.text == "smooth"
	}
}
