package templates

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"pacu/web/text"
)

// A Ref names a block among its fellows: by name, and by its number among
// those of the same name, as files made by hand may have them.
type Ref struct {
	Name string
	Nth  int // from 1
}

// String is the Ref as a value of a form: 1:http_server.
func (r Ref) String() string { return strconv.Itoa(r.Nth) + ":" + r.Name }

// put adds r to a query as the parameters name and nth; a first block needs no
// number.
func (r Ref) put(q url.Values, name, nth string) {
	q.Set(name, r.Name)
	if r.Nth > 1 {
		q.Set(nth, strconv.Itoa(r.Nth))
	}
}

// Virtual returns the address of the page path for the virtual r.
func (r Ref) Virtual(path string) string {
	q := url.Values{}
	r.put(q, "v", "n")
	return path + "?" + q.Encode()
}

// Inner returns the address of the page path for the block in of the virtual
// r: a server as s, a probe block as p.
func (r Ref) Inner(path, kind string, in Ref) string {
	q := url.Values{}
	r.put(q, "v", "n")
	in.put(q, kind, kind+"n")
	return path + "?" + q.Encode()
}

// A VirtualRow is one virtual server of the list.
type VirtualRow struct {
	Ref
	Active    bool
	Address   string // as written; empty when not given
	Device    string
	Port      string // or ports
	Mark      string // empty: none
	Protocol  string
	Scheduler string
	Servers   int // real servers in the draft
	Errors    int // of the draft, in this virtual
	Warnings  int
	Live      VirtualLive
}

// Title is what pages call r.
func (r Ref) Title(t *text.Words) string {
	switch {
	case r.Name == "":
		return t.Virtuals.NoName
	case r.Nth > 1:
		return fmt.Sprintf(t.Virtuals.Nth, r.Name, r.Nth)
	default:
		return r.Name
	}
}

// A VirtualLive is what pulse knows of a virtual server.
type VirtualLive struct {
	Known   bool // pulse runs it
	Key     string
	Up, Of  int    // real servers that are up, and that should be
	Down    int    // real servers that probes call down
	Fault   string // what the kernel refuses of it; may be empty
	Missing bool   // the kernel does not have it, and should
	Sorry   bool   // the sorry server serves
}

// Tone is how it does as a whole: ok, wait, bad or off.
func (l VirtualLive) Tone() string {
	switch {
	case !l.Known:
		return "off"
	case l.Fault != "" || l.Missing || l.Of > 0 && l.Up == 0 && l.Down > 0:
		return "bad"
	case l.Up < l.Of || l.Sorry:
		return "wait"
	default:
		return "ok"
	}
}

// Trouble reports whether there is something to look at.
func (r VirtualRow) Trouble() bool {
	tone := r.Live.Tone()
	return r.Errors > 0 || r.Warnings > 0 || tone == "bad" || tone == "wait"
}

// A VirtualQuery is which part of the list is shown.
type VirtualQuery struct {
	Text string // that is searched for
	Show string // "", on, off, trouble
	Sort string // "", name, address, port, servers; with - before it the other way round
	Page int    // from 1
}

// The filters and the columns one can sort by.
var (
	VirtualShows = []string{"", "on", "off", "trouble"}
	virtualSorts = []string{"name", "address", "port", "protocol", "scheduler", "servers"}
)

// longestSearch bounds what is searched for, in bytes.
const longestSearch = 200

// ReadVirtualQuery takes a VirtualQuery out of a query; what is not known
// counts for nothing.
func ReadVirtualQuery(v url.Values) VirtualQuery {
	q := VirtualQuery{Text: strings.TrimSpace(v.Get("q")), Page: 1}
	if len(q.Text) > longestSearch {
		q.Text = strings.ToValidUTF8(q.Text[:longestSearch], "")
	}
	for _, show := range VirtualShows {
		if v.Get("show") == show {
			q.Show = show
		}
	}
	for _, by := range virtualSorts {
		if strings.TrimPrefix(v.Get("sort"), "-") == by {
			q.Sort = v.Get("sort")
		}
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n > 1 {
		q.Page = n
	}
	return q
}

// String is q as a query, empty for the list as it opens.
func (q VirtualQuery) String() string {
	v := url.Values{}
	for key, value := range map[string]string{"q": q.Text, "show": q.Show, "sort": q.Sort} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	return v.Encode()
}

// URL is the list's address.
func (q VirtualQuery) URL() string {
	if s := q.String(); s != "" {
		return string(Virtuals) + "?" + s
	}
	return string(Virtuals)
}

// by is the list sorted by a column, the other way round when it already is.
func (q VirtualQuery) by(column string) VirtualQuery {
	if q.Sort == column {
		column = "-" + column
	}
	q.Sort, q.Page = column, 1
	return q
}

// sorted is the aria-sort of a column.
func (q VirtualQuery) sorted(column string) string {
	switch q.Sort {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	default:
		return "none"
	}
}

func (q VirtualQuery) at(page int) VirtualQuery {
	q.Page = page
	return q
}

// VirtualsPage is one page of the list.
type VirtualsPage struct {
	Query VirtualQuery
	Rows  []VirtualRow
	Found int    // in all
	All   int    // virtual servers of the draft
	Pages int    // at least 1
	First int    // of Rows, counted from 1; 0 when there is none
	Seen  string // what draft the rows are of
	Live  bool   // pulse has answered
	Fos   bool   // service = fos: none of them runs
	Note  string // why lvs.cf cannot be shown, or why it was not changed; may be empty
	Shut  bool   // lvs.cf cannot be shown
}

// VirtualsPerPage is how many rows a page has.
const VirtualsPerPage = 50

// virtualShow names a filter.
func virtualShow(t *text.Words, show string) string {
	switch show {
	case "on":
		return t.Virtuals.ShowOn
	case "off":
		return t.Virtuals.ShowOff
	case "trouble":
		return t.Virtuals.ShowTrouble
	default:
		return t.Virtuals.ShowAll
	}
}

// tickQuery is the query in which the box of r is ticked.
func tickQuery(r Ref) string { return url.Values{"t": {r.String()}}.Encode() }
