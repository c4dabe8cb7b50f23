package main

import (
	"context"
	"errors"

	"pacu/control"
)

// SwitchOver has the other router serve.
func (p *pulse) SwitchOver(ctx context.Context, check, force bool) (*control.Preflight, error) {
	return nil, errors.ErrUnsupported
}

// Hold makes this router never take over, or ends that.
func (p *pulse) Hold(ctx context.Context, on bool) (string, error) { return "", errors.ErrUnsupported }

// Explain says why this router has its role.
func (p *pulse) Explain(context.Context) (*control.Explanation, error) {
	return nil, errors.ErrUnsupported
}
