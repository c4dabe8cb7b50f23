package vm

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// A frame is a kind, a length in four bytes, big endian, and that many bytes.
const frameHeader = 5

// maxFrame bounds what a reader will take in one frame, in bytes.
const maxFrame = 1 << 20

// The kinds of frame. ONLY APPEND: a cached image may hold an older reader.
const (
	frameHello  byte = 1 + iota // guest: the machine is up, the command starts
	frameOut                    // guest: standard output
	frameErr                    // guest: standard error
	frameExit                   // guest: the end, as JSON of type exit
	frameFile                   // guest: one fetched file, as JSON of type file
	frameSignal                 // host: one byte, the signal's number
	frameIn                     // host, input port: standard input; empty: its end
	frameFault                  // guest: the command could not be started, text
)

// exit is how the command ended: Signal is 0 unless a signal ended it.
type exit struct {
	Code   int `json:"code"`
	Signal int `json:"signal,omitempty"`
}

// file is part of a file the command left in the machine; Path repeats in every
// part.
type file struct {
	Path string `json:"path"`
	Data []byte `json:"data"`
}

// frameWriter writes frames to w; it may be used by several goroutines.
type frameWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// write sends one frame of kind k. The payload must not exceed maxFrame bytes.
func (f *frameWriter) write(k byte, payload []byte) error {
	if len(payload) > maxFrame {
		return fmt.Errorf("frame of %d bytes: at most %d", len(payload), maxFrame)
	}
	buf := make([]byte, frameHeader, frameHeader+len(payload))
	buf[0] = k
	binary.BigEndian.PutUint32(buf[1:], uint32(len(payload)))
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.w.Write(append(buf, payload...))
	return err
}

// stream is an io.Writer whose every write becomes frames of one kind.
type stream struct {
	f    *frameWriter
	kind byte
}

// Write implements io.Writer.
func (s stream) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, maxFrame)
		if err := s.f.write(s.kind, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return len(p), nil
}

// readFrame reads one frame. It returns io.EOF at a clean end, and
// io.ErrUnexpectedEOF when the end came within a frame.
func readFrame(r io.Reader) (kind byte, payload []byte, err error) {
	var head [frameHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("frame of kind %d and %d bytes: at most %d", head[0], n, maxFrame)
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return head[0], payload, nil
}
