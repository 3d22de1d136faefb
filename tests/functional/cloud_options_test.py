"""What else a provisioner of a cloud may have: claims, templates, policy, webhooks. The original and ours do the same with it."""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds  # noqa: E402
from tests.support.cloud_case import AWS, AZURE, GCP, CloudCase  # noqa: E402
from tests.support.harness import OURS_CA, OURS_STEP, original_ca  # noqa: E402
from tests.support.webhooks import WebhookServer  # noqa: E402

KINDS = {"AWS": AWS, "GCP": GCP, "Azure": AZURE}
# What the cloud signed, as a template finds it.
SIGNED = {"AWS": "(fromJson (b64dec .Token.amazon.document)).imageId", "GCP": ".Token.google.compute_engine.zone",
          "Azure": ".Token.xms_mirid"}


def setUpModule():
    original_ca()
    CloudCase.clouds = Clouds()
    unittest.addModuleCleanup(CloudCase.clouds.close)


class Options(CloudCase):
    maxDiff = None

    def begin(self, program, members, policy=None):
        """A CA whose provisioners of the three clouds have `members(kind)` besides."""
        self.authority(program)
        self.hooks = WebhookServer(self.ca)
        self.addCleanup(self.hooks.close)
        path = self.ca.steppath / "config/ca.json"
        config = json.loads(path.read_text())
        config["authority"]["provisioners"] += [self.entry(kind) | members(kind) for kind in KINDS]
        if policy:
            config["authority"]["policy"] = policy
        path.write_text(json.dumps(config))
        self.restart()
        for kind in KINDS:
            self.machine(kind).start()
        self.client = self.vm(OURS_STEP)

    def enrol(self, kind, *extra, name="foo.local", check=True):
        return self.client.s("ca", "certificate", name, f"{kind}.crt", f"{kind}.key", "--force", "--provisioner", KINDS[kind], *extra,
                             check=check)

    def next_token(self, kind):
        """A token of the same second is the same, and the original has used it up though it refused the request."""
        if kind == "GCP":
            self.clouds.google.tick()
        if kind == "AWS":  # Its time is that of `step`.
            now = int(time.time())
            while int(time.time()) == now:
                time.sleep(0.05)

    def made(self, kind):
        return json.loads(self.client.s("certificate", "inspect", "--format", "json", f"{kind}.crt").stdout)

    def assertForbidden(self, done, words):
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stderr)

    def test_claims(self):
        claims = {"maxTLSCertDuration": "1h", "defaultTLSCertDuration": "30m", "disableRenewal": True}
        for program in (original_ca(), OURS_CA):
            self.begin(program, lambda kind: {"claims": claims, "disableTrustOnFirstUse": True})
            for kind in KINDS:
                with self.subTest(program=program, kind=kind):
                    self.assertForbidden(self.enrol(kind, "--not-after", "2h", check=False),
                                         "is more than the authorized maximum certificate duration of 1h1m0s")
                    self.next_token(kind)
                    self.enrol(kind)
                    self.assertEqual(self.made(kind)["validity"]["length"], 31 * 60)
                    self.assertForbidden(self.client.s("ca", "renew", "--force", f"{kind}.crt", f"{kind}.key", check=False),
                                         "The request lacked necessary authorization to be completed.")

    def test_templates_and_webhooks_are_told_what_the_cloud_signed(self):
        heard = {}
        for program in (original_ca(), OURS_CA):
            def members(kind):
                template = ('{"subject": {"commonName": {{ toJson .Insecure.CR.Subject.CommonName }}, "organization": {{ toJson ' +
                            SIGNED[kind] + ' }}, "organizationalUnit": {{ toJson .Webhooks.inventory.room }}}, "dnsNames": ["t.test"]}')
                hook = {"url": self.hooks.url("/" + kind), "id": "1", "secret": ""}
                return {"options": {"x509": {"template": template}, "webhooks": [
                    {"name": "inventory", "kind": "ENRICHING", **hook}, {"name": "gate", "kind": "AUTHORIZING", **hook}]}}
            self.begin(program, members)
            rooms = {kind: {"allow": True, "data": {"room": f"room of {kind}"}} for kind in KINDS}
            self.hooks.answers.update({f"/{kind}": room for kind, room in rooms.items()})
            facts = {"AWS": (self.clouds.aws.vm["imageId"], self.clouds.aws.vm["instanceId"]),
                     "GCP": (self.clouds.google.vm["zone"], self.clouds.google.vm["instance_id"]),
                     "Azure": (self.clouds.azure.resource_id(), self.clouds.azure.vm["oid"])}
            for kind, (signed, principal) in facts.items():
                with self.subTest(program=program, kind=kind):
                    self.hooks.clear()
                    self.hooks.answers[f"/{kind}"] = {"allow": False}
                    self.assertForbidden(self.enrol(kind, check=False), "The request was forbidden by the certificate authority")
                    if program == OURS_CA:  # The original has used the machine's first use up.
                        self.hooks.answers[f"/{kind}"] = rooms[kind]
                        self.enrol(kind)
                        subject = self.made(kind)["subject"]
                        self.assertEqual((subject["organization"], subject["organizational_unit"]), ([signed], [f"room of {kind}"]))
                        self.assertEqual(self.made(kind)["extensions"]["subject_alt_name"]["dns_names"], ["t.test"])
                    bodies = [call.json() for call in self.hooks.calls]
                    self.assertEqual({body["authorizationPrincipal"] for body in bodies}, {principal})
                    heard.setdefault(kind, []).append(sorted(bodies[0]))
        for kind, (theirs, ours) in heard.items():
            with self.subTest(kind=kind):
                self.assertEqual(set(ours) - {"provisionerName"}, set(theirs))  # Later versions of the original send that, too.

    def test_policy_of_the_authority(self):
        said = {}
        for program in (original_ca(), OURS_CA):
            self.begin(program, lambda kind: {"disableTrustOnFirstUse": True},
                       {"x509": {"allow": {"dns": ["*.local", "*.internal"], "ip": ["172.31.0.0/16"]}}})
            for kind in KINDS:
                with self.subTest(program=program, kind=kind):
                    done = self.enrol(kind, "--san", "web.example.com", check=False)
                    self.assertForbidden(done, "web.example.com")
                    said.setdefault(kind, []).append([line for line in done.stderr.splitlines() if "web.example.com" in line])
                    self.next_token(kind)
                    self.enrol(kind, "--san", "web.local")
        for kind, (theirs, ours) in said.items():
            self.assertEqual(theirs, ours, kind)

    def test_policy_of_a_provisioner(self):
        self.begin(OURS_CA, lambda kind: {"policy": {"x509": {"allow": {"dns": ["*.local"]}}}})
        for kind in KINDS:
            with self.subTest(kind):
                self.assertForbidden(self.enrol(kind, "--san", "web.example.com", check=False), "web.example.com")
                self.enrol(kind, "--san", "web.local")  # A request that was refused costs no machine its first use.


if __name__ == "__main__":
    unittest.main()
