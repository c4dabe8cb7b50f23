package ipvs

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
)

// controller is the family that every kernel has: it tells of the others.
const (
	controller     = 0x10 // GENL_ID_CTRL
	cmdGetFamily   = 3    // CTRL_CMD_GETFAMILY
	attrFamily     = 1    // CTRL_ATTR_FAMILY_ID
	attrName       = 2    // CTRL_ATTR_FAMILY_NAME
	controllerName = "nlctrl"
)

// dialController is a Client of another family than IPVS, by the real socket.
func dialController(t *testing.T) *Client {
	t.Helper()
	conn, err := netlink.Dial(genetlink.Protocol, nil)
	if err != nil {
		t.Skip(err)
	}
	w, err := newKernelWire(conn)
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{family: controller, wire: w, in: make([]byte, bufferSize)}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (c *Client) familyOf(name string) (id uint16, err error) {
	err = c.get(cmdGetFamily, appendName(nil, attrName, name), func(b []byte) error {
		return walk("family", b, func(a attribute) error {
			if a.typ == attrFamily {
				return a.uint16(&id)
			}
			return nil
		})
	})
	return id, err
}

// TestWire asks a real kernel, which needs no IPVS for it.
func TestWire(t *testing.T) {
	c := dialController(t)
	id, err := c.familyOf(controllerName)
	if err != nil || id != controller {
		t.Errorf("family of %s: %d, %v, want %d", controllerName, id, err, controller)
	}
	_, err = c.familyOf("nobody")
	wantError(t, err, os.ErrNotExist, "")
	found := false
	all, err := dump(c, nil, cmdGetFamily, nil, func(b []byte) (name string, err error) {
		return name, walk("family", b, func(a attribute) error {
			if a.typ == attrName {
				found = found || string(a.value) == controllerName+"\x00"
			}
			return nil
		})
	})
	if err != nil || !found {
		t.Errorf("%d families, %s not among them: %v", len(all), controllerName, err)
	}
	if got := c.Sent(); got != 3 {
		t.Errorf("sent %d messages, want 3", got)
	}
}

// TestWireSilence waits for an answer to nothing, which must not harm the next
// request, and is waiting when the socket is closed.
func TestWireSilence(t *testing.T) {
	c := dialController(t)
	for range 2 {
		if _, err := c.wire.receive(c.in, time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("nothing came as %v", err)
		}
		if id, err := c.familyOf(controllerName); err != nil || id != controller {
			t.Fatalf("after the deadline: %d, %v", id, err)
		}
	}
	ended := make(chan error, 1)
	go func() {
		_, err := c.wire.receive(c.in, time.Minute)
		ended <- err
	}()
	if err := c.wire.close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("closed while reading: %v", err)
	}
}
