package web

import (
	"fmt"
	"testing"
	"time"

	"pacu/control"
	"pacu/lab/browser"
	"pacu/web/series"
)

// history fills the charts of s with a quarter of an hour of traffic, with a
// gap where pulse did not answer.
func history(s *Server, snap *control.Snapshot) {
	h := s.hub
	h.charting.Lock()
	defer h.charting.Unlock()
	begin := time.Now().Add(-series.Points * series.Step)
	count := map[series.Key]*series.Sample{}
	for i := range series.Points - 1 {
		at := begin.Add(time.Duration(i) * series.Step)
		if i > 100 && i < 112 {
			h.series.Miss(at)
			continue
		}
		h.series.Begin(at)
		put := func(k series.Key, rank series.Rank, base uint64) {
			n := count[k]
			if n == nil {
				n = &series.Sample{}
				count[k] = n
			}
			wave := base + base*uint64(i%37)/60 + base*uint64(i*i%17)/40
			n.Active, n.Connections, n.BytesIn, n.BytesOut = wave*9, n.Connections+wave*5, n.BytesIn+wave*5*6000, n.BytesOut+wave*5*80_000
			h.series.Put(k, at, rank, *n)
		}
		for j := range snap.Services {
			one := &snap.Services[j]
			put(series.Key{Service: one.Key()}, series.Service, one.Stats.ConnectionRate)
			for k := range one.Servers {
				put(serverKey(one.Key(), &one.Servers[k]), series.Calm, one.Servers[k].Stats.ConnectionRate)
			}
		}
		h.series.End()
	}
}

// pictures are the page in every dress.
func pictures(b *browser.Browser, name string) {
	for _, dress := range []string{"light", "dark"} {
		b.Window(1440, 900, dress)
		b.Check(name + "-" + dress)
	}
	b.Window(390, 844, "light")
	b.Check(name + "-narrow")
	b.Window(1440, 900, "light")
}

func TestBrowserWatchMonitoring(t *testing.T) {
	s, p := newConsole(t, true)
	history(s, p.snap)
	p.change(time.Now(), func(n *control.Snapshot) { keyed(n, p.snap.Config.SHA256) })
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	pictures(b, "watch-monitoring")

	// One server's row changes by itself; the focus and the chart stay.
	browser.Eval[bool](b, `(window.chart = document.querySelector('#svc-fwmark-80-c svg'), document.querySelector('#svc-fwmark-80-h a').focus(), true)`)
	p.change(time.Now(), func(n *control.Snapshot) {
		keyed(n, p.snap.Config.SHA256)
		n.Services[0].Servers[0].Active = 4711
		n.Services[0].Servers[0].Health = control.Down
	})
	b.Until(`document.querySelector('#svc-fwmark-80-r0').className === 'bad'`)
	b.Until(`document.querySelector('#svc-fwmark-80-r0').innerText.includes('4711')`)
	if !browser.Eval[bool](b, `window.chart !== null && document.activeElement.matches('#svc-fwmark-80-h a')`) {
		t.Error("the focus is lost, or there was no chart")
	}
	if !browser.Eval[bool](b, `document.querySelector('#svc-fwmark-80-c svg') === window.chart`) {
		t.Error("the chart was put in anew")
	}

	// Another service is in trouble: the order follows.
	order := `[...document.querySelectorAll('.services tbody')].map(b => b.id).join(' ')`
	p.change(time.Now(), func(n *control.Snapshot) {
		keyed(n, p.snap.Config.SHA256)
		for i := range n.Services[1].Servers {
			n.Services[1].Servers[i].Health = control.Up
		}
		n.Services[2].Servers[0].Health = control.Down
		extra := n.Services[0]
		extra.FWMark, extra.Name, extra.Port = 0, "plain", 8080
		n.Services = append(n.Services, extra)
	})
	b.Until(order + ` === 'svc-tcp-10_10_1_40-587 svc-fwmark-80 svc-tcp-10_10_1_40-25 svc-tcp-10_10_1_30-8080'`)
	b.Until(`document.querySelectorAll('#svc-tcp-10_10_1_30-8080 tr').length === 3`)

	// The search is the server's.
	b.Fill("#find", "mx-1")
	b.Press(`.find button`)
	b.Until(order + ` === 'svc-tcp-10_10_1_40-587 svc-tcp-10_10_1_40-25' && !document.getElementById('live').hidden`)
	b.Press(`.shows a[href*="show=down"]`)
	b.Until(order + ` === 'svc-tcp-10_10_1_40-587'`)
	b.Until(`!document.getElementById('live').hidden`)
	b.Check("watch-filtered")

	// Nothing is known: nothing is drawn as if it were.
	b.Open("/monitoring")
	p.fail(fmt.Errorf("%w: nobody answers on /run/pulse/control.sock", control.ErrNotRunning))
	b.Until(`document.getElementById('topology').innerText.includes('not known')  || document.querySelector('#topology details').textContent.includes('is not known')`)
	pictures(b, "watch-unknown")
	p.fail(nil)
	p.change(time.Now(), uneasy)
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh' && !document.getElementById('live').hidden`)
	b.Until(`document.querySelectorAll('.axis-of-time').length > 0`)
	pictures(b, "watch-zh")
}

// keyed makes the heartbeats of s authenticated, and the partner's lvs.cf
// another than the one here, which has hash.
func keyed(s *control.Snapshot, hash string) {
	s.Config.SHA256 = hash
	s.Router.Key = "5f0c77ae"
	p := s.Partner
	p.Keyed, p.SerialNo, p.ConfigDiffers, p.SHA256, p.Servers, p.ServersUp = true, 2, true, "8a1f2c3d4e5f6071", 4, 4
}

func TestBrowserWatchService(t *testing.T) {
	s, p := newConsole(t, true)
	history(s, p.snap)
	p.change(time.Now(), func(n *control.Snapshot) {
		n.Config.SHA256 = p.snap.Config.SHA256
		servers := n.Services[1].Servers
		for i := range servers[:2] {
			servers[i].Probed = time.Now().Add(-3 * time.Second)
		}
		servers[0].Drain = &control.Drain{Since: time.Now().Add(-time.Minute), Until: time.Now().Add(4 * time.Minute)}
		servers[1].Forced = &control.Forced{To: control.ForceUp, Since: time.Now().Add(-2 * time.Minute)}
	})
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	b.Press(`#svc-fwmark-80-h a`)
	b.Until(`location.pathname === '/service' && !document.getElementById('live').hidden`)
	b.Until(`document.querySelectorAll('#one-charts svg').length === 3`)
	pictures(b, "watch-service")
	b.Open("/service?key=tcp+10.10.1.40%3A25")
	b.Until(`!document.getElementById('live').hidden`)
	pictures(b, "watch-service-trouble")
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh' && location.search.includes('key=')`)
	b.Check("watch-service-zh")
	p.change(time.Now(), func(n *control.Snapshot) { n.Services = n.Services[:1] })
	b.Until(`document.getElementById('one-head').innerText.includes('没有这个虚拟服务器')`)
	b.Check("watch-service-gone-zh")
}

func TestBrowserWatchMany(t *testing.T) {
	s, p := newConsole(t, true)
	p.snap = crowd(4000)
	p.snap.Services[7].Servers[3].Health = control.Down
	p.snap.Services[7].Servers[3].Why = "connect: no route to host"
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Until(`!document.getElementById('live').hidden`)
	b.Until(`document.querySelectorAll('.services tbody').length === 50`)
	pictures(b, "watch-many")
	b.Press(`.turns a[rel=next]`)
	b.Until(`document.querySelector('.services tbody').id === 'svc-tcp-10_1_0_50-80'`)
	b.Until(`!document.getElementById('live').hidden`)
}

func TestBrowserEvents(t *testing.T) {
	s, p := newConsole(t, true)
	run := p.snap.Started
	for i := range 130 {
		p.older = append(p.older, control.Event{Seq: uint64(i + 1), Time: time.Now().Add(time.Duration(i-200) * time.Minute), Level: control.Info, Kind: "server", Object: fmt.Sprintf("r%d", i), Message: "up in tcp 10.10.1.40:25"})
	}
	tell := func(level control.Level, kind, object, message string) {
		p.change(time.Now(), func(n *control.Snapshot) {
			last := p.snap.Events[len(p.snap.Events)-1]
			n.Started, n.Config.SHA256 = run, p.snap.Config.SHA256
			n.Events = append(p.snap.Events[max(0, len(p.snap.Events)-40):], control.Event{Seq: last.Seq + 1, Time: time.Now(), Level: level, Kind: kind, Object: object, Message: message})
		})
	}
	for i := range p.snap.Events {
		p.snap.Events[i].Seq += 130
	}
	b := openBrowser(t, s)
	b.LogIn("/monitoring", "piranha", password)
	b.Open("/events")
	b.Until(`!document.getElementById('live').hidden && document.querySelectorAll('#log li').length === 100`)
	tell(control.Error, "server", "mx-1", "down in tcp 10.10.1.40:25: <b>refused</b>")
	b.Until(`document.querySelector('#log li').innerText.includes('<b>refused</b>')`)
	pictures(b, "events")
	b.Press(`.turns a[rel=next]`)
	b.Until(`document.querySelectorAll('#log li').length === 35`)
	b.Check("events-older")
	b.Press(`a[href="/events"]`)
	b.Until(`document.getElementById('live') && !document.getElementById('live').hidden`)
	run = run.Add(time.Hour)
	p.change(time.Now(), func(n *control.Snapshot) {
		n.Started = run
		n.Events = []control.Event{{Seq: 1, Time: time.Now(), Level: control.Warning, Kind: "role", Message: "standby: adopted"}}
	})
	b.Until(`document.querySelector('#log li').innerText.includes('adopted') && document.querySelectorAll('#log .lost').length === 1`)
	browser.Eval[bool](b, `(document.getElementById('level').value = 'error', true)`)
	b.Press(`.find button`)
	b.Until(`document.querySelectorAll('#log li.bad').length === 2 && document.querySelectorAll('#log li.off').length === 0`)
	b.Press(`.languages a[lang=zh]`)
	b.Until(`document.documentElement.lang === 'zh'`)
	b.Check("events-zh")
}
