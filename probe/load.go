package probe

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A LoadMonitor asks a real server, once, how busy it is. It holds no state and
// has limits of its own, as a Check has. When it fails nothing is known of the
// server, least of all that it is down.
type LoadMonitor interface {
	Ask(ctx context.Context, t Target) (Advice, error)
	String() string
}

// An Advice is what a load monitor learnt: a load average, of which a Curve
// makes a weight; or of a LoadAgent, which judges its server itself, what part
// of the weight it is to have.
type Advice struct {
	Load  float64 // load average of the last minute; not an agent's
	Share float64 // an agent's: part of the server's weight, 0 to 2; 0: no new connections
	Down  bool    // an agent's: the server must not be used
	Said  string  // for people: load average 0.42; its agent says "drain"
}

// maxLoad is more than any machine's load average, which is a bound for
// nonsense.
const maxLoad = 1e6

// averaged is the advice of a load average.
func averaged(load float64) Advice {
	return Advice{Load: load, Said: "load average " + strconv.FormatFloat(load, 'f', -1, 64)}
}

// loadPattern finds the load average of the last minute in what uptime, rup and
// ruptime write: "load average: 0.12, 0.10, 0.05", "load averages: 0.12 0.10
// 0.05", "load 0.12, 0.10, 0.05"; with a decimal comma too, for a server may
// have a language of its own. As in Piranha a blank or a comma must follow it;
// the end of the text is new.
var loadPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s,;])load(?:[ \t]+averages?)?[ \t]*:?[ \t]*([0-9]{1,9}(?:[.,][0-9]{1,9})?)(?:[,\s]|$)`)
})

// parseLoad finds the load average in a program's output.
func parseLoad(output []byte) (float64, error) {
	found := loadPattern().FindSubmatch(output)
	if found == nil {
		return 0, errors.New("bad load average returned: " + quote(output))
	}
	return loadNumber(strings.Replace(string(found[1]), ",", ".", 1))
}

// loadNumber reads a load average.
func loadNumber(text string) (float64, error) {
	load, err := strconv.ParseFloat(text, 64)
	if err != nil || !(load >= 0 && load <= maxLoad) {
		return 0, fmt.Errorf("bad load average returned: %.40q", text)
	}
	return load, nil
}
