// Renders templates with Go's own text/template and sprig, for tests that compare ours with it.
//
// Each line of standard input is {"template": text, "data": any}; each line of the answer is
// {"output": text}, {"octets": base64} where the text is not UTF-8, or {"error": text}, in the same
// order. What takes longer than two seconds (or STEP_PATIENCE says how many), or panics, is answered
// with "unfinished": it says nothing about either.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"github.com/Masterminds/sprig/v3"
)

type question struct {
	Template string `json:"template"`
	Data     any    `json:"data"`
}

type answer struct {
	Output     *string `json:"output,omitempty"`
	Octets     []byte  `json:"octets,omitempty"`
	Error      string  `json:"error,omitempty"`
	Unfinished string  `json:"unfinished,omitempty"`
}

func functions() template.FuncMap {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	return functions
}

func render(q question) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Unfinished: fmt.Sprint(p)}
		}
	}()
	t, err := template.New("t").Funcs(functions()).Parse(q.Template)
	if err != nil {
		return answer{Error: err.Error()}
	}
	var out strings.Builder
	if err := t.Execute(&out, q.Data); err != nil {
		return answer{Error: err.Error()}
	}
	if !utf8.ValidString(out.String()) {
		return answer{Octets: []byte(out.String())}
	}
	text := out.String()
	return answer{Output: &text}
}

func main() {
	patience := 2 * time.Second
	if seconds, err := strconv.Atoi(os.Getenv("STEP_PATIENCE")); err == nil {
		patience = time.Duration(seconds) * time.Second
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var q question
			if err := json.Unmarshal(line, &q); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			done := make(chan answer, 1)
			go func() { done <- render(q) }()
			select {
			case a := <-done:
				out.Encode(a)
			case <-time.After(patience):
				out.Encode(answer{Unfinished: "too slow"})
			}
		}
		if err != nil {
			return
		}
	}
}
