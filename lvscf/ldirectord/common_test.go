package ldirectord

import (
	"testing"

	"pacu/lvscf/internal/importtest"
)

func TestImport(t *testing.T) { importtest.Import(t, Import) }

func FuzzImport(f *testing.F) { importtest.FuzzImport(f, Import) }
