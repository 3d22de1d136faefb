// A peer for acme_libraries_test.py: golang.org/x/crypto/acme gets a certificate, gets another,
// and revokes the first. The job is a JSON object in argv[1], the answer one on standard output.
// ./dev peers builds it a second time against cert-manager's fork of that package.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"golang.org/x/crypto/acme"
)

type job struct {
	Directory, Root, Challenge, Key, Solve string
	Names                                  []string
	KeyChange                              bool
}

func newKey(kind string) crypto.Signer {
	switch kind {
	case "RSA":
		return must(rsa.GenerateKey(rand.Reader, 2048))
	case "P-384":
		return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	}
	return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (j job) solve(client *acme.Client, name string, challenge *acme.Challenge) {
	value := must(client.HTTP01ChallengeResponse(challenge.Token))
	if challenge.Type == "dns-01" {
		value = must(client.DNS01ChallengeRecord(challenge.Token))
	}
	body := must(json.Marshal(map[string]string{"kind": challenge.Type, "name": name, "token": challenge.Token, "value": value}))
	must(http.Post(j.Solve, "application/json", bytes.NewReader(body))).Body.Close()
}

// issue is a whole flow: the chain as DER.
func (j job) issue(ctx context.Context, client *acme.Client, key crypto.Signer) [][]byte {
	var wanted []acme.AuthzID
	var request x509.CertificateRequest
	for _, name := range j.Names {
		if ip := net.ParseIP(name); ip != nil {
			wanted = append(wanted, acme.IPIDs(name)...)
			request.IPAddresses = append(request.IPAddresses, ip)
		} else {
			wanted = append(wanted, acme.DomainIDs(name)...)
			request.DNSNames = append(request.DNSNames, name)
		}
	}
	order := must(client.AuthorizeOrder(ctx, wanted))
	for _, url := range order.AuthzURLs {
		authorization := must(client.GetAuthorization(ctx, url))
		if authorization.Status == acme.StatusValid {
			continue
		}
		for _, challenge := range authorization.Challenges {
			if challenge.Type == j.Challenge {
				j.solve(client, authorization.Identifier.Value, challenge)
				must(client.Accept(ctx, challenge))
			}
		}
		must(client.WaitAuthorization(ctx, url))
	}
	order = must(client.WaitOrder(ctx, order.URI))
	csr := must(x509.CreateCertificateRequest(rand.Reader, &request, key))
	chain, url, err := client.CreateOrderCert(ctx, order.FinalizeURL, csr, true)
	check(err)
	must(client.FetchCert(ctx, url, true))
	must(client.ListCertAlternates(ctx, url))
	return chain
}

func encode(chain [][]byte) string {
	var out strings.Builder
	for _, der := range chain {
		check(pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return out.String()
}

func main() {
	var j job
	check(json.Unmarshal([]byte(os.Args[1]), &j))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(j.Root)))
	ctx := context.Background()
	client := &acme.Client{
		Key:          newKey("P-256"),
		DirectoryURL: j.Directory,
		HTTPClient:   &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}},
	}
	must(client.Register(ctx, &acme.Account{Contact: []string{"mailto:go@go.test"}}, acme.AcceptTOS))
	if j.KeyChange {
		check(client.AccountKeyRollover(ctx, newKey("P-256")))
	}
	key := newKey(j.Key)
	first := j.issue(ctx, client, key)
	second := j.issue(ctx, client, key)
	check(client.RevokeCert(ctx, nil, first[0], acme.CRLReasonSuperseded))
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))})
	if j.KeyChange {
		check(client.DeactivateReg(ctx))
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"first": encode(first), "second": encode(second), "key": string(private)}))
}
