package article004

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"pacu/lab"
)

// File is the article's lvs.cf, word for word.
//
//go:embed lvs.cf
var File string

// The floating addresses.
var (
	VIP       = netip.MustParseAddr("10.10.1.30")
	NATRouter = netip.MustParseAddr("10.8.8.30")
)

// URL is what clients ask; SecureURL the same over TLS.
const (
	URL       = "http://10.10.1.30/"
	SecureURL = "https://10.10.1.30/"
)

// patience is how long a client waits for its page: an emulated machine that
// shares its processors may take a second for one, and has lost nothing.
const patience = 3 * time.Second

// Deadtime is lvs.cf's.
const Deadtime = 6 * time.Second

// lookEvery is the pause between two looks at something that is awaited.
const lookEvery = 50 * time.Millisecond

// A Pair is the article's system in a lab.
type Pair struct {
	*lab.Cluster
	Routers [2]*Router // lvs-01, the primary, and lvs-02
	Servers [3]*Server // lvs-03, lvs-04; lvs-05 is in no lvs.cf at first
	Client  *lab.Host

	// Public and Private sample all along who has the VIP and the NAT
	// router's address.
	Public, Private *lab.Holder
	// Steady asks for a page 25 times a second, from twenty addresses in turn.
	Steady *lab.Client
	// Control asks as often, but a web server of the clients' own network.
	Control *lab.Client

	unjudged []string // of the step that is played
}

// A Server is a real server.
type Server struct {
	*lab.Host
	HTTP, HTTPS *lab.Web
}

// Stop stops the web server; the machine goes on.
func (s *Server) Stop() error { return errors.Join(s.HTTP.Stop(), s.HTTPS.Stop()) }

// Start starts it again.
func (s *Server) Start() error { return errors.Join(s.HTTP.Start(), s.HTTPS.Start()) }

// New builds the networks and machines and starts the web servers; the routers
// run nothing yet. onLine, or nil, is shown each line that a daemon logs.
func New(onLine func(lab.Line)) (*Pair, error) {
	p := &Pair{Cluster: lab.New("article004")}
	p.OnLine = onLine
	public, private := p.Switch("public"), p.Switch("private")
	for i := range p.Routers {
		p.Routers[i] = newRouter(p.Cluster, public, private, 1+i)
	}
	for i := range p.Servers {
		h := p.Host(fmt.Sprintf("lvs-0%d", 3+i))
		h.Plug(private, "eth1", fmt.Sprintf("10.8.8.3%d/24", 3+i))
		h.Route("default", NATRouter.String())
		p.Servers[i] = &Server{Host: h}
	}
	p.Client = p.Host("client")
	p.Client.Plug(public, "eth0", "10.10.1.100/24")
	var many []netip.Addr
	for i := 101; i <= 120; i++ {
		a := netip.AddrFrom4([4]byte{10, 10, 1, byte(i)})
		p.Client.Address("eth0", a.String()+"/24")
		many = append(many, a)
	}
	beside := p.Host("beside")
	beside.Plug(public, "eth0", "10.10.1.99/24")
	err := p.Err()
	if err == nil {
		_, err = lab.NewWeb(beside, ":80")
	}
	for _, s := range p.Servers {
		if err == nil {
			s.HTTP, err = lab.NewWeb(s.Host, ":80")
		}
		if err == nil {
			s.HTTPS, err = lab.NewTLSWeb(s.Host, ":443")
		}
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.Public = lab.NewHolder(VIP, p.Routers[0].Host, p.Routers[1].Host)
	p.Private = lab.NewHolder(NATRouter, p.Routers[0].Host, p.Routers[1].Host)
	p.Steady = &lab.Client{Host: p.Client, URL: URL, Every: 40 * time.Millisecond, Timeout: patience, From: many}
	p.Control = &lab.Client{Host: p.Client, URL: "http://10.10.1.99/", Every: p.Steady.Every, Timeout: patience}
	return p, nil
}

// Watch samples the holders of the floating addresses until ctx ends.
func (p *Pair) Watch(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.Public.Run(ctx, 10*time.Millisecond) })
	g.Go(func() error { return p.Private.Run(ctx, 10*time.Millisecond) })
	return g.Wait()
}

// Active is the router that holds both floating addresses, if exactly one
// does, and the other.
func (p *Pair) Active() (active, other *Router, err error) {
	public, private := p.Public.Now(), p.Private.Now()
	if len(public) == 1 && len(private) == 1 && public[0] == private[0] {
		for i, r := range p.Routers {
			if r.Name() == public[0] {
				return r, p.Routers[1-i], nil
			}
		}
	}
	return nil, nil, fmt.Errorf("the VIP is held by %v, the NAT router's address by %v", public, private)
}
