package lvscf

import (
	"errors"
	"fmt"
	"strings"
)

// A blockKind is a kind of block.
type blockKind struct {
	word   string // that opens it
	inside Where  // what stands in it
	in     Where  // where it may stand
}

// blockKinds are the blocks of lvs.cf.
var blockKinds = []blockKind{
	{"virtual", InVirtual, Global},
	{"failover", InFailover, Global},
	{"server", InServer, inService},
	{"probe", InProbe, InVirtual},
	{"track_script", InTrackScript, Global},
}

// kindOf returns the kind of block that word opens, and false for other words.
func kindOf(word string) (blockKind, bool) {
	for _, k := range blockKinds {
		if k.word == word {
			return k, true
		}
	}
	return blockKind{}, false
}

// kindWord is the word that opens what is inside.
func kindWord(inside Where) string {
	for _, k := range blockKinds {
		if k.inside == inside {
			return k.word
		}
	}
	return ""
}

// A Block is a part of a File to read and edit: a virtual, failover, server, probe or
// track_script block, or what stands outside all of them. It stays valid while its File is
// edited, until it is itself removed.
//
// An edit changes the lines it is about and no other byte of the file. Where
// it fails, nothing has changed.
type Block struct {
	file *File
	body *body
}

// Global returns the part of f outside all blocks.
func (f *File) Global() *Block { return &Block{f, &f.root} }

// Kind returns "virtual", "failover", "server", "probe" or "track_script", and
// "" for the part outside blocks.
func (b *Block) Kind() string { return kindWord(b.body.where) }

// Name returns the block's name, empty for the part outside blocks.
func (b *Block) Name() string {
	n := b.body.head
	switch {
	case n == nil:
		return ""
	case n.to != 0:
		return n.raw[n.from:n.to]
	}
	toks, _ := split(content(n.raw), b.file.toks)
	b.file.toks = toks
	return headingName(toks)
}

// String names b for errors: server "lvs-03".
func (b *Block) String() string {
	if b.body.head == nil {
		return "the file"
	}
	return b.Kind() + " " + quoted(b.Name())
}

// Blocks returns the blocks of one kind directly inside b, in the file's order.
func (b *Block) Blocks(kind string) []*Block {
	var all []*Block
	for n := b.body.first; n != nil; n = n.next {
		if n.body == nil {
			continue
		}
		if in := (&Block{b.file, n.body}); in.Kind() == kind {
			all = append(all, in)
		}
	}
	return all
}

// Block returns the first block of that kind and name directly inside b, or nil.
func (b *Block) Block(kind, name string) *Block {
	for _, in := range b.Blocks(kind) {
		if in.Name() == name {
			return in
		}
	}
	return nil
}

// Get returns the values of key in b as written, without quotes, and false if b
// does not set it. Of several settings the last one counts.
func (b *Block) Get(key string) ([]string, bool) {
	n := b.find(lookup(b.body.where, key))
	if n == nil || n.kind != setting {
		return nil, false
	}
	toks, _ := split(content(n.raw), b.file.toks)
	b.file.toks = toks
	values := make([]string, 0, 2)
	for _, t := range toks[2:] {
		values = append(values, t.text)
	}
	return values, true
}

// find returns the last line of b that sets d, or tries to.
func (b *Block) find(d *Directive) *node {
	var last *node
	if d != nil {
		for n := b.body.first; n != nil; n = n.next {
			if n.dir == d {
				last = n
			}
		}
	}
	return last
}

// errNotText is why no edit of a file in UTF-16 can be made.
var errNotText = errors.New("is no text to edit")

// row returns the directive key of b's place.
func (b *Block) row(key string) (*Directive, error) {
	if b.file.utf16 {
		return nil, fmt.Errorf("%s %w", b.file.Name, errNotText)
	}
	d := lookup(b.body.where, key)
	if d == nil {
		return nil, fmt.Errorf("set %s in %s: %s", quoted(key), b, strings.TrimSuffix("no such word there: "+unknown(b.body.where, key), ": "))
	}
	return d, nil
}
