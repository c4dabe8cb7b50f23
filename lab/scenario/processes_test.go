package scenario

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// processes lists the programs of that name that run on the router, by their
// ids here. Pulse is "pulse", its guard "pulse-guard", its understudy "pulse-beat".
func (r *router) processes(name string) []int {
	r.site.t.Helper()
	var home syscall.Stat_t
	if err := r.NetNS(func(fd int) error { return syscall.Fstat(fd, &home) }); err != nil {
		r.site.t.Fatal(err)
	}
	comms, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		r.site.t.Fatal(err)
	}
	var pids []int
	for _, path := range comms {
		comm, err := os.ReadFile(path)
		if err != nil || strings.TrimSpace(string(comm)) != name {
			continue // it has ended, or is another
		}
		var its syscall.Stat_t
		if err := syscall.Stat(filepath.Dir(path)+"/ns/net", &its); err != nil || its.Ino != home.Ino {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// daemon is the pulse that runs on the router, or 0. Commands such as pulse
// status are none.
func (r *router) daemon() int {
	r.site.t.Helper()
	for _, pid := range r.processes("pulse") {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil {
			continue
		}
		if argv := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00"); len(argv) == 1 || strings.HasPrefix(argv[1], "-") {
			return pid
		}
	}
	return 0
}

// hits sends the pulse that runs a signal.
func (r *router) hits(sig syscall.Signal) {
	r.site.t.Helper()
	pid := r.daemon()
	if pid == 0 {
		r.site.t.Fatalf("%s: no pulse runs", r.Name())
	}
	if err := syscall.Kill(pid, sig); err != nil {
		r.site.t.Fatal(err)
	}
}

// alive waits until a pulse runs that is not the one with this id.
func (r *router) alive(not int) {
	r.site.t.Helper()
	r.site.until(func(context.Context) error {
		if pid := r.daemon(); pid == 0 || pid == not {
			return fmt.Errorf("%s: no new pulse runs", r.Name())
		}
		return nil
	})
}

// deserted waits until nothing of pulse's runs on the router.
func (r *router) deserted() {
	r.site.t.Helper()
	r.site.until(func(context.Context) error {
		for _, name := range []string{"pulse", "pulse-beat", "pulse-guard", "nanny"} {
			if pids := r.processes(name); len(pids) > 0 {
				return fmt.Errorf("%s: %s still runs: %v", r.Name(), name, pids)
			}
		}
		return nil
	})
}

// standing is the risk and the priority that the kernel gives a process.
type standing struct{ oomScore, nice string }

// stands waits until all processes of that name, one at least, have this
// standing.
func (r *router) stands(name string, want standing) {
	r.site.t.Helper()
	r.site.until(func(context.Context) error {
		pids := r.processes(name)
		if len(pids) == 0 {
			return fmt.Errorf("%s: no %s runs", r.Name(), name)
		}
		for _, pid := range pids {
			score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid))
			if err != nil {
				return err
			}
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil {
				return err
			}
			// proc(5): nice is the 19th word, the 17th behind the name.
			words := strings.Fields(string(stat)[slices.Index(stat, ')')+1:])
			if got := (standing{strings.TrimSpace(string(score)), words[16]}); got != want {
				return fmt.Errorf("%s: %s (%d) stands %+v, want %+v", r.Name(), name, pid, got, want)
			}
		}
		return nil
	})
}
