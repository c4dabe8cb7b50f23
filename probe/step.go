package probe

import "context"

type stepKey struct{}

// WithSteps has a check that runs with the context tell each of its steps, in
// words: for an operator who looks on.
func WithSteps(ctx context.Context, tell func(step string)) context.Context {
	return context.WithValue(ctx, stepKey{}, tell)
}

// step tells who looks on, if anybody does.
func step(ctx context.Context, text string) {
	if tell, ok := ctx.Value(stepKey{}).(func(string)); ok {
		tell(text)
	}
}
