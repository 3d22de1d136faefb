"""A CA whose provisioners trust the clouds of the test, and machines that are VMs there."""
import json

from tests.support import cloud
from tests.support.harness import Case, free_port, tool

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
