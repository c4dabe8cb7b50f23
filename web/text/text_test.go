package text

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
)

var verb = regexp.MustCompile(`%[a-z%]`)

func TestNothingIsMissing(t *testing.T) {
	for _, lang := range Langs {
		missing(t, string(lang), reflect.ValueOf(english), reflect.ValueOf(*lang.Words()))
	}
}

// missing complains of the strings of got, and of the structs in it, that are
// empty or have other verbs than those of en.
func missing(t *testing.T, where string, en, got reflect.Value) {
	for i := range got.NumField() {
		key := where + ": " + got.Type().Field(i).Name
		if got.Field(i).Kind() == reflect.Struct {
			missing(t, key, en.Field(i), got.Field(i))
			continue
		}
		words := got.Field(i).String()
		if words == "" {
			t.Errorf("%s is missing", key)
		}
		if want := verb.FindAllString(en.Field(i).String(), -1); !slices.Equal(verb.FindAllString(words, -1), want) {
			t.Errorf("%s = %q: want the verbs %v", key, words, want)
		}
	}
}

func TestAccept(t *testing.T) {
	for header, want := range map[string]Lang{
		"":                         English,
		"zh-CN,zh;q=0.9,en;q=0.8":  Chinese,
		"en-GB,en;q=0.9,zh;q=0.8":  English,
		"de,zh;q=0.5":              Chinese,
		"fr-CH, fr;q=0.9, *;q=0.5": English,
		"ZH-hant":                  Chinese,
		"zh;q=0":                   English,
		"zh;q=x":                   English,
		"zh;q=7,en;q=0.1":          English,
		"en;q=0.2, zh;q=0.3":       Chinese,
		",,,;;;":                   English,
	} {
		if got := Accept(header); got != want {
			t.Errorf("Accept(%q) = %s, want %s", header, got, want)
		}
	}
}

func FuzzAccept(f *testing.F) {
	f.Add("zh-CN,zh;q=0.9,en;q=0.8")
	f.Fuzz(func(t *testing.T, header string) {
		if !Accept(header).Known() {
			t.Errorf("Accept(%q) is no language", header)
		}
	})
}
