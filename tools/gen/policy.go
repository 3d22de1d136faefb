// Asks the original's policy engine about tests/data/policy/cases.json: every policy of a group
// against every name of it, and every rule of "config" in an allow and a deny list. In a folder of
// its own, with this file as main.go:
//
//	go mod init rows && go get github.com/smallstep/certificates@v0.30.2
//	go run . cases.json > tests/data/policy/rows.json
//
// A row is [policy, name, error], with the type of certificate before the error for SSH.
package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/smallstep/certificates/authority/policy"
	"golang.org/x/crypto/ssh"
)

type names struct {
	CN         string
	DNS        []string
	IP         []net.IP
	Email      []string
	URI        []string
	Principals []string
}

type cases struct {
	X509 []struct {
		About    string
		Policies []*policy.X509PolicyOptions
		Names    []names
	}
	SSH []struct {
		About    string
		Policies []*policy.SSHPolicyOptions
		Types    []string
		Names    []names
	}
	Config map[string][]string
}

type group struct {
	About string  `json:"about"`
	Rows  [][]any `json:"rows"`
}

func text(check func() error) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprintf("panic: %v", r)
		}
	}()
	if err := check(); err != nil {
		return err.Error()
	}
	return ""
}

func certificate(n names) *x509.Certificate {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: n.CN}, DNSNames: n.DNS, IPAddresses: n.IP, EmailAddresses: n.Email}
	for _, s := range n.URI {
		u, err := url.Parse(s)
		if err != nil {
			panic(err)
		}
		c.URIs = append(c.URIs, u)
	}
	return c
}

func lists(member string, rule string) *policy.X509NameOptions {
	var o policy.X509NameOptions
	list := []string{rule}
	switch member {
	case "cn":
		o.CommonNames = list
	case "dns":
		o.DNSDomains = list
	case "ip":
		o.IPRanges = list
	case "email":
		o.EmailAddresses = list
	case "uri":
		o.URIDomains = list
	}
	return &o
}

func compile(o *policy.X509PolicyOptions) error {
	_, err := policy.New(&policy.Options{X509: o})
	return err
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var in cases
	if err := json.Unmarshal(data, &in); err != nil {
		panic(err)
	}
	version := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == "github.com/smallstep/certificates" {
				version = d.Version
			}
		}
	}
	out := map[string]any{"made_by": "tools/gen/policy.go, " + runtime.Version() + ", smallstep/certificates " + version}
	var x, s []group
	for _, g := range in.X509 {
		rows := [][]any{}
		for i, o := range g.Policies {
			engine, err := policy.New(&policy.Options{X509: o})
			for j, n := range g.Names {
				if err != nil {
					rows = append(rows, []any{i, j, "config: " + err.Error()})
					break
				}
				rows = append(rows, []any{i, j, text(func() error { return engine.IsX509CertificateAllowed(certificate(n)) })})
			}
		}
		x = append(x, group{g.About, rows})
	}
	for _, g := range in.SSH {
		rows := [][]any{}
		for i, o := range g.Policies {
			engine, err := policy.New(&policy.Options{SSH: o})
			if err != nil {
				panic(err)
			}
			for j, n := range g.Names {
				for _, kind := range g.Types {
					c := &ssh.Certificate{CertType: ssh.UserCert, ValidPrincipals: n.Principals}
					if kind == "host" {
						c.CertType = ssh.HostCert
					}
					rows = append(rows, []any{i, j, kind, text(func() error { return engine.IsSSHCertificateAllowed(c) })})
				}
			}
		}
		s = append(s, group{g.About, rows})
	}
	config := map[string][][]string{}
	for member, rules := range in.Config {
		for _, rule := range rules {
			config[member] = append(config[member], []string{rule,
				text(func() error { return compile(&policy.X509PolicyOptions{AllowedNames: lists(member, rule)}) }),
				text(func() error { return compile(&policy.X509PolicyOptions{DeniedNames: lists(member, rule)}) })})
		}
	}
	out["x509"], out["ssh"], out["config"] = x, s, config
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		panic(err)
	}
}
