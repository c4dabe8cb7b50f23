package lab

import (
	"context"
	"fmt"
	"time"
)

// Until asks every so often until ask is content. When ctx ends first, the error
// holds why it ended (context.Cause) and what ask said last.
func Until(ctx context.Context, every time.Duration, ask func() error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}
