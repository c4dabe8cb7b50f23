package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// A module is one that is linked. That of Go itself has the path "std".
type module struct {
	Path, Version string
	Sum           string // as in go.sum; of Go itself there is none
	Dir           string // where its files are
}

// ofBinaries are the modules linked into any of the binaries.
func ofBinaries(ctx context.Context, files []string) ([]module, error) {
	all := make(map[string]module)
	for _, file := range files {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return nil, err // it names the file
		}
		all["std"] = module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
		for _, d := range info.Deps {
			if d.Replace != nil {
				return nil, fmt.Errorf("%s: %s is replaced by %s: say where its licence is", file, d.Path, d.Replace.Path)
			}
			all[d.Path] = module{Path: d.Path, Version: d.Version, Sum: d.Sum}
		}
	}
	return located(ctx, all)
}

// ofPackages are the modules of what the packages import, tests left out.
func ofPackages(ctx context.Context, patterns []string) ([]module, error) {
	out, err := goCommand(ctx, append([]string{"list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	all := map[string]module{"std": {Path: "std"}}
	for line := range strings.Lines(string(out)) {
		if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			all[path] = module{Path: path, Version: version}
		}
	}
	return located(ctx, all)
}

// located fills in where the modules are, and sorts them.
func located(ctx context.Context, all map[string]module) ([]module, error) {
	out, err := goCommand(ctx, "list", "-m", "-json", "all")
	if err != nil {
		return nil, err
	}
	dirs := make(map[string]string)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var m module
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		dirs[m.Path+"@"+m.Version] = m.Dir
	}
	root, err := goCommand(ctx, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	var modules []module
	for _, m := range all {
		m.Dir = dirs[m.Path+"@"+m.Version]
		if m.Path == "std" {
			m.Dir = strings.TrimSpace(string(root))
		}
		if m.Dir == "" {
			return nil, fmt.Errorf("%s %s is not in the module cache: is the binary of this go.mod?", m.Path, m.Version)
		}
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

func goCommand(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, stderr.String())
	}
	return out, nil
}
