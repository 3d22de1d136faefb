"""The leaves of `step certificate` that need no CA: what they make, and what they refuse."""
import datetime
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import ROOT, Case, tool  # noqa: E402

DATA = ROOT / "tests/data/cli"


class Leaves(Case):
    def setUp(self):
        from tests.support import chains
        self.chains, self.x509 = chains, chains.x509
        self.h = self.home()
        for file in (DATA / "inputs").iterdir():
            shutil.copy(file, self.h.path)
        self.h.file("empty").write_text("")
        self.h.file("folder").mkdir()

    def step(self, *words, exit=0, **options):
        done = self.h.s("certificate", *words, check=False, **options)
        self.assertEqual(done.returncode, exit, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def openssl(self, *words, **options):
        return self.h.run(tool("openssl"), *words, **options)

    def fails(self, *words, exit=1, says=None):
        """One line on stderr, nothing on stdout, no new file."""
        before = sorted(p.name for p in self.h.path.iterdir())
        done = self.step(*words, exit=exit)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(before, sorted(p.name for p in self.h.path.iterdir()))
        if says is not None:
            self.assertIn(says, done.stderr)


class Misuse(Leaves):
    """Every leaf: too few, too many, a missing, empty, unreadable or wrong file."""

    FORMS = {"needs-renewal": ["F"], "format": ["F"], "key": ["F"], "bundle": ["F", "int.crt", "out"],
             "sign": ["F", "int.crt", "int.key"], "inspect": ["F"], "fingerprint": ["F"], "verify": ["F"], "lint": ["F"]}

    def test_each_leaf_refuses_what_is_no_input(self):
        for leaf, form in self.FORMS.items():
            for wrong in ("none", "empty", "folder", "hello.txt"):
                with self.subTest(f"{leaf} {wrong}"):
                    words = [wrong if word == "F" else word for word in form]
                    code = {"needs-renewal": 2 if wrong == "none" else 255}.get(leaf, 1)
                    self.fails(leaf, *words, exit=code)
            with self.subTest(f"{leaf} too many"):
                words = ["cert.crt" if word == "F" else word for word in form]
                self.fails(leaf, *words, "one-more", exit=255 if leaf == "needs-renewal" else 1,
                           says="too many positional arguments were provided in 'step certificate")
            with self.subTest(f"{leaf} unknown flag"):
                done = self.step(leaf, "--nope", *form, exit=1)
                self.assertIn("flag provided but not defined: -nope", done.stdout + done.stderr)

    def test_sign_names_the_file_that_is_wrong(self):
        self.fails("sign", "req.csr", "none", "int.key", says='error reading "none": no such file or directory')
        self.fails("sign", "req.csr", "int.crt", "none", says="none")
        self.fails("sign", "req.csr", "empty", "int.key", says="error parsing empty: ")
        self.fails("sign", "req.csr", "req.csr", "int.key", says="error parsing req.csr: does not contain a valid PEM encoded certificate")
        self.fails("sign", "cert.key", "int.crt", "int.key", says="does not contain a certificate request")
        self.fails("sign", "two.pem", "int.crt", "int.key", says="contains more than one PEM encoded block")
        self.fails("sign", "req.csr", "int.crt", "ec256.enc.key", "--password-file", "hello.txt",
                   says="error decrypting ec256.enc.key: x509: decryption password incorrect")
        self.fails("sign", "req.csr", "int.crt", "ec256.enc.key", says="error allocating terminal")

    def test_flags_that_do_not_fit(self):
        sign = ("sign", "req.csr", "int.crt", "int.key")
        for words, says in (
                (["--not-before", "2h", "--not-after", "1h"], "flag '--not-before 2h' is incompatible with flag '--not-after 1h'"),
                (["--not-after=-1h"], "invalid value '-1h' for flag '--not-after': certificate is already expired"),
                (["--not-after", "x"], "invalid value 'x' for flag '--not-after'"),
                (["--path-len=-2"], "invalid value '-2' for flag '--path-len'; path-len must be -1 or greater"),
                (["--template", "hello.txt"], "error unmarshaling certificate: invalid character 'h' looking for beginning of value"),
                (["--template", "none"], "open none failed: no such file or directory"),
                (["--template", "hello.txt", "--profile", "leaf"], "flag '--profile' is incompatible with '--template'"),
                (["--set", "a=b"], "flag '--set' requires the '--template' flag"),
                (["--set", "a"], "invalid value 'a' for flag '--set'"),
                (["--set-file", "hello.txt"], "error unmarshaling hello.txt: "),
                (["--kms", "pkcs11:x"], "flag '--kms' is not supported by this version: it needs key stores")):
            with self.subTest(words):
                self.fails(*sign, *words, says=says)
        create = ("create", "x", "c", "k", "--no-password", "--insecure", "--profile", "root-ca")
        self.fails(*create, "--kms", "pkcs11:x", says="flag '--kms' is not supported by this version")
        self.fails(*create, "--ca-kms", "pkcs11:x", says="flag '--ca-kms' is not supported by this version")
        self.fails(*create, "--set", "a=b", says="flag '--set' requires the '--template' flag")
        root = ("sign", "req.csr", "root.crt", "root.key", "--profile", "intermediate-ca")
        self.fails(*root, "--path-len", "1", says="pathLenConstraint is 1, want at most 0")
        self.fails(*root, "--path-len=-1", says="pathLenConstraint is 1, want at most 0")
        for value, says in (("-1%", "value must be in range 0-100%"), ("1.5%", "'1.5%'"), ("%", "'%'"), ("1d", "'1d'")):
            self.fails("needs-renewal", f"--expires-in={value}", "cert.crt", exit=255, says=says)


class Templates(Leaves):
    """What the engine makes of a template is tested in src/profile and src/tmpl; here, what the commands give it."""

    CLEAR = ("--no-password", "--insecure")

    def template(self, text, name="t.tpl"):
        self.h.file(name).write_text(text)
        return "--template", name

    def text_of(self, file):
        return self.openssl("x509", "-in", file, "-noout", "-text", "-nameopt", "RFC2253").stdout

    def test_create_gives_names_variables_and_request(self):
        words = self.template("""{"subject": {"commonName": {{ toJson .Subject.CommonName }}, "organization": "{{ .Insecure.User.org }}"},
            "sans": {{ toJson .SANs }}, "serialNumber": {{ .Insecure.User.n }},
            "policyIdentifiers": "1.2.3.{{ len .Insecure.CR.DNSNames }}"}""")
        self.h.file("vars.json").write_text('{"org": "From the file", "n": 7}')
        self.step("create", "x.test", "x.crt", "x.key", "--san", "a.test", "--san", "10.0.0.1", "--set-file", "vars.json", "--set", "n=77",
                  "--ca", "int.crt", "--ca-key", "int.key", *words, *self.CLEAR)
        text = self.text_of("x.crt")
        for part in ("Serial Number: 77", "Subject: CN=x.test,O=From the file", "DNS:a.test, IP Address:10.0.0.1", "Policy: 1.2.3.1"):
            self.assertIn(part, text)
        self.assertNotIn("Key Usage", text)

    def test_create_without_issuer_signs_itself(self):
        self.step("create", "x.test", "x.crt", "x.key", *self.template('{"subject": "s", "basicConstraints": {"isCA": true}}'), *self.CLEAR)
        self.openssl("verify", "-CAfile", "x.crt", "x.crt")
        self.assertIn("CA:TRUE, pathlen:0", self.text_of("x.crt"))
        for flag, other in (("ca", "ca-key"), ("ca-key", "ca")):
            self.fails("create", "x.test", "y.crt", "y.key", f"--{flag}", "int.crt", *self.template("{}", "u.tpl"), *self.CLEAR,
                       says=f"flag '--{flag}' requires the '--{other}' flag")
        self.fails("create", "x.test", "y.crt", "y.key", "--bundle", "--template", "u.tpl", *self.CLEAR, says="flag '--bundle' requires the '--ca' flag")

    def test_create_makes_requests(self):
        words = self.template('{"subject": "q", "dnsNames": {{ toJson .Insecure.User.names }}, "keyUsage": "certSign", '
                              '"basicConstraints": {"isCA": true, "maxPathLen": 2}}')
        self.step("create", "x.test", "x.csr", "x.key", "--csr", "--set", 'names=["a.test","b.test"]', *words, *self.CLEAR)
        text = self.openssl("req", "-in", "x.csr", "-noout", "-text", "-verify").stdout
        for part in ("CN = q", "DNS:a.test, DNS:b.test", "CA:TRUE, pathlen:2", "Certificate Sign"):
            self.assertIn(part, text)

    def test_sign_sees_the_request(self):
        self.step("create", "c.test", "c.csr", "c.key", "--csr", "--san", "a.test", *self.CLEAR)
        words = self.template('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}, "unknownExtKeyUsage": "1.2.{{ .MaxPathLen }}.{{ .Insecure.User.k }}", '
                              '"uris": "urn:key:{{ typeOf .Insecure.CR.PublicKey | b64enc }}"}')
        done = self.step("sign", "c.csr", "int.crt", "int.key", "--path-len", "3", "--set", "k=4", *words)
        self.h.file("c.crt").write_text(done.stdout)
        text = self.text_of("c.crt")
        for part in ("CN=c.test", "DNS:a.test, URI:urn:key:KmVjZHNhLlB1YmxpY0tleQ==", "1.2.3.4"):
            self.assertIn(part, text)
        done = self.step("sign", "c.csr", "int.crt", "int.key", *self.template("{{ toJson .Insecure.CR }}", "cr.tpl"))
        self.h.file("c.crt").write_text(done.stdout)
        self.assertIn("CN=c.test", self.text_of("c.crt"))

    def test_what_is_no_template_makes_nothing(self):
        sign = ("sign", "req.csr", "int.crt", "int.key")
        for text, says in (("{{", "error parsing template: template: template:1: unclosed action"),
                           ("", "error unmarshaling certificate: EOF"),
                           ('{{ fail "because" }}', "because"),
                           ("{{ .Subject.Nope }}", "error executing template: template: template:1:11: executing"),
                           ('{"keyUsage": "x"}', "error unmarshaling certificate: unsupported keyUsage x"),
                           ('{"sans": [{"type": "ip", "value": "x"}]}', 'error converting "x" to IP'),
                           ('{"extensions": [{"id": "2.5.29.15", "value": "AQID"}]}', "error parsing certificate: "),
                           ('{"signatureAlgorithm": "SHA256-RSA"}', "x509: requested SignatureAlgorithm does not match private key type")):
            with self.subTest(text):
                self.fails(*sign, *self.template(text), says=says)


class NeedsRenewal(Leaves):
    def due(self, *words):
        return {0: True, 1: False}[self.h.s("certificate", "needs-renewal", *words, check=False).returncode]

    def cert(self, name, past, future):
        """A certificate of which so many hours have passed and are left."""
        made = self.chains.make("x", days=(-past / 24, future / 24), ca=False)
        return self.chains.write_pem(self.h.file(name), made)

    def test_the_threshold_is_two_thirds_of_the_life(self):
        self.assertFalse(self.due(self.cert("young", 65, 35)))
        self.assertTrue(self.due(self.cert("old", 67, 33)))
        self.assertTrue(self.due(self.cert("over", 10, -1)))
        self.assertFalse(self.due(self.cert("not-yet", -1, 10)))

    def test_a_percentage_or_a_duration_moves_it(self):
        half = self.cert("half", 50, 50)
        for value, due in (("49%", True), ("51%", False), ("0%", True), ("100%", False), ("49h", False), ("51h", True),
                           ("-1h", False), ("50h30m", True), ("", False)):
            with self.subTest(value):
                self.assertEqual(self.due(half, f"--expires-in={value}"), due)
        self.assertTrue(self.due(self.cert("over", 10, -1), "--expires-in", "100%"))

    def test_a_bundle_is_due_if_one_of_it_is(self):
        young, old = self.chains.make("young"), self.chains.make("old", days=(-90, 10))
        path = self.chains.write_pem(self.h.file("both"), young, old)
        self.assertFalse(self.due(path))
        self.assertTrue(self.due(path, "--bundle"))
        der = self.h.file("old.der")
        der.write_bytes(old[0].public_bytes(self.chains.serialization.Encoding.DER))
        self.assertTrue(self.due(der))

    def test_a_server_is_asked(self):
        root = self.chains.make("Root")
        x509 = self.x509
        san = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        leaf = self.chains.make("localhost", root, ca=False, usage=False, days=(-9, 1), more=[san])
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chains.write_pem(self.h.file("leaf"), leaf), self.chains.write_key(self.h.file("key"), leaf[1]))
        import socket
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                for _ in range(3):
                    client, _ = listener.accept()
                    try:
                        context.wrap_socket(client, server_side=True).close()
                    except OSError:
                        client.close()
            threading.Thread(target=serve, daemon=True).start()
            url = f"https://localhost:{listener.getsockname()[1]}"
            roots = self.chains.write_pem(self.h.file("roots"), root)
            done = self.step("needs-renewal", url, "--roots", roots, "-v")
            self.assertEqual(done.stdout, "certificate needs renewal\n")
            self.assertFalse(self.due(url, "--roots", roots, "--expires-in", "1h"))
            self.fails("needs-renewal", url, "--roots", self.h.file("int.crt"), exit=255, says="failed to connect: ")


class Sign(Leaves):
    def authority(self, name, *words):
        self.step("create", name, f"{words[0]}.crt", f"{words[0]}.key", "--no-password", "--insecure", *words[1:])

    def request(self, subject, name, *words):
        self.step("create", "--csr", subject, f"{name}.csr", f"{name}.key", "--no-password", "--insecure", *words)

    def load(self, text):
        return self.chains.load_bundle(text)

    def facts(self, certificate):
        def value(extension):
            if extension.oid.dotted_string == "2.5.29.14":
                return "<keyid> 22 bytes"
            if extension.oid.dotted_string == "2.5.29.35":
                return "<issuer keyid> 24 bytes"
            return extension.value.public_bytes().hex()
        life = certificate.not_valid_after - certificate.not_valid_before
        return {"lifetimeSeconds": life.total_seconds(), "subject": certificate.subject.rfc4514_string(),
                "extensions": [[e.oid.dotted_string, e.critical, value(e)] for e in certificate.extensions]}

    def test_the_facts_are_those_of_the_original(self):
        self.authority("Root CA", "r_ec256", "--profile", "root-ca")
        self.authority("Int CA", "i_ec256", "--profile", "intermediate-ca", "--ca", "r_ec256.crt", "--ca-key", "r_ec256.key")
        self.request("csr.test", "q_ec256")
        self.request("csr.test", "q_rsa2048", "--kty", "RSA")
        recorded = json.loads((DATA / "sign_facts.json").read_text())
        self.assertEqual(len(recorded), 5)
        for name, case in recorded.items():
            with self.subTest(name):
                words = case["made_by"].split()
                self.assertEqual(words[:3], ["step", "certificate", "sign"])
                made = self.load(self.step(*words[2:]).stdout)
                want = case["facts"]
                self.assertEqual(self.facts(made[0]), {
                    "lifetimeSeconds": want["lifetimeSeconds"], "subject": f"CN={want['subject'][0][0]['value']}",
                    "extensions": [[e["oid"], e["critical"], e["valueHex"]] for e in want["extensions"]]})
                self.assertEqual(len(made), 2 if "--bundle" in words else 1)
                issuer = self.load(self.h.file(words[4]).read_text())[0]
                self.chains.check_issued(made[0], issuer)
                self.assertTrue(0 < made[0].serial_number < 2**128)

    def test_requests_of_openssl_with_every_kind_of_key_under_every_kind_of_issuer(self):
        keys = {"rsa": ["rsa:2048"], "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "ed": ["ed25519"]}
        for kind, words in keys.items():
            self.openssl("req", "-new", "-newkey", *words, "-nodes", "-keyout", f"{kind}.key", "-out", f"{kind}.csr", "-subj",
                         "/C=DE/O=Example/CN=leaf.test", "-addext", "subjectAltName=DNS:a.test,IP:10.1.2.3,email:a@b.test,URI:urn:x")
            self.openssl("req", "-in", f"{kind}.csr", "-outform", "DER", "-out", f"{kind}.der")
        for issuer in ("P-256", "P-521", "Ed25519", "RSA"):
            authority = self.chains.make("Issuer", key=issuer)
            self.chains.write_pem(self.h.file("ca.crt"), authority)
            self.chains.write_key(self.h.file("ca.key"), authority[1], "password")
            for kind in keys:
                for form in ("csr", "der"):
                    text = self.step("sign", f"{kind}.{form}", "ca.crt", "ca.key", "--password-file", self.h.password).stdout
                    self.h.file("out.crt").write_text(text)
                    self.openssl("verify", "-x509_strict", "-CAfile", "ca.crt", "out.crt")
                    leaf = self.load(text)[0]
                    self.assertEqual(leaf.subject.rfc4514_string(), "CN=leaf.test,O=Example,C=DE")
                    names = leaf.extensions.get_extension_for_class(self.x509.SubjectAlternativeName).value
                    self.assertEqual(len(names), 4)

    def test_the_common_name_becomes_a_name_only_if_there_is_none(self):
        self.openssl("req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", "n.key", "-out", "n.csr", "-subj", "/CN=10.0.0.7")
        cls = self.x509.SubjectAlternativeName
        leaf = self.load(self.step("sign", "n.csr", "int.crt", "int.key").stdout)[0]
        self.assertEqual([str(n.value) for n in leaf.extensions.get_extension_for_class(cls).value], ["10.0.0.7"])
        leaf = self.load(self.step("sign", "n.csr", "int.crt", "int.key", "--omit-cn-san").stdout)[0]
        self.assertNotIn(cls.oid, [e.oid for e in leaf.extensions])

    def test_an_intermediate_below_an_intermediate(self):
        self.authority("Root", "deep", "--profile", "root-ca")
        wide = self.chains.make("Wide")
        self.chains.write_pem(self.h.file("wide.crt"), wide)
        self.chains.write_key(self.h.file("wide.key"), wide[1])
        for length, expected in (("3", 3), ("0", 0), ("-1", None)):
            text = self.step("sign", "req.csr", "wide.crt", "wide.key", "--profile", "intermediate-ca", f"--path-len={length}",
                             "--not-after", "48h").stdout
            made = self.load(text)[0]
            self.assertEqual(made.extensions.get_extension_for_class(self.x509.BasicConstraints).value.path_length, expected)
            self.assertEqual(made.not_valid_after - made.not_valid_before, datetime.timedelta(hours=48))

    def test_a_request_that_its_key_did_not_sign_is_refused(self):
        for key, words in (("ECDSA", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("Ed25519", ["ed25519"]), ("RSA", ["rsa:2048"])):
            self.openssl("req", "-new", "-newkey", *words, "-nodes", "-keyout", "n.key", "-outform", "DER", "-out", "n.der", "-subj", "/CN=x")
            der = bytearray(self.h.file("n.der").read_bytes())
            der[-3] ^= 1
            self.h.file("n.der").write_bytes(der)
            says = "crypto/rsa: verification error" if key == "RSA" else f"x509: {key} verification failure"
            self.fails("sign", "n.der", "int.crt", "int.key", says=f"certificate request has invalid signature: {says}")


class Files(Leaves):
    def test_format_goes_there_and_back(self):
        for name in ("cert.crt", "req.csr"):
            pem = self.h.file(name).read_text()
            self.step("format", name, "--out", "x.der")
            kind = "x509" if name == "cert.crt" else "req"
            self.assertEqual(self.h.file("x.der").read_bytes(), self.openssl_der(kind, name))
            self.assertEqual(self.step("format", "x.der").stdout, pem)
            self.h.file("x.der").unlink()

    def openssl_der(self, kind, name):
        return subprocess.run([tool("openssl"), kind, "-in", name, "-outform", "DER"], cwd=self.h.path, capture_output=True,
                              check=True).stdout

    def test_an_authority_may_be_in_der(self):
        self.step("format", "root.crt", "--out", "root.der")
        self.step("create", "x.test", "x.crt", "x.key", "--ca", "root.der", "--ca-key", "root.key", "--no-password", "--insecure")
        self.openssl("verify", "-CAfile", "root.crt", "x.crt")

    def test_format_reads_standard_input_and_keeps_the_mode(self):
        pem = self.h.file("cert.crt").read_text()
        der = self.openssl_der("x509", "cert.crt")
        for words in ([], ["-"]):
            done = subprocess.run([self.h.step, "certificate", "format", *words], env=self.h.env, input=pem.encode(), capture_output=True)
            self.assertEqual(done.stdout, der)
        self.h.file("cert.crt").chmod(0o640)
        done = self.step("format", "cert.crt", "--out", "mode.der")
        self.assertEqual(done.stderr, "Your certificate has been saved in mode.der\n")
        self.assertEqual(self.h.file("mode.der").stat().st_mode & 0o777, 0o640)
        subprocess.run([self.h.step, "certificate", "format", "--out", "in.der"], cwd=self.h.path, env=self.h.env, input=pem.encode(), check=True,
                       capture_output=True)
        self.assertEqual(self.h.file("in.der").stat().st_mode & 0o777, 0o600)
        self.fails("format", "cert.crt", "--out", "in.der", says="error allocating terminal")
        self.step("format", "cert.crt", "--out", "in.der", "--force")
        self.fails("format", "cert.crt", "--out", "folder", "--force", says="file is a directory")
        self.fails("format", "cert.key", says="error decoding certificate: invalid PEM block")

    def test_bundle_is_the_first_certificate_of_each(self):
        cert, issuer = self.h.file("cert.crt").read_text(), self.h.file("int.crt").read_text()
        self.h.file("long.crt").write_text("text\n" + cert + issuer + "text")
        self.assertEqual(self.step("bundle", "long.crt", "int.crt", "b.crt").stderr, "Your certificate has been saved in b.crt.\n")
        self.assertEqual(self.h.file("b.crt").read_text(), cert + issuer)
        self.assertEqual(self.h.file("b.crt").stat().st_mode & 0o777, 0o600)
        self.fails("bundle", "cert.crt", "int.crt", "b.crt", says="error allocating terminal")
        self.step("bundle", "cert.crt", "int.crt", "cert.crt", "--force")
        self.assertEqual(self.h.file("cert.crt").read_text(), cert + issuer)
        for wrong in ("cert.key", "req.csr", "two.pem"):
            self.fails("bundle", "cert.crt", wrong, "c.crt", says=f"could not parse certificate file '{wrong}'")

    def test_key_is_what_openssl_says(self):
        self.openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key", "-out", "rsa.csr", "-subj", "/CN=x")
        for kind, name in (("x509", "cert.crt"), ("req", "req.csr"), ("req", "rsa.csr"), ("x509", "root.crt")):
            want = self.openssl(kind, "-in", name, "-noout", "-pubkey").stdout
            self.assertEqual(self.step("key", name).stdout, want)
        done = self.step("key", "cert.crt", "--out", "k")
        self.assertEqual((done.stdout, done.stderr), ("", "The public key has been saved in k.\n"))
        self.assertEqual(self.h.file("k").stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.step("key", "k").stdout, self.h.file("k").read_text())
        self.step("key", "cert.crt", "--output-file", "k", "--force")

    def test_key_never_prints_a_private_key(self):
        for name in ("cert.key", "two.pem"):
            text = self.step("key", name).stdout
            self.assertTrue(text.startswith("-----BEGIN PUBLIC KEY-----\n"))
        self.assertEqual(self.step("key", "cert.key").stdout, self.step("key", "cert.crt").stdout)
        self.fails("key", "ec256.enc.key", says="error allocating terminal")


if __name__ == "__main__":
    unittest.main()
