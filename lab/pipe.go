package lab

import (
	"bufio"
	"os"
	"strings"
)

// maxLine cuts longer lines, in bytes.
const maxLine = 64 << 10

// endMark is the line behind the last one of a process. Nothing that we start
// prints a zero.
const endMark = "\x00end\n"

// pipe has the output of a process. The process's children may hold it open for
// longer than the process lives, so that its last line is not followed by an end
// of file, but by a mark.
type pipe struct {
	r, w   *os.File
	marked chan struct{} // closed at the mark, or at the end of file
	over   chan struct{} // closed at the end of file: nobody can write any more
}

func newPipe() (*pipe, error) {
	r, w, err := os.Pipe()
	return &pipe{r, w, make(chan struct{}), make(chan struct{})}, err
}

// close is for a process that could not be started.
func (p *pipe) close() {
	p.r.Close()
	p.w.Close()
}

// lines passes each line on until all who have the pipe have ended.
func (p *pipe) lines(add func(text string)) {
	defer p.r.Close()
	defer close(p.over)
	marked := false
	for r := bufio.NewReaderSize(p.r, maxLine); ; {
		slice, err := r.ReadSlice('\n')
		text, is := strings.CutSuffix(string(slice), endMark)
		if len(text) > 0 {
			add(strings.TrimRight(text, "\r\n"))
		}
		over := err != nil && err != bufio.ErrBufferFull
		if (is || over) && !marked {
			close(p.marked)
			marked = true
		}
		if over {
			return
		}
	}
}

// ended waits until lines has passed on what a process wrote that has ended.
func (p *pipe) ended() {
	// It cannot fail while lines reads.
	_, _ = p.w.WriteString(endMark)
	p.w.Close()
	<-p.marked
}
