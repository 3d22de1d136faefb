"""The chains we make are accepted by OpenSSL, GnuTLS, Go's crypto/x509 and Python's cryptography; curl is served."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import Case, free_port, tool  # noqa: E402

GO_VERIFY = r"""
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	root, _ := os.ReadFile(os.Args[1])
	if !roots.AppendCertsFromPEM(root) {
		fmt.Println("no root")
		os.Exit(1)
	}
	chain, _ := os.ReadFile(os.Args[2])
	block, rest := pem.Decode(chain)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	intermediates.AppendCertsFromPEM(rest)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, DNSName: os.Args[3]}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
"""

PYTHON_VERIFY = r"""
import sys
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

def load(path):
    data = open(path, "rb").read()
    marker = b"-----END CERTIFICATE-----"
    return [x509.load_pem_x509_certificate(part + marker) for part in data.split(marker) if b"BEGIN" in part]

chain = load(sys.argv[2]) + load(sys.argv[1])
for child, parent in zip(chain, chain[1:]):
    assert child.issuer == parent.subject, (child.issuer, parent.subject)
    key = parent.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(child.signature, child.tbs_certificate_bytes, ec.ECDSA(child.signature_hash_algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(child.signature, child.tbs_certificate_bytes, padding.PKCS1v15(), child.signature_hash_algorithm)
    else:
        key.verify(child.signature, child.tbs_certificate_bytes)
    list(child.extensions)
names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
assert sys.argv[3] in names.get_values_for_type(x509.DNSName), names
"""


class PeersAccept(Case):

    def setUp(self):
        port = free_port()
        self.ca = self.home()
        self.ca.init(port)
        self.serve(self.ca)
        self.root = self.ca.steppath / "certs/root_ca.crt"
        self.url = f"https://localhost:{port}"
        self.leaves = []
        for kty in (("EC", "--crv", "P-256"), ("EC", "--crv", "P-521"), ("OKP", "--crv", "Ed25519"), ("RSA", "--size", "2048")):
            name = "-".join(kty).replace("--", "")
            self.ca.s("ca", "certificate", "leaf.test", f"{name}.crt", f"{name}.key", "--provisioner", "admin",
                      "--password-file", self.ca.password, "--kty", *kty, "--san", "leaf.test", "--san", "10.0.0.1",
                      "--san", "a@leaf.test", "--san", "https://leaf.test/x", "--ca-url", self.url, "--root", self.root)
            self.leaves.append(f"{name}.crt")

    def test_openssl(self):
        for leaf in self.leaves:
            self.ca.run(tool("openssl"), "verify", "-x509_strict", "-CAfile", self.root, "-untrusted", leaf, "-purpose",
                        "sslserver", "-verify_hostname", "leaf.test", leaf)

    def test_gnutls(self):
        for leaf in self.leaves:
            self.ca.run(tool("certtool"), "--verify", "--load-ca-certificate", self.root, "--verify-hostname", "leaf.test",
                        "--infile", leaf)

    def test_go(self):
        go = tool("go")
        folder = self.ca.file("govet")
        folder.mkdir()
        (folder / "main.go").write_text(GO_VERIFY)
        (folder / "go.mod").write_text("module verify\n\ngo 1.21\n")
        self.ca.run(go, "build", "-C", "govet", "-o", "verify", ".", env={"GOCACHE": str(self.ca.file("cache")), "GOFLAGS": "-mod=mod"},
                    timeout=1500)
        for leaf in self.leaves:
            self.ca.run(folder / "verify", self.root, leaf, "leaf.test")

    def test_python_cryptography(self):
        done = self.ca.run("/usr/bin/python3", "-c", "import cryptography", check=False)
        if done.returncode != 0:
            self.skipTest("python3-cryptography is not installed")
        for leaf in self.leaves:
            self.ca.run("/usr/bin/python3", "-c", PYTHON_VERIFY, self.root, leaf, "leaf.test")

    def test_curl_that_offers_http2_is_served_over_http_1_1(self):
        curl = tool("curl")
        if "HTTP2" not in self.ca.run(curl, "--version").stdout:
            self.skipTest("this curl cannot offer HTTP/2")
        done = self.ca.run(curl, "--silent", "--show-error", "--verbose", "--http2", "--noproxy", "*", "--cacert", self.root,
                           "--write-out", "%{http_version}", f"{self.url}/health")
        self.assertEqual(done.stdout, '{"status":"ok"}\n1.1')
        self.assertIn("h2", done.stderr.partition("server accepted")[0])


if __name__ == "__main__":
    unittest.main()
