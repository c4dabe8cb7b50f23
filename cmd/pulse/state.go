package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"pacu/control"
	"pacu/director"
	"pacu/vip"
)

// A state is what a starting pulse must know of the one before it. It is about
// this boot of the machine alone: its file is in a folder that a boot empties.
type state struct {
	director.State
	Active bool `json:"active,omitempty"` // it served
	Held   bool `json:"held,omitempty"`   // an operator wants this router never to take over
	// Began are when Drains began, since the boot: the time of day they have may
	// be another by now.
	Began []time.Duration `json:"began,omitempty"`
}

// maxState bounds what is read as a state.
const maxState = 64 << 20

// A stateFile keeps the state for the next pulse.
type stateFile struct {
	path string

	mu   sync.Mutex
	last []byte // as written
}

// read returns the state, empty where there is none.
func (f *stateFile) read() (state, error) {
	var s state
	file, err := os.OpenFile(f.path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		defer file.Close()
		err = json.NewDecoder(io.LimitReader(file, maxState)).Decode(&s)
	}
	if err != nil {
		return state{}, fmt.Errorf("the state of the pulse before (%s) cannot be read: drains and services it owned are forgotten: %w", f.path, plain(err))
	}
	s.Drains = drainsNow(s.Drains, s.Began, time.Now(), uptime())
	return s, nil
}

// write keeps s, whole or not at all.
func (f *stateFile) write(s state) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Equal(text, f.last) {
		return nil
	}
	next := f.path + ".new"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err == nil {
		_, werr := file.Write(text)
		err = errors.Join(werr, file.Close())
	}
	if err == nil {
		err = os.Rename(next, f.path)
	}
	if err != nil {
		return fmt.Errorf("keep the state for the next pulse: %w", err)
	}
	f.last = text
	return nil
}

// remove forgets the state: everything was given up.
func (f *stateFile) remove() error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// save keeps the state of now.
func (p *pulse) save() {
	if p.o.norun {
		return
	}
	role, _, _ := p.beat.state()
	s := state{State: p.director.State(), Active: role == control.Active, Held: p.beat.isHeld()}
	s.Began = drainsBegan(s.Drains)
	if err := p.state.write(s); err != nil {
		p.events.add(control.Error, "kernel", "", err.Error())
	}
}

// holdsAll tells whether this machine has all floating addresses of s, on
// their interfaces: the pulse before served until just now.
func (p *pulse) holdsAll(s *site) bool {
	held, err := p.addresses.Addresses()
	if err != nil {
		return false
	}
	for _, want := range s.floating() {
		same := func(h vip.Held) bool { return h.Prefix == want.Prefix && h.Interface == want.Interface }
		if !slices.ContainsFunc(held, same) {
			return false
		}
	}
	return len(s.cluster.Addresses) > 0
}
