package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
)

// Bounds of a page of a list.
const (
	apiPage    = 50
	maxAPIPage = 500
)

// reply answers with v as JSON.
func (s *Server) reply(w http.ResponseWriter, r *http.Request, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(append(body, '\n')) // a client that leaves is no concern of ours
	}
}

// replyText answers with a text.
func replyText(w http.ResponseWriter, r *http.Request, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		io.WriteString(w, text) // a client that leaves is no concern of ours
	}
}

// query returns the parameters, or answers that there is one not among known,
// or one twice: what is mistyped is not to count as left out.
func query(w http.ResponseWriter, r *http.Request, known ...string) (url.Values, bool) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		problem{Status: http.StatusBadRequest, Code: "bad-query", Detail: "the address's query cannot be read: " + err.Error()}.send(w)
		return nil, false
	}
	for name, values := range q {
		if !slices.Contains(known, name) {
			detail := "this address takes no parameters"
			if len(known) > 0 {
				detail = "this address takes the parameters " + strings.Join(known, ", ")
			}
			problem{Status: http.StatusBadRequest, Code: "unknown-parameter", Field: cut(name), Detail: detail}.send(w)
			return nil, false
		}
		if len(values) > 1 {
			badParameter(w, name, "give it once")
			return nil, false
		}
	}
	return q, true
}

// cut bounds what comes back of a name that somebody sent.
func cut(name string) string {
	if len(name) > maxQuery {
		name = name[:maxQuery]
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// badParameter answers that a parameter has no such value.
func badParameter(w http.ResponseWriter, name, write string) {
	problem{Status: http.StatusBadRequest, Code: "bad-parameter", Field: name, Detail: name + ": " + write}.send(w)
}

// number is a whole number from least to most in the query, or otherwise where
// there is none; else it answers what to write.
func number(w http.ResponseWriter, q url.Values, name string, otherwise, least, most int64) (int64, bool) {
	if !q.Has(name) {
		return otherwise, true
	}
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < least || n > most {
		badParameter(w, name, fmt.Sprintf("a number from %d to %d", least, most))
		return 0, false
	}
	return n, true
}

// A pageOf says which part of a list an answer has.
type pageOf struct {
	// How many there are in all.
	Total int `json:"total"`
	// How many were left out before the first of this answer.
	Offset int `json:"offset"`
	// The offset of the next page; missing: this is the last.
	Next int `json:"next,omitempty"`
}

// paging reads offset and limit.
func paging(w http.ResponseWriter, q url.Values) (offset, limit int, ok bool) {
	from, ok := number(w, q, "offset", 0, 0, 1<<30)
	if !ok {
		return 0, 0, false
	}
	n, ok := number(w, q, "limit", apiPage, 1, maxAPIPage)
	return int(from), int(n), ok
}

// pageFrom is the page of list, which is never nil.
func pageFrom[T any](list []T, offset, limit int) ([]T, pageOf) {
	p := pageOf{Total: len(list), Offset: offset}
	from := min(offset, len(list))
	to := min(from+limit, len(list))
	if to < len(list) {
		p.Next = to
	}
	out := make([]T, to-from)
	copy(out, list[from:to])
	return out, p
}

// param is a part of the path, decoded.
func param(r *http.Request, name string) string {
	v := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return v // chi took it from the decoded path
	}
	plain, err := url.PathUnescape(v)
	if err != nil {
		return v
	}
	return plain
}

// A form is a kind of answer or body.
const (
	jsonForm   = "application/json"
	textForm   = "text/plain"
	streamForm = "text/event-stream"
)

// accepts is which of the forms offered, the first being preferred, the client
// takes (RFC 9110, 12.5.1). One that takes none of them gets the first.
func accepts(r *http.Request, offered ...string) string {
	best, found := 0.0, offered[0]
	for _, form := range offered {
		weight, exact := 0.0, -1
		for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
			kind, more, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			class, _, _ := strings.Cut(form, "/")
			near := slices.Index([]string{"*/*", class + "/*", form}, kind)
			if near <= exact {
				continue
			}
			exact, weight = near, 1
			if q, err := strconv.ParseFloat(more["q"], 64); err == nil {
				weight = q
			}
		}
		if weight > best {
			best, found = weight, form
		}
	}
	return found
}

// bodyKind answers when the body is of another kind than want.
func bodyKind(w http.ResponseWriter, r *http.Request, want string) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == want {
		return true
	}
	w.Header().Set("Accept", want)
	problem{Status: http.StatusUnsupportedMediaType, Code: "content-type", Field: "Content-Type", Detail: "send the body as " + want}.send(w)
	return false
}

// hasBody reports whether the request has a body at all.
func hasBody(r *http.Request) bool { return r.ContentLength != 0 }

// readText returns a body that is an lvs.cf.
func (s *Server) readText(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if !bodyKind(w, r, textForm) {
		return nil, false
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		s.unread(w, r, err)
		return nil, false
	}
	if !isText(b) {
		problem{Status: http.StatusUnprocessableEntity, Code: "not-text", Detail: "the body is not UTF-8 text"}.send(w)
		return nil, false
	}
	return b, true
}

// readJSON reads the body, one object with no other fields than v's, into v. A
// request without a body leaves v as it is.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	if !hasBody(r) {
		return true
	}
	if !bodyKind(w, r, jsonForm) {
		return false
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return true
		}
		if err == nil {
			err = errors.New("there is more after it")
		}
	}
	s.unread(w, r, err)
	return false
}

// unread answers for a body that could not be read.
func (s *Server) unread(w http.ResponseWriter, r *http.Request, err error) {
	var long *http.MaxBytesError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &long):
		w.Header().Set("Connection", "close") // the rest of it is not read
		problem{Status: http.StatusRequestEntityTooLarge, Code: "too-long", Detail: fmt.Sprintf("the body has more than %d bytes", long.Limit)}.send(w)
	case errors.Is(err, os.ErrDeadlineExceeded):
		problem{Status: http.StatusRequestTimeout, Code: "too-slow", Detail: "the body did not come in time"}.send(w)
	case r.Context().Err() != nil: // nobody is there to be told
	case errors.As(err, &kind):
		problem{Status: http.StatusUnprocessableEntity, Code: "bad-body", Field: kind.Field, Detail: fmt.Sprintf("%s: not a %s", kind.Value, kind.Type)}.send(w)
	default:
		p := problem{Status: http.StatusUnprocessableEntity, Code: "bad-body", Detail: "the body is not the JSON object that is wanted: " + err.Error()}
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			p.Field = cut(strings.Trim(name, `"`))
			p.Detail = "there is no such field"
		}
		p.send(w)
	}
}

// badField answers that a field of the body has no such value.
func badField(w http.ResponseWriter, name, write string) {
	problem{Status: http.StatusUnprocessableEntity, Code: "bad-body", Field: name, Detail: name + ": " + write}.send(w)
}
