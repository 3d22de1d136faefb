"""What decides about a certificate, as an operator meets it: templates, data, policy, limits; and what bounces off.

Rows of the documents people learn from carry their ids (scope "pipeline").
"""
import json
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.seeds import NAME, SeedCase  # noqa: E402

LEAF = '"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}, "keyUsage": ["digitalSignature"], "extKeyUsage": ["serverAuth"]'


class Pipeline(SeedCase):
    maxDiff = None

    def edit(self, change):
        file = self.ca.steppath / "config/ca.json"
        config = json.loads(file.read_text())
        change(config)
        file.write_text(json.dumps(config, indent=1))

    def restart(self, change, **options):
        self.server.stop()
        self.edit(change)
        self.server = self.serve(self.ca, **options)

    def template(self, text, restart=True, **data):
        def change(config):
            config["authority"]["provisioners"][0]["options"] = {"x509": {"template": text, **data}}
        if restart:
            self.restart(change)
        else:
            self.edit(change)

    def certificate(self, name="foo.local", *more, check=True):
        return self.sh(f"step ca certificate {name} c.crt c.key --force $J " + " ".join(more), check=check)

    def shown(self):
        return json.loads(self.sh("step certificate inspect --format json c.crt").stdout)

    def logged(self, word, since=0):
        return self.server.logged(word, since)

    def test_S002_14_a_template_file_is_read_at_signing_and_followed(self):
        path = "templates/certs/x509/default.tpl"
        self.restart(lambda c: c["authority"]["provisioners"][0].update(
            {"type": "jwk", "claims": {"minTLSCertDuration": "5m", "maxTLSCertDuration": "24h", "defaultTLSCertDuration": "24h", "disableRenewal": False,
                                       "minHostSSHCertDuration": "5m", "maxHostSSHCertDuration": "1680h", "minUserSSHCertDuration": "5m",
                                       "maxUserSSHCertDuration": "24h", "enableSSHCA": True},
             "options": {"x509": {"templateFile": path}, "ssh": {"templateFile": "templates/certs/ssh/default.tpl"}}}))
        missing = self.certificate(check=False)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("The certificate authority encountered an Internal Server Error", missing.stderr)
        self.assertIn(f"{path}", self.logged("no such file or directory"))

        file = self.ca.steppath / path
        file.parent.mkdir(parents=True, exist_ok=True)
        for word in ("first", "second"):
            file.write_text('{"subject": {"commonName": {{ toJson .Subject.CommonName }}, "organization": "%s"}, "sans": {{ toJson .SANs }}}' % word)
            self.certificate()
            self.assertEqual(self.shown()["subject"]["organization"], [word])
        file.write_text("{{ nosuch }}")
        self.assertEqual(self.certificate(check=False).returncode, 1)
        self.assertIn("default.tpl:1: function", self.logged("nosuch"))
        listed = json.loads(self.sh("step ca provisioner list").stdout)[0]["options"]
        self.assertEqual(listed, {"x509": {"templateFile": path}, "ssh": {"templateFile": "templates/certs/ssh/default.tpl"}})

    def test_S004_04_rules_limits_and_templates_of_the_example(self):
        # Without what is of scope ssh, acme and identity.
        folder = self.ca.steppath / "templates/certs/x509"
        folder.mkdir(parents=True)
        (folder / "default.tpl").write_text("{" + LEAF + "}")
        self.ca.run("step", "certificate", "create", "--profile", "root-ca", "Other Root", "other.crt", "other.key", "--no-password", "--insecure")

        def change(config):
            config["federatedRoots"] = [str(self.ca.path / "other.crt")]
            config["crl"] = {"enabled": False}
            config["authority"]["claims"] = {
                "minTLSCertDuration": "5m", "maxTLSCertDuration": "24h", "defaultTLSCertDuration": "24h", "disableRenewal": False,
                "allowRenewalAfterExpiry": False, "minHostSSHCertDuration": "5m", "maxHostSSHCertDuration": "1680h", "defaultHostSSHCertDuration": "720h",
                "minUserSSHCertDuration": "5m", "maxUserSSHCertDuration": "24h", "defaultUserSSHCertDuration": "16h"}
            config["authority"]["policy"] = {"x509": {"allow": {"dns": ["*.local"]}},
                                             "ssh": {"user": {"allow": {"email": ["@local"]}}, "host": {"allow": {"dns": ["*.local"]}}}}
            config["authority"]["provisioners"][0]["claims"] = {"minTLSCertDuration": "1m0s", "defaultTLSCertDuration": "2m0s"}
            config["authority"]["provisioners"][0]["options"] = {"x509": {"templateFile": "templates/certs/x509/default.tpl"}}
            config["tls"] = {"cipherSuites": ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
                             "minVersion": 1.2, "maxVersion": 1.3, "renegotiation": False}
        self.restart(change)
        self.certificate("svc.local")
        self.assertEqual(self.shown()["validity"]["length"], 180)  # Two minutes, and the minute it begins before.
        refused = self.certificate("svc.example.com", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn('dns name "svc.example.com" not allowed', refused.stderr)
        self.assertIn("authority.policy.x509", self.logged("svc.example.com"))
        self.assertEqual(self.sh("step ca federation").stdout.count("BEGIN CERTIFICATE"), 2)
        self.assertEqual(self.sh("step ca roots").stdout.count("BEGIN CERTIFICATE"), 1)
        old = self.sh(f"openssl s_client -connect 127.0.0.1:{self.port} -tls1_1 </dev/null", check=False)
        self.assertNotEqual(old.returncode, 0)

    def test_S004_P3_renewal_may_be_switched_off(self):
        self.restart(lambda c: c["authority"].update(claims={"disableRenewal": True}))
        self.issue()
        self.assertUnauthorized(self.sh("step ca renew --force foo.crt foo.key", check=False))

    def test_data_comes_from_provisioner_request_and_token(self):
        self.template('{"subject": {"commonName": {{ toJson .Subject.CommonName }}, "organization": {{ toJson .org }},'
                      ' "organizationalUnit": [{{ toJson .Insecure.User.unit }}, {{ printf "%v" .Insecure.User.n | toJson }}]}, "sans": {{ toJson .SANs }}}',
                      templateData={"org": "Of data"})
        self.ca.file("set.json").write_text('{"unit": "of file", "n": 1}')
        self.certificate("foo.local", "--set-file set.json", "--set n=[2]")
        subject = self.shown()["subject"]
        self.assertEqual((subject["organization"], subject["organizational_unit"]), (["Of data"], ["[2]", "of file"]))
        self.template('{"subject": {{ toJson .Token.user.role }}, "sans": {{ toJson .SANs }}}')
        token = self.sh("step ca token foo.local --set role=admin $J").stdout.strip()
        self.sh(f"step ca certificate foo.local c.crt c.key --force --token {token}")
        self.assertEqual(self.shown()["subject"]["common_name"], ["admin"])

    def test_what_a_template_says_to_fail_reaches_the_client(self):
        self.template('{ {{ fail "ask the platform team" }} }')
        refused = self.certificate(check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("The request could not be completed: ask the platform team.", refused.stderr)
        self.assertFalse(self.ca.file("c.crt").exists())

    def test_a_template_that_cannot_be_parsed_stops_start_and_reload(self):
        self.template("{ {{ if }} }", restart=False)
        self.server.process.send_signal(signal.SIGHUP)
        line = self.server.wait_for("Continuing to run with the original configuration.")
        self.assertTrue(line)
        self.assertIn("missing value for if", self.logged("error reloading the configuration"))
        self.issue()
        self.server.stop()
        checked = self.sh("step-ca check", check=False)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("missing value for if", checked.stdout + checked.stderr)
        started = self.sh("step-ca --password-file $PW $STEPPATH/config/ca.json", check=False)
        self.assertEqual(started.returncode, 2)
        self.assertRegex(started.stderr, r"missing value for if.*line \d+, column \d+")

    def test_bombs_end_within_seconds_and_leave_the_server_well(self):
        bombs = {
            "nested loops": '{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}{{ end }}',
            "recursion": '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}',
            "repeat": '{{ repeat 1000000000 "x" }}',
            "doubling": '{{ $x := "xxxxxxxxxx" }}{{ range until 60 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}',
            "regular expression": '{{ regexMatch "(a*)*(b*)*(c*)*{1000}" (repeat 100000 "a") }}',
            "width": '{{ printf "%1000000000d" 1 }}',
        }
        config = lambda c: c["authority"]["provisioners"].extend(
            {**c["authority"]["provisioners"][0], "name": name, "options": {"x509": {"template": "{ " + text + " }"}}} for name, text in bombs.items())
        self.restart(config)
        memory = self.memory()
        for name in bombs:
            with self.subTest(name):
                start = time.monotonic()
                refused = self.sh(f"step ca certificate foo.local c.crt c.key --force --provisioner '{name}' --provisioner-password-file $PW", check=False)
                self.assertEqual(refused.returncode, 1)
                self.assertLess(time.monotonic() - start, 60)
                self.assertRegex(refused.stderr, "Internal Server Error|error applying certificate template")
        self.assertEqual(self.sh("step ca health").stdout, "ok\n")
        self.assertLess(self.memory() - memory, 200_000)
        self.issue()

    def memory(self):
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0])

    def test_a_thousand_names_are_enough(self):
        for count, status in ((1000, 0), (1001, 1)):
            sans = " ".join(f"--san n{i}.foo.local" for i in range(count))
            done = self.sh(f"step ca certificate foo.local c.crt c.key --force $J {sans}", check=False)
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn("more than 1000 names", done.stderr)

    def test_policy_holds_for_names_that_are_hard_to_compare(self):
        self.restart(lambda c: c["authority"].update(policy={"x509": {"allow": {"dns": ["*.good.local"]}, "deny": {"dns": ["evil.good.local"]}}}))
        self.certificate("a.good.local")
        for name in ("evil.good.local", "EVIL.good.local", "evil.good.local.", "a.good.local.evil.test", "*.good.local", "good.local", "x@good.local", "10.0.0.1",
                     "https://a.good.local/"):
            with self.subTest(name):
                refused = self.certificate(f"'{name}'", check=False)
                self.assertEqual(refused.returncode, 1)
                self.assertRegex(refused.stderr, "not allowed|error creating certificate|error validating|is not valid|invalid|forbidden")

    def test_a_provisioner_s_policy_is_its_own(self):
        def change(config):
            first = config["authority"]["provisioners"][0]
            config["authority"]["provisioners"].append({**first, "name": "strict", "policy": {"x509": {"allow": {"dns": ["only.local"]}}}})
        self.restart(change)
        self.certificate("any.local")
        strict = "--provisioner strict --provisioner-password-file $PW"
        self.sh(f"step ca certificate only.local c.crt c.key --force {strict}")
        refused = self.sh(f"step ca certificate any.local c.crt c.key --force {strict}", check=False)
        self.assertIn('dns name "any.local" not allowed', refused.stderr)
        self.assertNotIn("policy", self.sh("step ca provisioner list").stdout)

    def test_template_render_shows_what_would_be_issued(self):
        self.ca.file("t.tpl").write_text('{"subject": {"commonName": {{ toJson .Subject.CommonName }}, "organization": {{ toJson .Insecure.User.team }}},\n'
                                         ' "sans": {{ toJson .SANs }}}')
        self.sh("step certificate create --csr --no-password --insecure foo.local foo.csr foo.key --san foo.local --san 10.0.0.1")
        text = self.sh("step ca template render --template t.tpl --csr foo.csr --set team=red").stdout
        self.assertIn("Subject: O=red,CN=foo.local", text)
        self.assertIn("DNS:foo.local", text)
        rendered = json.loads(self.sh("step ca template render --template t.tpl --csr foo.csr --set team=red --format json").stdout)
        self.assertEqual(rendered["subject"], {"commonName": "foo.local", "organization": "red"})
        piped = self.sh("step ca template render --template - --csr foo.csr --set team=red --format json < t.tpl").stdout
        self.assertEqual(json.loads(piped), rendered)
        token = self.sh("step ca token bar.local --san bar.local --san baz.local $J").stdout.strip()
        text = self.sh(f"step ca template render --template t.tpl --token {token} --set team=one").stdout
        self.assertIn("DNS:bar.local, DNS:baz.local", text)
        # The same names as the server's.
        self.template(self.ca.file("t.tpl").read_text())
        self.sh(f"step ca certificate bar.local c.crt c.key --force --san bar.local --san baz.local --set team=blue $J")
        self.assertEqual(self.shown()["subject"]["organization"], ["blue"])
        for broken, words in (("{ {{ .A", "t.tpl:1: unclosed action"), ('{"subject": {{ .Subject.CommonName }} }', 'foo.local'),
                              ('{"subject": "x", "dnsNames": 5}', "dnsNames"), ('{\n{{ fail "no" }}', "no"),
                              ('{"subject":\n {{ index .SANs 9 }} }', "t.tpl:2:")):
            self.ca.file("t.tpl").write_text(broken)
            refused = self.sh("step ca template render --template t.tpl --csr foo.csr", check=False)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertIn(words, refused.stderr)
        for flags, words in (("", "'--template'"), ("--template none.tpl --csr foo.csr", "none.tpl"), ("--template t.tpl", "'--csr'"),
                             ("--template t.tpl --csr t.tpl", "error reading t.tpl"), ("--template t.tpl --token a.b.c", "'--token'"), ("--template t.tpl --csr foo.csr --format x", "'--format'")):
            refused = self.sh(f"step ca template render {flags}", check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(words, refused.stderr)


if __name__ == "__main__":
    unittest.main()
