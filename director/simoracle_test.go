package director

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pacu/firewall"
	"pacu/ipvs"
)

// judgeOp fails the test where o, which the director is about to do, costs a
// client its connection, sends one to a server that must not get any, or
// touches what is another's.
func (w *world) judgeOp(o ipvs.Op) {
	k := o.Key()
	v := w.cfg.of(k)
	if _, foreign := w.foreign[k]; foreign && !w.cfg.exclusive {
		w.fatalf("touches another's service: %v", o)
	}
	words := strings.Fields(o.String())
	a, err := netip.ParseAddrPort(words[1])
	switch {
	case err != nil && words[0] == "delete":
		if v != nil && !w.cfg.elsewhere(v, w.active) {
			w.fatalf("deletes a service that lvs.cf has: %v", o)
		}
	case err != nil:
	case words[0] == "delete":
		if why := w.mayGo(v, k, a); why != "" {
			w.fatalf("%v: %s", o, why)
		}
	default:
		weight, err := strconv.Atoi(words[len(words)-1])
		if err != nil {
			w.fatalf("no weight in %q", o)
		}
		if why := w.mayGive(v, k, a, uint32(weight)); why != "" {
			w.fatalf("%v: %s", o, why)
		}
	}
}

// mayGo tells why the destination at a must not leave the service, if so.
func (w *world) mayGo(v *simVirtual, k ipvs.Key, a netip.AddrPort) string {
	if v == nil {
		return "" // the service is to go
	}
	connections := false
	ds, _ := w.kernel.Destinations(k)
	if d, ok := held(ds).find(a); ok {
		connections = d.Active+d.Inactive > 0
	}
	s, listed := v.server(a)
	draining, expired := w.drained(v, a)
	alien := w.alien[slot{k, a}]
	switch {
	case listed && !draining:
		_, up, judged := w.state(v, k, s)
		_, kept := w.kept[slot{k, a}]
		switch {
		case up && v.sorryAt() != a:
			return "it is up"
		case !judged && kept:
			return "it was served, and no probe says otherwise"
		case judged && v.quiesce:
			return "it is quiesced"
		}
	case a == v.sorryAt() && w.mustSorry(v, k):
		return "it is the sorry server, and serves"
	case alien, !connections, !v.keep, expired:
	default:
		return "it has connections"
	}
	return ""
}

// mayGive tells why the destination at a must not have that weight, if so.
func (w *world) mayGive(v *simVirtual, k ipvs.Key, a netip.AddrPort, weight uint32) string {
	if v == nil && isThrough(k) && weight == 1 {
		return "" // verify says whether a check needs it
	}
	if v == nil {
		return "lvs.cf has no such service"
	}
	if weight == 0 {
		return ""
	}
	if a == v.sorryAt() {
		if w.mustNotSorry(v, k) {
			return "enough servers are up"
		}
		return ""
	}
	s, listed := v.server(a)
	if !listed {
		if n := w.count(v, k); n.up == 0 && n.untried > 0 && v.keep {
			return "" // it serves until the first of the new is up
		}
		return "lvs.cf has no such server"
	}
	if draining, _ := w.drained(v, a); draining {
		return "it is drained"
	}
	want, up, judged := w.state(v, k, s)
	kept, isKept := w.kept[slot{k, a}]
	switch {
	case judged && !up:
		return "it is down"
	case judged && weight != want:
		return "its weight is another"
	case !judged && (!isKept || kept != weight):
		return "no probe has seen it"
	}
	return ""
}

// verify compares the kernel with what it should hold, once all is quiet.
func (w *world) verify() {
	services, err := w.kernel.Services()
	if err != nil {
		w.fatalf("%v", err)
	}
	table := w.table()
	found := make(map[ipvs.Key]bool)
	reaches := w.cfg.reaches()
	for _, svc := range services {
		k := svc.Key
		v := w.cfg.of(k)
		if rules, foreign := w.foreign[k]; foreign {
			if got := w.rules(k); got != rules || w.cfg.exclusive {
				w.fatalf("another's service is %q, was %q, exclusive %v", got, rules, w.cfg.exclusive)
			}
			continue
		}
		if v == nil && isThrough(k) {
			w.verifyThrough(svc.Service, table[k], reaches)
			continue
		}
		if v == nil || w.cfg.elsewhere(v, w.active) {
			w.fatalf("%v is still there", k)
		}
		found[k] = true
		got, want := svc.Service, v.service(k)
		if v.persistent == 0 {
			got.Timeout, got.Netmask, want.Timeout, want.Netmask = 0, 0, 0, 0
		}
		if got != want {
			w.fatalf("service %+v, want %+v", got, want)
		}
		w.verifyService(v, k, table[k])
	}
	for i := range w.cfg.virtuals {
		v := &w.cfg.virtuals[i]
		for _, k := range v.keys() {
			if !found[k] && !w.cfg.elsewhere(v, w.active) {
				w.fatalf("%v is missing", k)
			}
		}
	}
	if len(reaches) > 0 {
		w.fatalf("checks have no way to %v", reaches)
	}
	if w.cfg.exclusive {
		clear(w.foreign)
	}
	for k := range w.foreign {
		if _, there := table[k]; !there {
			delete(w.foreign, k) // it went while exclusive was on
		}
	}
	w.verifyRest()
}

// verifyThrough compares a service for checks, and takes it off the list of
// those that must be.
func (w *world) verifyThrough(s ipvs.Service, is held, reaches map[simReach]bool) {
	k := s.Key
	if len(is) != 1 || !reaches[simReach{is[0].Destination, k.Addr.Is6()}] || s != (ipvs.Service{Key: k, Scheduler: "rr"}).Canonical() {
		w.fatalf("service %+v of checks with %+v, want one of %v", s, is, reaches)
	}
	delete(reaches, simReach{is[0].Destination, k.Addr.Is6()})
}

func (w *world) verifyService(v *simVirtual, k ipvs.Key, is held) {
	sorry, sorryThere := is.find(v.sorryAt())
	standing := w.d.Standing(k)
	n := w.count(v, k)
	// Until the first of all new servers is up, those that leave serve on, and
	// one of them may have been the sorry server.
	replacing := v.keep && n.up == 0 && n.untried > 0
	serves := sorryThere && sorry.Weight > 0 && !(replacing && standing.Leaving[v.sorryAt()] != "")
	if serves && w.mustNotSorry(v, k) || !serves && w.mustSorry(v, k) {
		w.fatalf("%v: sorry server serves: %v, with %+v", k, serves, n)
	}
	holds := make(map[netip.AddrPort]bool)
	for _, s := range v.servers {
		if !s.active {
			continue
		}
		a := v.at(s)
		d, there := is.find(a)
		draining, expired := w.drained(v, a)
		weight, up, judged := w.state(v, k, s)
		kept, isKept := w.kept[slot{k, a}]
		want, wanted := uint32(0), true
		if _, forced := w.forced(v, a); forced {
			holds[a] = true
		}
		switch {
		case draining:
			holds[a] = true
			if wanted = there; there && (d.Active+d.Inactive == 0 || !v.keep || expired) {
				w.fatalf("%v: %v is drained, and stays", k, a)
			}
		case up:
			want = weight
		case judged:
			wanted = v.quiesce
		default:
			want, wanted = kept, isKept
		}
		if serves && !draining && (up || !judged && isKept && kept > 0) {
			want, holds[a] = 0, true
		}
		if there != wanted {
			w.fatalf("%v: %v is there: %v, want %v", k, a, there, wanted)
		}
		expect := v.destination(a)
		expect.Weight = want
		if there && d.Destination != expect {
			w.fatalf("%v: %+v, want %+v", k, d.Destination, expect)
		}
	}
	for _, d := range is {
		a := at(d.Destination)
		if _, listed := v.server(a); listed || serves && a == v.sorryAt() {
			continue
		}
		if !v.keep || d.Weight > 0 && !replacing || d.Weight == 0 && d.Active+d.Inactive == 0 {
			w.fatalf("%v: %+v is left", k, d)
		}
	}
	if serves {
		expect := v.destination(v.sorryAt())
		expect.Weight = 1
		if sorry.Destination != expect {
			w.fatalf("%v: sorry server %+v, want %+v", k, sorry.Destination, expect)
		}
	}
	got := make(map[netip.AddrPort]bool)
	for _, a := range standing.Holds {
		got[a] = true
	}
	if diff := gocmp.Diff(holds, got, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" || standing.Sorry != serves {
		w.fatalf("%v: standing %+v, sorry server serves: %v, holds (-want +got):\n%s", k, standing, serves, diff)
	}
}

// verifyDaemons compares the sync daemons.
func (w *world) verifyDaemons() {
	running, err := w.kernel.Daemons()
	if err != nil {
		w.fatalf("%v", err)
	}
	s := w.cfg.sync
	switch {
	case s == nil && len(running) == 0:
		return
	case s == nil || len(running) != 1:
		w.fatalf("sync daemons %+v, want %+v", running, s)
	}
	is, want := running[0], s.daemon(ipvs.Backup)
	if w.active {
		want.Role = ipvs.Master
	}
	// 0 is what the kernel chooses.
	header := uint16(28)
	if want.Group.Is6() {
		header = 48
	}
	if !want.Group.IsValid() {
		want.Group = netip.MustParseAddr("224.0.0.81")
	}
	want.MaxLen = cmp.Or(want.MaxLen, 1500-header)
	if want.Role == ipvs.Backup {
		want.MaxLen = max(want.MaxLen, 1024)
	}
	want.Port, want.TTL = cmp.Or(want.Port, 8848), cmp.Or(want.TTL, 1)
	if is != want || !slices.Equal(w.d.Sync(), running) {
		w.fatalf("sync daemon %+v, known as %+v, want %+v", is, w.d.Sync(), want)
	}
}

// verifyRest compares sync daemons, addresses and firewall.
func (w *world) verifyRest() {
	w.verifyDaemons()
	there, err := w.addresses.Addresses()
	if err != nil {
		w.fatalf("%v", err)
	}
	var got, want []netip.Addr
	for _, h := range there {
		if h.Ours {
			got = append(got, h.Prefix.Addr())
		}
	}
	marks, nats := 0, 0
	for i := range w.cfg.virtuals {
		v := &w.cfg.virtuals[i]
		if w.active {
			want = append(want, v.vip())
		}
		if v.mark != 0 {
			marks++
		}
		if v.forward == "fullnat" {
			nats += len(v.keys())
		}
	}
	for i := range w.cfg.floating {
		if w.active {
			want = append(want, w.cfg.spare(i).Prefix.Addr())
		}
	}
	slices.SortFunc(got, netip.Addr.Compare)
	slices.SortFunc(want, netip.Addr.Compare)
	if !slices.Equal(got, want) {
		w.fatalf("active %v with addresses %v, want %v", w.active, got, want)
	}
	if f, ok := w.firewall.(*fakeFirewall); ok {
		if len(f.rules.Marks) != marks || len(f.rules.SourceNATs) != nats || f.altered {
			w.fatalf("firewall %+v, altered %v, want %d marks and %d source NATs", f.rules, f.altered, marks, nats)
		}
		return
	}
	if intact, err := w.firewall.(*firewall.Conn).Intact(); err != nil || !intact {
		w.fatalf("firewall intact: %v, %v", intact, err)
	}
}

// rules is another's service as text.
func (w *world) rules(k ipvs.Key) string {
	st, err := w.kernel.Service(k)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	b.WriteString(serviceDetail(st.Service))
	ds, err := w.kernel.Destinations(k)
	if err != nil {
		return err.Error()
	}
	for _, d := range ds {
		b.WriteString(", " + server(d.Destination) + " " + destinationDetail(d.Destination))
	}
	return b.String()
}
