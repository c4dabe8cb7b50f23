package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// quoted is an entity tag (RFC 9110, 8.8.3).
func quoted(tag string) string { return `"` + tag + `"` }

// draftTag names a draft as an entity tag does: by its version, or, where it is
// the file on disk, by that one's SHA-256.
func draftTag(d *draft) string {
	if d.Version != 0 {
		return "draft-" + strconv.FormatInt(d.Version, 10)
	}
	return d.Base
}

// entityTags are the entity tags in a header; weak ones, which never match for a
// write, and what is none are left out.
func entityTags(header []string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		part = strings.TrimSpace(part)
		if part == "*" || len(part) > 2 && strings.HasPrefix(part, `"`) && strings.HasSuffix(part, `"`) {
			out = append(out, part)
		}
	}
	return out
}

// ifMatch reports whether the request is about what now is tagged tag, or
// answers that it must say so, or that it is about something else (RFC 6585,
// 3; RFC 9110, 13.1.1).
func ifMatch(w http.ResponseWriter, r *http.Request, tag, of string) bool {
	header := r.Header.Values("If-Match")
	if len(header) == 0 {
		problem{Status: http.StatusPreconditionRequired, Code: "if-match", Field: "If-Match",
			Detail: "send If-Match with the ETag of " + of + " that this is about, so that nobody else's change is lost"}.send(w)
		return false
	}
	if list := entityTags(header); slices.Contains(list, quoted(tag)) || slices.Contains(list, "*") {
		return true
	}
	w.Header().Set("ETag", quoted(tag))
	problem{Status: http.StatusPreconditionFailed, Code: "moved", Field: "If-Match",
		Detail: of + " is another by now: get it again, and look at what changed"}.send(w)
	return false
}

// unchanged answers 304 where the client has what is tagged tag, and tells it
// the tag.
func unchanged(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", quoted(tag))
	w.Header().Set("Vary", "Accept, Authorization")
	for part := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == quoted(tag) || part == "*" {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}
