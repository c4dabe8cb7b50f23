// Package api holds the description of the console's API: an OpenAPI 3.1
// document (https://spec.openapis.org/oas/v3.1.1).
//
// openapi.json is written by
//
//	go test ./web -run TestOpenAPI -update
//
// from the table of operations there and from the types of the answers, whose
// comments it carries. The tests of package web hold every request and every
// answer against it.
package api

import _ "embed" // for Document

// Document is the document, as JSON.
//
//go:embed openapi.json
var Document []byte
