#!/usr/bin/env python3
"""Command line clients of ACME against our CA: issue, renew, revoke, by each challenge and key the client knows.

Each class is one client and one CA. Its names resolve, by the test's name server, to loopback addresses of the client's own.
STEP_ACME_SERVER=original asks the original step-ca instead, to see whose fault a failure is.
"""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import harness  # noqa: E402
from tests.support.acme_site import Site  # noqa: E402

KINDS = {"P-256": ("id-ecPublicKey", 256), "P-384": ("id-ecPublicKey", 384), "RSA": ("rsaEncryption", 2048)}


def version(*argv):
    """Prints what the client says of itself; docs/acme.md has the table."""
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    found = re.search(r"\d+\.\d+(\.\d+)?\S*", done.stdout + done.stderr)
    print(f"client {argv[0]} {found[0] if found else '?'}", file=sys.stderr)


class Client(harness.Case):
    """What the clients have in common. `needed` are programs without which the class is skipped."""

    needed = ()

    @classmethod
    def setUpClass(cls):
        for name in (*cls.needed, "openssl"):
            harness.tool(name)
        cls.site = Site(cls)
        cls.environment()

    @classmethod
    def environment(cls):
        """Per client, once."""

    def setUp(self):
        self.work = self.home()

    def run_(self, *argv, **options):
        return self.work.run(*argv, **{"timeout": 3 * harness.PATIENCE, **options})

    def read(self, path):
        return pathlib.Path(path).read_text()

    def check(self, chain_file, key_file, names, kind):
        """The files are a certificate for these names with a key of this kind; the leaf and its key."""
        key = self.read(key_file)
        leaf = self.site.verify(self.read(chain_file), names, key.encode())
        public = leaf.public_key()
        size = public.key_size
        self.assertEqual((kind.partition("-")[0], size), ("RSA" if hasattr(public.public_numbers(), "n") else "P",
                                                          KINDS[kind][1]))
        return leaf, key

    def assert_new(self, before, chain_file, key_file, names, kind):
        leaf, key = self.check(chain_file, key_file, names, kind)
        self.assertNotEqual(before.serial_number, leaf.serial_number, "not renewed")
        return leaf, key


class Certbot(Client):
    needed = ("certbot",)

    @classmethod
    def environment(cls):
        version("certbot", "--version")

    def certbot(self, *argv):
        return self.run_("certbot", *argv, "--non-interactive", "--config-dir", "c", "--work-dir", "w", "--logs-dir", "l",
                         env={"REQUESTS_CA_BUNDLE": str(self.site.root)})

    def obtain(self, names, *how):
        self.certbot("certonly", "--server", self.site.directory(), "--agree-tos", "--register-unsafely-without-email",
                     "--cert-name", "site", *[a for n in names for a in ("-d", n)], *how)
        return self.work.file("c/live/site/fullchain.pem"), self.work.file("c/live/site/privkey.pem")

    def cycle(self, names, kind, *how):
        chain, key = self.obtain(names, *how)
        first, _ = self.check(chain, key, names, kind)
        self.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
        leaf, secret = self.assert_new(first, chain, key, names, kind)
        self.certbot("revoke", "--cert-name", "site", "--reason", "superseded", "--no-delete-after-revoke", "--server",
                     self.site.directory())
        self.assertTrue(self.site.is_revoked(leaf, secret))

    def test_issues_renews_and_revokes_by_http_01_with_a_P_256_key(self):
        address = self.site.address("certbot.test")
        self.cycle(["certbot.test", "www.certbot.test"], "P-256", "--standalone", "--http-01-address", address,
                   "--http-01-port", str(self.site.http_port), "--key-type", "ecdsa", "--elliptic-curve", "secp256r1")

    def test_issues_renews_and_revokes_a_wildcard_by_dns_01_with_an_RSA_key(self):
        hook = dns_hook(self.work, self.site, "$CERTBOT_DOMAIN", "$CERTBOT_VALIDATION")
        self.cycle(["*.wild.certbot.test", "wild.certbot.test"], "RSA", "--manual", "--preferred-challenges", "dns",
                   "--manual-auth-hook", f"{hook} present", "--manual-cleanup-hook", f"{hook} cleanup",
                   "--key-type", "rsa", "--rsa-key-size", "2048")

    def test_takes_a_P_384_key_and_unregisters(self):
        address = self.site.address("p384.certbot.test")
        files = self.obtain(["p384.certbot.test"], "--standalone", "--http-01-address", address, "--http-01-port",
                            str(self.site.http_port), "--key-type", "ecdsa", "--elliptic-curve", "secp384r1")
        self.check(*files, ["p384.certbot.test"], "P-384")
        self.certbot("unregister", "--server", self.site.directory())


def dns_hook(home, site, name, value):
    """A script that sets or removes a TXT record: `hook present`, `hook cleanup`."""
    script = home.file("dns-hook")
    script.write_text(f"""#!/bin/sh
exec curl --silent --fail "{site.dns.hook_url}/$1" -d "{{\\"fqdn\\":\\"_acme-challenge.{name}\\",\\"value\\":\\"{value}\\"}}"
""")
    script.chmod(0o755)
    return script


class Uacme(Client):
    needed = ("uacme", "unshare", "curl")

    @classmethod
    def environment(cls):
        """uacme trusts the system's store only: it gets a mount namespace in which that is our root."""
        version("uacme", "--version")
        store = "/etc/ssl/certs/ca-certificates.crt"
        cls.trusting = ["unshare", "--mount", "--map-root-user", "sh", "-c", f'mount --bind "$0" {store} && exec "$@"', str(cls.site.root)]
        if not pathlib.Path(store).exists() or subprocess.run([*cls.trusting, "true"], capture_output=True).returncode:
            raise unittest.SkipTest("no mount namespace to put our root into the system's trust store")

    def uacme(self, *argv, hook="/bin/false", kind=("EC", "256")):
        return self.run_(*self.trusting, "uacme", "-v", "-y", "-c", self.work.file("c"), "-a", self.site.directory(),
                         "-t", kind[0], "-b", kind[1], "-h", str(hook), *argv)

    def cycle(self, names, kind, hook, options):
        self.uacme("new", kind=options)
        self.uacme("issue", *names, hook=hook, kind=options)
        bare = names[0].removeprefix("*.")
        files = self.work.file(f"c/{bare}/cert.pem"), self.work.file(f"c/private/{bare}/key.pem")
        first, _ = self.check(*files, names, kind)
        self.uacme("-f", "issue", *names, hook=hook, kind=options)
        leaf, key = self.assert_new(first, *files, names, kind)
        self.uacme("revoke", files[0], kind=options)
        self.assertTrue(self.site.is_revoked(leaf, key))

    def web_hook(self, *names):
        folder = self.work.file("tokens")
        folder.mkdir()
        address = self.site.address(*names)
        self.site.responder(address, folder)
        script = self.work.file("web-hook")
        script.write_text(f"""#!/bin/sh
# METHOD TYPE IDENTIFIER TOKEN AUTHORIZATION
[ "$2" = http-01 ] || exit 1
case $1 in begin) printf %s "$5" >"{folder}/$4" ;; *) rm -f "{folder}/$4" ;; esac
""")
        script.chmod(0o755)
        return script, address

    def test_issues_renews_and_revokes_by_http_01_with_a_P_256_key(self):
        hook, _ = self.web_hook("uacme.test")
        self.cycle(["uacme.test", "www.uacme.test"], "P-256", hook, ("EC", "256"))

    def test_takes_an_IP_address_and_an_RSA_key(self):
        hook, address = self.web_hook("ip.uacme.test")
        self.cycle([address], "RSA", hook, ("RSA", "2048"))

    def test_issues_renews_and_revokes_a_wildcard_by_dns_01_with_a_P_384_key(self):
        inner = dns_hook(self.work, self.site, "$2", "$3")
        script = self.work.file("txt-hook")
        script.write_text(f"""#!/bin/sh
[ "$2" = dns-01 ] || exit 1
case $1 in begin) exec "{inner}" present "$3" "$5" ;; *) exec "{inner}" cleanup "$3" "$5" ;; esac
""")
        script.chmod(0o755)
        self.cycle(["*.wild.uacme.test"], "P-384", script, ("EC", "384"))

    def test_changes_its_account_key_and_deactivates_its_account(self):
        if self.site.program == "original":
            self.skipTest("the original has no key-change")
        self.uacme("new")
        self.uacme("newkey")
        self.uacme("update", "new@uacme.test")
        self.uacme("deactivate")


class Dehydrated(Client):
    needed = ("dehydrated", "curl")

    @classmethod
    def environment(cls):
        version("dehydrated", "--version")

    def cycle(self, names, kind, challenge, algorithm):
        tokens, alpn = self.work.file("tokens"), self.work.file("alpn")
        tokens.mkdir()
        alpn.mkdir()
        address = self.site.address(names[0].removeprefix("*."))
        self.site.responder(address, tokens)
        self.site.alpn_responder(address, alpn)
        inner = dns_hook(self.work, self.site, "$2", "$3")
        hook = self.work.file("hook")
        hook.write_text(f"""#!/bin/bash
[ "{challenge}" = dns-01 ] || exit 0
case $1 in deploy_challenge) "{inner}" present "$2" "$4" ;; clean_challenge) "{inner}" cleanup "$2" "$4" ;; esac
""")
        hook.chmod(0o755)
        self.work.file("config").write_text(f"""CA={self.site.directory()}
BASEDIR={self.work.path}
WELLKNOWN={tokens}
ALPNCERTDIR={alpn}
CHALLENGETYPE={challenge}
KEY_ALGO={algorithm}
KEYSIZE=2048
HOOK={hook}
CURL_OPTS="--cacert {self.site.root}"
""")
        issue = ["dehydrated", "-f", "config", "--cron", *[a for n in names for a in ("--domain", n)], "--alias", "site"]
        self.run_("dehydrated", "-f", "config", "--register", "--accept-terms")
        self.run_(*issue)
        files = self.work.file("certs/site/fullchain.pem"), self.work.file("certs/site/privkey.pem")
        first, _ = self.check(*files, names, kind)
        self.run_(*issue, "--force")
        leaf, key = self.assert_new(first, *files, names, kind)
        self.run_("dehydrated", "-f", "config", "--revoke", self.work.file("certs/site/cert.pem").resolve())
        self.assertTrue(self.site.is_revoked(leaf, key))
        self.run_("dehydrated", "-f", "config", "--account")

    def test_issues_renews_and_revokes_by_http_01_with_an_RSA_key(self):
        self.cycle(["dehydrated.test", "www.dehydrated.test"], "RSA", "http-01", "rsa")

    def test_issues_renews_and_revokes_a_wildcard_by_dns_01_with_a_P_384_key(self):
        self.cycle(["*.wild.dehydrated.test", "wild.dehydrated.test"], "P-384", "dns-01", "secp384r1")

    def test_issues_renews_and_revokes_by_tls_alpn_01_with_a_P_256_key(self):
        self.cycle(["alpn.dehydrated.test"], "P-256", "tls-alpn-01", "prime256v1")


class Lego(Client):
    """Debian's version writes an address as a DNS name into its CSR, so no test of those."""

    needed = ("lego",)

    @classmethod
    def environment(cls):
        package = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "lego"], capture_output=True, text=True)
        print(f"client lego {package.stdout or '?'}", file=sys.stderr)

    def cycle(self, names, kind, *how):
        def lego(*command):
            return self.run_("lego", "--server", self.site.directory(), "--accept-tos", "--email", "lego@lego.test", "--path", "l",
                             *[a for n in names for a in ("--domains", n)], *how, *command,
                             env={"LEGO_CA_CERTIFICATES": str(self.site.root), "HTTPREQ_ENDPOINT": self.site.dns.hook_url})
        lego("run")
        stem = "l/certificates/" + names[0].replace("*", "_").replace(":", "-")
        files = self.work.file(stem + ".crt"), self.work.file(stem + ".key")
        first, _ = self.check(*files, names, kind)
        lego("renew", "--days", "9999", "--no-random-sleep")
        leaf, key = self.assert_new(first, *files, names, kind)
        lego("revoke", "--keep")
        self.assertTrue(self.site.is_revoked(leaf, key))

    def http(self, address):
        return "--http", "--http.port", f"{address}:{self.site.http_port}"

    def test_issues_renews_and_revokes_by_http_01_with_a_P_256_key(self):
        self.cycle(["lego.test", "www.lego.test"], "P-256", "--key-type", "ec256", *self.http(self.site.address("lego.test")))

    def test_issues_renews_and_revokes_by_tls_alpn_01_with_a_P_384_key(self):
        address = self.site.address("alpn.lego.test")
        self.cycle(["alpn.lego.test"], "P-384", "--key-type", "ec384", "--tls", "--tls.port", f"{address}:{self.site.tls_port}")

    def test_issues_renews_and_revokes_a_wildcard_by_dns_01_with_an_RSA_key(self):
        self.cycle(["*.wild.lego.test", "wild.lego.test"], "RSA", "--key-type", "rsa2048", "--dns", "httpreq",
                   "--dns.resolvers", self.site.dns.address, "--dns.disable-cp")


if __name__ == "__main__":
    unittest.main()
