package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A licence is a text under which a module may be passed on.
type licence struct {
	module
	SPDX string // its name of https://spdx.org/licenses
	Text string // all that the module says of it, NOTICE too
}

// taken are the licences that we take, by words that only their texts have, all
// of them, as they stand with each run of blanks as one. The first that fits
// counts.
var taken = []struct {
	spdx  string
	words []string
	not   string
}{
	{spdx: "Apache-2.0", words: []string{"Apache License Version 2.0, January 2004"}},
	{spdx: "BSD-3-Clause", words: []string{"Redistribution and use in source and binary forms", "Neither the name"}},
	{spdx: "BSD-3-Clause", words: []string{"Redistribution and use in source and binary forms", "names of its contributors"}},
	{spdx: "BSD-2-Clause", words: []string{"Redistribution and use in source and binary forms"}, not: "advertising materials"},
	{spdx: "MIT", words: []string{"Permission is hereby granted, free of charge, to any person obtaining a copy of this software", "The above copyright notice and this permission notice shall be included"}},
	{spdx: "ISC", words: []string{"Permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{spdx: "ISC", words: []string{"Permission to use, copy, modify, and distribute this software for any purpose"}},
}

// licenceOf names the licence with this text; "" is one that we do not take.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, l := range taken {
		has := func(words string) bool { return strings.Contains(text, words) }
		if !slices.ContainsFunc(l.words, func(w string) bool { return !has(w) }) && (l.not == "" || !has(l.not)) {
			return l.spdx
		}
	}
	return ""
}

// licensed reads the licences of modules. The error names every module that has
// none, or one that we do not take.
func licensed(modules []module) ([]licence, error) {
	var (
		all  []licence
		errs []error
	)
	for _, m := range modules {
		l, err := licenceIn(m)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", m.Path, m.Version, err))
			continue
		}
		all = append(all, l)
	}
	return all, errors.Join(errs...)
}

func licenceIn(m module) (licence, error) {
	l := licence{module: m}
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return l, err
	}
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		is := func(words ...string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(name, w) })
		}
		if e.IsDir() || !is("LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return l, err
		}
		l.Text += strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) + "\n\n"
		if spdx := licenceOf(string(text)); l.SPDX == "" {
			l.SPDX = spdx
		}
	}
	switch {
	case l.Text == "":
		return l, errors.New("it has no licence")
	case l.SPDX == "":
		return l, errors.New("its licence is none that we take")
	}
	return l, nil
}

// beside is what is in the binaries without being a module.
const beside = `htmx and its extension for server-sent events (in lvsgui): Zero-Clause BSD.

SQLite (in github.com/mattn/go-sqlite3): in the public domain.

GNU C Library (lvsgui is linked with it statically): LGPL-2.1-or-later; its
licence and sources come with every distribution. lvsgui can be linked anew with
another one from its sources, which are under the Apache License 2.0.

`

// notices writes the licences of modules in full.
func notices(w io.Writer, modules []module) error {
	all, err := licensed(modules)
	if err != nil {
		return err
	}
	rule := strings.Repeat("-", 78)
	if _, err := fmt.Fprintf(w, "pulse, nanny and lvsgui contain, besides Pacu's own code:\n\n%s", beside); err != nil {
		return err
	}
	for _, l := range all {
		name := l.Path + " " + l.Version
		if l.Path == "std" {
			name = "Go's standard library " + l.Version
		}
		if _, err := fmt.Fprintf(w, "%s\n%s: %s\n\n%s", rule, name, l.SPDX, l.Text); err != nil {
			return err
		}
	}
	return nil
}
