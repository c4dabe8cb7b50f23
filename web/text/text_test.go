package text

import (
	"reflect"
	"regexp"
	"slices"
	"testing"
)

var verb = regexp.MustCompile(`%[a-z%]`)

func TestNothingIsMissing(t *testing.T) {
	en := reflect.ValueOf(english)
	for _, lang := range Langs {
		v := reflect.ValueOf(*lang.Words())
		for i := range v.NumField() {
			key, got := v.Type().Field(i).Name, v.Field(i).String()
			if got == "" {
				t.Errorf("%s: %s is missing", lang, key)
			}
			if want := verb.FindAllString(en.Field(i).String(), -1); !slices.Equal(verb.FindAllString(got, -1), want) {
				t.Errorf("%s: %s = %q: want the verbs %v", lang, key, got, want)
			}
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
