package keepalived

import (
	"testing"

	"pacu/lvscf/internal/importtest"
)

func TestImport(t *testing.T) { importtest.Import(t, Import) }

func TestExport(t *testing.T) { importtest.Export(t, Export) }

func FuzzImport(f *testing.F) { importtest.FuzzImport(f, Import) }

func FuzzExport(f *testing.F) { importtest.FuzzExport(f, Import, Export) }
