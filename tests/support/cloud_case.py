"""A CA whose provisioners trust the clouds of the test, and machines that are VMs there."""
import json
import os
import shutil
import time

from tests.support import cloud
from tests.support.harness import PATIENCE, BIN, Case, Home, free_port, tool

AWS, GCP, AZURE = "AWS IID Provisioner", "Google", "Microsoft Azure"


class CloudCase(Case):
    """`self.clouds` is set by the module that made them."""

    clouds: cloud.Clouds

    def entry(self, kind, **more):
        return {"AWS": {"type": "AWS", "name": AWS, "accounts": ["123456789042"], "disableCustomSANs": False,
                        "disableTrustOnFirstUse": False, "iidRoots": str(self.clouds.iid_roots)},
                "GCP": {"type": "GCP", "name": GCP, "serviceAccounts": [self.clouds.google.email],
                        "projectIDs": ["identity", "accounting"], "disableCustomSANs": False, "disableTrustOnFirstUse": False},
                "Azure": {"type": "Azure", "name": AZURE, "tenantID": self.clouds.azure.tenant, "resourceGroups": ["identity"],
                          "audience": "https://management.azure.com/", "disableCustomSANs": False,
                          "disableTrustOnFirstUse": False}}[kind] | more

    def machine(self, kind):
        """The cloud as it is for VMs there."""
        return {"AWS": self.clouds.aws, "GCP": self.clouds.google, "Azure": self.clouds.azure}[kind]

    def authority(self, program, *entries, init=None):
        """A running CA at self.url with these provisioners besides its own."""
        home = self.home()
        home.env["SSL_CERT_FILE"] = str(self.clouds.roots)
        self.port = free_port()
        home.init(self.port, step=init)
        self.change(home, lambda provisioners: provisioners.extend(entries))
        self.url = f"https://localhost:{self.port}"
        self.root = home.steppath / "certs/root_ca.crt"
        self.ca, self.program = home, program
        self.server = self.serve(home, program)
        return home

    @staticmethod
    def change(home, edit):
        path = home.steppath / "config/ca.json"
        config = json.loads(path.read_text())
        edit(config["authority"]["provisioners"])
        path.write_text(json.dumps(config))

    def restart(self):
        self.server.stop()
        self.server = self.serve(self.ca, self.program)

    def vm(self, program):
        """A machine that has been told of the CA."""
        home = self.home(program)
        fingerprint = home.s("certificate", "fingerprint", self.root).stdout.strip()
        home.s("ca", "bootstrap", "--ca-url", self.url, "--fingerprint", fingerprint)
        return home

    def names(self, certificate):
        """What `openssl` says of the subject and the names, sorted."""
        out = self.ca.run(tool("openssl"), "x509", "-in", certificate, "-noout", "-subject", "-ext", "subjectAltName").stdout
        subject, _, names = out.partition("\n")
        return subject.partition("CN = ")[2], sorted(n.strip() for n in names.splitlines()[1].split(","))


class CloudSeeds(CloudCase):
    """The documents' CA at https://ca.local, and a VM: two machines whose commands are typed as printed."""

    INIT = ("step ca init --name 'My' --dns ca.local --dns localhost --address 127.0.0.1:443 --provisioner you@smallstep.com"
            " --password-file $PW --deployment-type standalone")

    @classmethod
    def machine_home(cls):
        home = Home()
        home.password.write_text("asdf")
        home.env.update(SSL_CERT_FILE=str(cls.clouds.roots), PW=str(home.password), PATH=f"{BIN}:{os.environ['PATH']}")
        return home

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.machine_home()
        cls.addClassCleanup(cls.ca.close)
        cls.on_ca(cls.INIT)
        cls.fresh = (cls.ca.steppath / "config/ca.json").read_text()
        cls.fingerprint = cls.on_ca("step certificate fingerprint $(step path)/certs/root_ca.crt").stdout.strip()

    def setUp(self):
        self.vm_home = self.machine_home()
        self.addCleanup(self.vm_home.close)
        (self.ca.steppath / "config/ca.json").write_text(self.fresh)
        shutil.rmtree(self.ca.steppath / "db", ignore_errors=True)

    @classmethod
    def on_ca(cls, line, check=True):
        return cls.ca.run("bash", "-o", "pipefail", "-c", line, check=check)

    def on_vm(self, line, check=True):
        return self.vm_home.run("bash", "-o", "pipefail", "-c", line, check=check)

    def provisioner(self, name):
        provisioners = json.loads((self.ca.steppath / "config/ca.json").read_text())["authority"]["provisioners"]
        return next(p for p in provisioners if p["name"] == name)

    def set(self, name, **members):
        """Members of a provisioner's entry, by hand; None takes one out."""
        def edit(provisioners):
            entry = next(p for p in provisioners if p["name"] == name)
            entry.update(members)
            for member in [m for m, value in members.items() if value is None]:
                del entry[member]
        self.change(self.ca, edit)

    def start(self):
        """S000-03, without the prompt; again if it runs."""
        if getattr(self, "server", None):
            self.server.stop()
        self.server = self.serve(self.ca)

    def bootstrap(self):
        """S000-04."""
        done = self.on_vm(f"step ca bootstrap --ca-url https://ca.local --fingerprint {self.fingerprint} --force")
        self.assertEqual(done.stderr.splitlines()[0],
                         f"The root certificate has been saved in {self.vm_home.steppath}/certs/root_ca.crt.")

    def enrol(self, line, label, crt="foo.crt", key="foo.key"):
        """A line of `step ca certificate` that works, with what it says."""
        done = self.on_vm(line)
        self.assertEqual(done.stderr, f"✔ Provisioner: {label}\n✔ CA: https://ca.local\n✔ Certificate: {crt}\n"
                                      f"✔ Private Key: {key}\n")
        self.assertEqual(done.stdout, "")

    def assertRefused(self, line):
        done = self.on_vm(line, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("The request lacked necessary authorization to be completed.", done.stderr)
        return done

    def until_enrolled(self, line, seconds=PATIENCE):
        """The CA asks for keys in the background: a line that works before long."""
        end = time.monotonic() + seconds
        while (done := self.on_vm(line, check=False)).returncode != 0:
            self.assertLess(time.monotonic(), end, done.stderr + "".join(self.server.log[-5:]))
            time.sleep(0.2)

    def assertShort(self, crt, *lines):
        """S000-07: `step certificate inspect --short`; `lines` are patterns for those between the first and the dates."""
        got = self.on_vm(f"step certificate inspect --short {crt}").stdout.splitlines()
        self.assertRegex(got[0], r"\AX\.509v3 TLS Certificate \(ECDSA P-256\) \[Serial: \d{4}\.\.\.\d{4}\]\Z")
        for line, pattern in zip(got[1:-2], lines, strict=True):
            self.assertRegex(line, rf"\A{pattern}\Z")
        self.assertRegex(got[-2], r"\A  Valid from:  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertRegex(got[-1], r"\A          to:  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

    def off_cloud(self, line, words):
        """Nobody answers, or somebody without a word: a clear error. Unit tests say that it comes within five seconds."""
        self.clouds.close_metadata()
        self.addCleanup(self.clouds.open_metadata)
        self.assertSoon(line, words)

    def silent_cloud(self, line, words):
        self.clouds.silence_metadata()
        self.addCleanup(self.clouds.end_silence)
        self.assertSoon(line, words)

    def assertSoon(self, line, words):
        began = time.monotonic()
        done = self.on_vm(line, check=False)
        self.assertLess(time.monotonic() - began, 30)  # Two or three on a machine with nothing else to do.
        self.assertEqual(done.returncode, 1)
        self.assertIn(words, done.stderr)
