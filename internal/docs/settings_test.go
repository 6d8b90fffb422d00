package main

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// README's table has every setting, with its default, and no other.
func TestREADMEHasEverySetting(t *testing.T) {
	page, err := readPage(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(page, "\n| flag | default | accepted |\n|---|---|---|\n")
	if !found {
		t.Fatal("README has no table of the settings")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]string{}
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		for _, flag := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(cells[1], -1) {
			documented[flag[1]] = strings.Trim(cells[2], " `")
		}
	}
	delete(documented, "prefix") // identifies an installation, and is no setting
	for _, setting := range settings.All() {
		want := shownDefault(setting)
		if got, ok := documented[setting.Name]; !ok || got != want {
			t.Errorf("the table has the default %q for --%s, which is %q", got, setting.Name, want)
		}
		delete(documented, setting.Name)
	}
	for name := range documented {
		t.Errorf("the table has --%s, which is no setting", name)
	}
}

// shownDefault returns a setting's default as README shows it.
func shownDefault(setting settings.Setting) string {
	value := setting.Get(settings.Defaults(""))
	switch {
	case reflect.ValueOf(value).Kind() == reflect.Slice:
		return setting.Clear
	case reflect.ValueOf(value).Kind() == reflect.Map:
		return "none"
	case value == false:
		return "off"
	}
	return strings.TrimSuffix(fmt.Sprint(value), "0s") // as in 5m0s
}
