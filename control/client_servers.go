package control

import (
	"context"
	"fmt"
	"time"
)

// Drain has pulse give a real server, named as in Request, no new connections,
// and end those that are left after timeout; 0 waits for them. It returns what
// pulse did, for people, as soon as that is so, not when the last connection
// has ended; within a minute unless ctx allows less.
func (c *Client) Drain(ctx context.Context, server string, timeout time.Duration) (string, error) {
	return c.act(ctx, Request{Do: DrainServer, Server: server, Timeout: Duration(timeout)})
}

// Undrain ends a Drain, however far that has come; within a minute unless ctx
// allows less.
func (c *Client) Undrain(ctx context.Context, server string) (string, error) {
	return c.act(ctx, Request{Do: Undrain, Server: server})
}

func (c *Client) act(ctx context.Context, q Request) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	if err := q.check(); err != nil {
		return "", err
	}
	r, err := c.ask(ctx, q)
	return r.Message, err
}

// Force has pulse overrule the probes of a real server, named as in Request, or
// end that, and returns what it did, for people; within a minute unless ctx
// allows less.
func (c *Client) Force(ctx context.Context, server string, to Way) (string, error) {
	return c.act(ctx, Request{Do: ForceServer, Server: server, To: to})
}

// Probe has pulse probe a real server, named as in Request, once in each of its
// services, and returns what that found; within a minute unless ctx allows
// less. It is never empty without an error.
func (c *Client) Probe(ctx context.Context, server string) ([]Probed, error) {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	q := Request{Do: ProbeServer, Server: server}
	if err := q.check(); err != nil {
		return nil, err
	}
	r, err := c.ask(ctx, q)
	if err == nil && len(r.Probed) == 0 {
		return nil, fmt.Errorf("%s: pulse's reply holds no probe", c.path)
	}
	return r.Probed, err
}

// Setup returns what the real servers that q chooses must be set up with;
// within 10 s unless ctx allows less.
func (c *Client) Setup(ctx context.Context, q SetupQuery) (*Setup, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotLimit)
	defer cancel()
	if err := q.check(); err != nil {
		return nil, err
	}
	r, err := c.ask(ctx, Request{Do: GetSetup, Setup: &q})
	if err != nil {
		return nil, err
	}
	if r.Setup == nil {
		return nil, fmt.Errorf("%s: pulse's reply holds no set-up", c.path)
	}
	return r.Setup, nil
}
