#!/usr/bin/env python3
"""Certificates by ACME with our `step`: from the original step-ca, from Pebble at its strictest, and from our step-ca.

Each class is one server. Names resolve, by the test's name server, to a loopback address that nobody else uses, and the
servers look for http-01 at a port of the test.
"""
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from tests.support import acme_site, dns_server, harness  # noqa: E402

PLACE = ".well-known/acme-challenge"


def told(name, mode="Standalone"):
    """What a run says on stderr, with one dot for each look."""
    return (f"Using {mode} Mode HTTP challenge to validate {name} . done!\n"
            "Waiting for Order to be 'ready' for finalization . done!\n"
            "Finalizing Order . done!\n")


class Server(harness.Case):
    """`site` has directory(), address(), responder() and http_port; `root` is what the client needs to trust it."""

    def setUp(self):
        self.user = self.home()
        self.name = f"{self.id().rpartition('.')[2].replace('_', '-')[:40].strip('-')}.test"
        self.address = self.site.address(self.name)

    def acme(self, command, *argv, listen=True, **options):
        return self.user.s("ca", command, *argv, "--acme", self.site.directory(), "--root", self.site.root,
                           *(["--http-listen", f"{self.address}:{self.site.http_port}"] if listen else []), **options)

    def check(self, names, certificate="a.crt", key="a.key"):
        leaf = x509.load_pem_x509_certificate(self.user.file(certificate).read_bytes())
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.assertEqual({str(n.value) for n in found}, set(names))
        if key:
            private = serialization.load_pem_private_key(self.user.file(key).read_bytes(), None)
            self.assertEqual(private.public_key().public_numbers(), leaf.public_key().public_numbers())
            self.assertEqual(self.user.file(key).stat().st_mode & 0o777, 0o600)
        return leaf

    def accounts(self):
        return sorted((self.user.steppath / "acme").rglob("*.json"))

    def test_standalone_proves_names_and_addresses(self):
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--san", self.address, "--san", f"www.{self.name}")
        self.check({self.name, self.address, f"www.{self.name}"})
        self.assertTrue(done.stderr.endswith("✔ Certificate: a.crt\n✔ Private Key: a.key\n"), done.stderr)
        self.assertEqual(done.stdout, "")
        (account,) = self.accounts()
        self.assertEqual(account.stat().st_mode & 0o777, 0o600)

    def test_it_says_how_far_it_is_and_uses_its_account_again(self):
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--contact", "me@example.test")
        shown = re.sub(r"( \.)\.*", r"\1", done.stderr)
        self.assertEqual(shown, told(self.name) + "✔ Certificate: a.crt\n✔ Private Key: a.key\n")
        (account,) = self.accounts()
        before = account.read_bytes()
        self.assertEqual(json.loads(before)["contact"], ["mailto:me@example.test"])
        self.acme("certificate", self.name, "a.crt", "a.key", "--contact", "me@example.test", "--force", "--kty", "RSA")
        self.assertEqual(self.check({self.name}).public_key().key_size, 2048)
        self.assertEqual([a.read_bytes() for a in self.accounts()], [before])
        self.acme("certificate", self.name, "a.crt", "a.key", "--force", "--kty", "EC", "--curve", "P-384")
        self.assertEqual(self.check({self.name}).public_key().key_size, 384)
        self.assertEqual(len(self.accounts()), 2)

    def test_webroot_proves_by_files_and_removes_them(self):
        root = self.user.file("www")
        root.mkdir()
        self.site.responder(self.address, root / PLACE)
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--webroot", root, listen=False)
        self.check({self.name})
        self.assertIn(told(self.name, "Webroot").splitlines()[0].split(" .")[0], done.stderr)
        self.assertEqual(list((root / PLACE).iterdir()), [])
        self.assertEqual((root / PLACE).stat().st_mode & 0o777, 0o755)

    def test_a_request_is_signed_for_its_names(self):
        self.user.s("certificate", "create", "--csr", self.name, "a.csr", "a.key", "--no-password", "--insecure",
                    "--san", self.name, "--san", self.address)
        self.acme("sign", "a.csr", "a.crt")
        self.check({self.name, self.address})

    def test_without_root_the_machine_says_whom_to_trust(self):
        words = ["ca", "certificate", self.name, "a.crt", "a.key", "--acme", self.site.directory(), "--http-listen",
                 f"{self.address}:{self.site.http_port}"]
        done = self.user.s(*words, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("certificate signed by unknown authority", done.stderr)
        self.user.s(*words, env={"SSL_CERT_FILE": str(self.site.root)})
        self.check({self.name})

    def test_a_wrong_answer_is_told_and_leaves_nothing(self):
        root = self.user.file("www")
        root.mkdir()
        web = self.site.responder(self.address)

        class Wrong(dict):
            def get(self, *_):
                return b"something else"

        web.pages = Wrong()
        # Pebble may find that the name was proven by the same account a moment ago; this one is new.
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--webroot", root, listen=False, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r" Error!\n\nUnable to validate challenge: .+\(\w+\)\n$")
        self.assertEqual(list((root / PLACE).iterdir()), [])
        self.assertFalse(self.user.file("a.crt").exists() or self.user.file("a.key").exists())

    def test_a_port_that_is_taken_is_told(self):
        self.site.responder(self.address)
        done = self.acme("certificate", self.name, "a.crt", "a.key", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bind: address already in use; free the port, or use '--http-listen' or '--webroot'", done.stderr)

    def waiting_for_its_challenge(self, *mode):
        """A run whose challenge nobody answers, at that point."""
        web, waiting = self.site.responder(self.address), [True]

        class Slow(dict):
            def get(self, *_):
                end = time.monotonic() + 8
                while waiting and time.monotonic() < end:
                    time.sleep(0.05)
                return b"late"

        web.pages = Slow()
        self.addCleanup(waiting.clear)
        process = subprocess.Popen(
            [self.user.step, "ca", "certificate", self.name, "a.crt", "a.key", "--acme", self.site.directory(), "--root",
             str(self.site.root), *mode], cwd=self.user.path, env=self.user.env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process, web

    def wait_until(self, done, what):
        end = time.monotonic() + harness.PATIENCE
        while not done():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)

    def test_an_interrupt_cleans_the_webroot(self):
        root = self.user.file("www")
        root.mkdir()
        process, _ = self.waiting_for_its_challenge("--webroot", str(root))
        self.wait_until(lambda: list(root.glob(f"{PLACE}/*")), "no file in the webroot")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=harness.PATIENCE)
        self.assertNotEqual(process.returncode, 0, errors)
        self.assertEqual(list((root / PLACE).iterdir()), [], errors)
        self.assertFalse(self.user.file("a.crt").exists())

    def test_runs_side_by_side_share_an_account_file(self):
        runs = []
        for i in range(4):
            name = f"p{i}.{self.name}"
            address = self.site.address(name)
            runs.append((name, subprocess.Popen(
                [self.user.step, "ca", "certificate", name, f"{i}.crt", f"{i}.key", "--acme", self.site.directory(), "--root",
                 str(self.site.root), "--http-listen", f"{address}:{self.site.http_port}"], cwd=self.user.path,
                env=self.user.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)))
        for i, (name, process) in enumerate(runs):
            out, errors = process.communicate(timeout=harness.PATIENCE)
            self.assertEqual(process.returncode, 0, errors)
            self.check({name}, f"{i}.crt", f"{i}.key")
        self.assertEqual(len(self.accounts()), 1)


class StepCa(Server):
    """What only a step-ca has: its provisioner may be picked, and it renews by mTLS."""

    program = None

    @classmethod
    def setUpClass(cls):
        cls.site = acme_site.Site(cls, cls.program)

    def ours(self, command, *argv, **options):
        return self.user.s("ca", command, *argv, "--ca-url", f"https://localhost:{self.site.port}", "--root", self.site.root, **options)

    def test_an_acme_provisioner_is_picked_by_name(self):
        listen = ["--provisioner", "acme", "--http-listen", f"{self.address}:{self.site.http_port}"]
        done = self.ours("certificate", self.name, "a.crt", "a.key", "--not-after", "1h", *listen)
        self.assertTrue(done.stderr.startswith("✔ Provisioner: acme (ACME)\nUsing Standalone Mode"), done.stderr)
        leaf = self.check({self.name})
        self.assertLess((leaf.not_valid_after - leaf.not_valid_before).total_seconds(), 3700)
        self.ours("renew", "--force", "a.crt", "a.key")
        self.assertNotEqual(self.check({self.name}).serial_number, leaf.serial_number)
        self.ours("rekey", "--force", "a.crt", "a.key")
        self.check({self.name})
        self.user.s("certificate", "create", "--csr", self.name, "b.csr", "b.key", "--no-password", "--insecure")
        self.ours("sign", "b.csr", "b.crt", *listen)
        self.check({self.name}, "b.crt", "b.key")
        self.ours("revoke", "--cert", "a.crt", "--key", "a.key")

    def test_flags_of_one_way_are_refused_on_the_other(self):
        for flags, text in [
                (["--provisioner", "acme", "--set", "a=b"], "flag '--set' is not for certificates by ACME"),
                (["--provisioner", "acme", "--standalone", "--webroot", "w"],
                 "flag '--standalone' and flag '--webroot' are mutually exclusive"),
                (["--provisioner", "acme", "--san", "*.a.test"], "wildcard dnsnames (*.a.test) require dns validation"),
                (["--provisioner", "acme", "--san", "a@b.test"], "Email Address and URI SANs are not supported for ACME flow"),
                (["--provisioner", "admin", "--provisioner-password-file", "password.txt", "--standalone"],
                 "flag '--standalone' requires the '--acme' flag or a provisioner of type ACME")]:
            with self.subTest(flags):
                done = self.ours("certificate", "a.test", "a.crt", "a.key", *flags, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn(text, done.stderr)
        for flags, text in [(["--offline"], "offline mode and ACME are mutually exclusive"),
                            (["--token", "x"], "flag '--acme' is incompatible with '--token'"),
                            (["--provisioner", "x"], "flag '--acme' is incompatible with '--provisioner'")]:
            done = self.acme("certificate", "a.test", "a.crt", "a.key", *flags, check=False)
            self.assertEqual(done.stderr, text + "\n")


class Original(StepCa):
    program = "original"


class Ours(StepCa):
    program = "ours"

    def test_an_interrupt_does_not_wait_for_a_server_that_hangs(self):
        root = self.user.file("www")
        root.mkdir()
        server = self.site.server.process
        self.addCleanup(server.send_signal, signal.SIGCONT)
        process, web = self.waiting_for_its_challenge("--webroot", str(root))
        self.wait_until(lambda: web.asked, "nobody asked the responder")
        server.send_signal(signal.SIGSTOP)
        time.sleep(3)  # It looks every second.
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=45)  # A request alone may take a minute.
        self.assertNotEqual(process.returncode, 0, errors)
        self.assertEqual(list((root / PLACE).iterdir()), [], errors)


class OriginalClient(harness.Case):
    """The original `step` of another day gets a certificate from our CA."""

    def test_it_issues_and_renews(self):
        site = acme_site.Site(self, "ours")
        user = self.home(harness.original_step())
        address = site.address("old.test")
        where = ["--ca-url", f"https://localhost:{site.port}", "--root", site.root]
        user.s("ca", "certificate", "--provisioner", "acme", "--san", "old.test", "--san", address, "--http-listen",
               f"{address}:{site.http_port}", *where, "old.test", "a.crt", "a.key")
        site.verify(user.file("a.crt").read_text(), ["old.test", address], user.file("a.key").read_bytes())
        user.s("ca", "renew", *where, "--force", "a.crt", "a.key")
        user.s("ca", "certificate", "--acme", site.directory(), "--root", site.root, "--http-listen",
               f"{address}:{site.http_port}", "old.test", "b.crt", "b.key")


class PebbleSite:
    """Pebble: a server for tests of clients. It is strict, refuses nonces, reuses authorizations and takes its time, by chance."""

    def __init__(self, case, **environment):
        self.case, self.environment = case, environment
        self.binary = harness.peer("pebble-v2.10.1")
        self.add_cleanup = case.addClassCleanup if isinstance(case, type) else case.addCleanup
        self.dns = dns_server.DnsServer()
        self.add_cleanup(self.dns.close)
        self.home = harness.Home()
        self.add_cleanup(self.home.close)
        self.port, self.http_port = harness.free_port(), harness.free_port()
        self.home.s("certificate", "create", "root", "root.crt", "root.key", "--profile", "root-ca", "--no-password", "--insecure")
        self.home.s("certificate", "create", "localhost", "tls.crt", "tls.key", "--ca", "root.crt", "--ca-key", "root.key",
                    "--no-password", "--insecure")
        self.root = self.home.file("root.crt")
        self.home.file("pebble.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "certificate": str(self.home.file("tls.crt")),
            "privateKey": str(self.home.file("tls.key")), "httpPort": self.http_port, "tlsPort": harness.free_port(),
            "domainBlocklist": ["blocked.test"], "retryAfter": {"authz": 1, "order": 1}, "keyAlgorithm": "ecdsa",
            "profiles": {"default": {"description": "any", "validityPeriod": 86400}}}}))
        self.process = None
        self.start()
        self.add_cleanup(self.stop)

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "-config", "pebble.json", "-strict", "-dnsserver", self.dns.address], cwd=self.home.path,
            env={**self.home.env, "PEBBLE_WFE_NONCEREJECT": "30", "PEBBLE_WFE_AUTHZREUSE": "75",
                 "PEBBLE_VA_SLEEPTIME": "1", **self.environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + harness.PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        self.process.wait(harness.PATIENCE)

    def directory(self):
        return f"https://localhost:{self.port}/dir"

    address = acme_site.Site.address
    responder = acme_site.Site.responder


class Pebble(Server):
    @classmethod
    def setUpClass(cls):
        cls.site = PebbleSite(cls)

    def test_a_server_that_forgot_the_account_gets_it_again(self):
        self.acme("certificate", self.name, "a.crt", "a.key")
        (account,) = self.accounts()
        before = json.loads(account.read_text())
        self.site.stop()
        self.site.start()
        self.acme("certificate", self.name, "a.crt", "a.key", "--force")
        after = json.loads(account.read_text())
        self.assertEqual(after["key"], before["key"])
        self.assertNotEqual(after["account"], before["account"])

    def test_what_it_refuses_is_told_with_its_type(self):
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--san", "blocked.test", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^error creating new ACME order: .+ \(rejectedIdentifier\)\n$")
        done = self.acme("certificate", self.name, "a.crt", "a.key", "--contact", "tel:1", check=False)
        self.assertRegex(done.stderr, r"^error initializing ACME client with server https://localhost:\d+/dir: .+ \(unsupportedContact\)\n$")


def load_tests(loader, _, __):
    """Without the classes that stand for several."""
    suite = unittest.TestSuite()
    for case in (Original, Pebble, Ours, OriginalClient):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main()
