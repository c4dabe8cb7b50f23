package web

// apiChange is a change of lvs.cf, as far as it has come.
type apiChange struct{}
