package man

import "pacu/lvscf"

// A Language is one that the page is written in.
type Language uint8

// The languages.
const (
	English Language = iota + 1
	Chinese
)

// Path is where the page of this language lies, below a folder of manual
// pages such as /usr/share/man; English has man's own place.
func (l Language) Path() string {
	if l == Chinese {
		return "zh_CN/lvs.cf.5"
	}
	return "lvs.cf.5"
}

// words are the texts of one language.
type words struct {
	manual   string // what the page is part of
	sections sections

	name        string // what lvs.cf is, in a line
	description []string
	lines       string   // ahead of forms
	forms       []string // of lines
	grammar     []string
	values      []string // ahead of the list of types
	types       map[lvscf.Type]typeWords
	global      string // ahead of the directives outside blocks
	services    string // ahead of those of virtual and failover
	servers     string // ahead of those of server
	probes      string // ahead of those of probe
	scripts     string // ahead of those of track_script
	extensions  []string
	durations   string // ahead of the directives that take any duration
	newWords    string // ahead of the directives that Piranha does not have
	newBlocks   string // ahead of the blocks that it does not have
	newValues   string // ahead of the values that it does not have
	legacy      string // ahead of the directives that do nothing
	examples    string
	nat         example
	direct      example
	tunnel      example
	fullnat     example
	pair        example
	checks      example
	failover    example
	problems    []string
	files       []entry
	seeAlso     string

	// Sentences about a directive; %s is what the table says.
	defaultIs, between, whole, repeats, extension, onlyFailover, onlyVirtual, onlyChecks string

	severity map[lvscf.Severity]string
	list     string // between the words of a list
	space    string // between sentences
	meaning  func(english, chinese string) string
}

// sections are the headings.
type sections struct {
	name, description, grammar, values, directives, global, services, servers, probes, scripts string
	extensions, legacy, examples, nat, direct, tunnel, fullnat, pair, checks, failover         string
	problems, files, see                                                                       string
}

// typeWords are what a type is called, as what stands behind the =, and what
// may be written for it.
type typeWords struct{ called, form string }

// An example is what to say of a file that is shown, before and after it, and
// what to type besides.
type example struct{ before, after, commands []string }

// An entry is something and what is said of it.
type entry struct{ what, text string }
