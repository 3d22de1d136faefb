"""`--offline`: the CA of ca.json in the process of the command, beside a server or without one.

Whatever holds over the network holds there: tokens work once in all processes together, what is
revoked in one is refused in the other at once, nothing is handed out that is not on record.
"""
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.functional.nothing_lost_test import LOAD, Churn  # noqa: E402
from tests.support.harness import BIN, PASSWORD, Case, free_port, original_ca, original_step, tool  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

INSIDE, DUMP = str(BIN / "step-in-process"), str(BIN / "step-ledger-dump")
REASONS = ["unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
           "certificateHold", None, "removeFromCRL", "privilegeWithdrawn", "aACompromise"]


def foreign_provisioner(home, name):
    """A provisioner whose key pair another JOSE tool made, the private half in clear.json."""
    home.run(original_step(), "crypto", "jwk", "create", "--no-password", "--insecure", "pub.json", "clear.json")
    file = home.steppath / "config/ca.json"
    config = json.loads(file.read_text())
    key = json.loads(home.file("pub.json").read_text())
    config["authority"]["provisioners"].append({"type": "JWK", "name": name, "key": key})
    file.write_text(json.dumps(config))
    return key


def claims(token):
    part = token.strip().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Offline(Case):
    maxDiff = None

    def setUp(self):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.ca = self.home()
        self.ca.init(self.port)
        self.root = self.ca.steppath / "certs/root_ca.crt"
        self.config = self.ca.steppath / "config/ca.json"
        self.database = self.ca.steppath / "db/step.mdb"
        self.pw = ("--password-file", self.ca.password)

    def offline(self, *words, **options):
        return self.ca.s("ca", *words, "--offline", *self.pw, **options)

    def issue(self, name):
        self.offline("certificate", f"{name}.test", f"{name}.crt", f"{name}.key", "--force")
        return self.serial(f"{name}.crt")

    def serial(self, file):
        out = self.ca.run(tool("openssl"), "x509", "-in", file, "-noout", "-serial").stdout
        return int(out.strip().partition("=")[2], 16)

    def recorded(self):
        return [int(line) for line in self.ca.run(DUMP, self.database).stdout.split()]

    def csr(self, name, *key):
        self.ca.run(tool("openssl"), "req", "-new", *(key or ("-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")),
                    "-subj", f"/CN={name}.test", "-addext", f"subjectAltName=DNS:{name}.test", "-out", f"{name}.csr")
        return self.ca.file(f"{name}.csr")

    def inside(self, path, **body):
        """POST in a process of its own, as --offline does it; the status."""
        done = self.ca.run(INSIDE, self.config, self.ca.password, path, input=json.dumps(body))
        return int(done.stdout.split()[0])

    # Without a server

    def test_a_life_without_a_server(self):
        done = self.offline("certificate", "a.test", "a.crt", "a.key")
        self.assertRegex(done.stderr, r"\A✔ Provisioner: admin \(JWK\) \[kid: [-_\w]{43}\]\n"
                                      r"✔ Certificate: a.crt\n✔ Private Key: a.key\n\Z")
        self.ca.run(tool("openssl"), "verify", "-CAfile", self.root, "-untrusted", "a.crt", "a.crt")
        serials = [self.serial("a.crt")]
        self.offline("sign", self.csr("b"), "b.crt")
        serials.append(self.serial("b.crt"))
        self.assertEqual(self.offline("renew", "a.crt", "a.key", "--force").stderr,
                         "Your certificate has been saved in a.crt.\n")
        serials.append(self.serial("a.crt"))
        key = self.ca.file("a.key").read_bytes()
        self.offline("rekey", "a.crt", "a.key", "--force")
        self.assertNotEqual(self.ca.file("a.key").read_bytes(), key)
        serials.append(self.serial("a.crt"))
        self.offline("renew", "a.crt", "a.key", "--force", "--mtls=false")
        serials.append(self.serial("a.crt"))
        self.assertEqual(sorted(self.recorded()), sorted(serials))

        self.assertEqual(self.offline("revoke", "--cert", "a.crt", "--key", "a.key").stderr,
                         f"Certificate with Serial Number {serials[-1]} has been revoked.\n")
        again = self.offline("renew", "a.crt", "a.key", "--force", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("certificate has been revoked", again.stderr)
        self.assertIn("The request lacked necessary authorization", again.stderr)

    def test_a_serial_number_in_each_base_and_each_reason(self):
        forms = ["{}", "0x{:x}", "0X{:X}", "0b{:b}", "0o{:o}", "0{:o}", "{:_}"]
        for number, form in enumerate(forms, 1000):
            done = self.offline("revoke", form.format(number))
            self.assertIn(f"Certificate with Serial Number {number} has been revoked.\n", done.stderr)
            self.assertIn("is already revoked", self.offline("revoke", str(number), check=False).stderr)
        for code, name in enumerate(REASONS):
            self.offline("revoke", str(2000 + code), "--reasonCode", str(code), "--reason", "gone")
            if name:
                self.offline("revoke", str(3000 + code), "--reasonCode", name)
        self.offline("revoke", "4000", "--reasonCode", "KEY compromise")
        for bad in ("11", "-1", "7x", "nothing"):
            self.assertEqual(self.offline("revoke", "5000", "--reasonCode", bad, check=False).returncode, 1)

    def test_what_is_missing_or_wrong_is_said_and_nothing_is_issued(self):
        def refused(text, *words):
            done = self.ca.s("ca", *words, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(text, done.stderr)
            self.assertFalse(self.ca.file("x.crt").exists())

        pair = ("x.test", "x.crt", "x.key")
        refused("open none.json failed: no such file", "certificate", *pair, "--offline", "--ca-config", "none.json")
        refused("missing value for flag '--ca-config'", "certificate", *pair, "--offline", "--ca-config", "")
        refused("flag '--offline' is incompatible with '--token'", "certificate", *pair, "--offline", "--token", "t")
        refused("flag '--offline' is incompatible with '--token'", "revoke", "1", "--offline", "--token", "t")
        self.ca.file("wrong").write_text("wrong")
        refused("x509: decryption password incorrect", "certificate", *pair, "--offline", "--password-file", "wrong")
        refused("error reading gone: error reading \"gone\": no such file", "sign", self.csr("x"), "x.crt", "--offline",
                "--password-file", "gone")
        refused("error allocating terminal", "certificate", *pair, "--offline")
        refused("invalid value 'nobody' for flag '--provisioner'", "certificate", *pair, "--offline", *self.pw,
                "--provisioner", "nobody")
        refused("more than the authorized maximum certificate duration", "certificate", *pair, "--offline", *self.pw,
                "--not-after", "48h")
        self.assertEqual(self.recorded(), [])

    @unittest.skipIf(os.geteuid() != 0, "only root can make files that the server cannot open")
    def test_run_as_root_before_the_first_start_it_leaves_the_database_to_the_server(self):
        nobody = 65534
        shutil.rmtree(self.database.parent, ignore_errors=True)
        self.database.parent.mkdir()
        os.chown(self.database.parent, nobody, nobody)
        self.offline("certificate", "a.test", "a.crt", "a.key")
        for file in (self.database, self.database.with_name("step.mdb-lock")):
            self.assertEqual((file.stat().st_uid, file.stat().st_mode & 0o777), (nobody, 0o600))

    def test_a_revocation_token_knows_its_ca(self):
        self.serve(self.ca)
        serial = str(self.issue("a"))
        token = self.ca.s("ca", "token", serial, "--revoke", "--ca-url", self.url, *self.pw).stdout.strip()
        other = self.ca.s("ca", "revoke", "1", "--token", token, check=False)
        self.assertEqual(other.stderr, f"token subject '{serial}' and serial number '1' do not match\n")
        client = self.home()
        done = client.s("ca", "revoke", f"0x{int(serial):x}", "--token", token)
        self.assertEqual(done.stderr, f"✔ CA: {self.url}\nCertificate with Serial Number {serial} has been revoked.\n")

    def test_only_a_certificate_of_this_ca_that_holds_renews(self):
        self.ca.run(tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", "own.key", "-out", "own.crt", "-subj", "/CN=own.test", "-days", "1")
        for words in (("renew", "own.crt", "own.key", "--force"), ("rekey", "own.crt", "own.key", "--force"),
                      ("revoke", "--cert", "own.crt", "--key", "own.key")):
            done = self.offline(*words, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate signed by unknown authority", done.stderr)
        self.assertEqual(self.recorded(), [])

    def test_flags_of_capabilities_that_are_not_there_are_refused_by_name(self):
        for command, flags in {
                ("certificate", "x", "x.crt", "x.key"): ["--kms=k", "--x5c-cert=c", "--nebula-key=k", "--console",
                                                          "--attestation-uri=u", "--tpm-storage-directory=d"],
                ("sign", "x.csr", "x.crt"): ["--kms=k", "--x5c-chain=c"],
                ("token", "x"): ["--kms=k", "--x5c-cert=c", "--sshpop-key=k", "--nebula-cert=c", "--k8ssa-token-path=p"],
                ("renew", "x.crt", "x.key"): ["--kms=k"], ("rekey", "x.crt", "x.key"): ["--kms=k"]}.items():
            for flag in flags:
                done = self.ca.s("ca", *command, flag, check=False)
                self.assertRegex(done.stderr, rf"\Aflag '{flag.partition('=')[0]}' needs .*, which is not supported yet\n")

    def test_without_password_files_both_keys_are_asked_for(self):
        t = Terminal(self.ca.path, "ca", "certificate", "a.test", "a.crt", "a.key", "--offline", env=self.ca.env)
        self.addCleanup(t.close)
        for key in (f"{self.ca.steppath}/secrets/intermediate_ca_key", "the provisioner key"):
            t.until(f"Please enter the password to decrypt {key}")
            t.type(PASSWORD + "\r")
        self.assertEqual(t.finish(), 0, t.seen)
        self.assertEqual(self.recorded(), [self.serial("a.crt")])

    def test_the_daemon_renews_without_a_server(self):
        self.issue("a")
        first = self.serial("a.crt")
        with open(self.ca.file("log"), "w") as log:
            daemon = subprocess.Popen([self.ca.step, "ca", "renew", "a.crt", "a.key", "--daemon", "--offline", *self.pw],
                                      cwd=self.ca.path, env=self.ca.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        for word, sign in (("first renewal in", signal.SIGHUP), ("renewed, next in", signal.SIGTERM)):
            end = time.monotonic() + 30
            while word not in self.ca.file("log").read_text():
                self.assertLess(time.monotonic(), end, self.ca.file("log").read_text())
                time.sleep(0.05)
            daemon.send_signal(sign)
        self.assertEqual(daemon.wait(30), 0)
        self.assertEqual(sorted(self.recorded()), sorted([first, self.serial("a.crt")]))

    # Tokens

    def test_a_token_needs_neither_keys_nor_database(self):
        (self.ca.steppath / "secrets/intermediate_ca_key").unlink()
        token = self.offline("token", "a.test", "--san", "b.test", "--cnf", "AbC").stdout
        got = claims(token)
        self.assertEqual((got["aud"], got["sans"], got["cnf"]), ("https://localhost/sign", ["b.test"], {"x5rt#S256": "AbC"}))
        self.assertNotIn("user", got)
        self.assertFalse(self.database.exists())
        self.assertEqual(claims(self.offline("token", "1", "--revoke").stdout)["aud"], "https://localhost/revoke")

    def test_a_token_by_flags_alone(self):
        key = foreign_provisioner(self.ca, "puppet")
        client = self.home()
        client.file("clear.json").write_bytes(self.ca.file("clear.json").read_bytes())
        client.file("root.crt").write_bytes(self.root.read_bytes())
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.root.read_text())).hexdigest()

        def token(*words, **options):
            return client.s("ca", "token", "svc.test", "--offline", *words, **options)

        given = ("--provisioner", "puppet", "--key", "clear.json", "--ca-url", self.url)
        for words, text in (((), "flag '--offline' requires the '--provisioner' flag"),
                            (given[:2], "flag '--offline' requires the '--key' flag"),
                            (given[:4], "'step ca token' requires the '--ca-url' flag"),
                            (given, "'step ca token' requires the '--root' flag"),
                            ((*given, "--fingerprint", "abc"), "invalid value 'abc' for flag '--fingerprint'"),
                            ((*given, "--fingerprint", digest, "--root", "root.crt"), "mutually exclusive"),
                            ((*given, "--set", "a=b"), "flag '--offline' is incompatible with '--set'")):
            done = token(*words, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(text, done.stderr)
        online = client.s("ca", "token", "x", "--fingerprint", digest, "--ca-url", self.url, check=False)
        self.assertIn("flag '--fingerprint' requires the '--offline' flag", online.stderr)

        made = [token(*given, "--root", "root.crt"), token(*given, "--fingerprint", digest.upper())]
        (client.steppath / "certs").mkdir(parents=True)
        (client.steppath / "certs/root_ca.crt").write_bytes(self.root.read_bytes())
        made.append(token(*given))  # The root at its usual place: the original fails here.
        for done in made:
            self.assertEqual(done.stderr, "")
            got = claims(done.stdout)
            self.assertEqual((got["aud"], got["sha"], got["iss"]), (f"{self.url}/1.0/sign", digest, "puppet"))
            header = json.loads(base64.urlsafe_b64decode(done.stdout.partition(".")[0] + "=="))
            self.assertEqual(header["kid"], key["kid"])
        self.serve(self.ca)  # Tokens older than its start are not good.
        for number, words in enumerate((("--kid", key["kid"]), ())):
            fresh = token(*given, *words).stdout.strip()
            client.s("ca", "certificate", "--token", fresh, "svc.test", f"{number}.crt", f"{number}.key")
        wrong = token(*given, "--kid", "another").stdout.strip()
        self.assertEqual(client.s("ca", "certificate", "--token", wrong, "svc.test", "w.crt", "w.key",
                                  check=False).returncode, 1)

    def test_a_token_bound_to_a_request_is_for_that_request_alone(self):
        self.serve(self.ca)
        mine, other = self.csr("mine"), self.csr("other")
        again = self.ca.file("again.csr")
        self.ca.run(tool("openssl"), "req", "-new", "-key", "other.key", "-subj", "/CN=mine.test", "-addext",
                    "subjectAltName=DNS:mine.test", "-out", again)
        der = ssl.PEM_cert_to_DER_cert(mine.read_text().replace("CERTIFICATE REQUEST", "CERTIFICATE"))
        digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
        self.assertTrue(other.exists())
        for bound in (("--cnf", digest), ("--cnf-file", mine)):
            for where in (("--ca-url", self.url), ("--offline",)):
                token = self.ca.s("ca", "token", "mine.test", *bound, *where, *self.pw).stdout.strip()
                for path in ("/sign", "/1.0/sign"):
                    self.assertEqual(self.inside(path, csr=again.read_text(), ott=token), 403)
                refused = self.ca.s("ca", "sign", "--token", token, "--ca-url", self.url, again, "no.crt", check=False)
                self.assertIn("certificate request fingerprint does not match", refused.stderr)
                new = self.ca.s("ca", "certificate", "--token", token, "--ca-url", self.url, "mine.test", "n.crt",
                                "n.key", check=False)
                self.assertIn("certificate request fingerprint does not match", new.stderr)
                self.ca.s("ca", "sign", "--token", token, "--ca-url", self.url, mine, "mine.crt", "--force")
        self.assertFalse(self.ca.file("no.crt").exists())

    # Beside a server

    def test_a_token_works_once_in_all_processes_together(self):
        self.serve(self.ca)
        csr = self.csr("leaf").read_text()
        sign = ("ca", "sign", "--ca-url", self.url, "--force", "leaf.csr")

        def token():
            return self.ca.s("ca", "token", "leaf.test", "--ca-url", self.url, *self.pw).stdout.strip()

        used_inside = token()
        self.assertEqual(self.inside("/sign", csr=csr, ott=used_inside), 201)
        refused = self.ca.s(*sign, "a.crt", "--token", used_inside, check=False)
        self.assertIn("The request lacked necessary authorization", refused.stderr)

        used_outside = token()
        self.ca.s(*sign, "b.crt", "--token", used_outside)
        self.assertEqual(self.inside("/sign", csr=csr, ott=used_outside), 401)

        for _ in range(3):
            wanted = token()
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                inside = [pool.submit(self.inside, "/sign", csr=csr, ott=wanted) for _ in range(4)]
                outside = [pool.submit(self.ca.s, *sign, f"r{n}.crt", "--token", wanted, check=False) for n in range(4)]
                won = [f.result() == 201 for f in inside] + [f.result().returncode == 0 for f in outside]
            self.assertEqual(sum(won), 1, won)

    def test_beside_a_server_under_load_everything_is_on_record_and_revocations_count_at_once(self):
        self.ca.run(LOAD, "--open-jwk", self.config, *self.pw, "--out", "provisioner.json")
        server = self.serve(self.ca)
        churn = Churn(self.ca, self.url, self.root, self.ca.file("provisioner.json"), self.database)
        self.addCleanup(churn.close)
        self.assertEqual(churn.ask("check"), [])
        churn.say("go")
        churn.until("busy")

        def life(number):
            name = f"c{number}"
            held = [self.issue(name)]
            self.offline("renew", f"{name}.crt", f"{name}.key", "--force")
            held.append(self.serial(f"{name}.crt"))
            # What was issued here, the server renews; what the server renewed, we rekey.
            self.ca.s("ca", "renew", f"{name}.crt", f"{name}.key", "--force", "--ca-url", self.url)
            held.append(self.serial(f"{name}.crt"))
            self.offline("rekey", f"{name}.crt", f"{name}.key", "--force")
            held.append(self.serial(f"{name}.crt"))
            if number % 2:
                self.offline("revoke", str(held[-1]), "--reasonCode", "superseded")
            else:
                self.offline("revoke", "--cert", f"{name}.crt", "--key", f"{name}.key")
            for where in ("--mtls", "--mtls=false"):
                after = self.ca.s("ca", "renew", f"{name}.crt", f"{name}.key", "--force", where, "--ca-url", self.url,
                                  check=False)
                self.assertIn("The request lacked necessary authorization", after.stderr)
            return held

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            held = [serial for serials in pool.map(life, range(8)) for serial in serials]
        server.stop()
        churn.until("stopped")
        recorded = self.recorded()
        self.assertEqual(len(recorded), len(set(recorded)))
        self.assertEqual(len(held), len(set(held)))
        self.assertEqual(set(held) - set(recorded), set())
        self.assertGreater(len(recorded), len(held), "the load did nothing")
        self.serve(self.ca)
        self.assertEqual(churn.ask("check", 300), [])
        print(f"{len(held)} certificates offline beside {len(recorded) - len(held)} of the server")


class WithTheOriginal(Case):
    """Tokens made offline are taken by either server, from either client."""

    def authority(self, server):
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.ca = self.home()
        self.ca.init(self.port)
        self.pw = ("--password-file", self.ca.password)
        self.root = self.ca.steppath / "certs/root_ca.crt"
        return self.serve(self.ca, server) if server else self.serve(self.ca)

    def test_the_original_server_takes_our_offline_tokens(self):
        self.authority(original_ca())
        token = self.ca.s("ca", "token", "svc.test", "--offline", *self.pw).stdout.strip()
        self.ca.s("ca", "certificate", "--token", token, "--ca-url", self.url, "svc.test", "a.crt", "a.key")
        again = self.ca.s("ca", "certificate", "--token", token, "--ca-url", self.url, "svc.test", "b.crt", "b.key",
                          check=False)
        self.assertEqual(again.returncode, 1)
        out = self.ca.run(tool("openssl"), "x509", "-in", "a.crt", "-noout", "-serial").stdout
        serial = str(int(out.strip().partition("=")[2], 16))
        revoke = self.ca.s("ca", "token", serial, "--offline", "--revoke", *self.pw).stdout.strip()
        # Made offline, so the audience has no port, and the CA is not where it says.
        self.ca.s("ca", "revoke", serial, "--token", revoke, "--ca-url", self.url)
        renew = self.ca.s("ca", "renew", "a.crt", "a.key", "--force", "--ca-url", self.url, check=False)
        self.assertEqual(renew.returncode, 1)

    def test_our_server_takes_the_offline_tokens_of_the_old_client(self):
        server = self.authority(None)
        server.stop()
        kid = foreign_provisioner(self.ca, "puppet")["kid"]
        self.serve(self.ca)
        old = self.home(original_step())
        old.file("clear.json").write_bytes(self.ca.file("clear.json").read_bytes())
        flags = ("--offline", "--issuer", "puppet", f"--kid={kid}", "--key", "clear.json",
                 "--ca-url", self.url, "--root", self.root)
        token = old.s("ca", "token", "old.test", *flags).stdout.strip()
        old.s("ca", "certificate", "--token", token, "old.test", "old.crt", "old.key")
        old.run(self.ca.step, "ca", "renew", "old.crt", "old.key", "--force", "--ca-url", self.url, "--root", self.root)
        self.ca.run(self.ca.step, "ca", "revoke", "--cert", old.file("old.crt"), "--key", old.file("old.key"),
                    "--offline", *self.pw)
        after = old.s("ca", "renew", "old.crt", "old.key", "--force", "--ca-url", self.url, "--root", self.root,
                      check=False)
        self.assertEqual(after.returncode, 1)

    def test_the_old_client_uses_our_offline_token(self):
        self.authority(None)
        old = self.home(original_step())
        token = self.ca.s("ca", "token", "svc.test", "--offline", *self.pw).stdout.strip()
        old.s("ca", "certificate", "--token", token, "--ca-url", self.url, "svc.test", "a.crt", "a.key")
        self.assertTrue(old.file("a.crt").exists())


if __name__ == "__main__":
    unittest.main()
