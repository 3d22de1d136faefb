// A peer for jose_peers_test.py: go-jose does what each line of standard input asks, as
// node_jose.js says.
package main

import (
	"bufio"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/go-jose/go-jose/v4"
)

type ask struct {
	Op       string          `json:"op"`
	Alg      string          `json:"alg"`
	Enc      string          `json:"enc"`
	Key      json.RawMessage `json:"key"`
	Password *string         `json:"password"`
	Payload  []byte          `json:"payload"`
	Text     string          `json:"text"`
	Form     string          `json:"form"`
}

func load(a ask) (any, error) {
	if a.Password != nil {
		return []byte(*a.Password), nil
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(a.Key, &key); err != nil {
		return nil, err
	}
	key.Algorithm = "" // The request says it.
	return &key, nil
}

func sign(a ask, key any) (any, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(a.Alg), Key: key}, nil)
	if err != nil {
		return nil, err
	}
	made, err := signer.Sign(a.Payload)
	if err != nil {
		return nil, err
	}
	if a.Form == "compact" {
		text, err := made.CompactSerialize()
		return map[string]string{"text": text}, err
	}
	return map[string]string{"text": made.FullSerialize()}, nil
}

func verify(a ask, key any) (any, error) {
	read, err := jose.ParseSigned(a.Text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(a.Alg)})
	if err != nil {
		return nil, err
	}
	payload, err := read.Verify(key)
	return map[string][]byte{"payload": payload}, err
}

func encrypt(a ask, key any) (any, error) {
	recipient := jose.Recipient{Algorithm: jose.KeyAlgorithm(a.Alg), Key: key, PBES2Count: 2000}
	if a.Alg == "dir" || a.Alg == "ECDH-ES" {
		recipient.PBES2Count = 0
	}
	maker, err := jose.NewEncrypter(jose.ContentEncryption(a.Enc), recipient, nil)
	if err != nil {
		return nil, err
	}
	made, err := maker.Encrypt(a.Payload)
	if err != nil {
		return nil, err
	}
	if a.Form == "compact" {
		text, err := made.CompactSerialize()
		return map[string]string{"text": text}, err
	}
	return map[string]string{"text": made.FullSerialize()}, nil
}

func decrypt(a ask, key any) (any, error) {
	read, err := jose.ParseEncrypted(a.Text, []jose.KeyAlgorithm{jose.KeyAlgorithm(a.Alg)},
		[]jose.ContentEncryption{jose.ContentEncryption(a.Enc)})
	if err != nil {
		return nil, err
	}
	payload, err := read.Decrypt(key)
	return map[string][]byte{"payload": payload}, err
}

func thumbprint(_ ask, key any) (any, error) {
	jwk, ok := key.(*jose.JSONWebKey)
	if !ok {
		return nil, errors.New("no key")
	}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	return map[string]string{"value": base64.RawURLEncoding.EncodeToString(sum)}, err
}

func answer(line []byte) any {
	var a ask
	err := json.Unmarshal(line, &a)
	var key, done any
	if err == nil {
		key, err = load(a)
	}
	if err == nil {
		op, found := map[string]func(ask, any) (any, error){
			"sign": sign, "verify": verify, "encrypt": encrypt, "decrypt": decrypt, "thumbprint": thumbprint}[a.Op]
		if !found {
			err = errors.New("unknown op " + a.Op)
		} else {
			done, err = op(a, key)
		}
	}
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return done
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, err := json.Marshal(answer(lines.Bytes()))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}
