package web

import (
	"context"
	"fmt"
	"testing"

	"pacu/control"
	"pacu/web/text"
)

// TestReasonsInChinese holds the reasons that the console makes itself to the
// catalogue, which knows them by how they begin.
func TestReasonsInChinese(t *testing.T) {
	for _, why := range []string{
		errFileMoved.Error(),
		reason(context.DeadlineExceeded),
		reason(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning)),
	} {
		if text.Chinese.Words().Said(why) == why {
			t.Errorf("%q has no Chinese", why)
		}
	}
}
