#!/usr/bin/env python3
"""Web servers that get their own certificates by ACME from our CA: Caddy and Apache's mod_md.

Each is started with a fresh folder, must serve a certificate of ours, and must replace one that is about to end; the CA has
a second provisioner whose certificates live for seconds.
"""
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from cryptography import x509  # noqa: E402
from tests.support import acme_client, harness  # noqa: E402
from tests.support.acme_site import Site  # noqa: E402

SECONDS = 25  # Of the short certificates; a minute of backdating comes on top, so that these are due at once.


def short_lived(config):
    config["authority"]["provisioners"].append({"type": "ACME", "name": "short", "claims": {
        "minTLSCertDuration": "1s", "defaultTLSCertDuration": f"{SECONDS}s"}})


class WebServer(harness.Case):
    needed = ()

    @classmethod
    def setUpClass(cls):
        for name in (*cls.needed, "openssl"):
            harness.tool(name)
        cls.site = Site(cls, change=short_lived)
        cls.environment()

    @classmethod
    def environment(cls):
        """Per server, once."""

    def setUp(self):
        self.work = self.home()

    def start(self, argv, **env):
        log = open(self.work.file("log.txt"), "ab")
        self.addCleanup(log.close)
        process = subprocess.Popen([str(a) for a in argv], cwd=self.work.path, env={**self.work.env, **env}, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(harness.PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def served(self, address, name, port):
        """The chain that the server shows now, as verified against our root; None if it shows none of ours."""
        context = ssl.create_default_context(cafile=str(self.site.root))
        try:
            with socket.create_connection((address, port), timeout=30) as wire, context.wrap_socket(wire, server_hostname=name) as secure:
                return x509.load_der_x509_certificate(secure.getpeercert(True))
        except OSError:  # Not listening yet, or with a certificate of its own making.
            return None

    def wait_served(self, address, name, port, other_than=None, seconds=2 * harness.PATIENCE, every=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            leaf = self.served(address, name, port)
            if leaf is not None and (other_than is None or leaf.serial_number != other_than.serial_number):
                return leaf
            time.sleep(0.2)
            if every:
                every()
        raise AssertionError(f"{name} is not served:\n" + self.work.file("log.txt").read_text(errors="replace")[-6000:])

    def revoke(self, leaf, key):
        """These servers have no command for it; whoever has the certificate's key may."""
        client = self.site.client(acme_client.Key.load(key), register=False)
        self.assertEqual(200, client.revoke(acme_client.der(leaf), reason=4, jwk=True).status)
        self.assertTrue(self.site.is_revoked(leaf, key))


class Caddy(WebServer):
    needed = ("caddy",)

    @classmethod
    def environment(cls):
        done = subprocess.run(["caddy", "version"], capture_output=True, text=True)
        print(f"client caddy {done.stdout.strip()}", file=sys.stderr)

    def serve(self, name, challenge, key_type, provisioner="acme"):
        """(address, process) of a Caddy that is to have a certificate for `name`, or for its own address."""
        address = self.site.address(*([name] if name else []))
        off = {"http-01": "tls-alpn", "tls-alpn-01": "http"}[challenge]
        solver = {"http-01": ("http", self.site.http_port), "tls-alpn-01": ("tls-alpn", self.site.tls_port)}[challenge]
        issuer = {"module": "acme", "ca": self.site.directory(provisioner), "email": "caddy@caddy.test",
                  "trusted_roots_pem_files": [str(self.site.root)],
                  "challenges": {off: {"disabled": True}, solver[0]: {"alternate_port": solver[1]}, "bind_host": address}}
        subjects = [name or address]
        config = {
            "admin": {"disabled": True}, "storage": {"module": "file_system", "root": str(self.work.file("store"))},
            "apps": {"http": {"http_port": self.site.http_port, "https_port": self.site.tls_port, "servers": {"s": {
                "listen": [f"{address}:{self.site.tls_port}"], "automatic_https": {"disable_redirects": True},
                "tls_connection_policies": [{}],
                "routes": [{"match": [{"host": subjects}], "handle": [{"handler": "static_response", "body": "hello"}]}]}}},
                "tls": {"automation": {"policies": [{"subjects": subjects, "issuers": [issuer], "key_type": key_type}]}}}}
        self.work.file("caddy.json").write_text(json.dumps(config))
        return address, subjects[0], self.run_again()

    def run_again(self):
        return self.start(["caddy", "run", "--config", "caddy.json"], XDG_DATA_HOME=str(self.work.path), XDG_CONFIG_HOME=str(self.work.path))

    def key_file(self):
        return next(self.work.file("store").rglob("certificates/**/*.key")).read_text()

    def test_gets_a_P_256_certificate_by_http_01_which_its_key_revokes(self):
        address, name, _ = self.serve("caddy.test", "http-01", "p256")
        leaf = self.wait_served(address, name, self.site.tls_port)
        self.assertEqual(256, leaf.public_key().key_size)
        self.revoke(leaf, self.key_file())

    def test_gets_a_P_384_certificate_by_tls_alpn_01(self):
        address, name, _ = self.serve("alpn.caddy.test", "tls-alpn-01", "p384")
        leaf = self.wait_served(address, name, self.site.tls_port)
        self.assertEqual(384, leaf.public_key().key_size)

    def test_gets_an_RSA_certificate_for_an_address(self):
        address, name, _ = self.serve(None, "http-01", "rsa2048")
        leaf = self.wait_served(address, name, self.site.tls_port)
        self.assertEqual(2048, leaf.public_key().key_size)

    def test_renews_a_certificate_that_is_due_when_it_starts(self):
        address, name, process = self.serve("renew.caddy.test", "http-01", "p256", "short")
        first = self.wait_served(address, name, self.site.tls_port)
        self.end(process)
        self.run_again()
        self.wait_served(address, name, self.site.tls_port, other_than=first)


class Apache(WebServer):
    """mod_md, in an Apache without privileges."""

    needed = ("curl",)

    @classmethod
    def setUpClass(cls):
        cls.binary = pathlib.Path("/usr/sbin/apache2")
        if not cls.binary.exists():
            raise unittest.SkipTest("apache2 is not installed")
        super().setUpClass()

    @classmethod
    def environment(cls):
        done = subprocess.run([cls.binary, "-v"], capture_output=True, text=True)
        print(f"client mod_md of {done.stdout.split()[2]}", file=sys.stderr)

    def serve(self, name, challenge, key, provisioner="acme", more=""):
        address = self.site.address(name.removeprefix("*."))
        modules = pathlib.Path("/usr/lib/apache2/modules")
        wanted = ["mpm_event", "authz_core", "log_config", "socache_shmcb", "ssl", "watchdog", "md"]
        loads = "\n".join(f"LoadModule {m}_module {modules}/mod_{m}.so" for m in wanted if (modules / f"mod_{m}.so").exists())
        user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        if user:  # The children drop root and still write to the store.
            self.work.path.chmod(0o755)
        self.work.file("docs").mkdir()
        self.work.file("root.pem").write_text(self.site.root.read_text())
        self.work.file("httpd.conf").write_text(f"""
ServerRoot {self.work.path}
{loads}
{user}
PidFile {self.work.file("httpd.pid")}
DefaultRuntimeDir {self.work.path}
Mutex file:{self.work.path} default
ErrorLog {self.work.file("log.txt")}
LogLevel warn md:debug
ServerName {name.removeprefix("*.")}
Listen {address}:{self.site.http_port}
Listen {address}:{self.site.tls_port}
Protocols http/1.1 acme-tls/1
DocumentRoot {self.work.file("docs")}
MDomain {name}
MDCertificateAuthority {self.site.directory(provisioner)}
MDCertificateAgreement accepted
MDCACertificateFile {self.work.file("root.pem")}
MDContactEmail apache@apache.test
MDStoreDir {self.work.file("md")}
MDPortMap http:{self.site.http_port} https:{self.site.tls_port}
MDCAChallenges {challenge}
MDPrivateKeys {key}
MDRetryDelay 5s
MDStapling off
{more}
<VirtualHost *:{self.site.tls_port}>
  ServerName {name.replace("*", "www")}
  SSLEngine on
</VirtualHost>
""")
        self.start([self.binary, "-d", self.work.path, "-f", self.work.file("httpd.conf"), "-DFOREGROUND"])
        return address

    def graceful(self):
        """A new certificate comes into use when the server reloads: the administrator's part."""
        if any(self.work.file("md/staging").glob("*/pubcert*.pem")):
            time.sleep(0.5)
            subprocess.run([self.binary, "-d", self.work.path, "-f", self.work.file("httpd.conf"), "-k", "graceful"],
                           capture_output=True, env=self.work.env)

    def wait(self, address, name, **options):
        return self.wait_served(address, name, self.site.tls_port, every=self.graceful, **options)

    def test_gets_a_P_256_certificate_by_http_01_which_its_key_revokes(self):
        address = self.serve("apache.test", "http-01", "secp256r1")
        leaf = self.wait(address, "apache.test")
        self.assertEqual(256, leaf.public_key().key_size)
        key = next(self.work.file("md/domains").rglob("privkey*.pem")).read_text()
        self.revoke(leaf, key)

    def test_gets_a_P_384_certificate_by_tls_alpn_01(self):
        address = self.serve("alpn.apache.test", "tls-alpn-01", "secp384r1")
        self.assertEqual(384, self.wait(address, "alpn.apache.test").public_key().key_size)

    def test_gets_an_RSA_wildcard_by_dns_01(self):
        script = self.work.file("dns01")
        script.write_text(f"""#!/bin/sh
case $1 in setup) path=present ;; *) path=cleanup ;; esac
exec curl --silent --fail "{self.site.dns.hook_url}/$path" -d "{{\\"fqdn\\":\\"_acme-challenge.$2\\",\\"value\\":\\"$3\\"}}"
""")
        script.chmod(0o755)
        address = self.serve("*.wild.apache.test", "dns-01", "RSA 2048", more=f"MDChallengeDns01 {script}")
        self.assertEqual(2048, self.wait(address, "www.wild.apache.test").public_key().key_size)

    def test_renews_a_certificate_that_is_due(self):
        address = self.serve("renew.apache.test", "http-01", "secp256r1", "short", more="MDRenewWindow 90%")
        first = self.wait(address, "renew.apache.test")
        self.wait(address, "renew.apache.test", other_than=first)


if __name__ == "__main__":
    unittest.main()
