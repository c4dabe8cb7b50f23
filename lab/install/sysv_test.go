package install

import (
	"strings"
	"testing"
	"time"
)

// TestKernelInstallSysV follows docs/quick-start.md on two fresh Debian systems
// whose init is SysV's, by the init scripts where the guide has systemctl: the
// same package, the same words. Then the scripts have to answer as LSB wants it,
// a router dies, is restarted, stopped and rebooted.
func TestKernelInstallSysV(t *testing.T) {
	s := newSite(t, true, "sysv")
	v := s.quickStart(strings.NewReplacer("systemctl start pulse", "/etc/init.d/pulse start"))
	one, two := s.routers[0], s.routers[1]
	for _, m := range s.routers {
		m.isNew()
		m.guarded()
		m.exits("lvsgui", "status", 0)
		m.exits("lvsgui", "restart", 0)
		m.exits("lvsgui", "status", 0)
		m.exits("lvsgui", "stop", 0)
		m.exits("lvsgui", "status", 3)
		m.exits("lvsgui", "condrestart", 0)
		m.exits("lvsgui", "status", 3)
		m.exits("lvsgui", "start", 0)
		m.exits("lvsgui", "start", 0)
		m.exits("lvsgui", "nonsense", 2)
		m.exits("pulse", "status", 0)
		m.exits("pulse", "start", 0)
		m.exits("pulse", "nonsense", 2)
		m.exits("pulse", "reload", 0)
		m.exits("pulse", "restart", 0)
		m.exits("pulse", "status", 0)
	}
	one.is("ACTIVE")
	two.is("STANDBY")
	v.lossless("restarted by the scripts")

	one.exits("pulse", "stop", 0)
	two.is("ACTIVE")
	one.exits("pulse", "status", 3)
	must(t, one, "rm -f /root/lvs.cf && mv /etc/sysconfig/ha/lvs.cf /root/")
	one.exits("pulse", "start", 6)
	must(t, one, "mv /root/lvs.cf /etc/sysconfig/ha/")
	one.exits("pulse", "start", 0)
	one.is("STANDBY")
	v.lossless("stopped, and started")

	must(t, two, "pkill -KILL -x pulse; while pgrep -x pulse; do sleep 0.1; done")
	two.exits("pulse", "status", 1)
	one.is("ACTIVE")
	two.exits("pulse", "start", 0)
	two.is("STANDBY")
	v.look("pulse was killed")
	v.held.renew()

	one.reboots()
	two.is("ACTIVE")
	one.is("STANDBY")
	v.lossless("the active router rebooted")
}

// exits runs an init script and fails the test if it exits otherwise.
func (m *machine) exits(script, verb string, want int) {
	m.t.Helper()
	if out, code, err := run(m.t, m, "/etc/init.d/"+script+" "+verb); code != want || err != nil {
		m.t.Errorf("%s: %s %s exits with %d, want %d, %v: %s", m.Name(), script, verb, code, want, err, out)
	}
}

// reboots has the machine's init reboot it.
func (m *machine) reboots() {
	m.t.Helper()
	// It may take the shell down, too.
	if _, _, err := run(m.t, m, "init 6"); err != nil {
		m.t.Fatal(err)
	}
	select {
	case <-m.process.Done():
	case <-time.After(bootLimit):
		m.t.Fatalf("%s does not go down", m.Name())
	}
	if err := m.PowerOff(); err != nil {
		m.t.Fatal(err)
	}
	m.boot()
	m.up()
}
