package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// A setting is a kernel setting that pulse needs, and why.
type setting struct{ name, value, why string }

// settings hold in every mode.
var settings = []setting{{
	"net.ipv4.vs.expire_nodest_conn", "1",
	"a client that reuses a port of a connection to a server that is gone would be left without an answer",
}}

// sysctls are the settings that pulse changed, with what they were before.
type sysctls struct{ before []setting }

// apply makes each setting so, and calls told for those that were not.
func (s *sysctls) apply(list []setting, told func(string)) error {
	var errs []error
	for _, want := range list {
		was, err := readSysctl(want.name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if was == want.value {
			continue
		}
		if err := writeSysctl(want.name, want.value); err != nil {
			errs = append(errs, err)
			continue
		}
		s.before = append(s.before, setting{name: want.name, value: was})
		told(fmt.Sprintf("sysctl %s = %s (was %s): %s", want.name, want.value, was, want.why))
	}
	return errors.Join(errs...)
}

// restore puts back what apply changed, where nobody changed it again.
func (s *sysctls) restore(list []setting) error {
	var errs []error
	for _, old := range s.before {
		for _, set := range list {
			if now, err := readSysctl(old.name); set.name != old.name || err != nil || now != set.value {
				continue
			}
			errs = append(errs, writeSysctl(old.name, old.value))
		}
	}
	s.before = nil
	return errors.Join(errs...)
}

func sysctlPath(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }

func readSysctl(name string) (string, error) {
	b, err := os.ReadFile(sysctlPath(name))
	if err != nil {
		return "", fmt.Errorf("sysctl %s: %w", name, plain(err))
	}
	return strings.TrimSpace(string(b)), nil
}

func writeSysctl(name, value string) error {
	if err := os.WriteFile(sysctlPath(name), []byte(value+"\n"), 0o644); err != nil {
		return fmt.Errorf("sysctl %s = %s: %w", name, value, plain(err))
	}
	return nil
}
