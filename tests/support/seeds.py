"""The CA of the documents people learn from, for the tests of their command lines."""
import json
import os

from tests.support.harness import BIN, Case, free_port
from tests.support.terminal import Terminal

NAME = "you@smallstep.com"


class SeedCase(Case):
    """A CA as the documents make it; a row that another builds on makes its files itself."""

    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None

    def setUp(self):
        self.port = free_port()
        self.ca = self.home()
        self.ca.password.write_text("asdf")
        self.url = f"https://localhost:{self.port}"
        self.ca.env.update(URL=self.url, PW=str(self.ca.password), PATH=f"{BIN}:{os.environ['PATH']}",
                           J=f"--provisioner {NAME} --provisioner-password-file {self.ca.password}")
        self.sh(f"step ca init --name Smallstep --dns localhost --address 127.0.0.1:{self.port} --provisioner {NAME}"
                " --password-file $PW --deployment-type standalone")
        self.server = self.serve(self.ca)
        self.fingerprint = self.sh("step certificate fingerprint $(step path)/certs/root_ca.crt").stdout.strip()
        self.ca.env["FP"] = self.fingerprint

    def sh(self, line, check=True, **options):
        return self.ca.run("bash", "-o", "pipefail", "-c", line, check=check, **options)

    def client(self):
        """Another $STEPPATH, made by S000-04."""
        self.ca.env["STEPPATH"] = str(self.ca.path / "client")
        return self.sh("step ca bootstrap --ca-url $URL --fingerprint $FP")

    def issue(self, name="foo"):
        return self.sh(f"step ca certificate {name}.local {name}.crt {name}.key $J")

    def edited(self, line):
        """A change of ca.json that succeeds, and the CA started anew."""
        done = self.sh(line)
        file = self.ca.steppath / "config/ca.json"
        self.assertEqual(done.stderr, f"✔ CA Configuration: {file}\n\nSuccess! Your `step-ca` config has been updated. "
                         "To pick up the new configuration SIGHUP (kill -1 <pid>) or restart the step-ca process.\n")
        self.server.stop()
        self.server = self.serve(self.ca)
        return json.loads(file.read_text())["authority"]["provisioners"]

    def listed(self):
        return json.loads(self.sh("step ca provisioner list").stdout)

    def assertCert(self, done, crt, key=None, provisioner=True):
        lines = [f"✔ CA: {self.url}", f"✔ Certificate: {crt}"] + ([f"✔ Private Key: {key}"] if key else [])
        got = done.stderr.splitlines()
        if provisioner:
            self.assertRegex(got.pop(0), rf"✔ Provisioner: {NAME} \(JWK\) \[kid: [-_A-Za-z0-9]{{43}}\]")
        self.assertEqual(got, lines)
        self.assertEqual(done.stdout, "")

    def assertUnauthorized(self, done):
        self.assertEqual(done.returncode, 1)
        self.assertIn("The request lacked necessary authorization to be completed.", done.stderr)

    def terminal(self, line):
        t = Terminal(self.ca.path, *line, env=self.ca.env)
        self.addCleanup(t.close)
        return t
