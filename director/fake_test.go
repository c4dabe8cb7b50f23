package director

import (
	"fmt"
	"slices"

	"pacu/vip"
)

// fakeAddresses are one machine's addresses, in memory.
type fakeAddresses struct {
	held []vip.Held
	fail map[string]error // by interface
}

func (f *fakeAddresses) Addresses() ([]vip.Held, error) { return slices.Clone(f.held), nil }

func (f *fakeAddresses) AddAll(addrs []vip.Address) []error {
	errs := make([]error, len(addrs))
	for i, a := range addrs {
		if err := f.fail[a.Interface]; err != nil {
			errs[i] = fmt.Errorf("add %s: %w", a, err)
			continue
		}
		f.held = append(f.held, vip.Held{Address: a, Ours: true})
	}
	return errs
}

func (f *fakeAddresses) RemoveAll(addrs []vip.Address) []error {
	errs := make([]error, len(addrs))
	for i, a := range addrs {
		if err := f.fail[a.Interface]; err != nil {
			errs[i] = fmt.Errorf("remove %s: %w", a, err)
			continue
		}
		f.held = slices.DeleteFunc(f.held, func(h vip.Held) bool { return h.Address == a })
	}
	return errs
}

func (f *fakeAddresses) String() string {
	var list []string
	for _, h := range f.held {
		list = append(list, h.String())
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}
