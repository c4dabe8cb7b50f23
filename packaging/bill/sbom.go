package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// sbom writes a bill of materials, CycloneDX 1.6, of version of Pacu. It has no
// time in it, and a number that follows from what is in it: the same is the
// same.
func sbom(w io.Writer, version string, modules []module) error {
	all, err := licensed(modules)
	if err != nil {
		return err
	}
	pacu := cdx.Component{
		BOMRef: "pacu", Type: cdx.ComponentTypeApplication, Name: "pacu", Version: version,
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
	}
	components, refs := []cdx.Component{}, []string{}
	sum := sha256.New()
	fmt.Fprintln(sum, version)
	for _, l := range all {
		fmt.Fprintln(sum, l.Path, l.Version, l.Sum)
		c := cdx.Component{
			Type: cdx.ComponentTypeLibrary, Name: l.Path, Version: l.Version,
			PackageURL: "pkg:golang/" + l.Path + "@" + strings.ReplaceAll(l.Version, "+", "%2B"),
			Licenses:   &cdx.Licenses{{License: &cdx.License{ID: l.SPDX}}},
		}
		// h1: is the SHA-256 of the list of the module's files with theirs.
		if b64, ok := strings.CutPrefix(l.Sum, "h1:"); ok {
			raw, err := base64.StdEncoding.DecodeString(b64)
			if err != nil {
				return fmt.Errorf("%s: sum %q: %w", l.Path, l.Sum, err)
			}
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(raw)}}
		}
		c.BOMRef = c.PackageURL
		components, refs = append(components, c), append(refs, c.BOMRef)
	}
	bom := cdx.NewBOM()
	h := sum.Sum(nil)
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // version 8, RFC 9562
	bom.SerialNumber = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
	bom.Metadata = &cdx.Metadata{Component: &pacu}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: pacu.BOMRef, Dependencies: &refs}}
	e := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true)
	return e.EncodeVersion(bom, cdx.SpecVersion1_6)
}
