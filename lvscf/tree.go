package lvscf

// A File is lvs.cf as written: a tree of lines, inner lines below the line
// that opens their block. It is not safe for use by several goroutines at
// once, even to read.
type File struct {
	Name     string   // what Problems call it
	Problems Problems // of syntax, as found by Parse

	bom    string // a UTF-8 byte order mark, or empty
	root   body
	size   int  // bytes of the text parsed
	edited bool // Problems no longer fit the tree
	utf16  bool // the text is one line of kind broken
	ascii  bool // of the text parsed: columns are bytes

	nodes []node // what is left of the last chunk made, see node
	style *style // of the file, once it has been asked for
	toks  []token
}

// bomUTF8 is U+FEFF; editors on Windows put it before the first line.
const bomUTF8 = "\xef\xbb\xbf"

// kind says what a line is.
type kind uint8

const (
	other   kind = iota // blank, comment, or beyond understanding
	setting             // key = value, in good form, of a known key
	attempt             // a line that means to be a setting of a known key
	opening             // the first line of a block; its body is below
	closing             // the last line of a block
)

// A node is one line of a file.
type node struct {
	raw  string // with its line end
	next *node  // below the same parent; nil for the last
	dir  *Directive
	body *body // of an opening, else nil
	kind kind
	// The value of a simple setting, with its quotes, or the name of a
	// simple opening, in raw; 0 in others.
	from, to uint16
}

// A body is the inside of a block, its closing line included.
type body struct {
	where       Where // InVirtual ...; Global for the file itself; 0 for a block of an unknown kind
	parent      *body // nil for the file
	head        *node // the opening line; nil for the file
	first, last *node
	lines       int // below head, as parsed; an edit does not count again
}

// chunk is how many nodes are made at a time.
const chunk = 512

// node returns a new node.
func (f *File) node(raw string, k kind) *node {
	if len(f.nodes) == 0 {
		f.nodes = make([]node, chunk)
	}
	n := &f.nodes[0]
	f.nodes = f.nodes[1:]
	n.raw, n.kind = raw, k
	return n
}

// add appends n to b.
func (b *body) add(n *node) {
	if b.last == nil {
		b.first = n
	} else {
		b.last.next = n
	}
	b.last = n
}

// insert puts n after prev, or first when prev is nil.
func (b *body) insert(prev, n *node) {
	if prev == nil {
		n.next, b.first = b.first, n
	} else {
		n.next, prev.next = prev.next, n
	}
	if b.last == prev {
		b.last = n
	}
}

// before returns the node before n, nil when n is the first.
func (b *body) before(n *node) *node {
	if b.first == n {
		return nil
	}
	p := b.first
	for p.next != n {
		p = p.next
	}
	return p
}

// remove takes n out.
func (b *body) remove(n *node) { b.cut(b.before(n), n) }

// cut takes n out, which stands after p, or first when p is nil.
func (b *body) cut(p, n *node) {
	if p == nil {
		b.first = n.next
	} else {
		p.next = n.next
	}
	if b.last == n {
		b.last = p
	}
	n.next = nil
}

// Bytes returns the text of f. Unless f was edited it equals what was parsed.
func (f *File) Bytes() []byte {
	text := make([]byte, 0, f.size+len(f.bom))
	text = append(text, f.bom...)
	return f.root.append(text)
}

func (b *body) append(text []byte) []byte {
	for n := b.first; n != nil; n = n.next {
		text = append(text, n.raw...)
		if n.body != nil {
			text = n.body.append(text)
		}
	}
	return text
}

// content returns line without its line end.
func content(line string) string {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
	}
	if n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n]
}
