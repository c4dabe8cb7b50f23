package director

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A ChangedSetting is one that this director changed, and what it was.
type ChangedSetting struct{ Name, Value, Was, Why string }

// makeSettings makes the settings, each told once with its reason, and puts
// back those that are needed no more.
func (d *Director) makeSettings() ([]string, error) {
	if d.rest.set {
		return nil, nil
	}
	var words []string
	var errs []error
	want := d.cluster.Settings()
	for _, w := range want {
		is, err := d.setting(w.Name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%w; %s", err, w.Why))
			continue
		}
		if w.met(is) {
			continue
		}
		if err := d.sysctls.Write(w.Name, w.Value); err != nil {
			errs = append(errs, fmt.Errorf("%w; %s", err, w.Why))
			continue
		}
		words = append(words, fmt.Sprintf("sysctl %s = %s (was %s): %s", w.Name, w.Value, is, w.Why))
		if !slices.ContainsFunc(d.rest.before, func(c ChangedSetting) bool { return c.Name == w.Name }) {
			d.rest.before = append(d.rest.before, ChangedSetting{w.Name, w.Value, is, w.Why})
		}
	}
	needed := func(c ChangedSetting) bool {
		return slices.ContainsFunc(want, func(w Setting) bool { return w.Name == c.Name })
	}
	restored, err := d.restore(func(c ChangedSetting) bool { return !needed(c) })
	d.rest.set = len(errs) == 0
	return append(words, restored...), errors.Join(append(errs, err)...)
}

// restore puts back the settings that match, where nobody changed them again.
func (d *Director) restore(match func(ChangedSetting) bool) (words []string, err error) {
	var errs []error
	d.rest.before = slices.DeleteFunc(d.rest.before, func(c ChangedSetting) bool {
		if !match(c) {
			return false
		}
		is, err := d.setting(c.Name)
		if err == nil && is == c.Value {
			if err = d.sysctls.Write(c.Name, c.Was); err == nil {
				words = append(words, fmt.Sprintf("sysctl %s = %s, as before", c.Name, c.Was))
			}
		}
		errs = append(errs, err)
		return err == nil
	})
	return words, errors.Join(errs...)
}

// Settings are those that this director changed.
func (d *Director) Settings() []ChangedSetting {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.rest.before)
}

// setting reads a setting. The kernel puts tabs between several values.
func (d *Director) setting(name string) (string, error) {
	text, err := d.sysctls.Read(name)
	return strings.Join(strings.Fields(text), " "), err
}
