package web

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pacu/control"
)

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// pathParameters say what stands in paths.
var pathParameters = map[string]string{
	"key":  `The service: "tcp 10.0.0.1:80" or "fwmark 80", encoded for an address: tcp%2010.0.0.1:80.`,
	"name": `The real server: its name in lvs.cf, its address, or address:port, in all of its services; VIRTUAL/SERVER in one, encoded for an address: http_server%2Flvs-03.`,
	"id":   "The revision's id.",
}

var identifier = strings.NewReplacer("/", "-", "{", "", "}", "", ".json", "")

func (d *describer) operation(o operation) object {
	out := object{
		"operationId": strings.ToLower(o.method) + identifier.Replace(o.path), "summary": o.summary, "tags": []any{o.tag},
	}
	about := o.more
	if o.role == "" {
		out["security"] = []any{}
	} else {
		about = strings.TrimSpace(about + " For the role " + string(o.role) + " and above.")
		out["x-role"] = o.role
	}
	if about != "" {
		out["description"] = about
	}
	var parameters []any
	for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
		kind := "string"
		if m[1] == "id" {
			kind = "integer"
		}
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "description": pathParameters[m[1]], "schema": object{"type": kind}})
	}
	for _, q := range o.query {
		s := object{"type": "string"}
		if q.number {
			s = object{"type": "integer", "minimum": q.least, "maximum": q.most}
		}
		if q.enum != nil {
			s["enum"] = q.enum
		}
		p := object{"name": q.name, "in": "query", "description": q.about, "schema": s}
		if slices.Contains(q.enum, "") {
			p["allowEmptyValue"] = true
		}
		parameters = append(parameters, p)
	}
	if o.match != "" {
		parameters = append(parameters, object{"name": "If-Match", "in": "header", "required": true, "description": "The ETag of " + o.match + " that this is about; * for whichever it is.", "schema": object{"type": "string"}})
	}
	if parameters != nil {
		out["parameters"] = parameters
	}
	if o.text {
		out["requestBody"] = object{"required": !o.optional, "content": object{textForm: object{"schema": object{"type": "string", "description": "An lvs.cf, of at most 32 MiB."}}}}
	} else if o.body != nil {
		s := d.schema(reflect.TypeOf(o.body))
		d.schemas[strings.TrimPrefix(s["$ref"].(string), componentsAt)].(object)["additionalProperties"] = false
		out["requestBody"] = object{"required": !o.optional, "content": object{jsonForm: object{"schema": s}}}
	}
	out["responses"] = d.responses(o)
	return out
}

func (d *describer) responses(o operation) object {
	content := object{}
	if o.answer != nil {
		s := d.schema(reflect.TypeOf(o.answer))
		if slices.Contains(o.also, "Snapshot") {
			s = object{"anyOf": []any{s, d.schema(reflect.TypeFor[control.Snapshot]())}}
		}
		content[jsonForm] = object{"schema": s}
	}
	if o.texts {
		content[textForm] = object{"schema": object{"type": "string"}}
	}
	if o.stream {
		content[streamForm] = object{"schema": object{"type": "string"}}
	}
	headers := object{}
	if o.tagged {
		headers["ETag"] = object{"description": "What to send as If-Match.", "schema": object{"type": "string"}}
	}
	answer := func(status int) object {
		a := object{"description": http.StatusText(status)}
		if len(content) > 0 {
			a["content"] = content
		}
		if len(headers) > 0 {
			a["headers"] = headers
		}
		return a
	}
	status := o.status
	if status == 0 {
		status = http.StatusOK
	}
	out := object{strconv.Itoa(status): answer(status)}
	if slices.Contains(o.also, "202") {
		out["202"] = answer(202)
	}
	if o.texts {
		out["304"] = object{"description": "It is what If-None-Match names."}
	}
	problems := slices.Clone(o.problems)
	if o.role != "" {
		problems = append(problems, 400, 401, 403, 429)
	}
	if o.match != "" {
		problems = append(problems, 412, 428)
	}
	if o.text || o.body != nil {
		problems = append(problems, 413, 415, 422)
	}
	trouble := object{"application/problem+json": object{"schema": d.schema(reflect.TypeFor[problem]())}}
	for _, p := range problems {
		a := object{"description": http.StatusText(p), "content": trouble}
		if p == 503 {
			a["description"] = "pulse does not run, or does not answer"
			a["headers"] = object{"Retry-After": object{"description": "Seconds after which to ask again.", "schema": object{"type": "integer"}}}
		}
		out[strconv.Itoa(p)] = a
	}
	out["default"] = object{"description": fmt.Sprintf("Any other problem: %d, %d, %d, %d", 405, 408, 500, 507), "content": trouble}
	return out
}
