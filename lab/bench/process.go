package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A usage is what a process and those it started use.
type usage struct {
	processor time.Duration // since they began
	rss       int64         // resident memory of the largest of them, in KB
	pss       int64         // of all, what they share counted once, in KB
}

// usageOf reads /proc; see proc(5).
func usageOf(pid int) (usage, error) {
	pids, err := family(pid)
	if err != nil {
		return usage{}, err
	}
	return usageOfAll(pids)
}

// usageOfAll is what several processes use together.
func usageOfAll(pids []int) (usage, error) {
	var u usage
	for _, p := range pids {
		dir := filepath.Join("/proc", strconv.Itoa(p))
		text, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil {
			return usage{}, err
		}
		st, err := parseStat(string(text))
		if err != nil {
			return usage{}, err
		}
		u.processor += st.processor
		for file, add := range map[string]func(int64){
			"status":       func(kb int64) { u.rss = max(u.rss, kb) },
			"smaps_rollup": func(kb int64) { u.pss += kb },
		} {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				return usage{}, err
			}
			kb, err := kilobytes(string(text), map[string]string{"status": "VmRSS", "smaps_rollup": "Pss"}[file])
			if err != nil {
				return usage{}, fmt.Errorf("process %d: %w", p, err)
			}
			add(kb)
		}
	}
	return u, nil
}

// family is pid and all that it started, and they in their turn.
func family(pid int) ([]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended since the listing
		}
		st, err := parseStat(string(text))
		if err != nil {
			return nil, err
		}
		children[st.parent] = append(children[st.parent], st.pid)
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all, nil
}

type stat struct {
	pid, parent int
	processor   time.Duration
	ended       time.Duration // processor time of children that ended
}

// tick is the unit of times in /proc/PID/stat: USER_HZ is 100 on all that Linux
// shows to programs.
const tick = time.Second / 100

// parseStat reads a line of /proc/PID/stat. The name in it may hold anything.
func parseStat(text string) (stat, error) {
	first, rest, ok := strings.Cut(text, " (")
	end := strings.LastIndexByte(rest, ')')
	if !ok || end < 0 {
		return stat{}, fmt.Errorf("not a line of /proc/PID/stat: %q", text)
	}
	const parent, user, system, endedUser, endedSystem = 1, 11, 12, 13, 14 // fields after the name
	fields := strings.Fields(rest[end+1:])
	if len(fields) <= endedSystem {
		return stat{}, fmt.Errorf("too short a line of /proc/PID/stat: %q", text)
	}
	var numbers [6]int
	for i, f := range []string{first, fields[parent], fields[user], fields[system], fields[endedUser], fields[endedSystem]} {
		n, err := strconv.Atoi(f)
		if err != nil {
			return stat{}, fmt.Errorf("line of /proc/PID/stat: %w", err)
		}
		numbers[i] = n
	}
	return stat{numbers[0], numbers[1], time.Duration(numbers[2]+numbers[3]) * tick, time.Duration(numbers[4]+numbers[5]) * tick}, nil
}

// kilobytes is the value of a line "NAME:   123 kB".
func kilobytes(text, name string) (int64, error) {
	for line := range strings.Lines(text) {
		value, ok := strings.CutPrefix(line, name+":")
		if !ok {
			continue
		}
		f := strings.Fields(value)
		if len(f) != 2 || f[1] != "kB" {
			return 0, fmt.Errorf("%s is %q, not in kB", name, strings.TrimSpace(value))
		}
		return strconv.ParseInt(f[0], 10, 64)
	}
	return 0, fmt.Errorf("no line %s", name)
}
