//go:build tools

package main

// Keeps cert-manager's fork in go.mod: ./dev peers puts it in the place of the other.
import _ "github.com/cert-manager/cert-manager/third_party/forked/acme"
