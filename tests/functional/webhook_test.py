"""Webhooks: what servers are sent, byte for byte as from the original; what they may say; and that bad ones harm nobody."""
import base64
import http.client
import json
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.authorities import Authority, Keys  # noqa: E402
from tests.support.harness import PATIENCE, BIN, OURS_CA, Case, original_ca  # noqa: E402
from tests.support.webhooks import WebhookServer, drop, huge, raw, redirect  # noqa: E402

FULL_TEMPLATE = """{"version": 3, "subject": {"commonName": {{ toJson .Token.sub }}, "country": "DE", "organization": ["A", "B&C"],
 "extraNames": [{"type": "1.2.3.4", "value": "x"}]}, "serialNumber": "0x1234",
 "dnsNames": ["a.test"], "emailAddresses": "me@a.test", "ipAddresses": ["10.0.0.1", "2001:db8:0:0::1"], "uris": "https://a.test/?x=<&>",
 "extensions": [{"id": "1.2.3.4.5", "critical": true, "value": "AQID"}],
 "keyUsage": ["crlSign", "digitalSignature", "nonRepudiation"], "extKeyUsage": ["clientauth", "any", "OCSPSigning"],
 "unknownExtKeyUsage": ["1.3.6.1.4.1.311.20.2.2"], "subjectKeyId": "AQID", "ocspServer": "http://o.test",
 "issuingCertificateURL": ["http://i.test"], "crlDistributionPoints": [], "policyIdentifiers": ["1.2.3"],
 "basicConstraints": {"isCA": false, "maxPathLen": 3}, "signatureAlgorithm": "ecdsa-sha256", "unknown": [1]}"""
EXTENDED_TEMPLATE = """{"subject": "me", "sans": [{"type": "dns", "value": "b.test"},
 {"type": "permanentIdentifier", "value": "123"}, {"type": "1.2.3.4", "value": "utf8:x", "asn1Value": null}], "keyUsage": "digitalSignature"}"""
CONSTRAINED_TEMPLATE = """{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}, "keyUsage": ["certSign"], "basicConstraints": {"isCA": true, "maxPathLen": 0},
 "nameConstraints": {"critical": true, "permittedDNSDomains": ["a.test"], "permittedIPRanges": "10.1.2.3/8", "excludedURIDomains": []}}"""
TEMPLATES = {"default": None, "full": FULL_TEMPLATE, "extended": EXTENDED_TEMPLATE, "constrained": CONSTRAINED_TEMPLATE}


class Hooked(Authority):
    """A CA whose provisioners have webhooks at a server of its own. `webhooks` maps a provisioner's name to a function
    from that server to its entries; `templates` to its template."""

    def __init__(self, case, program, keys, webhooks, templates=None, answers=None):
        self.webhooks, self.templates, self.given = webhooks, templates or {}, answers or {}
        self.case = case
        super().__init__(case, program, keys)

    def add(self, config, admin):
        self.hooks = WebhookServer(self.home, self.given)
        self.case.addCleanup(self.hooks.close)
        provisioners = config["authority"]["provisioners"] = []
        self.config = config
        for name, entries in self.webhooks.items():
            options = {"webhooks": entries(self.hooks)}
            if self.templates.get(name):
                options["x509"] = {"template": self.templates[name]}
            key = {**admin["key"], "kid": name}
            provisioners.append({**admin, "name": name, "key": key, "options": options})

    def token(self, name, **more):
        return super().token(iss=name, header={"kid": name}, **more)

    def sign(self, csr, name, token=None, timeout=PATIENCE, **more):
        """The status and the message, or the certificate."""
        wire = http.client.HTTPSConnection("localhost", self.port, context=self.trust(), timeout=timeout)
        try:
            body = {"csr": csr, "ott": token or self.token(name, **more)}
            wire.request("POST", "/1.0/sign", json.dumps(body), {"X-Request-Id": "request-of-" + name})
            answer = wire.getresponse()
            said = json.loads(answer.read())
            return answer.status, said.get("message") or said["crt"]
        finally:
            wire.close()

    def health(self):
        """How long /health takes, in seconds."""
        start = time.monotonic()
        wire = http.client.HTTPSConnection("localhost", self.port, context=self.trust(), timeout=PATIENCE)
        wire.request("GET", "/health")
        assert wire.getresponse().read() == b'{"status":"ok"}\n'
        wire.close()
        return time.monotonic() - start


def entry(hooks, path, kind="ENRICHING", name="hook", **more):
    return {"id": f"id-{name}", "name": name, "url": hooks.url(path), "kind": kind, **more}


def one(path, kind="ENRICHING", **more):
    return lambda hooks: [entry(hooks, path, kind, **more)]


def refused(words):
    return 403, f"The request was forbidden by the certificate authority: {words}."


class WebhookTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.keys = Keys()
        cls.addClassCleanup(cls.keys.folder.cleanup)

    def ours(self, webhooks, **more):
        return Hooked(self, OURS_CA, self.keys, webhooks, **more)

    def csrs(self):
        keys = self.keys
        return {
            "ec": keys.fixed, "rsa": keys.csr("rsa"), "ed25519": keys.csr("ed25519"), "p384": keys.csr("p384"),
            "names": keys.csr(names="DNS:leaf.test,DNS:b.test,IP:10.0.0.1,IP:2001:db8::1,email:x@y.test,URI:https://u.test/?a=<&>"),
            "subject": keys.csr(subject="/C=DE/O=a<b/O=c/OU=d/L=e/ST=f/street=g/postalCode=h/CN=leaf.test/serialNumber=1/emailAddress=a@b.test"),
            "bare": keys.csr(subject="/", names=""),
            "extensions": keys.csr("ec", "/CN=leaf.test", "DNS:leaf.test", "-addext", "keyUsage=critical,digitalSignature,keyAgreement",
                                   "-addext", "extendedKeyUsage=serverAuth,1.2.3.4", "-addext", "basicConstraints=CA:true,pathlen:2",
                                   "-addext", "1.2.3.4=DER:0500")}

    def normal(self, body):
        """Without what must differ: times, and the provisioner's name, which later versions of the original send."""
        text = body.decode()
        self.assertRegex(text, r'^\{"timestamp":"[\d-]{10}T[\d:]{8}(\.\d+)?Z",')
        text = re.sub(r'"(timestamp|notBefore|notAfter)":"[^"]*"', r'"\1":"<time>"', text)
        return re.sub(r'"provisionerName":"[^"]*",', "", text)

    def test_bodies_are_those_of_the_original(self):
        def both(hooks):
            return [entry(hooks, "/allow?{{ .Token.sub }}", "enriching", "e"), entry(hooks, "/allow", "AUTHORIZING", "a"),
                    entry(hooks, "/never", "AUTHORIZING", "s", certType="SSH")]
        webhooks = {name: both for name in TEMPLATES}
        seen = {}
        csrs = self.csrs()
        for program in (original_ca(), OURS_CA):
            ca = Hooked(self, program, self.keys, webhooks, TEMPLATES)
            for name in TEMPLATES:
                for kind, csr in csrs.items():
                    if name != "default" and kind != "ec":
                        continue
                    ca.hooks.clear()
                    more = {"sans": ["leaf.test", "b.test", "10.0.0.1", "2001:db8::1", "x@y.test", "https://u.test/?a=<&>"]} if kind == "names" else {}
                    answer = ca.sign(csr, name, **more)
                    calls = [(call.method, call.path, call.client, call.headers["x-smallstep-webhook-id"], call.headers["x-request-id"],
                              self.normal(call.body)) for call in ca.hooks.calls]
                    self.assertTrue(all(call.signed_by("") for call in ca.hooks.calls))
                    seen.setdefault((name, kind), []).append((answer[0], len(calls), *calls))
            ca.server.stop()
        compared = 0
        for case, (theirs, ours) in seen.items():
            with self.subTest(case):
                self.assertEqual(theirs, ours)
                compared += ours[1]
        print(f"{compared} bodies compared, {len(seen)} requests")
        self.assertGreater(compared, 20)

    def test_what_a_server_says_reaches_template_and_client(self):
        answers = {"/data": {"allow": True, "data": {"names": ["x.test"], "n": 1}},
                   "/no": {"allow": False, "error": {"code": "nope", "message": "not <today>"}},
                   "/bad": raw(b"<html>"), "/empty": raw(b""), "/array": raw(b"[]"), "/type": raw(b'{"allow":"yes"}'),
                   "/gone": 404, "/fail": 500, "/flaky": [500, {"allow": True}], "/away": redirect(307, "https://127.0.0.1:1/x"),
                   "/here": redirect(307, "/allow")}
        template = '{"subject": {"commonName": {{ toJson .Token.sub }}, "organization": {{ toJson .Webhooks.hook.names }}}}'
        ca = self.ours({"data": one("/data"), **{path: one("/" + path) for path in
                        ("no", "deny", "bad", "empty", "array", "type", "gone", "fail", "flaky", "away", "here")},
                        "authorize": one("/no", "AUTHORIZING"), "refused": one("", url="https://localhost:1/secret?{{ .Token.sub }}")},
                       templates={"data": template}, answers=answers)
        csr = self.keys.fixed
        status, certificate = ca.sign(csr, "data")
        self.assertEqual(status, 201, certificate)
        self.assertIn("O = x.test", self.keys.run("x509", "-noout", "-subject", "-nameopt", "oneline", data=certificate.encode()).decode())
        # The words are those that step-ca v0.30.2 gives.
        for name, words in {"no": "not <today> (nope)", "deny": "webhook server did not allow request",
                            "bad": "invalid character '<' looking for beginning of value", "empty": "EOF",
                            "array": "json: cannot unmarshal array into Go value of type webhook.ResponseBody",
                            "type": "json: cannot unmarshal string into Go struct field ResponseBody.allow of type bool",
                            "gone": "Webhook server responded with 404", "fail": "Webhook server responded with 500",
                            "authorize": "error creating certificate",
                            # Ours: no address of the inside.
                            "refused": "webhook server could not be reached", "away": "webhook server redirected to another host"}.items():
            with self.subTest(name):
                self.assertEqual(ca.sign(csr, name), refused(words))
        self.assertEqual(ca.sign(csr, "flaky")[0], 201)
        self.assertEqual(ca.sign(csr, "here")[0], 201)

    def test_a_request_that_a_server_refused_leaves_the_token_good(self):
        ca = self.ours({"p": one("/turn", "AUTHORIZING")}, answers={"/turn": [{"allow": False}, {"allow": True}]})
        token = ca.token("p")
        self.assertEqual(ca.sign(self.keys.fixed, "p", token), refused("error creating certificate"))
        status, certificate = ca.sign(self.keys.fixed, "p", token)
        self.assertEqual(status, 201)
        ca.server.stop()
        dump = ca.home.run(BIN / "step-ledger-dump", ca.home.steppath / "db/step.mdb").stdout
        self.assertEqual(len(dump.splitlines()), 1, dump)  # The refused one was never on record.

    def test_step_makes_webhooks_with_secrets_that_nothing_shows(self):
        ca = self.ours({"p": lambda hooks: []})
        home, hooks = ca.home, ca.hooks
        config, secrets = home.steppath / "config/ca.json", home.steppath / "secrets/webhooks.json"
        home.file("token").write_text("bearer-of-words\n")
        home.file("pass").write_text("sesame\n")

        def step(what, *more):
            return home.s("ca", "provisioner", "webhook", what, "p", "w", *more)
        done = step("add", "--url", hooks.url("/allow"), "--bearer-token-file", home.file("token"))
        found = re.fullmatch(r"Webhook ID: ([0-9a-f-]{36})\nSecret: (\S+)\n", done.stdout)
        self.assertTrue(found, done.stdout)
        number, secret = found.groups()
        self.assertEqual(len(base64.b64decode(secret)), 64)
        self.assertEqual(secrets.stat().st_mode & 0o777, 0o600)
        self.assertIn(number, config.read_text())
        for hidden in (secret, "bearer-of-words"):
            self.assertNotIn(hidden, config.read_text())
        again = home.s("ca", "provisioner", "webhook", "add", "p", "w", "--url", hooks.url(), check=False)
        self.assertIn('provisioner "p" already has a webhook with the name "w"', again.stderr)

        def call():
            ca.server.stop()
            ca.server = self.serve(home, OURS_CA)
            hooks.clear()
            self.assertEqual(ca.sign(self.keys.fixed, "p")[0], 201)
            made, = hooks.wait_for(1)
            self.assertTrue(made.signed_by(secret))
            self.assertEqual(made.headers["x-smallstep-webhook-id"], number)
            self.assertEqual(made.headers["x-request-id"], "request-of-p")
            return made
        made = call()
        self.assertEqual(made.headers["authorization"], "Bearer bearer-of-words")
        self.assertEqual(made.client, "Step Online CA")
        wire = http.client.HTTPSConnection("localhost", ca.port, context=ca.trust())
        wire.request("GET", "/provisioners")
        listed = wire.getresponse().read().decode()
        wire.close()
        self.assertIn(number, listed)
        for hidden in (secret, "bearer-of-words"):
            self.assertNotIn(hidden, listed)
            self.assertNotIn(hidden, "".join(ca.server.log))
        self.assertEqual(step("update", "--basic-auth-username", "Aladdin", "--basic-auth-password-file", home.file("pass"),
                              "--disable-tls-client-auth").stdout, "")
        made = call()
        self.assertEqual(made.headers["authorization"], "Basic " + base64.b64encode(b"Aladdin:sesame").decode())
        self.assertIsNone(made.client)
        for flags, words in {("--kind", "SOMETIMES"): "invalid webhook kind", ("--cert-type", "TLS"): "ALL, X509, and SSH",
                             ("--url", "http://a.test"): "webhook url must use https"}.items():
            before = config.read_text()
            bad = home.s("ca", "provisioner", "webhook", "update", "p", "w", *flags, check=False)
            self.assertEqual(bad.returncode, 1)
            self.assertIn(words, bad.stderr)
            self.assertEqual(config.read_text(), before)
        def check():
            return home.run(OURS_CA, "check", config, "--password-file", home.password, check=False).stdout
        self.assertNotIn("webhook", check())
        secrets.chmod(0o644)
        self.assertIn("has mode 0644: others may read or change what webhooks are signed and logged in with", check())
        kept = secrets.read_text()
        secrets.write_text("{}")
        self.assertIn('webhook "w" of provisioner "p" signs with an empty key', check())
        secrets.write_text("[")
        self.assertIn("webhooks.json: ", check())
        ca.server.stop()
        start = home.run(OURS_CA, config, "--password-file", home.password, check=False)
        self.assertNotEqual(start.returncode, 0)
        self.assertIn("webhooks.json: ", start.stderr + start.stdout)
        secrets.write_text(kept)
        self.assertEqual(step("remove").stdout, "")
        self.assertNotIn(number, config.read_text() + secrets.read_text())
        step("remove")  # Nothing there: nothing done.

    def test_servers_that_hang_stall_nobody(self):
        ca = self.ours({"slow": one("/hang"), "good": one("/allow")})
        ca.hooks.answers["/hang"] = ca.hooks.hang
        ca.sign(self.keys.fixed, "good")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(ca.sign(self.keys.fixed, "slow"))) for _ in range(40)]
        for thread in threads:
            thread.start()
        ca.hooks.wait_for(41)
        self.assertLess(ca.health(), 8)  # They are given up after 10 s.
        self.assertEqual(ca.sign(self.keys.fixed, "good")[0], 201)
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [refused("webhook server did not answer in time")] * 40)

    def test_bad_servers_cost_a_request_and_no_more(self):
        ca = self.ours({name: one("/" + name) for name in ("stream", "drip", "huge", "drop")},
                       answers={"/huge": huge, "/drop": drop})
        ca.hooks.answers.update({"/stream": ca.hooks.stream, "/drip": ca.hooks.drip})
        answers = {}

        def ask(name):
            start = time.monotonic()
            answers[name] = ca.sign(self.keys.fixed, name), time.monotonic() - start
        threads = [threading.Thread(target=ask, args=(name,)) for name in ("stream", "drip", "huge", "drop")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        words = {"stream": "webhook server sent too large an answer", "huge": "webhook server sent too large an answer",
                 "drip": "webhook server did not answer in time", "drop": "webhook server could not be reached"}
        for name, (answer, seconds) in answers.items():
            with self.subTest(name):
                self.assertEqual(answer, refused(words[name]))
                self.assertLess(seconds, 60)
        memory = int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{ca.server.process.pid}/status").read_text())[1])
        self.assertLess(memory, 200_000)

    def test_notifications_come_after_the_answer_and_delay_none(self):
        ca = self.ours({"p": one("/note", "NOTIFYING"), "slow": one("/hang", "NOTIFYING")}, answers={"/note": 500})
        ca.hooks.answers["/hang"] = ca.hooks.hang
        start = time.monotonic()
        for _ in range(5):
            self.assertEqual(ca.sign(self.keys.fixed, "slow")[0], 201)
        self.assertLess(time.monotonic() - start, 30)  # Each is given up after 10 s.
        ca.hooks.answers["/note"] = {"allow": True}
        status, certificate = ca.sign(self.keys.fixed, "p")
        self.assertEqual(status, 201)
        end = time.monotonic() + PATIENCE
        while not (notes := [call for call in ca.hooks.calls if call.path == "/note"]):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        body = notes[0].json()
        self.assertTrue(notes[0].signed_by(""))
        der = subprocess.run(["openssl", "x509", "-outform", "DER"], input=certificate.encode(), capture_output=True, check=True).stdout
        self.assertEqual(base64.b64decode(body["x509Certificate"]["raw"]), der)
        self.assertIn("x509CertificateRequest", body)

    def test_settings_that_make_no_sense_disable_the_provisioner(self):
        ca = self.ours({"good": lambda hooks: [], "http": one("", url="http://a.test"), "type": one("/allow", certType="x5o9"),
                        "url": one("", url="https://a.test/{{ .Token.sub")})
        for name, words in {"http": "webhook url must use https", "type": "webhook certType is invalid", "url": "webhook url is invalid"}.items():
            ca.server.logged(words)
            self.assertEqual(ca.sign(self.keys.fixed, name)[0], 401)
        self.assertEqual(ca.sign(self.keys.fixed, "good")[0], 201)


if __name__ == "__main__":
    unittest.main()
