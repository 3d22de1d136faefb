"""Every example of the manuals of `step certificate` and `step crl` runs as it stands there, in a folder that has the files it names,
with a server in place of each URL. The lines of one manual run in order, in one folder.
"""
import datetime
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import OURS_STEP, ROOT, Case, tool  # noqa: E402
from tests.support.manuals import examples, files  # noqa: E402
from tests.support.web import Web  # noqa: E402

MANUALS = sorted((ROOT / "src/commands/certificate").glob("*.md")) + sorted((ROOT / "src/commands/crl").glob("*.md"))
ELSEWHERE = {"p12"}  # toolbox_examples_test.py, at a terminal.
# "No" is an answer: it is not due. So is what `jq -e` finds out.
MAY_SAY_NO = {"needs_renewal"}


class World(Case):
    def setUp(self):
        from tests.support import chains
        from cryptography.x509 import ocsp
        self.h, x509 = self.home(), chains.x509
        self.h.env["SSL_CERT_FILE"] = "/none"
        certs = self.h.steppath / "certs"
        certs.mkdir(parents=True)
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        day = datetime.timedelta(1)
        root = chains.make("Example Root")
        issuer = chains.make("Example Issuer", root)
        self.pages = {}
        web = self.web = Web(self.pages)
        self.addCleanup(web.__exit__)
        lists = x509.CRLDistributionPoints([x509.DistributionPoint([x509.UniformResourceIdentifier(f"{web.url}/revoked.crl")], None, None, None)])
        names = x509.SubjectAlternativeName([x509.DNSName("leaf.example"), x509.DNSName("localhost")])
        leaf = chains.make("leaf.example", issuer, ca=False, usage=False, more=[names, lists])
        files = {"root_ca.crt": [root], "intermediate_ca.crt": [issuer], "leaf.crt": [leaf, issuer], "chain.crt": [issuer, root]}
        for name, pairs in files.items():
            chains.write_pem(self.h.file(name), *pairs)
        chains.write_pem(certs / "root_ca.crt", root)
        for name, key in (("root_ca_key", root[1]), ("intermediate_ca_key", issuer[1]), ("leaf.key", leaf[1])):
            chains.write_key(self.h.file(name), key)
        for subject, name in (("leaf.example", "leaf.csr"), ("Example Issuer 2", "issuer.csr"), ("Example Code", "code.csr")):
            self.h.s("certificate", "create", "--csr", subject, name, "unused", "--no-password", "--insecure", "--force")
        crl = (x509.CertificateRevocationListBuilder().issuer_name(issuer[0].subject).last_update(now - day).next_update(now + day)
               .add_extension(x509.CRLNumber(7), critical=False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key()), critical=False)
               .sign(issuer[1], chains.hashes.SHA256()))
        der = crl.public_bytes(chains.serialization.Encoding.DER)
        self.h.file("revoked.crl").write_bytes(der)
        self.pages["/revoked.crl"] = der
        self.pages["/"] = (ocsp.OCSPResponseBuilder().add_response(leaf[0], issuer[0], chains.hashes.SHA1(), ocsp.OCSPCertStatus.GOOD,
                                                                   now - day, now + day, None, None)
                           .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer[0]).sign(issuer[1], chains.hashes.SHA256())
                           .public_bytes(chains.serialization.Encoding.DER))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.h.file("leaf.crt"), self.h.file("leaf.key"))
        secure = Web({}, context)
        self.addCleanup(secure.__exit__)
        self.urls = {"https://leaf.example": secure.url, "https://ca.example:9000": secure.url, "http://ca.example": web.url,
                     "http://ocsp.example": f"{web.url}/"}
        self.tools()

    def tools(self):
        """A PATH on which trust stores are changed by programs that only say yes."""
        folder, java = self.h.file("bin"), self.h.file("java")
        for path in (folder, java / "bin", java / "lib/security", self.h.file(".pki/nssdb")):
            path.mkdir(parents=True)
        (folder / "step").symlink_to(OURS_STEP)
        for program in [folder / name for name in ("sudo", "update-ca-certificates", "update-ca-trust", "trust", "certutil")] + [java / "bin/keytool"]:
            program.write_text("#!/bin/sh\nexec cat >/dev/null\n")
            program.chmod(0o755)
        (java / "lib/security/cacerts").write_text("")
        self.h.file(".pki/nssdb/cert9.db").write_text("")
        self.h.env.update({"PATH": f"{folder}:{os.environ['PATH']}", "JAVA_HOME": str(java)})

    def test_each_example(self):
        count = 0
        for manual in MANUALS:
            if manual.stem in ELSEWHERE:
                continue
            lines = examples(manual.read_text())
            self.assertGreaterEqual(len(lines), 2, manual)
            folder = self.h.file(f"run-{manual.parent.name}-{manual.stem}")
            folder.mkdir()
            if manual.stem != "create":  # Which makes all of them itself.
                for file in self.h.path.iterdir():
                    if file.is_file():
                        shutil.copy(file, folder)
            for name, contents in files(manual.read_text()).items():
                (folder / name).write_text(contents)
            for line in lines:
                with self.subTest(f"{manual.stem}: {line}"):
                    if "jq" in line:
                        tool("jq")
                    self.assertTrue(line.startswith(f"step {manual.parent.name} {manual.stem.replace('_', '-')} "))
                    real, env = line, dict(self.h.env)
                    if manual.stem == "create":  # Nobody is there to type one.
                        env["STEP_PASSWORD_FILE"] = str(self.h.password)
                        env.update({"STEP_CA_PASSWORD_FILE": str(self.h.password)} if "--ca-key" in line else {})
                    for url, ours in self.urls.items():
                        real = real.replace(url, ours)
                    done = subprocess.run(["/bin/sh", "-c", real], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                          timeout=120, start_new_session=True)
                    allowed = (0, 1) if manual.stem in MAY_SAY_NO or "jq -e" in line else (0,)
                    self.assertIn(done.returncode, allowed, f"{real}\n{done.stdout}{done.stderr}")
                    count += 1
        print(f"{count} examples")
        self.assertGreater(count, 30)


if __name__ == "__main__":
    unittest.main()
