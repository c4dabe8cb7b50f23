package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func TestLicenceOf(t *testing.T) {
	const bsd = "Redistribution and use in source and binary\n\tforms, with or without modification"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"GPL", "GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007", ""},
		{"advertising", bsd + " All advertising materials mentioning features", ""},
		{"Apache", "Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		{"BSD 3", bsd + " Neither the name of Google", "BSD-3-Clause"},
		{"BSD 2", bsd, "BSD-2-Clause"},
		{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and ... The above copyright notice and this permission notice shall be included in", "MIT"},
	} {
		if got := licenceOf(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestLicensed has modules without a licence, and with one that we do not take,
// named in one error.
func TestLicensed(t *testing.T) {
	none, gpl := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(gpl, "COPYING"), []byte("GNU GENERAL PUBLIC LICENSE"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := licensed([]module{{Path: "example.com/none", Version: "v1.0.0", Dir: none}, {Path: "example.com/gpl", Version: "v2.0.0", Dir: gpl}})
	if err == nil || !strings.Contains(err.Error(), "example.com/none v1.0.0: it has no licence") ||
		!strings.Contains(err.Error(), "example.com/gpl v2.0.0: its licence is none that we take") {
		t.Errorf("%v", err)
	}
}

// TestCheck holds what our programs link against the licences that we take.
func TestCheck(t *testing.T) {
	if err := run(t.Context(), []string{"check", "pacu/cmd/..."}, nil); err != nil {
		t.Error(err)
	}
}

// TestSBOM makes one of this test itself, twice: the same bytes, which can be
// read.
func TestSBOM(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := run(t.Context(), []string{"sbom", "--version", "1.2.0", self}, w); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two are different")
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(&first, cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if bom.Metadata.Component.Version != "1.2.0" {
		t.Errorf("it is of version %q", bom.Metadata.Component.Version)
	}
	found := false
	for _, c := range *bom.Components {
		found = found || c.Name == "github.com/CycloneDX/cyclonedx-go" && c.Hashes != nil && (*c.Licenses)[0].License.ID == "Apache-2.0"
	}
	if !found {
		t.Error("what is linked into this test is not in it")
	}
	var text bytes.Buffer
	if err := run(t.Context(), []string{"notices", self}, &text); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "Go's standard library") || !strings.Contains(text.String(), "cyclonedx-go v") {
		t.Error("the notices lack what is linked into this test")
	}
}
