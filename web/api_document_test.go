package web

import (
	"encoding"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pacu/control"
)

// componentsAt is where the schemas are.
const componentsAt = "#/components/schemas/"

type object = map[string]any

// A describer makes the document out of operations, types and their comments.
type describer struct {
	t        *testing.T
	schemas  object
	types    map[string]reflect.Type
	comments map[string]string   // by package.Type or package.Type.Field
	values   map[string][]string // of the constants of a type, by package.Type
}

// componentNames are for types that would share a name with one of pulse's.
var componentNames = map[string]string{"apiRouter": "RouterState", "apiEvent": "KeptEvent", "apiProbed": "ProbeResult", "problem": "Refusal"}

func describe(t *testing.T) []byte {
	d := &describer{t: t, schemas: object{}, types: map[string]reflect.Type{}, comments: map[string]string{}, values: map[string][]string{}}
	for pkg, dir := range map[string]string{"pacu/web": ".", "pacu/control": "../control", "pacu/lvscf": "../lvscf"} {
		d.read(pkg, dir)
	}
	paths := object{}
	for _, o := range operations {
		at := apiPath + o.path
		if paths[at] == nil {
			paths[at] = object{}
		}
		paths[at].(object)[strings.ToLower(o.method)] = d.operation(o)
	}
	d.schema(reflect.TypeFor[control.Snapshot]())
	doc := object{
		"openapi": "3.1.1",
		"info": object{
			"title": "Pacu", "version": "1", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"summary": "Linux Virtual Server router pairs: look, change, act.",
			"description": "Every request but the one for this document has the header \"Authorization: Bearer TOKEN\". A token is made on the page of one's own account; " +
				"its role is viewer, operator or admin, never more than its user's now. What a program changes is in the audit as by \"token NAME of USER\".",
		},
		"servers":    []any{object{"url": "/"}},
		"security":   []any{object{"token": []any{}}},
		"paths":      paths,
		"components": object{"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}, "schemas": d.schemas},
	}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// read takes the comments and the constants out of a package.
func (d *describer) read(pkg, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		d.t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, decl := range f.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					d.typeSpec(pkg, g, s)
				case *ast.ValueSpec:
					d.constant(pkg, s)
				}
			}
		}
	}
}

func (d *describer) typeSpec(pkg string, g *ast.GenDecl, s *ast.TypeSpec) {
	name := pkg + "." + s.Name.Name
	d.comments[name] = oneLine(g.Doc.Text())
	st, ok := s.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		about := oneLine(strings.TrimSpace(f.Doc.Text() + " " + f.Comment.Text()))
		for _, n := range f.Names {
			d.comments[name+"."+n.Name] = about
		}
	}
}

func (d *describer) constant(pkg string, s *ast.ValueSpec) {
	kind, ok := s.Type.(*ast.Ident)
	if !ok || len(s.Values) != 1 {
		return
	}
	if lit, ok := s.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if v, err := strconv.Unquote(lit.Value); err == nil && v != "" {
			d.values[pkg+"."+kind.Name] = append(d.values[pkg+"."+kind.Name], v)
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// schema is how t looks as JSON.
func (d *describer) schema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[control.Duration]():
		return object{"type": "string", "description": "A duration, as \"1.5s\" or \"10m0s\"."}
	case t == reflect.TypeFor[netip.Addr](), t == reflect.TypeFor[netip.Prefix](), t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.String:
		if v := d.values[t.PkgPath()+"."+t.Name()]; len(v) > 0 {
			slices.Sort(v)
			return object{"type": "string", "description": "One of: " + strings.Join(slices.Compact(v), ", ") + "."}
		}
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return object{"type": "object"}
		}
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		return d.component(t)
	}
	d.t.Fatalf("no schema for %s", t)
	return nil
}

func (d *describer) component(t reflect.Type) object {
	name := componentNames[t.Name()]
	if name == "" {
		name = strings.TrimPrefix(t.Name(), "api")
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	ref := object{"$ref": componentsAt + name}
	if before, ok := d.types[name]; ok {
		if before != t {
			d.t.Fatalf("%s and %s are both called %s", before, t, name)
		}
		return ref
	}
	d.types[name] = t
	properties, required := object{}, []string{}
	d.fields(t, properties, &required)
	slices.Sort(required)
	s := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = slices.Compact(required)
	}
	if about := d.comments[t.PkgPath()+"."+t.Name()]; about != "" {
		if rest, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimPrefix(about, "An "), "A "), t.Name()+" "); ok {
			article := "A "
			if strings.ContainsAny(name[:1], "AEIOU") {
				article = "An "
			}
			about = article + name + " " + rest
		}
		s["description"] = about
	}
	d.schemas[name] = s
	return ref
}

func (d *describer) fields(t reflect.Type, properties object, required *[]string) {
	own := map[string]bool{}
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous && f.IsExported() {
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			own[tag] = true
		}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			inner, names := object{}, []string{}
			d.fields(f.Type, inner, &names)
			for name, p := range inner {
				if !own[name] { // else the outer one is it
					properties[name] = p
				}
			}
			for _, name := range names {
				if !own[name] {
					*required = append(*required, name)
				}
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			d.t.Fatalf("%s.%s has no name as JSON", t, f.Name)
		}
		p := d.schema(f.Type)
		missing := strings.Contains(options, "omit")
		if f.Type.Kind() == reflect.Slice && !missing && t.PkgPath() == "pacu/control" {
			p["type"] = []any{"array", "null"} // pulse's own lists may be empty so
		}
		if about := d.comments[t.PkgPath()+"."+t.Name()+"."+f.Name]; about != "" {
			if known, ok := p["description"].(string); ok {
				about += " " + known
			}
			p["description"] = about
		}
		properties[name] = p
		if !missing {
			*required = append(*required, name)
		}
	}
}
