package lab

import (
	"io"
	"net"
)

// Relay joins each connection that l accepts with one that dial makes, until l
// is closed. A connection for which none can be made is closed.
func Relay(l net.Listener, dial func() (net.Conn, error)) {
	for {
		outer, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer outer.Close()
			inner, err := dial()
			if err != nil {
				return
			}
			defer inner.Close()
			join(outer, inner)
		}()
	}
}

// join copies both ways until both ends have said all.
func join(a, b net.Conn) {
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			// However the copying ends, it is the end of this direction.
			_, _ = io.Copy(way[0], way[1])
			if half, ok := way[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
