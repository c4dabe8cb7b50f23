package peer

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A link is a connection to the other router, logged in.
type link struct {
	*Peer
	ctx  context.Context
	tell func(Event)
	conn net.Conn
	ssh  *ssh.Client
	sftp *sftp.Client // nil before files
}

// dial connects and logs in. tell hears of the steps.
func (p *Peer) dial(ctx context.Context, tell func(Event)) (*link, error) {
	l := &link{Peer: p, ctx: ctx, tell: tell}
	err := l.step(Connect, connectLimit, func(ctx context.Context) (string, error) {
		if err := p.Settings.Check(); err != nil {
			return "", l.fault(Connect, Unset, err)
		}
		var err error
		l.conn, err = p.connect(ctx)
		return p.Settings.Address(), err
	})
	if err != nil {
		return nil, err
	}
	if err := l.step(Login, loginLimit, l.login); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (p *Peer) connect(ctx context.Context) (net.Conn, error) {
	dial := p.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return dial(ctx, "tcp", p.Settings.Address())
}

// login holds the host key against the confirmed ones, and logs in.
func (l *link) login(context.Context) (string, error) {
	if l.Identity == nil {
		return "", l.fault(Login, NoIdentity, nil)
	}
	address := l.Settings.Address()
	known, err := l.Known.Of(address)
	if err != nil {
		return "", err
	}
	var shown HostKey
	var refused error
	c := &ssh.ClientConfig{
		User:              l.Settings.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(l.Identity.signer)},
		HostKeyAlgorithms: algorithms(known),
		HostKeyCallback: func(name string, remote net.Addr, key ssh.PublicKey) error {
			shown = HostKey{key}
			refused = l.verify(name, remote, shown, known)
			return refused
		},
	}
	conn, channels, requests, err := ssh.NewClientConn(l.conn, address, c)
	switch {
	case refused != nil:
		return "", refused
	case err != nil && shown.key == nil:
		return "", l.unspoken(err)
	case err != nil && strings.Contains(err.Error(), "unable to authenticate"):
		return "", &Error{l.Settings.Host, Login, Denied, l.Settings.User + ": " + err.Error(), err}
	case err != nil:
		return "", err
	}
	l.ssh = ssh.NewClient(conn, channels, requests)
	return l.Settings.User + ", " + printable(conn.ServerVersion()) + ", " + shown.Fingerprint(), nil
}

// unspoken tells why there was no ssh at all.
func (l *link) unspoken(err error) error {
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() || errors.Is(err, net.ErrClosed) {
		return err
	}
	return l.fault(Login, NotSSH, err)
}

// verify is the answer to a host key that is shown.
func (l *link) verify(name string, remote net.Addr, key HostKey, known []HostKey) error {
	if len(known) == 0 {
		return &Error{l.Settings.Host, Login, HostUnknown, key.Type() + " " + key.Fingerprint(), nil}
	}
	callback, err := l.Known.callback()
	if err != nil {
		return err
	}
	err = callback(name, remote, key.key)
	var wrong *knownhosts.KeyError
	if !errors.As(err, &wrong) {
		return err // nil, or the key is revoked
	}
	var was []string
	for _, k := range known {
		was = append(was, k.Fingerprint())
	}
	note := "confirmed: " + strings.Join(was, ", ") + "; shown: " + key.Fingerprint()
	return &Error{l.Settings.Host, Login, HostChanged, note, err}
}

// HostKey asks the other router for its host key, and does not log in.
func (p *Peer) HostKey(ctx context.Context) (HostKey, error) {
	l := &link{Peer: p, ctx: ctx, tell: func(Event) {}}
	var shown HostKey
	err := l.step(Connect, connectLimit, func(ctx context.Context) (_ string, err error) {
		if err := p.Settings.Check(); err != nil {
			return "", l.fault(Connect, Unset, err)
		}
		l.conn, err = p.connect(ctx)
		return "", err
	})
	if err != nil {
		return HostKey{}, err
	}
	defer l.close()
	enough := errors.New("seen")
	err = l.step(Login, loginLimit, func(context.Context) (string, error) {
		_, _, _, err := ssh.NewClientConn(l.conn, p.Settings.Address(), &ssh.ClientConfig{
			User: p.Settings.User, HostKeyAlgorithms: algorithms(nil),
			HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
				shown = HostKey{key}
				return enough
			},
		})
		if shown.key != nil {
			return "", nil
		}
		return "", l.unspoken(err)
	})
	return shown, err
}

// step does a part of the work, within limit, and tells of it. The error is an
// *Error.
func (l *link) step(s Step, limit time.Duration, do func(context.Context) (note string, err error)) error {
	l.tell(Event{Step: s})
	if hurried, ok := l.hurry[s]; ok {
		limit = hurried
	}
	ctx, cancel := context.WithTimeout(l.ctx, limit)
	defer cancel()
	// Neither ssh nor sftp has deadlines: an end of the connection ends
	// whatever waits for it. So that what is in l.conn then is seen, the
	// dialing itself is ended by ctx.
	if l.conn != nil {
		defer context.AfterFunc(ctx, func() { l.conn.Close() })()
	}
	note, err := do(ctx)
	if err == nil {
		l.tell(Event{Step: s, Ended: true, Note: note})
		return nil
	}
	if ctx.Err() != nil {
		err = l.fault(s, Timeout, context.Cause(ctx))
	}
	e := l.classify(s, err)
	l.tell(Event{Step: s, Ended: true, Error: e, Note: note})
	return e
}

func (l *link) fault(s Step, f Fault, err error) *Error {
	return &Error{Host: l.Settings.Host, Step: s, Fault: f, Err: err}
}

func (l *link) close() {
	// To say good-bye must not take long, even to somebody who is dead.
	l.conn.SetDeadline(time.Now().Add(time.Second)) // a closed one says nothing more
	if l.sftp != nil {
		l.sftp.Close() // nothing is left to be written
	}
	if l.ssh != nil {
		l.ssh.Close()
	}
	l.conn.Close()
}
