package doctor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pacu/control"
	"pacu/lvscf"
)

// Options say what to examine.
type Options struct {
	Version string // of the program that looks
	Config  string // path of lvs.cf
	Socket  string // pulse's control socket
	State   string // the console's folder, /var/lib/pacu
}

const (
	// maxConfig is pulse's own limit of an lvs.cf.
	maxConfig = 64 << 20
	// maxFile is the most that is read of any other file.
	maxFile = 1 << 20
	// nameWithin bounds the look-up of one host name, and namesWithin that of
	// all.
	nameWithin, namesWithin = 2 * time.Second, 6 * time.Second
)

// A Section is one group of rules and what they found.
type Section struct {
	Title    string   `json:"title"`
	Findings Findings `json:"findings"`         // the worst first; never null
	Unseen   []string `json:"unseen,omitempty"` // what could not be looked at
}

// A group collects some facts and judges by all that are there.
type group struct {
	title   string
	collect func(ctx context.Context, o Options, f *Facts)
	rules   []func(f *Facts, to *Findings)
}

// groups are in the order in which they are examined: later ones use the facts
// of those before.
var groups = []group{
	{"lvs.cf and files", collectFiles, []func(*Facts, *Findings){configRules, fileRules}},
	{"pulse and its partner", collectPulse, []func(*Facts, *Findings){pulseRules, partnerRules}},
	{"kernel", collectKernel, []func(*Facts, *Findings){moduleRules, tableRules, sysctlRules, answerRules}},
	{"interfaces and addresses", collectNetwork, []func(*Facts, *Findings){deviceRules, ownRules, heldRules, neighborRules, subnetRules}},
	{"firewall", collectFirewall, []func(*Facts, *Findings){firewallRules, markRules}},
	{"this machine", collectMachine, []func(*Facts, *Findings){bootRules, processRules, clockRules, diskRules}},
}

// Examine looks at this machine and calls each with every group's findings as
// they are known. It returns all the facts.
func Examine(ctx context.Context, o Options, each func(Section)) *Facts {
	f := &Facts{
		Taken: time.Now(), Version: o.Version, Root: os.Geteuid() == 0, Unseen: []string{},
		Hosts: map[lvscf.Host]netip.Addr{}, Sysctls: map[string]string{}, ConfigPath: o.Config,
	}
	f.Hostname, _ = os.Hostname() // without one it is nameless
	// What several groups ask for.
	collectAddresses(f)
	f.Boot = readBoot("/")
	for _, g := range groups {
		before := len(f.Unseen)
		if g.title == groups[0].title {
			before = 0
		}
		g.collect(ctx, o, f)
		s := Section{Title: g.title, Findings: g.judge(f)}
		s.Unseen = slices.Clone(f.Unseen[before:])
		each(s)
	}
	return f
}

func (g group) judge(f *Facts) Findings {
	found := Findings{}
	for _, rule := range g.rules {
		rule(f, &found)
	}
	return found.sorted().shortened(g.title)
}

// Judge is what all rules find in facts, in the order of the groups.
func Judge(f *Facts) []Section {
	var all []Section
	for _, g := range groups {
		all = append(all, Section{Title: g.title, Findings: g.judge(f)})
	}
	return all
}

// collectFiles reads lvs.cf and looks at the files around it.
func collectFiles(ctx context.Context, o Options, f *Facts) {
	dir := filepath.Dir(o.Config)
	for _, one := range []struct{ what, path string }{
		{fileConfig, o.Config}, {fileKey, filepath.Join(dir, "lvs.key")}, {fileFolder, dir},
		{fileRun, filepath.Dir(o.Socket)}, {fileSocket, o.Socket}, {fileState, o.State},
	} {
		f.Files = append(f.Files, lookAt(one.what, one.path, f))
	}
	text, err := readBounded(o.Config, maxConfig)
	if err != nil {
		f.ConfigError = err.Error()
		return
	}
	sum := sha256.Sum256(text)
	f.SHA256 = hex.EncodeToString(sum[:])
	cfg, ps := lvscf.Read(o.Config, text)
	for _, p := range ps {
		if cfg == nil && p.Severity == lvscf.Error && f.ConfigError == "" {
			f.ConfigError = p.String()
		} else if p.Severity != lvscf.Error {
			f.Warnings = append(f.Warnings, p.String())
		}
	}
	if cfg == nil {
		return
	}
	f.Config = cfg
	_, cut := Redact(text)
	f.Secrets = cut > 0
	resolve(ctx, f)
}

// resolve finds the addresses of all hosts that lvs.cf names.
func resolve(ctx context.Context, f *Facts) {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	cfg := f.Config
	hosts := []lvscf.Host{cfg.Primary, cfg.PrimaryPrivate, cfg.Backup, cfg.BackupPrivate}
	for _, p := range cfg.HeartbeatPaths {
		hosts = append(hosts, p.Primary, p.Backup)
	}
	for _, v := range f.virtuals() {
		for i := range v.Servers {
			if v.Servers[i].Active {
				hosts = append(hosts, v.Servers[i].Address)
			}
		}
	}
	for _, h := range hosts {
		if _, known := f.Hosts[h]; known || h == "" {
			continue
		}
		if a, ok := h.Addr(); ok {
			f.Hosts[h] = a
			continue
		}
		one, cancel := context.WithTimeout(ctx, nameWithin)
		found, err := net.DefaultResolver.LookupNetIP(one, "ip", string(h))
		cancel()
		if err != nil || len(found) == 0 {
			f.unseen(fmt.Sprintf("%s: the name was not resolved (%v)", h, err))
			continue
		}
		f.Hosts[h] = found[0].Unmap()
	}
}

// collectPulse asks the running pulse.
func collectPulse(ctx context.Context, o Options, f *Facts) {
	s, err := control.NewClient(o.Socket).Snapshot(ctx)
	switch {
	case err == nil:
		f.Pulse = s
	case errors.Is(err, fs.ErrPermission):
		f.PulseError = err.Error()
		f.unseen("pulse on " + o.Socket + ": only root and its group may ask it")
	default:
		f.PulseError = err.Error()
	}
}

// readBounded reads a regular file of at most that many bytes.
func readBounded(path string, most int64) ([]byte, error) {
	// A pipe in its place must not hold us up.
	file, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	b, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return b, nil
}
