package probe

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/http2/hpack"
)

// The little of HTTP/2 (RFC 9113) that one call on one connection needs. The
// standard library's client brings a pool, goroutines and net/http.

// Types of frames and their flags (RFC 9113, 6).
const (
	h2Data         = 0
	h2Headers      = 1
	h2Reset        = 3
	h2Settings     = 4
	h2Push         = 5
	h2Ping         = 6
	h2GoAway       = 7
	h2Continuation = 9

	h2EndStream  = 0x1
	h2Ack        = 0x1
	h2EndHeaders = 0x4
	h2Padded     = 0x8
	h2Priority   = 0x20
)

// h2Longest is the longest frame that a server may send to who has not allowed
// it more.
const h2Longest = 1 << 14

// h2Frame writes a frame.
func h2Frame(kind, flags byte, stream uint32, payload []byte) string {
	n := len(payload)
	b := make([]byte, 0, 9+n)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags)
	b = binary.BigEndian.AppendUint32(b, stream)
	return string(append(b, payload...))
}

// An h2Answer is what came on stream 1.
type h2Answer struct {
	status, grpcStatus, grpcMessage string
	data                            []byte

	block []byte // of a header
	open  bool   // which is not whole yet
	last  bool   // the stream ends with it
	done  bool
}

// readH2 reads the answer to the one call; why is empty when it is whole.
func readH2(d *dialog) (s *h2Answer, why string) {
	const to, wanted = "Health/Check", "an answer in HTTP/2"
	s = &h2Answer{}
	table := hpack.NewDecoder(4096, nil)
	table.SetMaxStringLength(maxAnswer)
	for first := true; !s.done; first = false {
		head, err := d.begin(9)
		if err != nil {
			return s, d.unexpected(d.come(), to, err, wanted)
		}
		length, kind, flags := int(head[0])<<16|int(head[1])<<8|int(head[2]), head[3], head[4]
		stream := binary.BigEndian.Uint32(head[5:]) &^ (1 << 31)
		if length > h2Longest || first && (kind != h2Settings || stream != 0) {
			return s, d.unexpected(d.come(), to, nil, wanted)
		}
		_, _ = d.r.Discard(9) // they have come
		payload, err := d.take(length)
		if err != nil {
			return s, d.unexpected(string(payload), to, err, wanted)
		}
		if s.open && (kind != h2Continuation || stream != 1) {
			return s, "got a header that breaks off, expected " + wanted
		}
		switch {
		case kind == h2Settings && stream == 0 && flags&h2Ack == 0:
			err = d.say(h2Frame(h2Settings, h2Ack, 0, nil), "settings acknowledged")
		case kind == h2Ping && stream == 0 && flags&h2Ack == 0 && length == 8:
			err = d.say(h2Frame(h2Ping, h2Ack, 0, payload), "ping answered")
		case kind == h2GoAway && length >= 8:
			// Of a server that leaves, a call that it still takes is answered.
			if code := binary.BigEndian.Uint32(payload[4:]); code != 0 || binary.BigEndian.Uint32(payload)&^(1<<31) < 1 {
				why = "got GOAWAY (" + h2Error(code) + ")"
				if length > 8 {
					why += " " + quote(payload[8:])
				}
				return s, why + ", expected " + wanted
			}
		case kind == h2Reset && stream == 1 && length == 4:
			return s, "got RST_STREAM (" + h2Error(binary.BigEndian.Uint32(payload)) + "), expected " + wanted
		case kind == h2Push:
			return s, "got PUSH_PROMISE, expected " + wanted
		case stream == 1:
			if why := s.add(table, kind, flags, payload); why != "" {
				return s, "got " + why + ", expected " + wanted
			}
		}
		if err != nil {
			return s, d.unexpected("", to, err, wanted)
		}
	}
	d.note("got HTTP status "+s.status+", grpc-status "+s.grpcStatus+", message", string(s.data))
	return s, ""
}

// add takes a frame of the stream; what names the fault it has, if any.
func (s *h2Answer) add(table *hpack.Decoder, kind, flags byte, payload []byte) (what string) {
	switch kind {
	case h2Data:
		content, ok := h2Unpad(flags, payload)
		if !ok {
			return "more padding than frame"
		}
		s.data = append(s.data, content...)
		s.done = flags&h2EndStream != 0
		return ""
	case h2Headers:
		content, ok := h2Unpad(flags, payload)
		if ok && flags&h2Priority != 0 {
			if ok = len(content) >= 5; ok {
				content = content[5:]
			}
		}
		if !ok {
			return "more padding than frame"
		}
		s.block, s.open, s.last = content, true, flags&h2EndStream != 0
	case h2Continuation:
		if !s.open {
			return "a continuation of nothing"
		}
		s.block = append(s.block, payload...)
	default:
		return "" // of no use here: WINDOW_UPDATE, PRIORITY, or unknown
	}
	if flags&h2EndHeaders == 0 {
		return ""
	}
	what = s.header(table)
	s.block, s.open, s.done = nil, false, s.last
	return what
}

// header reads a header that is whole. Many small bytes can stand for many
// long fields, so their sum is bounded too.
func (s *h2Answer) header(table *hpack.Decoder) (what string) {
	size := uint32(0)
	table.SetEmitFunc(func(f hpack.HeaderField) {
		if size += f.Size(); size > maxAnswer {
			table.SetEmitEnabled(false)
			return
		}
		switch f.Name {
		case ":status":
			s.status = f.Value
		case "grpc-status":
			s.grpcStatus = f.Value
		case "grpc-message":
			s.grpcMessage = f.Value
		}
	})
	table.SetEmitEnabled(true)
	_, err := table.Write(s.block)
	if err == nil {
		err = table.Close()
	}
	switch {
	case err != nil:
		return "a header that cannot be read (" + err.Error() + ")"
	case size > maxAnswer:
		return "a header of more than 64 KiB"
	}
	if len(s.status) == 3 && s.status[0] == '1' { // 1xx: the answer is yet to come
		s.status = ""
	}
	return ""
}

// h2Unpad takes the padding off a payload.
func h2Unpad(flags byte, payload []byte) (content []byte, ok bool) {
	if flags&h2Padded == 0 {
		return payload, true
	}
	if len(payload) < 1 || len(payload) < 1+int(payload[0]) {
		return nil, false
	}
	return payload[1 : len(payload)-int(payload[0])], true
}

// h2Error is the name of an error (RFC 9113, 7).
func h2Error(code uint32) string {
	names := []string{
		"no error", "protocol error", "internal error", "flow control error", "settings timeout", "stream closed",
		"frame size error", "refused stream", "cancel", "compression error", "connect error",
		"enhance your calm", "inadequate security", "http/1.1 required",
	}
	if code < uint32(len(names)) {
		return names[code]
	}
	return fmt.Sprintf("error %d", code)
}
