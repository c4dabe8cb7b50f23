package vip

import "golang.org/x/net/bpf"

// A condition is that some bytes of a packet have a value.
type condition struct {
	load bpf.LoadAbsolute
	want uint32
}

// is wants the size bytes at an offset to be the number want.
func is(offset uint32, size int, want uint32) condition {
	return condition{load: bpf.LoadAbsolute{Off: offset, Size: size}, want: want}
}

// keepIf is a socket filter for packets that meet all conditions. A packet too
// short for one does not.
func keepIf(all ...condition) []bpf.Instruction {
	var prog []bpf.Instruction
	for i, c := range all {
		// Over the rest of the conditions, two instructions each, and over
		// the one that keeps.
		refuse := uint8(2*(len(all)-i-1) + 1)
		prog = append(prog, c.load, bpf.JumpIf{Cond: bpf.JumpEqual, Val: c.want, SkipFalse: refuse})
	}
	return append(prog, bpf.RetConstant{Val: answerBytes}, bpf.RetConstant{Val: 0})
}
