module goacme

go 1.25

require (
	github.com/cert-manager/cert-manager v1.18.2
	golang.org/x/crypto v0.46.0
)
