// Writes src/tmpl/unicode_data.inc and unicode_classes.inc from Go's unicode package:
//
//	go run tools/gen/tmpl_unicode.go > src/tmpl/unicode_data.inc
//	go run tools/gen/tmpl_unicode.go classes > src/tmpl/unicode_classes.inc
package main

import (
	"fmt"
	"os"
	"runtime"
	"unicode"
)

type run struct {
	low, high rune
	step      int
	shift     rune
}

func ranges(holds func(rune) bool) []run {
	var out []run
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !holds(r) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].high == r-1 {
			out[n-1].high = r
		} else {
			out = append(out, run{low: r, high: r})
		}
	}
	return out
}

func shifts(to func(rune) rune) []run {
	var out []run
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		shift := to(r) - r
		if shift == 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].shift == shift {
			last, gap := &out[n-1], int(r-out[n-1].high)
			if last.low == last.high && gap <= 2 {
				last.step, last.high = gap, r
				continue
			}
			if gap == last.step {
				last.high = r
				continue
			}
		}
		out = append(out, run{r, r, 1, shift})
	}
	return out
}

// strides joins what follows each other in equal steps of one or two.
func strides(holds func(rune) bool) []run {
	var out []run
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !holds(r) {
			continue
		}
		if n := len(out); n > 0 {
			last, gap := &out[n-1], int(r-out[n-1].high)
			if gap == last.step || (last.low == last.high && gap <= 2) {
				last.step, last.high = gap, r
				continue
			}
		}
		out = append(out, run{r, r, 1, 0})
	}
	return out
}

func write(kind, name string, runs []run) {
	fmt.Printf("constexpr %s %s[] = {\n", kind, name)
	line := ""
	for _, r := range runs {
		item := fmt.Sprintf("{0x%x, 0x%x},", r.low, r.high)
		if kind == "Shift" {
			item = fmt.Sprintf("{0x%x, 0x%x, %d, %d},", r.low, r.high, r.step, r.shift)
		}
		if kind == "Stride" {
			item = fmt.Sprintf("{0x%x, 0x%x, %d},", r.low, r.high, r.step)
		}
		if len(line)+len(item) > 99 {
			fmt.Println(line)
			line = ""
		}
		line += item
	}
	fmt.Printf("%s};\n", line)
}

func main() {
	fmt.Printf("// Made by tools/gen/tmpl_unicode.go with %s, Unicode %s. Do not edit.\n", runtime.Version(), unicode.Version)
	if len(os.Args) > 1 {
		write("Stride", "kUpper", strides(unicode.IsUpper))
		write("Stride", "kLower", strides(unicode.IsLower))
		write("Range", "kPunct", ranges(unicode.IsPunct))
		write("Range", "kNumbers", ranges(unicode.IsNumber))
		return
	}
	write("Range", "kLetters", ranges(unicode.IsLetter))
	write("Range", "kDigits", ranges(unicode.IsDigit))
	write("Range", "kPrintable", ranges(unicode.IsPrint))
	write("Shift", "kToUpper", shifts(unicode.ToUpper))
	write("Shift", "kToLower", shifts(unicode.ToLower))
	write("Shift", "kToTitle", shifts(unicode.ToTitle))
}
