package lvscf

type style struct{}
