"""`step ca token` against a real CA: header, payload and messages of the recorded cases, octet by octet.

tests/data/token/ca-token.json was recorded from the original. Its CA has many provisioners; here it
has the one JWK provisioner that most cases name, so cases that use what this program lacks, or
that need the others, are left out by the lists below, which may only shrink.
"""
import base64
import hashlib
import json
import pathlib
import re
import ssl
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import Case, free_port  # noqa: E402

LATER_FLAGS = {"--ssh", "--host", "--principal", "--renew", "--rekey", "--offline", "--x5c-cert", "--sshpop-cert",
               "--cert-not-after", "--cert-not-before"}
OTHER_PROVISIONERS = {"rsa", "okp", "p384", "acme", "sshpop", "x5cp", "free"}
LEFT_OUT = {"several provisioners, none chosen": "one provisioner here", "ca down": "in the unit tests",
            "output-file again no force": "tested below"}


def part(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


class Token(Case):
    maxDiff = None

    def test_recorded_cases(self):
        port = free_port()
        home = self.home()
        home.run(home.step, "ca", "init", "--name", "T", "--dns", "localhost", "--address", f"127.0.0.1:{port}",
                 "--provisioner", "admin@test", "--password-file", home.password, "--deployment-type", "standalone")
        self.serve(home)
        kid = json.loads((home.steppath / "config/ca.json").read_text())["authority"]["provisioners"][0]["key"]["kid"]
        pem = (home.steppath / "certs/root_ca.crt").read_text()
        sha = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        home.file("pass.txt").write_text("password\n")
        home.file("bad.txt").write_text("wrong\n")
        home.file("set.json").write_text('{"url":"<&>","b":{"c":["x",true,null]},"a":1}')
        home.run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", "key.key", "-out", "key.csr", "-subj", "/CN=leaf.test")
        ran = 0
        for case in json.loads((ROOT / "tests/data/token/ca-token.json").read_text()):
            words = case["argv"]
            if set(words) & LATER_FLAGS or set(words) & OTHER_PROVISIONERS or case["name"] in LEFT_OUT:
                continue
            with self.subTest(case["name"]):
                ran += 1
                words = [w.replace("$WORK", str(home.path)).replace("<kid>", kid) for w in words[1:]]
                if "<rfc3339 now+600s>" in words:
                    import datetime
                    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=600)
                    words[words.index("<rfc3339 now+600s>")] = then.strftime("%Y-%m-%dT%H:%M:%SZ")
                done = home.s(*words, check=False)
                self.check(case, done, home, kid, sha, port)
        self.assertGreater(ran, 40)

    def check(self, case, done, home, kid, sha, port):
        def pattern(text):
            text = text.replace("$WORK", str(home.path)).replace("<kid>", kid).replace("$PORT", str(port))
            text = re.escape(text.replace("<root-sha256>", sha))
            text = re.sub(r'"<now(\\\+\d+)?>"', r"\\d{10}", text)
            for name, form in (("<hex64>", "[0-9a-f]{64}"), ("<b64url43>", "[-_A-Za-z0-9]{43}"),
                               ("<go-duration>", "[0-9.hmµs]+"), ("<go-time>", "[^,\n]+")):
                text = text.replace(re.escape(name), form)
            return text + r"\Z"

        self.assertEqual(done.returncode, case["exit"], done.stderr)
        self.assertRegex(done.stderr, r"\A" + pattern(case["stderr"]))
        if "payloadRaw" not in case:
            self.assertEqual(done.stdout, "")
            return
        token = done.stdout.strip()
        if "file" in case:
            self.assertEqual(done.stdout, "")
            file = home.file("tok.out")
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            token = file.read_text()
            self.assertFalse(token.endswith("\n"))
        header, payload, _ = token.split(".")
        self.assertRegex(part(header), r"\A" + pattern(case["headerRaw"]))
        self.assertRegex(part(payload), r"\A" + pattern(case["payloadRaw"]))
        claims = json.loads(part(payload))
        recorded = json.loads(case["payloadRaw"])
        for name in ("exp", "nbf"):
            offset = int(re.sub(r"\D", "", recorded[name]) or 0)
            self.assertAlmostEqual(claims[name] - claims["iat"], offset, delta=1)


if __name__ == "__main__":
    unittest.main()
