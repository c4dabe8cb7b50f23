package peer

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

// A router is an ssh server on loopback with sftp on this machine's files and
// a pulse of its own, and with faults.
type router struct {
	t       *testing.T
	l       net.Listener
	set     sync.Mutex // held while what follows is changed
	host    ssh.Signer
	allowed ssh.PublicKey
	noSFTP  bool
	mute    bool                                 // takes connections, and says nothing
	banner  string                               // said instead of ssh
	answer  func(command string) (string, uint8) // pulse; nil: as pulse does

	mu    sync.Mutex
	conns []net.Conn
	ran   []string
}

func newSigner(t *testing.T) ssh.Signer {
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

// newRouter starts a router and returns it with a Peer that may log in, and
// the folder of its lvs.cf.
func newRouter(t *testing.T) (*router, *Peer, string) {
	t.Helper()
	state, folder := t.TempDir(), filepath.Join(t.TempDir(), "ha")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	id, err := LoadIdentity(IdentityPath(state))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &router{t: t, l: l, host: newSigner(t), allowed: id.signer.PublicKey()}
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
	t.Cleanup(func() { r.stop(); served.Wait() })
	p := &Peer{
		Settings: Settings{
			Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "root",
			Config: filepath.Join(folder, "lvs.cf"), Pulse: "/usr/sbin/pulse",
		},
		Identity: id,
		Known:    &KnownHosts{Path: KnownHostsPath(state)},
	}
	if err := p.Known.Trust(p.Settings.Address(), HostKey{r.host.PublicKey()}); err != nil {
		t.Fatal(err)
	}
	return r, p, folder
}

// change makes the router another.
func (r *router) change(how func()) {
	r.set.Lock()
	defer r.set.Unlock()
	how()
}

// stop ends the router with all its connections.
func (r *router) stop() {
	r.l.Close()
	r.cut()
}

// cut ends all connections.
func (r *router) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
}

func (r *router) serve(c net.Conn) {
	defer c.Close()
	r.set.Lock()
	host, allowed, banner, mute := r.host, r.allowed, r.banner, r.mute
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
		if string(key.Marshal()) != string(allowed.Marshal()) {
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

func (r *router) session(ch ssh.Channel, reqs <-chan *ssh.Request) {
	defer ch.Close()
	r.set.Lock()
	noSFTP, answer := r.noSFTP, r.answer
	r.set.Unlock()
	if answer == nil {
		answer = pulse
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

// pulse answers as Pacu's does.
func pulse(command string) (string, uint8) {
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

// commands are the words of the command lines that ran, without the program
// and without what changes from run to run.
func (r *router) commands() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, c := range r.ran {
		words := strings.Fields(c)
		out = append(out, words[1])
	}
	return out
}

// A record of steps: what ended, and how.
type record struct {
	began int
	steps []string
}

func (r *record) tell(e Event) {
	if !e.Ended {
		r.began++
		return
	}
	how := "well"
	if e.Error != nil {
		how = string(e.Error.Fault)
	}
	r.steps = append(r.steps, string(e.Step)+": "+how)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// names are the files in a folder, with their modes.
func names(t *testing.T, folder string) []string {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range all {
		fi, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %04o", e.Name(), fi.Mode().Perm()))
	}
	return out
}
