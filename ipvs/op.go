package ipvs

import (
	"fmt"
	"net/netip"
	"strings"
)

// An Op is one change of the table, for Apply. Ops are comparable.
type Op struct {
	cmd  command
	svc  Service // only Key, where the change is about a destination
	dest Destination
}

// AddService makes s. If its key is taken, the error matches os.ErrExist; if
// the kernel lacks the scheduler or the engine, ErrNoScheduler.
func AddService(s Service) Op { return Op{cmd: cmdNewService, svc: s} }

// SetService gives the service at s.Key all that s says; its destinations and
// counters stay. If there is none, the error matches os.ErrNotExist; if the
// kernel lacks the scheduler or the engine, ErrNoScheduler.
func SetService(s Service) Op { return Op{cmd: cmdSetService, svc: s} }

// DeleteService removes the service at k with its destinations. If there is
// none, the error matches os.ErrNotExist.
func DeleteService(k Key) Op { return Op{cmd: cmdDelService, svc: Service{Key: k}} }

// AddDestination makes d in the service at k. If its address and port are
// taken, the error matches os.ErrExist; without the service, os.ErrNotExist.
func AddDestination(k Key, d Destination) Op {
	return Op{cmd: cmdNewDest, svc: Service{Key: k}, dest: d}
}

// SetDestination gives the destination at d's address and port all that d
// says; its connections and counters stay. Without it or the service, the
// error matches os.ErrNotExist.
func SetDestination(k Key, d Destination) Op {
	return Op{cmd: cmdSetDest, svc: Service{Key: k}, dest: d}
}

// DeleteDestination removes the destination at addr and port from the service
// at k. Without it or the service, the error matches os.ErrNotExist.
func DeleteDestination(k Key, addr netip.Addr, port uint16) Op {
	return Op{cmd: cmdDelDest, svc: Service{Key: k}, dest: Destination{Addr: addr, Port: port}}
}

// Key is the service that the change is about.
func (o Op) Key() Key { return o.svc.Key }

// String reads like "add fwmark 80 wlc persistent 30s" and "add 10.8.8.33:80
// to fwmark 80 weight 1".
func (o Op) String() string {
	k, d := o.svc.Key, o.dest
	switch o.cmd {
	case cmdNewService:
		return "add " + o.svc.words()
	case cmdSetService:
		return "set " + o.svc.words()
	case cmdDelService:
		return "delete " + k.String()
	case cmdNewDest:
		return fmt.Sprintf("add %v to %v weight %d", d.addrPort(), k, d.Weight)
	case cmdSetDest:
		return fmt.Sprintf("set %v of %v weight %d", d.addrPort(), k, d.Weight)
	case cmdDelDest:
		return fmt.Sprintf("delete %v from %v", d.addrPort(), k)
	}
	return "no change"
}

func (s Service) words() string {
	var b strings.Builder
	b.WriteString(s.Key.String() + " " + s.Scheduler)
	if s.Flags&Persistent != 0 {
		b.WriteString(" persistent " + s.Timeout.String())
	}
	return b.String()
}

// check refuses an Op that the kernel would misunderstand or refuse.
func (o Op) check() error {
	switch o.cmd {
	case cmdNewService, cmdSetService:
		return o.svc.check()
	case cmdDelService:
		return o.svc.Key.check()
	case cmdNewDest, cmdSetDest, cmdDelDest:
		if err := o.svc.Key.check(); err != nil {
			return err
		}
		if o.cmd == cmdDelDest {
			return checkAddr(o.dest.Addr)
		}
		return o.dest.check(o.svc.Key)
	}
	return invalid("an Op that says nothing")
}
