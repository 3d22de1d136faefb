"""VMs of three clouds get certificates: the client of either side from the CA of either side.

The unmodified original runs as on a VM: the metadata services answer at their real addresses (tests/support/cloud.py).
"""
import base64
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds  # noqa: E402
from tests.support.cloud_case import AWS, AZURE, GCP, CloudCase  # noqa: E402
from tests.support.harness import OURS_CA, OURS_STEP, original_ca, original_step  # noqa: E402

KINDS = {"AWS": AWS, "GCP": GCP, "Azure": AZURE}


def plain(text):
    """Without the colours that the original paints even on no terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==="))


def setUpModule():
    original_ca(), original_step()
    CloudCase.clouds = Clouds()
    unittest.addModuleCleanup(CloudCase.clouds.close)


class Enrolment:
    SERVER = CLIENT = staticmethod(lambda: None)

    def setUp(self):
        self.authority(self.SERVER(), *(self.entry(kind) for kind in KINDS))
        for kind in KINDS:
            self.machine(kind).start()
        self.client = self.vm(self.CLIENT())

    def enrol(self, kind, name="foo.local", *extra, check=True):
        return self.client.s("ca", "certificate", name, f"{name}.crt", f"{name}.key", "--provisioner", KINDS[kind], *extra,
                             check=check)

    def assertRefused(self, done):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("The request lacked necessary authorization to be completed.", done.stderr)

    def life(self, kind, *names):
        done = self.enrol(kind)
        tenant = f" [tenant: {self.clouds.azure.tenant}]" if kind == "Azure" else ""
        self.assertEqual(plain(done.stderr), f"✔ Provisioner: {KINDS[kind]} ({kind}){tenant}\n✔ CA: {self.url}\n"
                                             "✔ Certificate: foo.local.crt\n✔ Private Key: foo.local.key\n")
        certificate, key = self.client.file("foo.local.crt"), self.client.file("foo.local.key")
        self.assertEqual(self.names(certificate), ("foo.local", sorted(["DNS:foo.local", *names])))

        self.assertRefused(self.enrol(kind, "bar.local", check=False))
        before = certificate.read_bytes()
        self.client.s("ca", "renew", "--force", certificate, key)
        self.assertNotEqual(certificate.read_bytes(), before)
        self.assertEqual(self.names(certificate), ("foo.local", sorted(["DNS:foo.local", *names])))

        self.restart()
        self.assertRefused(self.enrol(kind, "bar.local", check=False))
        self.machine(kind).start()
        self.enrol(kind, "bar.local")

    def test_aws(self):
        self.life("AWS", "DNS:ip-172-31-65-180.us-west-2.compute.internal", "IP Address:172.31.65.180")

    def test_gcp(self):
        self.life("GCP", "DNS:foo.c.identity.internal", "DNS:foo.us-west1-b.c.identity.internal")

    def test_azure(self):
        self.life("Azure", f"DNS:{self.clouds.azure.vm['name']}")

    def test_another_account_project_or_group_is_refused(self):
        self.clouds.aws.start(accountId="210987654321")
        self.clouds.google.start(project_id="elsewhere")
        self.clouds.azure.start(resourceGroupName="elsewhere")
        for kind in KINDS:
            with self.subTest(kind):
                self.assertRefused(self.enrol(kind, check=False))

    def test_names_of_choice(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.enrol(kind, "web", "--san", "a.example.com", "--san", "10.1.2.3")
                self.assertEqual(self.names(self.client.file("web.crt")), ("web", ["DNS:a.example.com", "IP Address:10.1.2.3"]))
                for file in ("web.crt", "web.key"):
                    self.client.file(file).unlink()


class Tokens(CloudCase):
    """What `step ca token` of either prints for one VM."""

    def test_tokens_say_the_same(self):
        self.authority(original_ca(), *(self.entry(kind) for kind in KINDS))
        clients = [self.vm(original_step()), self.vm(OURS_STEP)]
        for kind in KINDS:
            with self.subTest(kind):
                self.machine(kind).start()
                tokens = [c.s("ca", "token", "foo.local", "--provisioner", KINDS[kind]).stdout.strip() for c in clients]
                theirs, ours = (claims_of(token) for token in tokens)
                if isinstance(theirs["aud"], list):  # v0.21; later ones write one audience as a string, as we do.
                    [theirs["aud"]] = theirs["aud"]
                self.assertEqual(list(theirs), list(ours))
                for name, value in theirs.items():
                    if name in ("iat", "nbf", "exp"):
                        self.assertAlmostEqual(ours[name], value, delta=300)  # Made one after the other, on a machine that may be slow.
                    elif name != "uti":
                        self.assertEqual(ours[name], value, name)
                self.assertEqual(*(token.split(".")[0] for token in tokens))

    def test_the_services_are_asked_the_same(self):
        self.authority(original_ca(), *(self.entry(kind) for kind in KINDS))
        asked = {}
        for client in (self.vm(original_step()), self.vm(OURS_STEP)):
            del self.clouds.metadata.asked[:]
            for kind in ("GCP", "Azure"):
                client.s("ca", "token", "foo.local", "--provisioner", KINDS[kind])
            asked[client.step] = [(method, sorted(re.split("[?&]", path))) for _, method, path in self.clouds.metadata.asked]
        # v0.21 did not yet ask which of Azure's clouds it is in.
        environment = ("GET", ["/metadata/instance/compute/azEnvironment", "api-version=2021-02-01", "format=text"])
        asked[OURS_STEP].remove(environment)
        self.assertEqual(asked[OURS_STEP], asked[original_step()])


class TheirClientTheirServer(Enrolment, CloudCase):
    """The test itself is right."""
    SERVER, CLIENT = staticmethod(original_ca), staticmethod(original_step)


class OurClientTheirServer(Enrolment, CloudCase):
    SERVER, CLIENT = staticmethod(original_ca), staticmethod(lambda: OURS_STEP)


class TheirClientOurServer(Enrolment, CloudCase):
    SERVER, CLIENT = staticmethod(lambda: OURS_CA), staticmethod(original_step)


class OurClientOurServer(Enrolment, CloudCase):
    SERVER, CLIENT = staticmethod(lambda: OURS_CA), staticmethod(lambda: OURS_STEP)


if __name__ == "__main__":
    unittest.main()
