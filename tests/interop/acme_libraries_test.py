#!/usr/bin/env python3
"""ACME libraries against our CA: a small program each (tests/interop/peers) issues, issues again, and revokes the first."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import acme_client, harness  # noqa: E402
from tests.support.acme_site import Site  # noqa: E402
from tests.support.web import Web  # noqa: E402

PROGRAMS = pathlib.Path(__file__).resolve().parent / "peers"


class Library(harness.Case):
    changes_keys = False  # Whether it knows key-change.

    @classmethod
    def setUpClass(cls):
        harness.tool("openssl")
        cls.command, environment = cls.program()
        cls.site = Site(cls)
        cls.trust = {**environment, "NODE_EXTRA_CA_CERTS": str(cls.site.root), "REQUESTS_CA_BUNDLE": str(cls.site.root)}
        cls.solvers = {}
        cls.web = Web({"/solve": cls.solve})
        cls.web.__enter__()
        cls.addClassCleanup(cls.web.__exit__)

    @classmethod
    def solve(cls, body):
        wish = json.loads(body)
        solver = next(s for zone, s in cls.solvers.items() if wish["name"].endswith(zone))
        if wish["kind"] == "dns-01":
            cls.site.dns.add(f"_acme-challenge.{wish['name']}", "TXT", wish["value"])
        else:
            solver(wish["kind"], wish["name"], wish["token"], wish["value"])
        return b"{}"

    def cycle(self, names, challenge, kind, key_change=False):
        """`{}` in a name stands for a zone of this test's own, or alone for its address."""
        zone = f"{type(self).__name__.lower()}{len(self.solvers)}.test"
        solver = self.site.solver(zone)
        names = [solver.address if n == "{}" else n.format(zone) for n in names]
        self.solvers[solver.address if names == [solver.address] else zone] = solver
        home = self.home()
        job = {"directory": self.site.directory(), "root": str(self.site.root), "names": names, "challenge": challenge,
               "key": kind, "solve": self.web.url.replace("localhost", "127.0.0.1") + "/solve",
               "keyChange": key_change and self.site.program != "original"}
        done = json.loads(home.run(*self.command, json.dumps(job), env=self.trust, timeout=240).stdout)
        leaves = [self.site.verify(done[name], names, done["key"].encode()) for name in ("first", "second")]
        self.assertNotEqual(*(leaf.serial_number for leaf in leaves))
        self.assertEqual(acme_client.Key.load(done["key"]).kind[:3], kind[:3])
        self.assertTrue(self.site.is_revoked(leaves[0], done["key"]))

    def test_issues_renews_and_revokes_by_http_01_with_a_P_256_key(self):
        self.cycle(["a.{}", "b.{}"], "http-01", "P-256", key_change=self.changes_keys)

    def test_issues_renews_and_revokes_a_wildcard_by_dns_01_with_an_RSA_key(self):
        self.cycle(["*.{}", "w.{}"], "dns-01", "RSA")

    def test_issues_renews_and_revokes_by_tls_alpn_01_with_a_P_384_key(self):
        self.cycle(["alpn.{}"], "tls-alpn-01", "P-384")


class Addresses:
    def test_issues_renews_and_revokes_for_an_address(self):
        self.cycle(["{}"], "http-01", "P-256")


class GoXCrypto(Addresses, Library):
    changes_keys = True

    @classmethod
    def program(cls):
        print("client golang.org/x/crypto/acme v0.46.0", file=sys.stderr)
        return [harness.peer("go-acme-x-crypto-v0.46.0")], {}


class CertManager(Addresses, Library):
    changes_keys = True

    @classmethod
    def program(cls):
        print("client cert-manager/third_party/forked/acme v1.18.2", file=sys.stderr)
        return [harness.peer("go-acme-cert-manager-v1.18.2")], {}


class Acme4j(Addresses, Library):
    """Asks for renewal information too, names the certificate that the second one replaces, and lists its orders."""

    changes_keys = True

    @classmethod
    def program(cls):
        folder = pathlib.Path(harness.peer("acme4j-3.5.1"))
        print("client acme4j 3.5.1", file=sys.stderr)
        return [harness.tool("java"), "-cp", f"{folder}/classes:{folder}/jars/*", "Acme4j"], {}


class Node(Library):
    """Its automatic mode orders every name as one of DNS, so no test of addresses."""

    changes_keys = True

    @classmethod
    def program(cls):
        modules = pathlib.Path(harness.peer("node-acme-client-5.4.0/node_modules/acme-client")).parent
        print("client acme-client 5.4.0", file=sys.stderr)
        return [harness.tool("node"), PROGRAMS / "acme_node.js"], {"NODE_PATH": str(modules)}


class Python(Library):
    """Debian's version builds orders from a request's DNS names alone, so no test of addresses."""

    @classmethod
    def program(cls):
        python = "/usr/bin/python3"
        done = subprocess.run([python, "-c", "import acme, importlib.metadata as m; print(m.version('acme'))"],
                              capture_output=True, text=True)
        if done.returncode:
            raise unittest.SkipTest("python3-acme is not installed")
        print(f"client python-acme {done.stdout.strip()}", file=sys.stderr)
        return [python, PROGRAMS / "acme_python.py"], {}


if __name__ == "__main__":
    unittest.main()
