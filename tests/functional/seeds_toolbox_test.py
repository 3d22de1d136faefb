"""The commands of the documents people learn from that need no CA, or only look at what one made.

Names are the ids that the rows have in that list; what cannot be asked here (a cloud's metadata
service) is replaced by something local that answers alike.
"""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.seeds import NAME, SeedCase  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402


class ToolboxSeeds(SeedCase):
    maxDiff = None

    def test_S000_01_S001_01_an_identity_token_is_verified_against_a_key_set(self):
        self.sh("step crypto jwk create rs.pub rs.key --kty RSA --no-password --insecure")
        self.sh("""jq '{keys: [.]}' rs.pub > jwks.json""")
        line = ("step crypto jwt sign --key rs.key --iss I --aud step-cli --sub 1 --exp $(($(date +%s)+600))"
                " | step crypto jwt verify --jwks jwks.json --aud step-cli")
        token = json.loads(self.sh(line + " --iss I").stdout)
        self.assertEqual(list(token), ["header", "payload", "signature"])
        self.assertEqual((token["header"]["alg"], token["payload"]["iss"]), ("RS256", "I"))
        without = self.sh(line, check=False)
        self.assertEqual((without.returncode, without.stderr),
                         (1, "flag '--iss' is required unless the '--subtle' flag is provided\n"))

    def test_S002_12_a_token_is_inspected(self):
        done = self.sh("step ca token foo.internal $J | step crypto jwt inspect --insecure")
        token = json.loads(done.stdout)
        self.assertEqual((token["header"]["alg"], token["header"]["typ"]), ("ES256", "JWT"))
        self.assertEqual((token["payload"]["sub"], token["payload"]["iss"]), ("foo.internal", NAME))


    def test_S002_15_the_key_of_a_provisioner_is_decrypted(self):
        done = self.sh("step ca provisioner list | jq -r '.[0].encryptedKey' | step crypto jwe decrypt --password-file $PW")
        key = json.loads(done.stdout)
        self.assertEqual((key["kty"], key["crv"], "d" in key), ("EC", "P-256", True))


    def test_S004_06_a_key_pair_is_made(self):
        done = self.sh("step crypto keypair host.pub host.key --password-file $PW")
        self.assertEqual(done.stderr, "Your public key has been saved in host.pub.\n"
                         "Your private key has been saved in host.key.\n")
        derived = self.sh("openssl pkey -in host.key -passin file:$PW -pubout").stdout
        self.assertEqual(derived, (self.ca.path / "host.pub").read_text())

    def test_S002_17_a_provisioners_key_gets_a_new_password(self):
        self.ca.env["OLD"] = self.sh("step ca provisioner list | jq -r '.[0].encryptedKey'").stdout.strip()
        t = Terminal(self.ca.path, "-c", "echo $OLD | step crypto jwe decrypt | step crypto jwe encrypt"
                     " --alg PBES2-HS256+A128KW | step crypto jose format > new.jwe", env=self.ca.env, program="/bin/bash")
        self.addCleanup(t.close)
        t.until("Please enter the password to decrypt the content encryption key")
        t.type("asdf\r")
        t.until("Please enter the password to encrypt the content encryption key")
        t.type("another\r")
        self.assertEqual(t.finish(), 0, t.seen)
        made = self.ca.file("new.jwe").read_text().strip()
        self.assertEqual(made.count("."), 4)
        key = json.loads(self.sh("step crypto jwe decrypt --password-file <(echo another) < new.jwe").stdout)
        self.assertEqual((key["kty"], "d" in key), ("EC", True))

    def test_S003_03_12_what_a_certificate_says(self):
        self.issue("svc")
        text = self.sh("step certificate inspect svc.crt").stdout
        for part in ("X509v3 Key Usage: critical\n                Digital Signature\n", "Server Authentication",
                     "Client Authentication", "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier",
                     "X509v3 Subject Alternative Name", "X509v3 Step Provisioner", f"Name: {NAME}", "CredentialID: ",
                     "Issuer: O=Smallstep,CN=Smallstep Intermediate CA"):
            self.assertIn(part, text)
        self.assertNotIn("Key Encipherment", text)
        end = self.sh("step certificate inspect svc.crt --format json | jq .validity.end").stdout
        self.assertRegex(end, r'\A"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\n\Z')

    def test_S003_08_the_root(self):
        text = self.sh("step certificate inspect $(step path)/certs/root_ca.crt").stdout
        for part in ("CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign", "O=Smallstep"):
            self.assertIn(part, text)
        for part in ("Digital Signature\n", "Key Encipherment"):
            self.assertNotIn(part, text)

    def test_S003_21_the_private_half_in_clear(self):
        self.sh("step crypto jwk create puppet.pub.json puppet.key.json --password-file $PW")
        self.sh("step crypto jwe decrypt --password-file $PW < puppet.key.json > clear.json")
        clear, public = (json.loads(self.ca.file(name).read_text()) for name in ("clear.json", "puppet.pub.json"))
        self.assertEqual({**public, "d": clear["d"]}, clear)


if __name__ == "__main__":
    unittest.main()
