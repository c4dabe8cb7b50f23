package main

import (
	"cmp"

	"pacu/control"
	"pacu/director"
	"pacu/lvscf"
)

// checks are how a nanny asks rs of svc whether it serves.
func checks(c *director.Cluster, svc *director.Service, rs *director.Server) []control.Check {
	v := rs.Virtual
	list := make([]control.Check, len(v.Checks))
	for i := range v.Checks {
		k := &v.Checks[i]
		list[i] = checkOf(k)
		if !k.ThroughVIP {
			continue
		}
		mark, source, ok := c.Through(svc, rs)
		if !ok {
			continue
		}
		port := v.Port
		if v.Ports != nil {
			port = rs.ProbePort
		}
		to := &list[i]
		to.Address, to.Port, to.Mark = svc.VIP, cmp.Or(k.Port, port), mark
		if !to.Source.IsValid() {
			to.Source = source
		}
	}
	return list
}

// checkOf is a check of lvs.cf in the words for nannies.
func checkOf(k *lvscf.Check) control.Check {
	return control.Check{
		Kind:    k.Kind,
		Address: k.Address, Port: k.Port, Source: k.Source, Mark: k.Mark,
		Timeout: control.Duration(k.Timeout), Connect: control.Duration(k.Connect),
		Send: k.Send, Expect: k.Expect, Regex: k.Regex, Program: k.Program,
		TLS: k.TLS, Name: k.Name, Verify: k.Verify, Expiry: k.Expiry,
		Method: k.Method, Path: k.Path, Host: k.Host, Status: k.Status, Body: k.Body, Digest: k.Digest,
		Query: k.Query, Type: k.Type, Rcode: k.Rcode, Answer: k.Answer,
		User: k.User, Password: k.Password, Secret: k.Secret,
		Service: k.Service,
	}
}
