// Prints tests/data/json/mutations.vec: JSON texts and mutations of them with the verdict of Go's
// encoding/json. The seed is fixed, so that the same Go prints the same file:
//
//	go run tools/gen/json_mutations.go > tests/data/json/mutations.vec
//
// What comes back from a text that is taken stands as a hash: FNV-1a of 64 bits of the compact
// form, a NUL and the indented form.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand"
	"runtime"
	"strings"
)

var corpus = []string{
	`{"alg":"ES256","kid":"BQk4","typ":"JWT"}`,
	`{"aud":["https://ca/1.0/sign#a","https://ca:443/1.0/sign"],"exp":1700000000,"iat":1.7e9,"nbf":-0,"iss":"a@b","jti":"00ff","sans":["a.test","127.0.0.1"],"sha":"x","sub":"a.test"}`,
	`{"root":"/a\/b","federatedRoots":null,"crt":"c","address":":443","dnsNames":["ca"],"db":{"type":"badgerv2","dataSource":"/db","badgerFileLoadingMode":""},"authority":{"provisioners":[{"type":"JWK","name":"é\u00e9","key":{"use":"sig","kty":"EC","crv":"P-256","x":"7","y":"8"},"claims":{"maxTLSCertDuration":"24h0m0s","disableRenewal":false}}]},"tls":{"cipherSuites":[],"minVersion":1.2,"renegotiation":false}}`,
	`[0,-1,1.5,1e10,1E-7,123456789012345678901234567890,0.000001,-0.0e+00,true,false,null,"",{},[]]`,
	`"\u0000\u001f\"\\\/\b\f\n\r\t\u2028\u2029\ud83d\ude00\ud800\udc00\ufffd<>&"`,
	`  { "a" : [ { "b" : { "c" : [ [ [ 1 ] ] ] } } ] , "A" : 2 , "a" : 3 }  `,
	"{\n\t\"csr\": \"-----BEGIN CERTIFICATE REQUEST-----\\nMIIB\\n-----END CERTIFICATE REQUEST-----\\n\",\r\n\t\"ott\": \"e30.e30.AA\",\n\t\"notAfter\": \"5m\",\n\t\"templateData\": {\"x\": [1, 2]}\n}",
	"\"\xe2\x82\xac\xf0\x9f\x94\x91\xc3\xa9\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82\"",
	`[[[[[[[[[[{"deep":[[[[[[[[[[{}]]]]]]]]]]}]]]]]]]]]]`,
	`{"":"","\u0061":1,"a":2,"K":"\u212a","ſ":"\u017f","<script>":"</script>"}`,
	`-12.5e-3`, `null`, `true`, `false`, `0`, `"x"`, `{}`, `[]`, `9007199254740993`, `1e400`,
}

var pieces = []string{`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, ` `, "\n", "\t", "\r", "\x00", "\x1f", "\x7f", "\x80", "\xff", "\xc3", "\xe2\x80\xa8",
	`\u`, `\ud800`, `\udc00`, `\u00`, `\x`, `\'`, `'`, `0`, `00`, `-`, `+`, `.`, `e`, `E+`, `1e`, `NaN`, `Infinity`, `-Infinity`, `nan`, `0x1`, `1_0`, `.5`, `5.`,
	`true`, `tru`, `nulL`, `/*c*/`, `//c`, `,,`, `{}`, `[]`, "\xef\xbb\xbf", `{"a":`, `"a"`, "\v", "\u00a0", `undefined`, "é", "😀"}

func mutate(r *rand.Rand, text string) string {
	b := []byte(text)
	for n := 1 + r.Intn(3); n > 0; n-- {
		at := r.Intn(len(b) + 1)
		switch r.Intn(7) {
		case 0: // cut
			b = b[:at]
		case 1: // leave out
			end := min(len(b), at+1+r.Intn(4))
			b = append(append([]byte{}, b[:at]...), b[end:]...)
		case 2, 3: // put in
			b = append(append(append([]byte{}, b[:at]...), pieces[r.Intn(len(pieces))]...), b[at:]...)
		case 4: // another octet
			if at < len(b) {
				b[at] = byte(r.Intn(256))
			}
		case 5: // one bit
			if at < len(b) {
				b[at] ^= 1 << r.Intn(8)
			}
		case 6: // twice
			end := min(len(b), at+1+r.Intn(12))
			b = append(append(append([]byte{}, b[:end]...), b[at:end]...), b[end:]...)
		}
	}
	return string(b)
}

func field(s string) string {
	if s == "" {
		return "-"
	}
	return hex.EncodeToString([]byte(s))
}

// Members in the order of the text and duplicates kept, as our values keep them.
func compact(text string) string {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var out strings.Builder
	var value func()
	literal := func(token any) {
		written, err := json.Marshal(token)
		if err != nil {
			panic(err)
		}
		out.Write(written)
	}
	value = func() {
		token, err := decoder.Token()
		if err != nil {
			panic(err)
		}
		delim, ok := token.(json.Delim)
		if !ok {
			literal(token)
			return
		}
		out.WriteString(delim.String())
		for first := true; decoder.More(); first = false {
			if !first {
				out.WriteByte(',')
			}
			if delim == '{' {
				name, err := decoder.Token()
				if err != nil {
					panic(err)
				}
				literal(name)
				out.WriteByte(':')
			}
			value()
		}
		end, err := decoder.Token()
		if err != nil {
			panic(err)
		}
		out.WriteString(end.(json.Delim).String())
	}
	value()
	return out.String()
}

func row(text string) {
	err := json.Unmarshal([]byte(text), &json.RawMessage{})
	decoderErr := json.NewDecoder(strings.NewReader(text)).Decode(&json.RawMessage{})
	message, place, decoderMessage, hash := "", "-", "", "-"
	var syntax *json.SyntaxError
	if err != nil {
		message = err.Error()
		if errors.As(err, &syntax) {
			place = fmt.Sprint(syntax.Offset)
		}
	} else {
		short := compact(text)
		var long bytes.Buffer
		if err := json.Indent(&long, []byte(short), "", "  "); err != nil {
			panic(err)
		}
		sum := fnv.New64a()
		sum.Write([]byte(short + "\x00" + long.String()))
		hash = fmt.Sprintf("%016x", sum.Sum64())
	}
	if decoderErr != nil {
		decoderMessage = decoderErr.Error()
	}
	fmt.Println(field(text), field(message), place, field(decoderMessage), hash)
}

func main() {
	fmt.Printf("# made by %s encoding/json, tools/gen/json_mutations.go: text, error of Unmarshal and its place (octets read),\n", runtime.Version())
	fmt.Println("# error of Decoder, hash of the output; text and errors in hexadecimal, - if empty.")
	seen := map[string]bool{}
	put := func(text string) {
		if !seen[text] {
			seen[text] = true
			row(text)
		}
	}
	for _, text := range corpus {
		put(text)
	}
	r := rand.New(rand.NewSource(20260711))
	for len(seen) < 3500 {
		put(mutate(r, corpus[r.Intn(len(corpus))]))
	}
}
