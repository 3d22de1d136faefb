"""The leaves of `step certificate` that ask a server: inspect, fingerprint, verify, needs-renewal, lint; with OpenSSL's s_server and
with servers of our own that stall, talk nonsense or never end.
"""
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, Case, free_port, tool  # noqa: E402

UNKNOWN = "failed to connect: tls: failed to verify certificate: x509: certificate signed by unknown authority\n"


class Servers(Case):
    def setUp(self):
        self.h = self.home()

        def create(name, file, *words):
            self.h.s("certificate", "create", name, f"{file}.crt", f"{file}.key", "--no-password", "--insecure", *words)
        create("Root", "root", "--profile", "root-ca")
        create("Issuing", "int", "--profile", "intermediate-ca", "--ca", "root.crt", "--ca-key", "root.key")
        for name in ("localhost", "other.test"):
            create(name, name, "--ca", "int.crt", "--ca-key", "int.key", "--bundle")

    def step(self, *words, exit=0, **options):
        done = self.h.s("certificate", *words, check=False, **options)
        self.assertEqual(done.returncode, exit, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def fails(self, *words, says, exit=1, **options):
        done = self.step(*words, exit=exit, **options)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(says, done.stderr)

    def blocks(self, file):
        return [block + "-----END CERTIFICATE-----\n" for block in self.h.file(file).read_text().split("-----END CERTIFICATE-----\n")[:-1]]


class OpenSsl(Servers):
    """s_server shows localhost's chain, and other.test's to whom asks for that name."""

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.server = subprocess.Popen(
            [tool("openssl"), "s_server", "-accept", str(self.port), "-cert", "localhost.crt", "-cert_chain", "int.crt", "-key", "localhost.key",
             "-servername", "other.test", "-cert2", "other.test.crt", "-key2", "other.test.key"],
            cwd=self.h.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.stop)
        for line in self.server.stdout:
            if "ACCEPT" in line:
                break
        threading.Thread(target=self.server.stdout.read, daemon=True).start()
        self.url, self.address = f"https://localhost:{self.port}", f"https://127.0.0.1:{self.port}"

    def stop(self):
        self.server.kill()
        self.server.wait()
        self.server.stdin.close()
        self.server.stdout.close()

    def test_inspect_shows_what_the_server_shows(self):
        chain = self.blocks("localhost.crt")
        self.assertEqual(self.step("inspect", self.url, "--roots", "root.crt", "--format", "pem").stdout, chain[0])
        self.assertEqual(self.step("inspect", self.url, "--roots", "root.crt", "--format", "pem", "--bundle").stdout, "".join(chain))
        for scheme in ("tls", "tcp", "smtps", "ldaps", "HTTPS"):
            self.assertEqual(self.step("inspect", f"{scheme}://localhost:{self.port}/a?b", "--roots", "root.crt").stdout,
                             self.step("inspect", "localhost.crt").stdout)
        self.assertEqual(json.loads(self.step("inspect", self.url, "--roots", "root.crt", "--format", "json").stdout),
                         json.loads(self.step("inspect", "localhost.crt", "--format", "json").stdout))
        self.assertEqual(self.step("inspect", self.url, "--insecure", "--short").stdout, self.step("inspect", "localhost.crt", "--short").stdout)

    def test_roots_are_a_file_several_a_folder_or_the_systems(self):
        self.h.file("folder").mkdir()
        self.h.file("folder/root.crt").write_text(self.h.file("root.crt").read_text())
        self.h.file("folder/text").write_text("no certificate")
        for roots in ("root.crt", "localhost.key,root.crt", "folder"):
            self.step("fingerprint", self.url, "--roots", roots)
        self.step("fingerprint", self.url, env={"SSL_CERT_FILE": str(self.h.file("root.crt"))})
        self.step("fingerprint", self.url, env={"SSL_CERT_FILE": "/none", "SSL_CERT_DIR": str(self.h.file("folder"))})
        for leaf in ("inspect", "fingerprint", "verify", "lint"):
            self.assertEqual(self.step(leaf, self.url, exit=1).stderr, UNKNOWN)
            self.fails(leaf, self.url, "--roots", "none",
                       says="failure to load root certificate pool from input path 'none': error reading cert pool: open none: no such file")
            self.fails(leaf, self.url, "--roots", "int.key", says="error reading cert pool: not certificates found")
        # 2 is for a certificate that is not there, not for a root.
        self.fails("needs-renewal", self.url, "--roots", "none", exit=255, says="error reading cert pool: open none")
        self.fails("needs-renewal", self.url, exit=255, says=UNKNOWN.strip())

    def test_the_name_that_is_asked_for_is_checked(self):
        for leaf in ("inspect", "fingerprint", "verify", "lint"):
            self.fails(leaf, self.address, "--roots", "root.crt", says="x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs")
            self.step(leaf, self.address, "--roots", "root.crt", "--servername", "localhost")
            self.fails(leaf, self.url, "--roots", "root.crt", "--servername", "nobody.test",
                       says="x509: certificate is valid for localhost, not nobody.test")
        shown = self.step("inspect", self.address, "--insecure", "--servername", "other.test", "--format", "pem").stdout
        self.assertEqual(shown, self.blocks("other.test.crt")[0])

    def test_fingerprint(self):
        fingerprints = [self.step("fingerprint", f"{f}.crt").stdout.strip() for f in ("localhost", "int")]
        self.assertEqual(self.step("fingerprint", self.url, "--roots", "root.crt").stdout.strip(), fingerprints[0])
        self.assertEqual(self.step("fingerprint", self.url, "--roots", "root.crt", "--bundle").stdout, f"0: {fingerprints[0]}\n1: {fingerprints[1]}\n")
        self.assertEqual(len(self.step("fingerprint", self.url, "--insecure", "--sha1").stdout), 41)

    def test_verify_needs_renewal_and_lint(self):
        self.assertEqual(self.step("verify", self.url, "--roots", "root.crt", "--host", "localhost", "-v").stdout,
                         "certificate validated against roots\ncertificate host name validated\ncertficiate is valid\n")
        self.fails("verify", self.url, "--roots", "root.crt", "--host", "other.test", says="x509: certificate is valid for localhost, not other.test")
        self.assertEqual(self.step("needs-renewal", self.url, "--roots", "root.crt", "-v", exit=1).stderr, "certificate does not need renewal\n")
        self.assertEqual(self.step("needs-renewal", self.url, "--roots", "root.crt", "--expires-in", "25h", "-v").stdout, "certificate needs renewal\n")
        linted = json.loads(self.step("lint", self.url, "--roots", "root.crt").stdout)
        self.assertEqual(linted["lints"], json.loads(self.step("lint", "localhost.crt").stdout)["lints"])

    def test_what_is_no_server(self):
        refused = "dial tcp 127.0.0.1:1: connect: connection refused"
        for leaf, code in (("inspect", 1), ("fingerprint", 1), ("verify", 1), ("lint", 1), ("needs-renewal", 255)):
            self.fails(leaf, "https://127.0.0.1:1", "--roots", "root.crt", says=f"failed to connect: {refused}", exit=code)
            self.fails(leaf, "https://localhost:99999", "--roots", "root.crt", says="address 99999: invalid port", exit=code)
            self.fails(leaf, "https://nobody.invalid", "--roots", "root.crt", says="nobody.invalid", exit=code)
            self.fails(leaf, "https://%zz/", "--roots", "root.crt", says="error parsing URL 'https://%zz/'", exit=code)
        for name in ("http://localhost:1", "ftp://localhost:1"):  # Files, if anything.
            self.fails("inspect", name, says=f"error reading file {name}: ")


class Hostile(Servers):
    def serve(self, talk):
        """A listener whose every connection goes to `talk`; its URL."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def one(client):
            try:
                talk(client)
            except OSError:
                pass
            client.close()

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(client,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}"

    def test_a_server_that_is_none_of_tls(self):
        url = self.serve(lambda client: client.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello"))
        self.fails("inspect", url, "--insecure", says="failed to connect: tls: first record does not look like a TLS handshake")
        url = self.serve(lambda client: None)
        self.fails("inspect", url, "--insecure", says="failed to connect: ")

    def test_a_server_that_stalls_or_never_ends_is_left_after_15_seconds(self):
        def drip(client):
            client.sendall(b"\x16\x03\x03\x40\x00")
            while True:
                client.sendall(b"\x02")
                time.sleep(0.2)

        def flood(client):
            client.recv(4096)
            # A handshake message of 16 MiB in as many records as it takes.
            client.sendall(b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff" + b"\0" * 16380)
            while True:
                client.sendall(b"\x16\x03\x03\x40\x00" + b"\0" * 16384)
        urls = [self.serve(lambda client: time.sleep(600)), self.serve(drip), self.serve(flood)]
        begin = time.monotonic()
        runs = [subprocess.Popen([self.h.step, "certificate", "inspect", url, "--insecure"], env=self.h.env, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) for url in urls]
        for run in runs:
            out, err = run.communicate(timeout=PATIENCE)
            self.assertEqual((run.returncode, out), (1, ""))
            self.assertIn("failed to connect: ", err)
        self.assertLess(time.monotonic() - begin, 60)

    def test_a_server_that_shows_what_is_no_certificate(self):
        # OpenSSL refuses to send it, so it is a TLS 1.2 server by hand: ServerHello, then a Certificate message of nonsense.
        hello = b"\x03\x03" + b"\1" * 32 + b"\0" + b"\xc0\x2b" + b"\0" + b"\0\0"
        rubbish = b"\x30\x03\x02\x01\x05"
        entry = len(rubbish).to_bytes(3, "big") + rubbish
        body = len(entry).to_bytes(3, "big") + entry

        def message(kind, contents):
            whole = bytes([kind]) + len(contents).to_bytes(3, "big") + contents
            return b"\x16\x03\x03" + len(whole).to_bytes(2, "big") + whole

        def talk(client):
            client.recv(4096)
            client.sendall(message(2, hello) + message(11, body))
            time.sleep(1)
        self.fails("inspect", self.serve(talk), "--insecure", says="failed to connect: ")

    def test_a_long_chain_is_shown_whole_and_verified_within_bounds(self):
        from tests.support import chains
        above, chain = chains.make("Root 0"), []
        root = above
        for i in range(30):
            above = chains.make(f"CA {i}", above)
            chain.append(above)
        leaf = chains.make("localhost", above, ca=False, usage=False, more=[chains.x509.SubjectAlternativeName([chains.x509.DNSName("localhost")])])
        chains.write_pem(self.h.file("long.crt"), leaf, *reversed(chain))
        chains.write_pem(self.h.file("r.crt"), root)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.h.file("long.crt"), chains.write_key(self.h.file("long.key"), leaf[1]))
        url = self.serve(lambda client: context.wrap_socket(client, server_side=True).unwrap()).replace("127.0.0.1", "localhost")
        self.assertEqual(len(self.step("fingerprint", url, "--insecure", "--bundle").stdout.splitlines()), 31)
        self.step("verify", "long.crt", "--roots", "r.crt")


if __name__ == "__main__":
    unittest.main()
