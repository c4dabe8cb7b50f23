package main

import (
	"fmt"
	"os"
	"strings"
)

// sysctls are this machine's kernel settings.
type sysctls struct{}

// Read returns a setting without its line's end.
func (sysctls) Read(name string) (string, error) {
	b, err := os.ReadFile(sysctlPath(name))
	if err != nil {
		return "", fmt.Errorf("sysctl %s: %w", name, plain(err))
	}
	return strings.TrimSpace(string(b)), nil
}

// Write makes a setting.
func (sysctls) Write(name, value string) error {
	if err := os.WriteFile(sysctlPath(name), []byte(value+"\n"), 0o644); err != nil {
		return fmt.Errorf("sysctl %s = %s: %w", name, value, plain(err))
	}
	return nil
}

// sysctlPath is the file of a setting. As for sysctl(8), a slash in a name is a
// dot in a file's, as in net.ipv4.conf.eth0/100.accept_local.
func sysctlPath(name string) string {
	return "/proc/sys/" + strings.NewReplacer(".", "/", "/", ".").Replace(name)
}
