package vm

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// libraryDirs is where the dynamic linker of a Debian machine looks, systemd's
// own libraries included.
var libraryDirs = []string{
	"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/lib", "/usr/lib",
	"/usr/lib/x86_64-linux-gnu/systemd",
}

// libraries returns the shared libraries, and the dynamic linker, that the
// program at path needs and those need in turn: the path inside the machine and
// the file that holds it. They are looked for below each of roots in turn.
// A static program needs none.
func libraries(path string, roots ...string) (map[string]string, error) {
	found := map[string]string{}
	queue := []string{path}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		needed, err := needs(next)
		if err != nil {
			return nil, err
		}
		for _, name := range needed {
			inside, file, err := findLibrary(name, roots)
			if err != nil {
				return nil, fmt.Errorf("%s needs %w", next, err)
			}
			if _, ok := found[inside]; !ok {
				found[inside] = file
				queue = append(queue, file)
			}
		}
	}
	return found, nil
}

// needs lists the libraries an ELF file names: the dynamic linker by path, the
// others by name.
func needs(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	names, err := f.ImportedLibraries()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		b := make([]byte, min(p.Filesz, 4096))
		if _, err := p.ReadAt(b, 0); err != nil {
			return nil, fmt.Errorf("%s: interpreter: %w", path, err)
		}
		names = append(names, string(bytes.TrimRight(b, "\x00")))
	}
	return names, nil
}

func findLibrary(name string, roots []string) (inside, file string, err error) {
	candidates := []string{name}
	if !strings.HasPrefix(name, "/") {
		candidates = nil
		for _, dir := range libraryDirs {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	for _, root := range roots {
		for _, c := range candidates {
			if file, err := resolve(root, c); err == nil {
				return c, file, nil
			}
		}
	}
	return "", "", fmt.Errorf("%s: %w", name, os.ErrNotExist)
}

// resolve follows the links of a path below root without leaving it.
func resolve(root, name string) (string, error) {
	for range 16 {
		p := filepath.Join(root, name)
		fi, err := os.Lstat(p)
		if err != nil {
			// Packages of a merged /usr may still name /lib and /bin.
			if alt := filepath.Join(root, "usr", name); !strings.HasPrefix(name, "/usr/") {
				if _, e := os.Lstat(alt); e == nil {
					name = "/usr" + name
					continue
				}
			}
			return "", err
		}
		if fi.Mode()&os.ModeSymlink == 0 {
			return p, nil
		}
		target, err := os.Readlink(p)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	return "", fmt.Errorf("%s: too many links", name)
}

// module is one kernel module: its file and the modules it must follow. One
// built into the kernel has no file.
type module struct {
	file string
	deps []string
}

// loadOrder returns the files of the named modules and all they depend on, each
// after those it depends on. Names use underscores. A name that is not there is
// an error that matches os.ErrNotExist.
func loadOrder(all map[string]module, names []string) ([]string, error) {
	var order []string
	var visit func(name string, path []string) error
	done := map[string]bool{}
	visit = func(name string, path []string) error {
		if done[name] {
			return nil
		}
		if slices.Contains(path, name) {
			return fmt.Errorf("module %s depends on itself", name)
		}
		m, ok := all[name]
		if !ok {
			return fmt.Errorf("kernel module %s: %w", name, os.ErrNotExist)
		}
		for _, d := range m.deps {
			if err := visit(d, append(path, name)); err != nil {
				return err
			}
		}
		done[name] = true
		if m.file != "" {
			order = append(order, m.file)
		}
		return nil
	}
	for _, n := range names {
		if err := visit(n, nil); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// readModules finds the modules below dir, a kernel's folder in /lib/modules.
func readModules(dir string) (map[string]module, error) {
	all := map[string]module{}
	builtin, err := os.ReadFile(filepath.Join(dir, "modules.builtin"))
	if err != nil {
		return nil, err
	}
	for path := range strings.FieldsSeq(string(builtin)) {
		all[moduleName(filepath.Base(path))] = module{}
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".ko") {
			return err
		}
		deps, err := moduleDeps(path)
		if err != nil {
			return err
		}
		all[moduleName(filepath.Base(path))] = module{path, deps}
		return nil
	})
	return all, err
}

func moduleName(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(file, ".ko"), "-", "_")
}

// moduleDeps reads the depends= and softdep= words of a module's .modinfo
// section.
func moduleDeps(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	s := f.Section(".modinfo")
	if s == nil {
		return nil, fmt.Errorf("%s: %w", path, errors.New("no .modinfo section"))
	}
	info, err := s.Data()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return parseModinfo(info), nil
}

func parseModinfo(info []byte) []string {
	var deps []string
	for word := range strings.SplitSeq(string(info), "\x00") {
		if list, ok := strings.CutPrefix(word, "depends="); ok {
			for d := range strings.SplitSeq(list, ",") {
				if d != "" {
					deps = append(deps, moduleName(d))
				}
			}
		}
	}
	return deps
}
