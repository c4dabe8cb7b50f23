// Package peertest is a router to reach over ssh in tests: an ssh server on
// loopback with sftp on this machine's files and a pulse of its own, and with
// faults.
package peertest

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"pacu/lvscf"
)

// A Router is the other router of a pair.
type Router struct {
	Folder string // of its lvs.cf
	Port   int    // on 127.0.0.1

	// What it is like. It is changed within Change alone.
	Host    ssh.Signer                           // its host key
	Allowed ssh.PublicKey                        // who may log in; nil: nobody
	NoSFTP  bool                                 // it has no sftp
	Mute    bool                                 // it takes connections, and says nothing
	Banner  string                               // said instead of ssh
	Answer  func(command string) (string, uint8) // what a command says, and its exit code; nil: Pulse

	l     net.Listener
	set   sync.Mutex
	mu    sync.Mutex
	conns []net.Conn
	ran   []string
}

// NewSigner returns a new key.
func NewSigner(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Start starts a router with an empty folder for its lvs.cf. It lets nobody
// in before Allowed is set.
func Start(t testing.TB) *Router {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Router{l: l, Folder: filepath.Join(t.TempDir(), "ha"), Port: l.Addr().(*net.TCPAddr).Port, Host: NewSigner(t)}
	if err := os.Mkdir(r.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.conns = append(r.conns, c)
			r.mu.Unlock()
			served.Go(func() { r.serve(c) })
		}
	})
	t.Cleanup(func() { r.Stop(); served.Wait() })
	return r
}

// Change makes the router another.
func (r *Router) Change(how func()) {
	r.set.Lock()
	defer r.set.Unlock()
	how()
}

// Stop ends the router with all its connections.
func (r *Router) Stop() {
	r.l.Close()
	r.Cut()
}

// Cut ends all connections.
func (r *Router) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
}

func (r *Router) serve(c net.Conn) {
	defer c.Close()
	r.set.Lock()
	host, allowed, banner, mute := r.Host, r.Allowed, r.Banner, r.Mute
	r.set.Unlock()
	if banner != "" {
		fmt.Fprint(c, banner)
		return
	}
	if mute {
		c.Read(make([]byte, 1<<10))
		c.Read(make([]byte, 1<<10)) // until it is closed
		return
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if allowed == nil || string(key.Marshal()) != string(allowed.Marshal()) {
			return nil, fmt.Errorf("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for nc := range channels {
		ch, reqs, err := nc.Accept()
		if err != nil {
			return
		}
		go r.session(ch, reqs)
	}
}

func (r *Router) session(ch ssh.Channel, reqs <-chan *ssh.Request) {
	defer ch.Close()
	r.set.Lock()
	noSFTP, answer := r.NoSFTP, r.Answer
	r.set.Unlock()
	if answer == nil {
		answer = Pulse
	}
	for req := range reqs {
		var name struct{ Text string }
		if err := ssh.Unmarshal(req.Payload, &name); err != nil {
			return
		}
		switch {
		case req.Type == "subsystem" && name.Text == "sftp" && !noSFTP:
			req.Reply(true, nil)
			s, err := sftp.NewServer(ch)
			if err != nil {
				return
			}
			s.Serve()
			return
		case req.Type == "exec":
			req.Reply(true, nil)
			r.mu.Lock()
			r.ran = append(r.ran, name.Text)
			r.mu.Unlock()
			said, code := answer(name.Text)
			fmt.Fprint(ch.Stderr(), said)
			ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
			return
		default:
			req.Reply(false, nil)
		}
	}
}

// Pulse answers as Pacu's does.
func Pulse(command string) (string, uint8) {
	words := strings.Fields(command)
	switch words[1] {
	case "--version":
		return "Program Version:\t0.7.0\nA component of:\t\tPacu\n", 0
	case "check":
		b, err := os.ReadFile(words[2])
		if err != nil {
			return err.Error(), 1
		}
		if _, ps := lvscf.Read(words[2], b); ps.Err() != nil {
			return ps.String() + "\n" + words[2] + ": 1 error\n", 1
		}
		return words[2] + ": no problems\n", 0
	case "reload":
		return "serial 12 loaded: nothing else changed\n", 0
	}
	return "what?", 2
}

// Commands are the words of the command lines that ran, without the program
// and without what changes from run to run.
func (r *Router) Commands() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, c := range r.ran {
		words := strings.Fields(c)
		out = append(out, words[1])
	}
	return out
}
