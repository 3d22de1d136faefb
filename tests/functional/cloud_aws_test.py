"""Certificates for EC2 instances: the commands of the documents, one by one, in a network where AWS is ours.

Names of tests carry the ids of the rows.
"""
import json
import pathlib
import re
import shlex
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds  # noqa: E402
from tests.support.cloud_case import AWS, CloudSeeds  # noqa: E402
from tests.support.terminal import DOWN, Terminal  # noqa: E402

ENROL = f'step ca certificate foo.local foo.crt foo.key --provisioner "{AWS}"'
LABEL = f"{AWS} (AWS)"


def setUpModule():
    CloudSeeds.clouds = Clouds()
    unittest.addModuleCleanup(CloudSeeds.clouds.close)


class Seeds(CloudSeeds):
    def setUp(self):
        super().setUp()
        self.clouds.aws.v1 = self.clouds.aws.v2 = True
        self.clouds.aws.start()
        # S000-02, S001-02, S002-49
        done = self.on_ca(f'step ca provisioner add "{AWS}" --type AWS --aws-account 123456789042')
        self.assertEqual(done.stderr.splitlines()[0], f"✔ CA Configuration: {self.ca.steppath}/config/ca.json")
        self.assertIn("Success! Your `step-ca` config has been updated.", done.stderr)
        # The certificates of AWS are those of the test.
        self.on_ca(f'step ca provisioner update "{AWS}" --iid-roots {self.clouds.iid_roots}')

    def begin(self, **members):
        self.set(AWS, **members)
        self.start()
        self.bootstrap()

    def test_S000_02_the_entry(self):
        entry = self.provisioner(AWS)
        self.assertEqual((entry["accounts"], entry["imdsVersions"], entry["instanceAge"]),
                         (["123456789042"], ["v2", "v1"], "0s"))

    def test_S000_06_07_S001_06_07_11_13_14_15_the_way_of_the_documents(self):
        self.begin()
        self.enrol(ENROL, LABEL)
        names = ("  Subject:     foo.local", r"               ip-172-31-65-180\.us-west-2\.compute\.internal",
                 r"               172\.31\.65\.180", "  Issuer:      My Intermediate CA",
                 rf"  Provisioner: {AWS} \[ID: 1234\.\.\.9042\]")
        self.assertShort("foo.crt", *names)
        life = json.loads(self.on_vm("step certificate inspect foo.crt --format json").stdout)["validity"]
        self.assertEqual(life["length"], 86460)  # S000-P3: 24 h, and the minute before.

        refused = self.assertRefused(f'step ca certificate bar.local bar.crt bar.key --provisioner "{AWS}"')
        self.server.wait_for("already")
        self.assertIn("If this one has had it: renew it with 'step ca renew'", refused.stderr)
        self.assertFalse((self.vm_home.path / "bar.crt").exists())

        done = self.on_vm("step ca renew --force foo.crt foo.key")
        self.assertEqual(done.stderr, "Your certificate has been saved in foo.crt.\n")
        self.assertShort("foo.crt", *names)
        done = self.on_vm("step ca revoke --cert foo.crt --key foo.key")
        self.assertRegex(done.stderr, r"Certificate with Serial Number \d+ has been revoked\.")
        self.assertRefused("step ca renew --force foo.crt foo.key")

    def test_S001_08_09_10_only_the_names_that_the_cloud_gave(self):
        self.begin(disableCustomSANs=True)
        self.assertRefused(ENROL)
        line = "NAME=$(curl -s http://169.254.169.254/latest/meta-data/instance-id); step ca certificate $NAME vm.crt vm.key"
        done = self.on_vm(f'{line} --provisioner "{AWS}" --san other.local', check=False)
        self.assertIn("certificate request contains unauthorized DNS names - got [other.local], allowed "
                      "[ip-172-31-65-180.us-west-2.compute.internal]", done.stderr)
        self.enrol(f'{line} --provisioner "{AWS}"', LABEL, "vm.crt", "vm.key")
        self.assertShort("vm.crt", f"  Subject:     {self.clouds.aws.vm['instanceId']}",
                         r"               ip-172-31-65-180\.us-west-2\.compute\.internal", r"               172\.31\.65\.180",
                         "  Issuer:      My Intermediate CA", rf"  Provisioner: {AWS} \[ID: 1234\.\.\.9042\]")

    def test_S001_12_more_than_one_certificate_where_the_provisioner_allows_it(self):
        self.begin(disableTrustOnFirstUse=True)
        self.enrol(ENROL, LABEL)
        self.enrol(f'step ca certificate bar.local bar.crt bar.key --provisioner "{AWS}"', LABEL, "bar.crt", "bar.key")

    def test_S000_P1_S002_48_other_accounts_and_documents_that_lack_something(self):
        self.begin()
        self.clouds.aws.start(accountId="210987654321")
        self.assertRefused(ENROL)
        for member in ("accountId", "privateIp", "region"):
            with self.subTest(member):
                self.clouds.aws.start(**{member: None})
                self.assertRefused(ENROL)
        self.clouds.aws.start(instanceId=None)
        self.assertIn("the identity document names no instance", self.on_vm(ENROL, check=False).stderr)
        # The example of the documents.
        self.clouds.aws.start(accountId="123456789042", instanceId="i-1234567890abcdef0", privateIp="10.158.112.84",
                              imageId="ami-5fb8c835", pendingTime="2016-11-19T16:32:11Z", availabilityZone="us-west-2b",
                              marketplaceProductCodes=["1abc2defghijklm3nopqrs4tu"])
        self.enrol(ENROL, LABEL)

    def test_S002_50_the_block_of_the_documents(self):
        folder = self.ca.steppath / "templates/certs/x509"
        folder.mkdir(parents=True)
        (folder / "default.tpl").write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }},'
                                            ' "keyUsage": ["digitalSignature"], "extKeyUsage": ["serverAuth", "clientAuth"]}')
        block = {"type": "AWS", "name": "Amazon Web Services", "accounts": ["123456789042"], "disableCustomSANs": False,
                 "disableTrustOnFirstUse": False, "instanceAge": "1h",
                 "claims": {"maxTLSCertDuration": "2160h", "defaultTLSCertDuration": "2160h"},
                 "options": {"x509": {"templateFile": "templates/certs/x509/default.tpl"}}}
        self.change(self.ca, lambda provisioners: provisioners.append({**block, "iidRoots": str(self.clouds.iid_roots)}))
        self.begin()
        listed = json.loads(self.on_vm("step ca provisioner list").stdout)
        self.assertIn(("Amazon Web Services", "1h0m0s"), [(p["name"], p.get("instanceAge")) for p in listed])
        line = ENROL.replace(AWS, "Amazon Web Services")
        self.clouds.aws.start(pendingTime="2024-01-02T03:04:05Z")
        self.assertRefused(line)
        self.clouds.aws.start()
        self.enrol(line, "Amazon Web Services (AWS)")
        life = json.loads(self.on_vm("step certificate inspect foo.crt --format json").stdout)["validity"]
        self.assertEqual(life["length"], 2160 * 3600 + 60)


class Machine(CloudSeeds):
    """What `step` does on such a machine, beyond the documents."""

    def setUp(self):
        super().setUp()
        self.clouds.aws.v1 = self.clouds.aws.v2 = True
        self.clouds.aws.start()
        self.change(self.ca, lambda provisioners: provisioners.append(self.entry("AWS")))
        self.start()
        self.bootstrap()

    def test_version_2_of_the_service_is_asked_first_and_version_1_only_if_allowed(self):
        token = f'step ca token foo.local --provisioner "{AWS}"'
        del self.clouds.metadata.asked[:]
        self.on_vm(token)
        self.assertEqual([method for _, method, _ in self.clouds.metadata.asked], ["PUT", "GET", "GET"])
        self.clouds.aws.v1 = False  # The instance requires sessions.
        self.on_vm(token)
        self.clouds.aws.v1, self.clouds.aws.v2 = True, False
        self.on_vm(token)

        self.set(AWS, imdsVersions=["v2"])
        self.start()
        done = self.on_vm(token, check=False)
        self.assertEqual((done.returncode, done.stderr.splitlines()[-1]),
                         (1, "error retrieving identity document: request for API token returned non-successful status code 403"))

    def test_a_token_is_used_by_another_command(self):
        self.on_vm(f'step ca token foo.local --provisioner "{AWS}" --output-file token.txt')
        done = self.on_vm("step ca certificate foo.local foo.crt foo.key --token $(cat token.txt)")
        self.assertNotIn("Provisioner", done.stderr)
        self.assertEqual(self.names(self.vm_home.file("foo.crt")),
                         ("foo.local", ["DNS:foo.local", "DNS:ip-172-31-65-180.us-west-2.compute.internal", "IP Address:172.31.65.180"]))
        self.assertRefused("step ca certificate foo.local foo2.crt foo2.key --token $(cat token.txt)")

    def test_a_token_and_names_of_choice(self):
        self.on_vm(f'step ca token foo.local --provisioner "{AWS}" --output-file token.txt')
        self.on_vm("step ca certificate foo.local foo.crt foo.key --san a.local --token $(cat token.txt)")
        self.assertEqual(self.names(self.vm_home.file("foo.crt")), ("foo.local", ["DNS:a.local"]))

    def test_mail_addresses_come_to_the_names_of_the_machine(self):
        self.on_vm(f"{ENROL} --san a@example.com")
        self.assertEqual(self.names(self.vm_home.file("foo.crt"))[1],
                         ["DNS:foo.local", "DNS:ip-172-31-65-180.us-west-2.compute.internal", "IP Address:172.31.65.180",
                          "email:a@example.com"])

    def test_a_request_made_before(self):
        self.on_vm("step certificate create --csr --no-password --insecure --san a.local --san 10.1.2.3 foo.local foo.csr foo.key")
        done = self.on_vm(f'step ca sign foo.csr foo.crt --provisioner "{AWS}"')
        self.assertEqual(done.stderr, f"✔ Provisioner: {LABEL}\n✔ CA: https://ca.local\n✔ Certificate: foo.crt\n")
        self.assertEqual(self.names(self.vm_home.file("foo.crt")), ("foo.local", ["DNS:a.local", "IP Address:10.1.2.3"]))

    def test_flags_of_our_own_tokens_are_of_no_use_and_it_says_so(self):
        done = self.on_vm(f'step ca token foo.local --provisioner "{AWS}" --san a.local --not-after 10m')
        for flag in ("san", "not-after"):
            self.assertIn(f"warning: flag '--{flag}' changes nothing: a token of AWS, GCP or Azure says what the cloud put into it\n",
                          done.stderr)

    def test_tokens_to_revoke_do_not_come_from_a_cloud(self):
        done = self.on_vm(f'step ca token 1234 --revoke --provisioner "{AWS}"', check=False)
        self.assertEqual((done.returncode, done.stderr.splitlines()[-1]),
                         (1, "a provisioner of type 'AWS' takes tokens to sign only; to renew or revoke, show the certificate and "
                             "its key"))

    def test_of_several_provisioners_one_is_chosen(self):
        done = self.on_vm("step ca certificate foo.local foo.crt foo.key", check=False)
        self.assertIn("error allocating terminal", done.stderr)  # There is nobody to ask.
        done = self.on_vm("step ca certificate foo.local foo.crt foo.key --provisioner nobody", check=False)
        self.assertEqual(done.stderr, "invalid value 'nobody' for flag '--provisioner'\n")

    def test_a_person_is_asked_which(self):
        terminal = Terminal(self.vm_home.path, "ca", "certificate", "foo.local", "foo.crt", "foo.key", env=self.vm_home.env)
        terminal.until(LABEL)  # The second of two.
        terminal.type(DOWN)
        terminal.until(f"▸ {LABEL}")
        terminal.type("\r")
        terminal.until("Private Key:")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(self.names(self.vm_home.file("foo.crt"))[0], "foo.local")

    def test_the_only_provisioner_is_chosen(self):
        self.change(self.ca, lambda provisioners: provisioners.pop(0))
        self.start()
        self.enrol("step ca certificate foo.local foo.crt foo.key", LABEL)

    def test_a_document_that_changed_on_its_way_is_refused(self):
        aws = self.clouds.aws

        def answer(method, path, headers, query, original=aws.answer):
            body = original(method, path, headers, query)
            return body.replace(b"us-west-2", b"us-west-1") if path.endswith("/document") else body
        aws.answer = answer
        self.addCleanup(delattr, aws, "answer")
        self.assertRefused(ENROL)

    def test_off_the_cloud(self):
        self.off_cloud(ENROL, "error retrieving identity document: no metadata service answered at http://169.254.169.254; "
                              "is this a VM on AWS?")

    def test_a_service_that_is_silent(self):
        self.silent_cloud(ENROL, "is this a VM on AWS?")

    def test_no_proxy_is_asked(self):
        self.vm_home.env.update(http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1")
        self.on_vm(f'step ca token foo.local --provisioner "{AWS}"')


if __name__ == "__main__":
    unittest.main()
