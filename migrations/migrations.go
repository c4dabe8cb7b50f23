// Package migrations holds the steps that make the console's database, in
// order, as pressly/goose reads them (https://pressly.github.io/goose/). A
// step that has been released is never edited: a change is a new step.
package migrations

import "embed"

// FS holds the steps, NNNNN_name.sql each.
//
//go:embed *.sql
var FS embed.FS
