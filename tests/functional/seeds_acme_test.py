"""The commands of scope "acme" in the documents people learn from, with the ids that the rows have in that list.

Device attestation (S002-38, 39, 41) and Wire (S002-42) are not there yet: that they are refused, not ignored, is tested.
"""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support import acme_client  # noqa: E402
from tests.support.harness import tool  # noqa: E402
from tests.support.seeds import NAME, SeedCase  # noqa: E402

# As the document prints it, less the template file.
BLOCK = """{
    "type": "ACME",
    "name": "acme-example",
    "forceCN": true,
    "claims": {
        "maxTLSCertDuration": "8h",
        "defaultTLSCertDuration": "2h"
    },
    "termsOfService": "",
    "website": "",
    "caaIdentities": [],
    "challenges": [
        "http-01",
        "dns-01",
        "tls-alpn-01"
    ],
    "attestationFormats": [
        "apple",
        "step",
        "tpm"
    ],
    "attestationRoots": "",
    "options": {
        "x509": {
            "templateFile": "templates/certs/x509/default.tpl"
        }
    }
}"""
CLAIMS = {"enableSSHCA": True, "disableRenewal": False, "allowRenewalAfterExpiry": False, "disableSmallstepExtensions": False}


class AcmeSeeds(SeedCase):
    def config(self):
        return self.ca.steppath / "config/ca.json"

    def directory(self, name):
        """As a person looks at it."""
        tool("curl")
        done = self.sh(f"curl -sf --cacert $(step path)/certs/root_ca.crt $URL/acme/{name}/directory", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def test_S002_01_02_04_a_provisioner_is_added_changed_and_removed(self):
        added = self.edited("step ca provisioner add acme --type ACME")
        self.assertEqual(added[1], {"type": "ACME", "name": "acme", "claims": CLAIMS, "options": {"x509": {}, "ssh": {}}})
        self.assertEqual(self.directory("acme")["newOrder"], f"{self.url}/acme/acme/new-order")
        changed = self.edited("step ca provisioner update acme --x509-min-dur=20m --x509-max-dur=72h --x509-default-dur=36h")
        self.assertEqual(changed[1]["claims"], {**CLAIMS, "minTLSCertDuration": "20m0s", "maxTLSCertDuration": "72h0m0s",
                                                "defaultTLSCertDuration": "36h0m0s"})
        self.assertEqual(self.listed()[1]["claims"]["defaultTLSCertDuration"], "36h0m0s")
        again = self.sh("step ca provisioner add acme --type ACME", check=False)
        self.assertEqual((again.returncode, again.stderr), (1, "cannot add multiple provisioners with the same id\n"))
        left = self.edited("step ca provisioner remove acme")
        self.assertEqual([entry["name"] for entry in left], [NAME])
        self.assertIsNone(self.directory("acme"))

    def test_S002_36_P11_the_directory_of_a_provisioner_and_its_challenges(self):
        self.edited("step ca provisioner add acme-example --type ACME")
        self.assertLessEqual({"newNonce", "newAccount", "newOrder", "revokeCert", "keyChange"},
                             self.directory("acme-example").keys())
        client = acme_client.Client(f"{self.url}/acme/acme-example/directory", self.ca.steppath / "certs/root_ca.crt")
        self.addCleanup(client.close)
        client.register()
        for name, kinds in [("a.test", {"http-01", "dns-01", "tls-alpn-01"}), ("*.a.test", {"dns-01"}),
                            ("127.0.0.1", {"http-01", "tls-alpn-01"})]:
            _, order = client.order([name])
            authorization = client.get(order["authorizations"][0])
            self.assertEqual({c["type"] for c in authorization["challenges"]}, kinds, name)

    def test_S002_37_the_block_of_the_document_is_listed(self):
        template = self.ca.steppath / "templates/certs/x509/default.tpl"
        template.parent.mkdir(parents=True)
        template.write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}}')
        config = json.loads(self.config().read_text())
        config["authority"]["provisioners"].append(json.loads(BLOCK))
        self.config().write_text(json.dumps(config))
        self.server.stop()
        self.server = self.serve(self.ca)
        listed = self.listed()[1]
        self.assertEqual({k: listed[k] for k in ("type", "name", "forceCN", "challenges", "attestationFormats")},
                         {k: json.loads(BLOCK)[k] for k in ("type", "name", "forceCN", "challenges", "attestationFormats")})
        self.assertEqual(listed["claims"]["maxTLSCertDuration"], "8h0m0s")
        self.assertIsNotNone(self.directory("acme-example"))

    def test_the_other_flags_of_the_type(self):
        added = self.edited("step ca provisioner add strict --type acme --force-cn --require-eab --challenge HTTP-01"
                            " --challenge dns-01 --challenge dns-01 --attestation-format APPLE"
                            " --attestation-roots $(step path)/certs/root_ca.crt")[1]
        self.assertEqual((added["type"], added["forceCN"], added["requireEAB"], added["challenges"], added["attestationFormats"]),
                         ("ACME", True, True, ["http-01", "dns-01"], ["apple"]))
        self.assertEqual(added["attestationRoots"],
                         self.sh("base64 -w0 $(step path)/certs/root_ca.crt").stdout)
        changed = self.edited("step ca provisioner update strict --challenge tls-alpn-01 --remove-challenge http-01 --force-cn=false"
                              " --attestation-format tpm --remove-attestation-format apple --attestation-roots ''")[1]
        self.assertNotIn("forceCN", changed)
        self.assertNotIn("attestationRoots", changed)
        self.assertEqual((changed["challenges"], changed["attestationFormats"]), (["dns-01", "tls-alpn-01"], ["tpm"]))
        self.edited("step ca provisioner add plain --type ACME")
        self.assertEqual(self.edited("step ca provisioner update plain --remove-challenge http-01")[2]["challenges"],
                         ["dns-01", "tls-alpn-01"])
        for flags, told in [
                ("update strict --remove-challenge dns-01 --remove-challenge tls-alpn-01",
                 "flag '--remove-challenge' leaves no challenge, which would mean all: http-01, dns-01, tls-alpn-01"),
                ("update strict --challenge bogus",
                 "invalid value 'bogus' for flag '--challenge'; options are http-01, dns-01, tls-alpn-01 and device-attest-01"),
                ("add x --type ACME --attestation-roots foo.crt", 'certificate with common name "foo.local" is not a valid CA'),
                ("add x --type ACME --create", "flag '--create' is for provisioners of type JWK"),
                ("add x --create --require-eab", "flag '--require-eab' is for provisioners of type ACME"),
                (f"update {NAME} --force-cn", "flag '--force-cn' is for provisioners of type ACME")]:
            with self.subTest(flags):
                if "foo.crt" in flags:
                    self.issue()
                refused = self.sh(f"step ca provisioner {flags}", check=False)
                self.assertEqual((refused.returncode, refused.stderr), (1, told + "\n"))

    def test_S002_38_41_device_attestation_is_refused_by_name(self):
        done = self.sh("step ca provisioner add acme-da --type ACME --challenge device-attest-01 --attestation-format apple", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("device-attest-01 is not supported yet", done.stderr)
        done = self.sh("step ca certificate 123 y.crt y.key --attestation-uri 'yubikey:slot-id=9a?pin-value=123456' --provisioner acme-da", check=False)
        self.assertEqual(done.stderr, "flag '--attestation-uri' needs device attestation, which is not supported yet\n")

    def test_S004_P17_without_a_database_the_provisioner_is_off_and_said_to_be(self):
        config = json.loads(self.config().read_text())
        del config["db"]
        config["authority"]["provisioners"].append({"type": "ACME", "name": "acme"})
        self.config().write_text(json.dumps(config))
        self.server.stop()
        self.server = self.serve(self.ca)
        self.server.logged("WARNING: No database is configured. ACME provisioners are disabled.")
        self.assertIsNone(self.directory("acme"))


if __name__ == "__main__":
    unittest.main()
