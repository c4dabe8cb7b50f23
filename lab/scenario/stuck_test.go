package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stuck describes the threads of the machine that run, or wait for what is no
// event: what to look at when something does not end.
func stuck() string {
	var out strings.Builder
	tasks, _ := filepath.Glob("/proc/[0-9]*/task/*")
	for _, task := range tasks {
		stat, err := os.ReadFile(task + "/stat")
		if err != nil {
			continue // it has ended
		}
		// proc(5): the state is the 3rd word, the first behind the name;
		// user and system time are the 14th and 15th, in ticks of 10 ms.
		words := strings.Fields(string(stat)[slices.Index(stat, ')')+1:])
		if words[0] != "R" && words[0] != "D" {
			continue
		}
		name, _, _ := strings.Cut(string(stat), ")")
		stack, _ := os.ReadFile(task + "/stack")
		fmt.Fprintf(&out, "%s) %s, ran %s+%s ticks\n%s", name, words[0], words[11], words[12], stack)
	}
	return out.String()
}
