package lvscf

// applyProbe puts c.v, the value of d, into k, the check of a probe block.
func (c *checker) applyProbe(k *Check, d *Directive) {
	v := &c.v
	switch d.Name {
	case "active":
		c.probeActive = v.b
	case "send":
		k.Send = new(v.text)
	case "expect":
		k.Expect = new(v.text)
	case "use_regex":
		k.Regex = v.b
	case "send_program":
		k.Program = v.cmd
	default:
		k.set(d, v)
	}
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
