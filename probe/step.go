package probe

import "context"

type stepKey struct{}

// WithSteps has a check that runs with the context tell each of its steps, in
// words: for an operator who looks on.
func WithSteps(ctx context.Context, tell func(step string)) context.Context {
	return context.WithValue(ctx, stepKey{}, tell)
}

// teller is who looks on; nil when nobody does.
func teller(ctx context.Context) func(step string) {
	tell, _ := ctx.Value(stepKey{}).(func(string))
	return tell
}

// watched says whether anybody looks on, for steps that cost something to tell.
func watched(ctx context.Context) bool { return teller(ctx) != nil }

// step tells who looks on, if anybody does.
func step(ctx context.Context, text string) {
	if tell := teller(ctx); tell != nil {
		tell(text)
	}
}
