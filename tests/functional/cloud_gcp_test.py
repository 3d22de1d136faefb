"""Certificates for VMs of Google Compute Engine: the commands of the documents, one by one, in a network where Google is ours.

Names of tests carry the ids of the rows.
"""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds, SigningKey  # noqa: E402
from tests.support.cloud_case import GCP, CloudSeeds  # noqa: E402
from tests.support.harness import LONG  # noqa: E402

ENROL = f"step ca certificate foo.local foo.crt foo.key --provisioner {GCP}"
LABEL = f"{GCP} (GCP)"
ADD = ("step ca provisioner add Google --type GCP --gcp-service-account 1234567890-compute@developer.gserviceaccount.com"
       " --gcp-service-account 9876543210-compute@developer.gserviceaccount.com --gcp-project identity --gcp-project accounting")


def setUpModule():
    CloudSeeds.clouds = Clouds()
    unittest.addModuleCleanup(CloudSeeds.clouds.close)


class Seeds(CloudSeeds):
    def setUp(self):
        super().setUp()
        self.clouds.google.start()

    def begin(self, add=ADD, **members):
        done = self.on_ca(add)
        self.assertNotIn("warning", done.stderr)
        self.set(GCP, **members)
        self.start()
        self.bootstrap()

    def test_S000_01_S001_01_the_token_of_a_vm(self):
        done = self.on_vm("curl -s -H 'Metadata-Flavor: Google' 'http://metadata/computeMetadata/v1/instance/service-accounts/default/"
                          "identity?audience=step-cli&format=full' | step crypto jwt verify --jwks https://www.googleapis.com/oauth2/"
                          "v3/certs --aud step-cli --iss https://accounts.google.com")
        self.assertEqual(json.loads(done.stdout)["payload"]["google"]["compute_engine"]["instance_name"], "foo")

    def test_S002_51_the_entry(self):
        self.on_ca(ADD)
        entry = self.provisioner(GCP)
        self.assertEqual((entry["type"], entry["projectIDs"], len(entry["serviceAccounts"])), ("GCP", ["identity", "accounting"], 2))

    def test_S000_06_07_S001_11_13_a_certificate_its_renewal_and_no_second_one(self):
        self.begin()
        self.enrol(ENROL, LABEL)
        names = ("  Subject:     foo.local", r"               foo\.c\.identity\.internal",
                 r"               foo\.us-west1-b\.c\.identity\.internal", "  Issuer:      My Intermediate CA",
                 r"  Provisioner: Google \[ID: 1173\.\.\.8655\]")
        self.assertShort("foo.crt", *names)
        self.assertRefused(f"step ca certificate bar.local bar.crt bar.key --provisioner {GCP}")
        self.on_vm("step ca renew --force foo.crt foo.key")
        self.assertShort("foo.crt", *names)
        self.start()
        self.assertRefused(f"step ca certificate bar.local bar.crt bar.key --provisioner {GCP}")

    def test_S001_08_10_only_the_names_that_the_cloud_gave(self):
        self.begin(disableCustomSANs=True)
        self.assertEqual(self.on_vm(f"{ENROL} --san other.local", check=False).returncode, 1)
        self.enrol("step ca certificate foo vm.crt vm.key --provisioner Google", LABEL, "vm.crt", "vm.key")
        self.assertEqual(self.names(self.vm_home.file("vm.crt")),
                         ("foo", ["DNS:foo.c.identity.internal", "DNS:foo.us-west1-b.c.identity.internal"]))

    def test_S001_12_more_than_one_certificate_where_the_provisioner_allows_it(self):
        self.begin(disableTrustOnFirstUse=True)
        self.enrol(ENROL, LABEL)
        self.clouds.google.tick()  # Google's tokens count seconds: a second one within the same second is the same.
        self.enrol(f"step ca certificate bar.local bar.crt bar.key --provisioner {GCP}", LABEL, "bar.crt", "bar.key")

    def test_S000_P1_other_projects_and_service_accounts(self):
        self.begin()
        self.clouds.google.start(project_id="elsewhere")
        self.assertRefused(ENROL)
        self.clouds.google.start(project_id="accounting")
        self.addCleanup(setattr, self.clouds.google, "email", self.clouds.google.email)
        self.clouds.google.email = "someone@developer.gserviceaccount.com"
        self.assertRefused(ENROL)
        self.clouds.google.email = "9876543210-compute@developer.gserviceaccount.com"
        self.enrol(ENROL, LABEL)

    def test_S002_52_the_block_of_the_documents(self):
        folder = self.ca.steppath / "templates/certs/x509"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "default.tpl").write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }},'
                                            ' "keyUsage": ["digitalSignature"], "extKeyUsage": ["serverAuth", "clientAuth"]}')
        block = {"type": "GCP", "name": "Google Cloud", "serviceAccounts": [self.clouds.google.account], "projectIDs": ["project-id"],
                 "disableCustomSANs": False, "disableTrustOnFirstUse": False, "instanceAge": "1h",
                 "claims": {"maxTLSCertDuration": "2160h", "defaultTLSCertDuration": "2160h"},
                 "options": {"x509": {"templateFile": "templates/certs/x509/default.tpl"}}}
        self.change(self.ca, lambda provisioners: provisioners.append(block))
        self.start()
        self.bootstrap()
        line = 'step ca certificate foo.local foo.crt foo.key --provisioner "Google Cloud"'
        self.clouds.google.start(project_id="project-id", instance_creation_timestamp=1557864897)
        self.assertRefused(line)
        self.clouds.google.start(project_id="project-id")
        self.enrol(line, "Google Cloud (GCP)")

    def test_an_organization(self):
        self.clouds.google.ancestors = {"identity": "1234567890", "elsewhere": "99"}
        self.begin("step ca provisioner add Google --type GCP --gcp-organization 1234567890")
        self.clouds.google.start(project_id="elsewhere")
        self.assertRefused(ENROL)
        self.clouds.google.start(project_id="unknown")
        self.assertEqual(self.on_vm(ENROL, check=False).returncode, 1)
        self.clouds.google.start()
        self.enrol(ENROL, LABEL)


class Machine(CloudSeeds):
    """What `step` and the CA do beyond the documents."""

    def setUp(self):
        super().setUp()
        self.clouds.google.start()

    def begin(self):
        self.change(self.ca, lambda provisioners: provisioners.append(self.entry("GCP")))
        self.start()
        self.bootstrap()

    def test_a_token_is_used_by_another_command(self):
        self.begin()
        self.on_vm(f"step ca token foo.local --provisioner {GCP} --output-file token.txt")
        self.on_vm("step ca certificate foo.local foo.crt foo.key --token $(cat token.txt)")
        self.assertEqual(self.names(self.vm_home.file("foo.crt")),
                         ("foo.local", ["DNS:foo.c.identity.internal", "DNS:foo.local", "DNS:foo.us-west1-b.c.identity.internal"]))

    def test_a_request_made_before(self):
        self.begin()
        self.on_vm("step certificate create --csr --no-password --insecure --san a.local foo.local foo.csr foo.key")
        self.on_vm(f"step ca sign foo.csr foo.crt --provisioner {GCP}")
        self.assertEqual(self.names(self.vm_home.file("foo.crt")), ("foo.local", ["DNS:a.local"]))

    def test_the_CA_starts_without_google_and_works_when_it_is_back(self):
        self.clouds.close_providers()
        self.addCleanup(lambda: self.clouds.providers or self.clouds.open_providers())
        self.begin()
        self.assertEqual(self.on_vm(ENROL, check=False).returncode, 1)
        self.clouds.open_providers()
        self.until_enrolled(ENROL)

    @unittest.skipUnless(LONG, "waits half a minute for the CA to ask again: --long")
    def test_new_keys_of_google_are_found(self):
        self.begin()
        self.enrol(ENROL, LABEL)
        old = self.clouds.google.key
        self.addCleanup(setattr, self.clouds.google, "key", old)
        self.clouds.google.new_key()
        self.clouds.google.start()
        self.until_enrolled(f"step ca certificate bar.local bar.crt bar.key --provisioner {GCP}")

    def test_a_token_that_somebody_else_signed_is_refused_and_burns_nothing(self):
        self.begin()
        self.clouds.google.forged = SigningKey(self.clouds.google.key.kid)
        self.addCleanup(setattr, self.clouds.google, "forged", None)
        self.assertRefused(ENROL)
        self.clouds.google.forged = None
        self.enrol(ENROL, LABEL)

    def test_the_CA_in_the_process_of_the_command(self):
        self.change(self.ca, lambda provisioners: provisioners.append(self.entry("GCP")))
        done = self.on_ca(f"step ca certificate foo.local foo.crt foo.key --offline --password-file $PW --provisioner {GCP}")
        self.assertEqual(done.stderr, f"✔ Provisioner: {LABEL}\n✔ Certificate: foo.crt\n✔ Private Key: foo.key\n")

    def test_off_the_cloud(self):
        self.begin()
        self.off_cloud(ENROL, "error doing identity request: no metadata service answered at http://metadata; is this a VM on GCP?")

    def test_a_name_server_that_is_silent(self):
        self.begin()
        with self.clouds.silent_name_server():
            self.assertSoon(ENROL, "no metadata service answered at http://metadata; is this a VM on GCP? (context deadline exceeded)")

    def test_a_service_that_is_silent(self):
        self.begin()
        self.silent_cloud(ENROL, "is this a VM on GCP?")


if __name__ == "__main__":
    unittest.main()
