package scenario

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// initScript is where a distribution puts the script of our package.
const initScript = "/etc/init.d/pulse"

// sysv is an init script on a router. What it starts is in a control group.
type sysv struct {
	r      *router
	cgroup *os.File
}

// bySysV gives the router the script. cgroup is the machine's.
func (r *router) bySysV(cgroup string) *sysv {
	r.site.t.Helper()
	t := r.site.t
	r.Private(filepath.Dir(initScript))
	r.site.built()
	if err := r.WriteFile(initScript, packaged(t, "pulse.init"), 0o755); err != nil {
		t.Fatal(err)
	}
	cgroup = filepath.Join(cgroup, r.Name())
	if err := os.Mkdir(cgroup, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Open(cgroup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return &sysv{r, dir}
}

func (i *sysv) do(verb string) {
	i.r.site.t.Helper()
	if code, out := i.exits(verb); code != 0 {
		i.r.site.t.Fatalf("%s: %s %s exits with %d: %s", i.r.Name(), initScript, verb, code, out)
	}
}

// exits runs the script and returns its exit code, and what it said.
func (i *sysv) exits(verb string) (code int, out string) {
	i.r.site.t.Helper()
	ctx, cancel := awake(i.r.site.t.Context(), patience)
	defer cancel()
	cmd := i.r.Command(ctx, initScript, verb)
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(i.cgroup.Fd())}
	text, err := cmd.CombinedOutput()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		i.r.site.t.Fatalf("%s: %s %s: %v", i.r.Name(), initScript, verb, err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}
