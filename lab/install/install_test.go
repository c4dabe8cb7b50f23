package install

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestKernelInstall follows docs/quick-start.md word for word on two fresh Debian
// systems with systemd: installed, traffic through the pair, switched over, failed,
// and upgraded without a lost request. Then the package is removed from the active
// router, which hands over; purged; and installed again.
func TestKernelInstall(t *testing.T) {
	s := newSite(t, true, "systemd")
	v := s.quickStart(nil)
	for _, m := range s.routers {
		m.isNew()
		m.guarded()
	}
	one, two := s.routers[0], s.routers[1]

	must(t, one, "apt remove -y pacu")
	two.is("ACTIVE")
	must(t, one, "! ps -e -o comm= | grep -e pulse -e nanny -e lvsgui && ! ip -4 addr | grep -e 10.10.1.30 -e 10.8.8.30 && test -s /etc/sysconfig/ha/lvs.cf && test -s /etc/sysconfig/ha/lvs.key && test ! -e /usr/sbin/pulse")
	v.lossless("removed from the active router")

	must(t, one, "apt purge -y pacu && test ! -e /etc/sysconfig/ha && test ! -e /var/lib/pacu && test ! -e /etc/init.d/pulse && getent passwd lvsgui")
	must(t, one, "apt install ./"+s.new)
	one.given(two)
	must(t, one, "systemctl start pulse")
	one.is("STANDBY")
	one.isNew()
	v.lossless("purged, and installed again")
}

// TestKernelInstallDirect follows docs/quick-start-direct.md word for word.
func TestKernelInstallDirect(t *testing.T) {
	s := newSite(t, false, "systemd")
	for _, step := range guide(t, "quick-start-direct.md") {
		s.follow(step)
	}
}

// quickStart follows docs/quick-start.md with clients at work from where its own
// client first has an answer. None of them may lose a request but to the loss of
// power. The words are replaced in all commands: pairs of old and new.
func (s *site) quickStart(words *strings.Replacer) *traffic {
	s.t.Helper()
	steps := guide(s.t, "quick-start.md")
	if words != nil {
		for i := range steps {
			steps[i].Command = words.Replace(steps[i].Command)
		}
	}
	serves := begins(s.t, steps, 0, "curl ")
	plug := begins(s.t, steps, serves, "poweroff ")
	again := begins(s.t, steps, plug, "curl ")
	begins(s.t, steps, again, "apt install ")
	var v *traffic
	for i, step := range steps {
		if i == plug {
			v.lossless("until the plug is pulled")
		}
		s.follow(step)
		switch i {
		case serves:
			v = s.traffic()
		case again:
			v.look("a router without power")
			v.held.renew()
		}
	}
	v.lossless("switched on again, and upgraded")
	return v
}

// is waits until pulse has the role and both routers know it of each other.
func (m *machine) is(role string) {
	m.t.Helper()
	want := fmt.Sprintf("%s is %s ", m.Name(), role)
	m.until(settleLimit, func(context.Context) error {
		out, _, err := run(m.t, m, "pulse status")
		if err == nil && !strings.HasPrefix(out, want) {
			err = fmt.Errorf("it says %.60q, want %q", out, want)
		}
		return err
	})
}

// isNew fails the test if what runs is not what the newer package brought.
func (m *machine) isNew() {
	m.t.Helper()
	must(m.t, m, `v=$(dpkg-query -W -f '${Version}' pacu) && dpkg --compare-versions "$v" ge `+version(m.deb)+` &&
		pulse status | grep -F "pulse $v, pid" &&
		for name in pulse lvsgui; do
			pid=$(pgrep -o -x $name) && [ "$(readlink /proc/$pid/exe)" = /usr/sbin/$name ] || { ps axf; exit 1; }
		done`)
	if m.init == "systemd" {
		must(m.t, m, `systemctl is-active pulse lvsgui && [ -z "$(systemctl --failed --no-legend)" ] || { systemctl --failed; systemctl status pulse lvsgui; exit 1; }`)
	}
}

// guarded fails the test if files and sockets are open to others than those they
// are for, or closed to these.
func (m *machine) guarded() {
	m.t.Helper()
	got := must(m.t, m, "stat -c '%a %U:%G %n' /etc/sysconfig/ha /var/lib/pacu /run/pulse /run/pulse/control.sock && stat -c '%a %U %n' /etc/sysconfig/ha/lvs.key")
	want := "2770 root:lvsgui /etc/sysconfig/ha\n700 lvsgui:lvsgui /var/lib/pacu\n750 root:pulse /run/pulse\n660 root:pulse /run/pulse/control.sock\n600 root /etc/sysconfig/ha/lvs.key\n"
	if got != want {
		m.t.Errorf("%s: modes:\n%swant:\n%s", m.Name(), got, want)
	}
	must(m.t, m, `as() { setpriv --reuid "$1" --regid "$1" --init-groups --reset-env sh -c "$2"; }
		as lvsgui 'cat /etc/sysconfig/ha/lvs.cf' >/dev/null && as lvsgui '/usr/sbin/pulse status' >/dev/null &&
		! as lvsgui 'cat /etc/sysconfig/ha/lvs.key' &&
		! as pacu-nanny '/usr/sbin/pulse status' &&
		! as pacu-nanny 'ls /etc/sysconfig/ha' &&
		curl -skf https://127.0.0.1:3636/ >/dev/null`)
}

// given gives a router the other's lvs.cf and key, as an operator would.
func (m *machine) given(other *machine) {
	m.t.Helper()
	for file, umask := range map[string]string{"lvs.cf": "027", "lvs.key": "077"} {
		text := must(m.t, other, "cat /etc/sysconfig/ha/"+file)
		must(m.t, m, "umask "+umask+" && cat > /etc/sysconfig/ha/"+file+" <<'EOT'\n"+text+"EOT")
	}
}

// version is the version in a package's name.
func version(deb string) string { return strings.Split(deb, "_")[1] }
