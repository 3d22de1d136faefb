"""The commands of the documents people learn from, with the ids that the rows have in that list.

Each row of the first scope runs as printed, in the folder of a CA made as the documents make it, and
its answer is compared. Those about keys, tokens and files alone are in seeds_toolbox_test.py.
"""
import base64
import json
import pathlib
import signal
import ssl
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.seeds import NAME, SeedCase  # noqa: E402
from tests.support.terminal import DOWN, Terminal  # noqa: E402
from tests.support.harness import OURS_CA, OURS_STEP, PATIENCE, free_port, original_step, tool  # noqa: E402


class Seeds(SeedCase):
    maxDiff = None

    # S000 and S001: a machine in the cloud meets a CA

    def test_S000_03_S003_26_S004_01_the_server_asks_for_the_password(self):
        self.server.stop()
        config = str(self.ca.steppath / "config/ca.json")
        for words in ([config], []):
            t = Terminal(self.ca.path, *words, env=self.ca.env, program=OURS_CA)
            self.addCleanup(t.close)
            t.until(f"Please enter the password to decrypt {self.ca.steppath}/secrets/intermediate_ca_key: ")
            t.type("asdf\r")
            t.until(f"Serving HTTPS on 127.0.0.1:{self.port} ...")
            t.process.send_signal(signal.SIGTERM)
            self.assertEqual(t.finish(), 0, t.seen)

    def test_S004_01_without_a_configuration_the_server_says_how_to_make_one(self):
        done = self.sh("STEPPATH=$PWD/nowhere step-ca", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("step ca init", done.stdout + done.stderr)

    def test_S004_02_03_password_file_and_STEPDEBUG(self):
        self.assertTrue(any("Serving HTTPS on" in line for line in self.server.log))
        self.server.stop()
        self.ca.env["STEPDEBUG"] = "1"
        self.serve(self.ca).stop()

    def test_S000_04_S001_04_bootstrap_saves_root_and_configuration(self):
        done = self.client()
        folder = self.ca.path / "client"
        self.assertEqual(done.stderr.splitlines(),
                         [f"The root certificate has been saved in {folder}/certs/root_ca.crt.",
                          f"The authority configuration has been saved in {folder}/config/defaults.json."])
        self.assertEqual(json.loads((folder / "config/defaults.json").read_text()),
                         {"ca-url": self.url, "fingerprint": self.fingerprint,
                          "root": f"{folder}/certs/root_ca.crt"})
        again = self.sh("step ca bootstrap --ca-url $URL --fingerprint $FP", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("error allocating terminal: open /dev/tty", again.stderr)
        self.sh("step ca bootstrap --ca-url $URL --fingerprint $FP --force")

    def test_S000_05_S003_06_fingerprint(self):
        self.assertRegex(self.fingerprint, r"\A[0-9a-f]{64}\Z")

    def test_S000_07_inspect_short(self):
        self.issue()
        lines = self.sh("step certificate inspect --short foo.crt").stdout.splitlines()
        self.assertRegex(lines[0], r"\AX\.509v3 TLS Certificate \(ECDSA P-256\) \[Serial: \d{4}\.\.\.\d{4}\]\Z")
        self.assertEqual(lines[1], "  Subject:     foo.local")
        self.assertEqual(lines[2], "  Issuer:      Smallstep Intermediate CA")
        self.assertRegex(lines[3], rf"\A  Provisioner: {NAME} \[ID: [-_A-Za-z0-9]{{4}}\.\.\.[-_A-Za-z0-9]{{4}}\]\Z")
        self.assertRegex(lines[4], r"\A  Valid from:  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertRegex(lines[5], r"\A          to:  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

    def test_S001_13_14_15_renew_revoke_and_no_renewal_after_it(self):
        self.assertCert(self.issue(), "foo.crt", "foo.key")
        renewed = self.sh("step ca renew --force foo.crt foo.key")
        self.assertEqual(renewed.stderr, "Your certificate has been saved in foo.crt.\n")
        serial = int(self.sh(f"{tool('openssl')} x509 -in foo.crt -noout -serial").stdout.strip().split("=")[1], 16)
        revoked = self.sh("step ca revoke --cert foo.crt --key foo.key")
        self.assertEqual(revoked.stderr, f"✔ CA: {self.url}\nCertificate with Serial Number {serial} has been revoked.\n")
        again = self.sh("step ca revoke --cert foo.crt --key foo.key", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is already revoked", again.stderr)
        refused = self.sh("step ca renew --force foo.crt foo.key", check=False)
        self.assertUnauthorized(refused)
        # Word for word as v0.30.3 prints it: what the CA said, and no prefix.
        self.assertEqual(refused.stderr, "The request lacked necessary authorization to be completed. Please see the certificate authority logs "
                                         "for more info.\nRe-run with STEPDEBUG=1 for more info.\n")

    def test_S001_16_the_daemon_tells_a_process_after_each_renewal(self):
        self.issue()
        told = self.ca.file("told")
        process = subprocess.Popen(["sh", "-c", f"trap 'echo hup >{told}' HUP; while :; do sleep 0.1; done"])
        self.addCleanup(lambda: (process.kill(), process.wait()))
        out = self.ca.file("out").open("w")
        self.addCleanup(out.close)
        daemon = subprocess.Popen([OURS_STEP, "ca", "renew", "--daemon", "--exec", f"kill -HUP {process.pid}", "foo.crt", "foo.key"],
                                  cwd=self.ca.path, env=self.ca.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.addCleanup(lambda: (daemon.poll() is None and daemon.kill(), daemon.wait()))
        self.until(lambda: "first renewal in" in self.ca.file("out").read_text())
        self.assertRegex(self.ca.file("out").read_text(), r"\AINFO: \d{4}/\d\d/\d\d \d\d:\d\d:\d\d first renewal in 1\dh\d+m\d+s\n\Z")
        daemon.send_signal(signal.SIGHUP)
        self.until(told.exists)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(PATIENCE), 0)

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    # S002: provisioners

    def test_S002_03_16_S003_23_list(self):
        listed = json.loads(self.sh("step ca provisioner list").stdout)
        self.assertEqual([p["name"] for p in listed], [NAME])
        self.assertEqual(len(self.sh("step ca provisioner list | jq -r '.[0].encryptedKey'").stdout.split(".")), 5)
        raw = json.loads(self.sh(f"{tool('curl')} -s --cacert $STEPPATH/certs/root_ca.crt $URL/provisioners").stdout)
        self.assertEqual([p["name"] for p in raw["provisioners"]], [NAME])
        self.assertEqual(raw["provisioners"][0]["key"]["kid"], listed[0]["key"]["kid"])

    def test_S002_12_S003_19_token(self):
        done = self.sh("step ca token svc.example.com --ca-url $URL $J")
        header, payload, _ = [json.loads(base64.urlsafe_b64decode(p + "==")) if i < 2 else p
                              for i, p in enumerate(done.stdout.strip().split("."))]
        self.assertEqual(header["alg"], "ES256")
        self.assertEqual((payload["aud"], payload["sub"], payload["sans"], payload["sha"], payload["user"]),
                         (f"{self.url}/1.0/sign", "svc.example.com", ["svc.example.com"], self.fingerprint, {}))
        self.assertIn(payload["exp"] - payload["iat"], range(295, 301))

    # S003: the introduction

    def test_S003_02_03_a_certificate_and_what_is_in_it(self):
        self.assertCert(self.sh("step ca certificate svc.example.com svc.crt svc.key --ca-url $URL $J"),
                        "svc.crt", "svc.key")
        text = self.sh("step certificate inspect svc.crt").stdout
        for part in ("Issuer: O=Smallstep,CN=Smallstep Intermediate CA", "X509v3 Key Usage: critical",
                     "Digital Signature", "Server Authentication, Client Authentication",
                     "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier", "DNS:svc.example.com",
                     "X509v3 Step Provisioner", "Type: JWK", f"Name: {NAME}", "CredentialID: "):
            self.assertIn(part, text)

    def test_S003_04_05_sign_a_request(self):
        done = self.sh("step certificate create --csr --password-file $PW foo.example.com foo.csr foo.key")
        self.assertEqual(done.stderr, "Your certificate signing request has been saved in foo.csr.\n"
                                      "Your private key has been saved in foo.key.\n")
        key = self.ca.file("foo.key").read_text()
        self.assertIn("BEGIN EC PRIVATE KEY", key)
        self.assertIn("Proc-Type: 4,ENCRYPTED", key)
        self.assertCert(self.sh("step ca sign --ca-url $URL foo.csr foo.crt $J"), "foo.crt")

    def test_S003_07_08_root(self):
        done = self.sh("step ca root --ca-url $URL --fingerprint $FP root.crt")
        self.assertEqual(done.stderr, "The root certificate has been saved in root.crt.\n")
        wrong = self.sh(f"step ca root --ca-url $URL --fingerprint {'0' * 64} root2.crt", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("was not found", wrong.stderr)
        text = self.sh("step certificate inspect root.crt").stdout
        for part in ("CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign", "O=Smallstep,CN=Smallstep Root CA"):
            self.assertIn(part, text)

    def test_S003_09_10_11_12_a_server_that_wants_client_certificates(self):
        self.sh("step ca certificate svc.example.com svc.crt svc.key --ca-url $URL $J")
        self.sh("step ca root --ca-url $URL --fingerprint $FP root.crt")
        self.assertCert(self.sh("step ca certificate mike mike.crt mike.key --not-after 10m --ca-url $URL $J"),
                        "mike.crt", "mike.key")
        validity = json.loads(self.sh("step certificate inspect mike.crt --format json").stdout)["validity"]
        self.assertEqual(validity["length"], 660)
        self.assertRegex(self.sh("step certificate inspect mike.crt --format json | jq .validity.end").stdout,
                         r'\A"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\n\Z')
        port = free_port()
        web = subprocess.Popen([tool("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert", "svc.crt",
                                "-cert_chain", "svc.crt", "-key", "svc.key", "-CAfile", "root.crt", "-Verify", "3",
                                "-verify_return_error", "-www", "-quiet"], cwd=self.ca.path, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(web.wait)
        self.addCleanup(web.terminate)
        curl = (f"{tool('curl')} -sS -o /dev/null -w '%{{http_code}}' --retry 20 --retry-connrefused --retry-delay 1"
                f" --cacert root.crt --resolve svc.example.com:{port}:127.0.0.1 https://svc.example.com:{port}/")
        self.assertEqual(self.sh(curl + " --cert mike.crt --key mike.key").stdout, "200")
        self.assertIn("certificate required", self.sh(curl, check=False).stderr)

    def test_S003_13_renew_asks_before_it_overwrites(self):
        self.sh("step ca certificate mike mike.crt mike.key --not-after 10m --ca-url $URL $J")
        before = self.ca.file("mike.crt").read_bytes()
        t = self.terminal(["ca", "renew", "mike.crt", "mike.key", "--ca-url", self.url])
        t.until("Would you like to overwrite mike.crt [y/n]")
        t.type("y\r")
        t.until("Your certificate has been saved in mike.crt.")
        self.assertEqual(t.finish(), 0)
        self.assertNotEqual(self.ca.file("mike.crt").read_bytes(), before)
        self.sh("step ca renew mike.crt mike.key --ca-url $URL --force")

    def test_S003_15_renew_when_the_time_has_come(self):
        self.sh("step ca certificate svc.example.com svc.crt svc.key $J")
        done = self.sh("step ca renew --force --expires-in 1h svc.crt svc.key")
        self.assertRegex(done.stderr, r"\Acertificate not renewed: expires in 23h[0-9ms]+\n\Z")
        self.assertEqual(done.returncode, 0)
        over = self.sh("step ca renew --force --expires-in 48h svc.crt svc.key", check=False)
        self.assertEqual(over.returncode, 1)
        self.assertIn("flag '--expires-in' must be within", over.stderr)

    def test_S003_16_jwk_create(self):
        done = self.sh("step crypto jwk create puppet.pub.json puppet.key.json --password-file $PW")
        self.assertEqual(done.stderr, "Your public key has been saved in puppet.pub.json.\n"
                                      "Your private key has been saved in puppet.key.json.\n")

    def test_S003_18_choose_a_provisioner_with_arrows(self):
        self.server.stop()
        self.sh("step crypto jwk create puppet.pub.json puppet.key.json --password-file $PW")
        file = self.ca.steppath / "config/ca.json"
        config = json.loads(file.read_text())
        compact = self.ca.file("puppet.key.json").read_text().strip()
        if compact.startswith("{"):
            jwe = json.loads(compact)
            compact = ".".join(jwe[k] for k in ("protected", "encrypted_key", "iv", "ciphertext", "tag"))
        config["authority"]["provisioners"].append(
            {"type": "JWK", "name": "puppet", "encryptedKey": compact,
             "key": json.loads(self.ca.file("puppet.pub.json").read_text())})
        file.write_text(json.dumps(config))
        self.serve(self.ca)
        t = self.terminal(["ca", "certificate", "--not-after", "10m", "--ca-url", self.url, "max", "max.crt",
                           "max.key"])
        t.until("What provisioner key do you want to use?")
        t.until(f"{NAME} (JWK) [kid: ")
        t.type(DOWN)
        t.until("▸ puppet (JWK) [kid: ")
        t.type("\r")
        t.until("Please enter the password to decrypt the provisioner key")
        t.type("asdf\r")
        self.assertEqual(t.finish(), 0, t.seen)
        self.assertIn("Name: puppet", self.sh("step certificate inspect max.crt").stdout)

    def test_S003_22_a_token_made_without_the_ca(self):
        """clear.json is made by the original, another JOSE tool; the local ca.json is read beside the running CA."""
        self.sh(f"{original_step()} crypto jwk create --no-password --insecure puppet.pub.json clear.json")
        self.config(lambda c: c["authority"]["provisioners"].append(
            {"type": "JWK", "name": "puppet", "key": json.loads(self.ca.file("puppet.pub.json").read_text())}))
        self.serve(self.ca)
        kid = json.loads(self.ca.file("puppet.pub.json").read_text())["kid"]
        line = f"step ca token --offline --kid {kid} --issuer puppet --key clear.json"
        beside = self.sh(f"{line} svc.example.com")
        self.assertEqual(beside.stderr, f"✔ Provisioner: puppet (JWK) [kid: {kid}]\n")
        self.client()
        alone = self.sh(f"{line} svc.example.com")
        self.assertEqual(alone.stderr, "")
        for number, made in enumerate((beside, alone)):
            token = made.stdout.strip()
            self.sh(f"step ca certificate --token {token} --ca-url $URL svc.example.com {number}.crt {number}.key")

    def test_S003_24_a_token_is_good_once(self):
        token = self.sh("step ca token svc.example.com --ca-url $URL $J").stdout.strip()
        line = f"step ca certificate --token {token} svc.example.com svc.crt svc.key"
        self.assertCert(self.sh(line), "svc.crt", "svc.key", provisioner=False)
        self.assertUnauthorized(self.sh(line + " --force", check=False))

    # S003-25 is tests/functional/prompts_test.py. S004: what the prose says about ca.json

    def config(self, change):
        self.server.stop()
        file = self.ca.steppath / "config/ca.json"
        config = json.loads(file.read_text())
        change(config)
        file.write_text(json.dumps(config))

    def test_S003_P1_P10_S004_P1_a_day_and_not_an_hour_more(self):
        self.issue()
        length = "step certificate inspect foo.crt --format json | jq .validity.length"
        self.assertEqual(self.sh(length).stdout, "86460\n")
        long = self.sh("step ca certificate l l.crt l.key --not-after 25h $J", check=False)
        self.assertEqual(long.returncode, 1)
        self.assertIn("more than the authorized maximum certificate duration of 24h1m0s", long.stderr)
        self.assertFalse(self.ca.file("l.crt").exists())
        self.assertIn("BEGIN CERTIFICATE", self.sh("step ca federation").stdout)

    def test_S004_P2_root_may_be_an_array(self):
        self.config(lambda c: c.update(root=[c["root"]]))
        self.serve(self.ca)
        self.assertEqual(self.sh("step ca health").stdout, "ok\n")

    def test_S004_P4_a_token_older_than_the_server(self):
        token = self.sh("step ca token a $J").stdout.strip()
        self.server.stop()
        time.sleep(1.1)
        self.server = self.serve(self.ca)
        line = f"step ca certificate --token {token} a a.crt a.key"
        self.assertUnauthorized(self.sh(line, check=False))
        self.config(lambda c: c["authority"].update(disableIssuedAtCheck=True))
        self.serve(self.ca)
        self.sh(line)

    def test_S004_P5_the_password_stands_at_the_top_level(self):
        self.config(lambda c: c.update(password="asdf"))
        started = subprocess.Popen([OURS_CA, str(self.ca.steppath / "config/ca.json")], env=self.ca.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   text=True, start_new_session=True)
        try:
            self.assertTrue(any("Serving HTTPS on" in line for line in iter(started.stdout.readline, "")))
        finally:
            started.terminate()
            started.communicate(timeout=120)

    def test_S004_P6_names_are_those_of_localhost_without_dnsNames(self):
        self.config(lambda c: c.pop("dnsNames"))
        self.serve(self.ca)
        pem = ssl.get_server_certificate(("127.0.0.1", self.port))
        self.ca.file("ca.crt").write_text(pem)
        text = self.sh("step certificate inspect ca.crt").stdout
        self.assertIn("IP Address:127.0.0.1, IP Address:::1", text)
        self.assertIn("DNS:localhost\n", text)

    def test_S004_P7_P17_logger_formats_and_no_database(self):
        self.config(lambda c: c.update(logger={"format": "json"}, db=None))
        server = self.serve(self.ca)
        self.sh("step ca health")
        server.stop()
        self.assertTrue(any(line.startswith("{") and json.loads(line) for line in server.log))
        self.config(lambda c: c.update(logger={"format": "xml"}))
        done = self.sh("step-ca $(step path)/config/ca.json --password-file $PW", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("unsupported logger.format", done.stdout + done.stderr)

    def test_S004_P16_keys_are_encrypted_on_disk(self):
        for name in ("root_ca_key", "intermediate_ca_key"):
            self.assertIn("ENCRYPTED", (self.ca.steppath / f"secrets/{name}").read_text())

    def test_S002_13_16_18_20_21_S003_17_provisioners_are_added_changed_and_removed(self):
        config = self.ca.steppath / "config/ca.json"
        config.write_text(config.read_text().replace('"logger"', '"ours": {"b": 1.50, "a": []},\n\t"logger"', 1))
        added = self.edited("step ca provisioner add other@smallstep.com --create --password-file $PW --x509-max-dur 1h"
                            " --x509-default-dur 30m")
        self.assertEqual([entry["name"] for entry in added], [NAME, "other@smallstep.com"])
        self.assertEqual(added[1]["claims"], {
            "maxTLSCertDuration": "1h0m0s", "defaultTLSCertDuration": "30m0s", "enableSSHCA": True,
            "disableRenewal": False, "allowRenewalAfterExpiry": False, "disableSmallstepExtensions": False})
        self.assertIn('"ours": {\n\t\t"b": 1.50,\n\t\t"a": []\n\t},\n\t"logger"', config.read_text())
        use = "step ca token foo.local --provisioner-password-file {} --provisioner {} > /dev/null"
        self.sh(use.format("$PW", "other@smallstep.com"))

        kid = added[1]["key"]["kid"]
        self.assertEqual(self.sh(f"step ca provisioner jwe-key -- {kid}").stdout, added[1]["encryptedKey"] + "\n")
        again = self.sh("step ca provisioner add other@smallstep.com --create --password-file $PW", check=False)
        self.assertEqual((again.returncode, again.stderr), (1, "cannot add multiple provisioners with the same name\n"))

        updated = self.edited("step ca provisioner update other@smallstep.com --create --password-file $PW")
        self.assertNotEqual(updated[1]["key"]["kid"], kid)
        self.assertEqual(updated[1]["claims"], added[1]["claims"])
        self.sh(use.format("$PW", "other@smallstep.com"))

        self.sh("step crypto jwk create puppet.pub.json puppet.key.json --password-file $PW")
        puppet = self.edited("step ca provisioner add puppet --ca-config $STEPPATH/config/ca.json"
                             " --public-key puppet.pub.json --private-key puppet.key.json --password-file $PW")
        self.sh(use.format("$PW", "puppet"))
        self.ca.env["KEPT"] = puppet[2]["encryptedKey"]
        self.edited("step ca provisioner update puppet --private-key ''")
        self.assertNotEqual(self.sh(use.format("$PW", "puppet"), check=False).returncode, 0)
        self.sh(use.format("$PW", "puppet") + " --key puppet.key.json")
        back = self.edited('step ca provisioner update puppet --private-key=<(echo -n "$KEPT")')
        self.assertEqual(back[2]["encryptedKey"], self.ca.env["KEPT"])
        self.sh(use.format("$PW", "puppet"))
        left = self.edited("step ca provisioner remove other@smallstep.com")
        self.assertEqual([entry["name"] for entry in left], [NAME, "puppet"])
        foreign = self.sh("step ca provisioner add x --create --client-id y", check=False)
        self.assertEqual(foreign.stderr,
                         "flag '--client-id' needs a provisioner of type OIDC, which is not supported yet\n")

    def test_S002_04_the_limits_of_a_provisioner_are_changed(self):
        # The document's provisioner is of type ACME; the flags are the same for all types.
        changed = self.edited(f"step ca provisioner update {NAME} --x509-min-dur=20m --x509-max-dur=72h --x509-default-dur=36h"
                              " --ssh-user-max-dur=1h --ssh-host-default-dur=20m --ssh=false")[0]["claims"]
        self.assertEqual(changed, {"minTLSCertDuration": "20m0s", "maxTLSCertDuration": "72h0m0s", "defaultTLSCertDuration": "36h0m0s",
                                   "maxUserSSHCertDuration": "1h0m0s", "defaultHostSSHCertDuration": "20m0s", "enableSSHCA": False})
        claims = self.listed()[0]["claims"]
        self.assertEqual({name: claims[name] for name in changed}, changed)
        too_short = self.sh(f"step ca certificate short.local s.crt s.key --not-after 10m --provisioner {NAME}"
                            " --provisioner-password-file $PW", check=False)
        self.assertIn("requested duration of 11m0s is less than the authorized minimum certificate duration of 20m0s",
                      too_short.stderr)
        # What the server would not start with is not written.
        refused = self.sh(f"step ca provisioner update {NAME} --x509-max-dur 5m", check=False)
        self.assertEqual((refused.returncode, refused.stderr),
                         (1, "claims: MaxCertDuration cannot be less than MinCertDuration: MaxCertDuration - 5m0s,"
                             " MinCertDuration - 20m0s\n"))

    def test_S002_19_P15_a_hangup_reloads(self):
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for("reloading ...")
        self.sh("step ca health")


if __name__ == "__main__":
    unittest.main()
