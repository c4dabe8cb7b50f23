package director

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"pacu/ipvs"
)

// Look compares the kernel with the belief: the number of services, those in
// doubt, those whose connections are waited for, and as many others, in turn,
// as take the time of budget to read; so a table that can be read within
// budget is read whole at every Look. It returns what others changed, in
// words; the next Reconcile puts it right.
func (d *Director) Look(budget time.Duration) ([]string, error) {
	began := time.Now()
	d.mu.Lock()
	found, err := d.lookTable(began, budget)
	more, merr := d.lookRest(began)
	d.mu.Unlock()
	return append(found, more...), errors.Join(err, merr)
}

// Doubts tells whether the last Look saw weights that another one may find to be
// somebody's change, and how long after now that is.
func (d *Director) Doubts(now time.Time) (settles time.Duration, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.attend {
		s := d.services[k]
		if s == nil {
			continue
		}
		for _, doubt := range s.doubt {
			if left := max(doubt.since.Add(d.second).Sub(now), 0); !ok || left < settles {
				settles, ok = left, true
			}
		}
	}
	return settles, ok
}

func (d *Director) lookTable(began time.Time, budget time.Duration) ([]string, error) {
	if !d.known {
		return nil, nil // Reconcile reads it first
	}
	defer d.tally()
	var found []string
	read := false // all services, in this Look
	if n, err := d.kernel.Count(); err == nil && n != d.count {
		read = true
		if err := d.lookServices(&found); err != nil {
			return found, err
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(d.attend), compareKeys) {
		s := d.services[k]
		delete(d.attend, k)
		if s == nil {
			continue
		}
		if err := d.lookAt(s, &found); err != nil {
			return found, err
		}
		if s.look || d.watched(s) {
			d.attend[k] = true
		}
	}
	// However long the others took, the patrol gets on.
	for fresh, first := false, true; first || time.Since(began) < budget; first = false {
		if len(d.round) == 0 {
			if fresh || len(d.services) == 0 && !d.cluster.Exclusive {
				break // once round is enough
			}
			fresh = true
			d.round = sortedKeys(d.services)
			if !read {
				if err := d.lookServices(&found); err != nil {
					return found, err
				}
			}
			continue
		}
		s := d.services[d.round[0]]
		d.round = d.round[1:]
		if s == nil || d.attend[s.key] {
			continue // was read in this Look: weights get a second one
		}
		if err := d.lookAt(s, &found); err != nil {
			return found, err
		}
		if s.look {
			d.attend[s.key] = true
		}
	}
	return found, nil
}

// lookServices compares the list of services.
func (d *Director) lookServices(found *[]string) error {
	statuses, err := d.kernel.Services()
	if err != nil {
		return fmt.Errorf("read the IPVS table: %w", err)
	}
	d.count = len(statuses)
	there := make(map[ipvs.Key]ipvs.Service, len(statuses))
	clear(d.others)
	for _, st := range statuses {
		there[st.Key] = st.Service
		if d.services[st.Key] != nil {
			continue
		}
		d.others[st.Key] = st.Service
		if d.cluster.Exclusive {
			d.met = false
			*found = append(*found, fmt.Sprintf("%v was added, and exclusive = 1", st.Key))
		}
	}
	for _, k := range sortedKeys(d.services) {
		s := d.services[k]
		svc, ok := there[k]
		switch {
		case ok && s.held != nil:
			was := s.held.Service
			s.held.Service = svc
			if !sameService(was, svc) {
				d.deviates(s, found, k.String(), "~ "+k.String())
			}
		case !ok && s.held != nil:
			s.held, s.doubt = nil, nil
			d.deviates(s, found, k.String(), "- "+k.String())
		case ok && s.held == nil:
			if err := d.lookAt(s, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookAt compares the destinations of one service.
func (d *Director) lookAt(s *service, found *[]string) error {
	var svc ipvs.Service
	if s.held != nil {
		svc = s.held.Service
	} else {
		st, err := d.kernel.Service(s.key)
		if errors.Is(err, os.ErrNotExist) {
			s.look, s.doubt = false, nil
			return nil // as believed
		}
		if err != nil {
			return fmt.Errorf("read the IPVS table: %w", err)
		}
		svc = st.Service
	}
	is, statuses, err := d.read(svc)
	if errors.Is(err, os.ErrNotExist) {
		is, err = nil, nil
	}
	if err != nil {
		return fmt.Errorf("read the IPVS table: %w", err)
	}
	s.active = activeOf(statuses)
	drift := d.learn(s, is, statuses)
	var first string
	var words []string
	for i, c := range drift.inOrder() {
		step := c.Step()
		if i == 0 {
			first = step.Object
		}
		words = append(words, step.String()) // "- 10.8.8.35:80 in http_server"
	}
	d.deviates(s, found, first, words...)
	return nil
}

// deviates notes the changes that others made to s, the first one to object.
func (d *Director) deviates(s *service, found *[]string, object string, what ...string) {
	if len(what) == 0 {
		return
	}
	*found = append(*found, what...)
	s.refusal.repair(time.Now(), object, what[0])
	d.soil(s)
}
