// Prints the vectors of tests/data/base from Go's standard library:
//
//	go run tools/gen/base.go durations > tests/data/base/durations.vec
//
// One case a line, fields separated by tabs and quoted as %q.
package main

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"time"
)

func row(fields ...string) {
	for i, f := range fields {
		if i > 0 {
			fmt.Print("\t")
		}
		fmt.Printf("%q", f)
	}
	fmt.Println()
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func durations() {
	for _, s := range []string{"", "0", "+0", "-0", "5s", "+5s", "-5s", "1h", "24h", "1h30m", "1.5h", ".5s", "5.s", ".", "s", "5", "5d",
		"1h-1m", "1ns", "1us", "1µs", "1μs", "1ms", "999ms", "1.0000000001s", "0.3333333333333333333h", "9223372036854775807ns",
		"9223372036854775808ns", "-9223372036854775808ns", "9223372036854775.807us", "2562047h47m16.854775807s", "3000000h", "1h ", " 1h",
		"1H", "1e3s", "0x10s", "--1s", "100000000000000000000s", "1m1m", "39h9m14.425s", "0.100000000000000000000h", "1d2h", "24h0m0s", "5m0s"} {
		d, err := time.ParseDuration(s)
		row(s, d.String(), errText(err))
	}
}

func ips() {
	for _, s := range []string{"", "1.2.3.4", "01.2.3.4", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::", "::1", "1::", "fe80::1%eth0", "::ffff:1.2.3.4",
		"::1.2.3.4", "2001:db8::0:1", "2001:db8:0:0:1:0:0:1", "2001:0:0:1:0:0:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8:9",
		"::00001", "[::1]", "0.0.0.0", "1.2.3.4 ", "A::F", "0:0:0:0:0:ffff:a00:1", "1:0:0:2:0:0:0:3", "a:b", "1.2.3.04"} {
		ip := net.ParseIP(s)
		if ip == nil {
			row(s, "")
		} else {
			row(s, ip.String())
		}
	}
}

func uris() {
	for _, s := range []string{"", "https://a.test", "https://a.test/", "HTTPS://A.test/x?y=1#z", "host:8080", "urn:uuid:1", "a@b.test", "a.test",
		"//a.test/x", "file:///x", "file:/x", "file:x", ":x", "1:x", "a b", "http://a b/", "http://[::1]:80/x", "http://[::1", "http://a:b/",
		"http://a:80:90/", "http://u:p@h/x", "http://u@v@h/", "http://h/%zz", "http://h/%41", "http://h/a%2fb", "http://h/a b", "http://h/?",
		"http://h?x", "http://h/x?", "spiffe://td/ns/x", "mailto:a@b", "http://h/é", "http://%41/", "http://h/[x]", "x:/", "x://", "x:///",
		"http://h/#", "http://h/#a b", "http://a<b/", "a:b/c", "./a:b", "http://h/x\x7f", "ldap://[2001:db8::7]/c=GB?objectClass?one",
		"http://h:/x", "http://h/;x", "http://h/'x'", "tag:x,2024:y", "http://h/%E2%82%AC", "//x:y@z", "http:///x", "http://h//x", "x:////y", "ftp:opaque?q",
		"//@//@b", "//@", "http://@/x", "http://@", "http://@h", "a://@//x", "http://:@h/", "///x",
		"http://[a.test]/", "http://[10.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://a[::1]/", "http://[fe80::1%25en0]/", "http://[fe80::1%25]/", "http://[[::1]]/", "http://[]/", "http://[::1]x/"} {
		u, err := url.Parse(s)
		if err != nil {
			row(s, "", "", "", "", "", "error")
		} else {
			row(s, u.Scheme, u.Host, u.Hostname(), u.Port(), u.Path, u.String())
		}
	}
}

func base64s() {
	kinds := []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}
	for i, k := range kinds {
		for _, s := range []string{"", "Zg==", "Zg", "Zg=", "Zm8=", "Zm8", "Zm9v", "Zm9vYg==", "Zm9v\nYg==\r\n", "Zh==", "Zm9vYg=", "=", "====", "Z", "Zm9vY", "-_-_",
			"+/+/", "Zg==Zg==", "Zg=\n=", " Zg==", "Zg== ", "Zm9=v", "Zg===", "Z=g=", "\n", "Zm9vYmFy"} {
			b, err := k.DecodeString(s)
			ok := "1"
			if err != nil {
				ok, b = "0", nil
			}
			row(fmt.Sprint(i), s, ok, string(b), k.EncodeToString(b))
		}
	}
}

func quotes() {
	for _, s := range []string{"", "a", "a\"b", "a\\b", "\a\b\f\n\r\t\v", "\x00\x1f\x7f", "é€😀", "\xff\xfe", "\u00a0\u2028\ufeff\u200b", "\ue000", "a b", "\u00ad", "`'"} {
		row(s, fmt.Sprintf("%q", s))
	}
}

func pems() {
	for _, s := range []string{"", "x", "-----BEGIN A-----\nZm9v\n-----END A-----\n", "-----BEGIN A-----\r\nZm9v\r\n-----END A-----\r\nrest",
		"text\n-----BEGIN A-----\nZm9v\n-----END A-----", " -----BEGIN A-----\nZm9v\n-----END A-----\n",
		"-----BEGIN A-----\nZm9v\n-----END B-----\n-----BEGIN C-----\nZm9v\n-----END C-----\n",
		"-----BEGIN A-----\nK: v\nL:  w \n\nZm9v\n-----END A-----\n", "-----BEGIN A-----\nK: v\nZm9v\n-----END A-----\n",
		"-----BEGIN A-----\n-----END A-----\n", "-----BEGIN A-----\nZm9\n-----END A-----\n", "-----BEGIN A-----\nZm 9v\t\n\n-----END A-----  \n",
		"-----BEGIN A-----\nZm9v\n-----END A-----junk\n", "-----BEGIN A-----Zm9v\n-----END A-----\n", "-----BEGIN A-----\nZm9v-----END A-----\n",
		"-----BEGIN -----\nZm9v\n-----END -----\n", "-----BEGIN A-----\nZm9v\n", "-----BEGIN A-----\n!!!!\n-----END A-----\n-----BEGIN B-----\nZm9v\n-----END B-----\n"} {
		b, rest := pem.Decode([]byte(s))
		if b == nil {
			row(s, "0", "", "", "", "")
		} else {
			row(s, "1", b.Type, string(b.Bytes), string(rest), string(pem.EncodeToMemory(b)))
		}
	}
}

func times() {
	for _, s := range []string{"2024-01-02T03:04:05Z", "2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.120Z", "2024-01-02T03:04:05+02:00",
		"2024-01-02T03:04:05-23:59", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-01-02T24:00:00Z", "2024-01-02T03:04:60Z",
		"2024-01-02 03:04:05Z", "2024-01-02T03:04:05", "2024-1-02T03:04:05Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "", "2024-01-02T03:04:05z", "2024-01-02T03:04:05.Z",
		"1969-12-31T23:59:59.5Z"} {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			row(s, "0", "", "", "")
		} else {
			t = t.UTC().Truncate(time.Microsecond)
			row(s, "1", t.Format(time.RFC3339Nano), t.String(), t.Format("Mon, 02 Jan 2006 15:04:05 GMT"))
		}
	}
}

func main() {
	fmt.Printf("# made by %s, tools/gen/base.go %s\n", runtime.Version(), os.Args[1])
	map[string]func(){"durations": durations, "ips": ips, "uris": uris, "base64": base64s, "quotes": quotes, "pem": pems, "times": times}[os.Args[1]]()
}
