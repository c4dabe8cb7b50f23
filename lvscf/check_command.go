package lvscf

import (
	"fmt"
	"path"
	"strings"
)

var (
	rowActiveCmd   = lookup(Global, "active_cmd")
	rowInactiveCmd = lookup(Global, "inactive_cmd")
	rowNotify      = lookup(Global, "notify")
)

// commands judges what is run outside blocks.
func (c *checker) commands() {
	cfg := &c.cfg
	for _, w := range []struct {
		row *Directive
		cmd *[]string
	}{{rowActiveCmd, &cfg.ActiveCmd}, {rowInactiveCmd, &cfg.InactiveCmd}, {rowNotify, &cfg.Notify}} {
		if *w.cmd != nil && len(*w.cmd) == 0 {
			*w.cmd = nil
			c.idle(w.row, "without a program", "delete it")
		}
		c.programPath(&c.global, w.row, Pos{1, 1}, *w.cmd)
	}
}

// programPath warns of the command of d in the block s, which is at p, unless
// its program is the path of one: pulse's PATH is not that of a shell.
func (c *checker) programPath(s *seen, d *Directive, p Pos, cmd []string) {
	if len(cmd) > 0 && !strings.HasPrefix(cmd[0], "/") {
		c.blame(s, d, p, Warning, "command-path", fmt.Sprintf("%s: %s is no absolute path of a program", d.Name, quoted(cmd[0])), fmt.Sprintf("write /usr/bin/%s, or wherever it is", short(path.Base(cmd[0]))))
	}
}
