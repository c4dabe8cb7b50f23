package bench

import "context"

// Jitter x
func Jitter(ctx context.Context, s Settings, say Say) ([]Figure, error) { return nil, nil }
