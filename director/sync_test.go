package director

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pacu/ipvs"
)

// daemons are those that run, in words.
func (m *machine) daemons(t *testing.T) string {
	t.Helper()
	all, err := m.kernel.Daemons()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, r := range all {
		words = append(words, fmt.Sprintf("%v %s id %d maxlen %d group %v port %d ttl %d", r.Role, r.Interface, r.SyncID, r.MaxLen, r.Group, r.Port, r.TTL))
	}
	return strings.Join(words, "\n")
}

func (m *machine) start(t *testing.T, d ipvs.Daemon) {
	t.Helper()
	if err := m.kernel.StartDaemon(d); err != nil {
		t.Fatal(err)
	}
}

const chosen = " maxlen 1472 group 224.0.0.81 port 8848 ttl 1"

func syncCluster(s *Sync) *Cluster { return &Cluster{Sync: s} }

// follow has the daemons follow the role, and compares what was changed.
func follow(t *testing.T, d *Director, want ...string) {
	t.Helper()
	got, err := d.FollowRole()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

// The daemon of the new role runs at once, that of the old one a while longer:
// what it has not told yet would be lost.
func TestSyncFollowsTheRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		d := m.director()
		d.Configure(syncCluster(&Sync{Interface: "eth1", ID: 7}))
		r := reconcile(t, d)
		if diff := cmp.Diff([]string{"+ sync backup daemon on eth1, id 7"}, r.Others); diff != "" || !r.Kept {
			t.Errorf("at first, kept %v (-want +got):\n%s", r.Kept, diff)
		}
		time.Sleep(time.Minute)
		if err := d.SetActive(true, nil); err != nil {
			t.Fatal(err)
		}
		d.mu.Lock() // a long Reconcile is not waited for
		follow(t, d, "+ sync master daemon on eth1, id 7")
		d.mu.Unlock()
		if got := d.Sync(); len(got) != 2 || got[0].Role != ipvs.Master {
			t.Errorf("running %v", got)
		}
		time.Sleep(linger / 2)
		follow(t, d)
		if r := reconcile(t, d); !r.Empty() {
			t.Errorf("too early: %q", r.Others)
		}
		if plan, err := d.Plan(syncCluster(&Sync{Interface: "eth1", ID: 7})); err != nil || len(plan) > 0 {
			t.Errorf("plan %v, %v", plan, err)
		}
		time.Sleep(linger / 2)
		follow(t, d, "- sync backup daemon on eth1")
		if got := m.daemons(t); got != "master eth1 id 7"+chosen {
			t.Errorf("active with %s", got)
		}
		if got := d.Sync(); len(got) != 1 || got[0].Role != ipvs.Master {
			t.Errorf("running %v", got)
		}
		if err := d.SetActive(false, nil); err != nil {
			t.Fatal(err)
		}
		follow(t, d, "+ sync backup daemon on eth1, id 7")
		if err := d.Release(); err != nil || m.daemons(t) != "" {
			t.Errorf("left behind: %s, %v", m.daemons(t), err)
		}
		if got := d.Sync(); got != nil {
			t.Errorf("running %v", got)
		}
	})
}

// Options that change restart the daemon, those that stay do not; 0 again is
// the kernel's own again.
func TestSyncOptions(t *testing.T) {
	m := newMachine()
	d := m.director()
	base := Sync{Interface: "eth1", ID: 7}
	full := Sync{Interface: "eth1", ID: 7, MaxLen: 512, Port: 9000, Group: netip.MustParseAddr("ff02::81"), TTL: 3}
	for _, tt := range []struct {
		sync    *Sync
		changed []string
		running string
	}{
		{&base, []string{"+ sync backup daemon on eth1, id 7"}, "backup eth1 id 7" + chosen},
		{&Sync{Interface: "eth1", ID: 7}, nil, "backup eth1 id 7" + chosen},
		{
			&full, []string{"- sync backup daemon on eth1", "+ sync backup daemon on eth1, id 7, maxlen 512, port 9000, group ff02::81, ttl 3"},
			"backup eth1 id 7 maxlen 1024 group ff02::81 port 9000 ttl 3",
		},
		{&full, nil, "backup eth1 id 7 maxlen 1024 group ff02::81 port 9000 ttl 3"},
		{&base, []string{"- sync backup daemon on eth1", "+ sync backup daemon on eth1, id 7"}, "backup eth1 id 7" + chosen},
		{
			&Sync{Interface: "eth0"}, []string{"- sync backup daemon on eth1", "+ sync backup daemon on eth0, id 0"},
			"backup eth0 id 0" + chosen,
		},
		{nil, []string{"- sync backup daemon on eth0"}, ""},
	} {
		plan, err := d.Plan(syncCluster(tt.sync))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.changed, lines(plan)); diff != "" && len(plan)+len(tt.changed) > 0 {
			t.Errorf("%v: plan (-want +got):\n%s", tt.sync, diff)
		}
		d.Configure(syncCluster(tt.sync))
		follow(t, d, tt.changed...)
		if got := m.daemons(t); got != tt.running {
			t.Errorf("%v: running\n%s, want\n%s", tt.sync, got, tt.running)
		}
	}
}

// A pulse that starts anew finds what its forerunner started: what is right
// goes on, what lvs.cf asks for no more ends, and what others started stays.
func TestSyncResumes(t *testing.T) {
	ours := Sync{Interface: "eth1", ID: 7, Port: 9000, Group: netip.MustParseAddr("239.1.2.3")}
	running := "backup eth1 id 7 maxlen 1472 group 239.1.2.3 port 9000 ttl 1"
	for _, tt := range []struct {
		name    string
		before  *Sync
		sync    *Sync
		changed []string
		running string
	}{
		{"as it was", &ours, &ours, nil, running},
		{"as it was, and it is not known whose", nil, &ours, nil, running},
		{"taken out", &ours, nil, []string{"- sync backup daemon on eth1"}, ""},
		{"another's", nil, nil, nil, running},
		{"another's beside ours", &Sync{Interface: "eth0", ID: 7}, nil, nil, running},
		{
			"an option taken out", &ours, &Sync{Interface: "eth1", ID: 7},
			[]string{"- sync backup daemon on eth1", "+ sync backup daemon on eth1, id 7"}, "backup eth1 id 7" + chosen,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine()
			m.start(t, ours.daemon(ipvs.Backup))
			text, err := json.Marshal(State{Sync: tt.before})
			if err != nil {
				t.Fatal(err)
			}
			var st State
			if err := json.Unmarshal(text, &st); err != nil {
				t.Fatal(err)
			}
			d := m.director()
			d.Configure(syncCluster(tt.sync))
			if err := d.Resume(st); err != nil {
				t.Fatal(err)
			}
			follow(t, d, tt.changed...)
			if got := m.daemons(t); got != tt.running {
				t.Errorf("running %s", got)
			}
			if diff := cmp.Diff(tt.sync, d.State().Sync, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

// A daemon of the other role that an earlier pulse left ends at once.
func TestSyncOfAnotherRole(t *testing.T) {
	m := newMachine()
	ours := Sync{Interface: "eth1", ID: 7}
	m.start(t, ours.daemon(ipvs.Master))
	d := m.director()
	d.Configure(syncCluster(&ours))
	follow(t, d, "+ sync backup daemon on eth1, id 7", "- sync master daemon on eth1")
}
