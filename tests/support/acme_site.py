"""A CA with an ACME provisioner, the name server it asks, and responders that prove control of names: all on loopback.

The names of each client resolve to an address of its own in 127.0.0.0/8, so that several can listen on the one port that
the CA connects to. STEP_ACME_SERVER=original runs a test against the original step-ca where the test has no opinion.
"""
import datetime
import hashlib
import http.server
import ipaddress
import itertools
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support import acme_client, dns_server, harness
from tests.support.web import Listener, answer_with

SERVER = os.environ.get("STEP_ACME_SERVER", "ours")
LOOPBACK = ["127.0.0.0/8", "::1/128"]
_addresses = itertools.count(2)


class Responder:
    """Answers http-01: `put(token, key authorization)`. `pages` maps any path to a body, (status, headers, body) or a function.

    With `folder`, tokens that another program wrote there are served too."""

    def __init__(self, host, port, folder=None, context=None):
        self.pages, self.asked = {}, []
        responder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                responder.asked.append((self.path, self.headers["Host"], self.headers["User-Agent"]))
                page = responder.pages.get(self.path, (404, {}, b"nothing here"))
                if folder and (folder / self.path.rpartition("/")[2]).is_file():
                    page = (folder / self.path.rpartition("/")[2]).read_bytes()
                if callable(page):
                    page = page(self)
                if page is None:
                    return  # The function wrote the answer itself.
                answer_with(self, page)

            def log_message(self, *_):
                pass

        self.server = Listener(host, port, Handler, context)
        self.port = self.server.server_port

    def put(self, token, text):
        self.pages[f"/.well-known/acme-challenge/{token}"] = text.encode()

    def close(self):
        self.server.close()


def self_signed(names, extensions=(), key=None):
    """(PEM certificate, PEM key) of a certificate that nobody vouches for."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
               .not_valid_after(now + datetime.timedelta(hours=1))
               .add_extension(x509.SubjectAlternativeName([acme_client.general_name(n) for n in names]), False))
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM), acme_client.Key("P-256", key).pem()


def acme_identifier(key_authorization):
    """The extension of RFC 8737."""
    digest = hashlib.sha256(key_authorization.encode()).digest()
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"), b"\4\x20" + digest)


def tls_context(certificate, key, protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(certificate + key)
        file.flush()
        context.load_cert_chain(file.name)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


class AlpnResponder:
    """Answers tls-alpn-01: `put(name, key authorization)`; `seen` lists the server names it was asked for.

    With `folder`, certificates that another program wrote there are served too: NAME.crt.pem and NAME.key.pem."""

    def __init__(self, host, port, folder=None):
        self.folder = folder
        self.contexts, self.seen = {}, []
        self.plain = tls_context(*self_signed(["nobody.test"]), ["acme-tls/1"])
        self.plain.sni_callback = self._choose
        self.listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128)
        threading.Thread(target=self._serve, daemon=True).start()

    def put(self, name, key_authorization):
        pair = self_signed([name], [(acme_identifier(key_authorization), True)])
        self.contexts[sni_of(name)] = tls_context(*pair, ["acme-tls/1"])

    def _choose(self, connection, name, _):
        self.seen.append(name)
        context = self.contexts.get((name or "").lower().rstrip(".")) or self._from_folder(name)
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = context
        return None

    def _from_folder(self, name):
        if not self.folder or not (self.folder / f"{name}.crt.pem").exists():
            return None
        return tls_context(*((self.folder / f"{name}.{part}.pem").read_bytes() for part in ("crt", "key")), ["acme-tls/1"])

    def _serve(self):
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._greet, args=(wire,), daemon=True).start()

    def _greet(self, wire):
        wire.settimeout(5)
        try:
            with self.plain.wrap_socket(wire, server_side=True) as secure:
                secure.recv(1)
        except (OSError, ssl.SSLError):
            wire.close()

    def close(self):
        self.listener.close()


def sni_of(name):
    """The server name for an identifier: an address turns into its reverse name (RFC 8738)."""
    try:
        return ipaddress.ip_address(name).reverse_pointer
    except ValueError:
        return name


class Solver:
    """An address for some names with responders behind it; call it as Client.issue does, for each challenge to be met."""

    def __init__(self, site, *names):
        self.dns = site.dns
        self.address = site.address(*names)
        self.web, self.alpn = site.responder(self.address), site.alpn_responder(self.address)

    def __call__(self, kind, name, token, key_authorization):
        if kind == "http-01":
            self.web.put(token, key_authorization)
        elif kind == "tls-alpn-01":
            self.alpn.put(name, key_authorization)
        else:
            self.dns.add(f"_acme-challenge.{name}", "TXT", acme_client.dns_value(key_authorization))


class Site:
    """Lives as long as `case`, a test or a test class. `program` is "ours" or "original"; `change(config)` may edit ca.json."""

    def __init__(self, case, program=None, change=None, arguments=(), start=True):
        self.add_cleanup = case.addClassCleanup if isinstance(case, type) else case.addCleanup
        self.program = program or SERVER
        self.binary = harness.OURS_CA if self.program == "ours" else harness.original_ca()
        self.dns = dns_server.DnsServer()
        self.add_cleanup(self.dns.close)
        self.port, self.http_port, self.tls_port = (harness.free_port() for _ in range(3))
        self.home = harness.Home()
        self.add_cleanup(self.home.close)
        self.home.init(self.port)
        self.root = self.home.steppath / "certs/root_ca.crt"
        path = self.home.steppath / "config/ca.json"
        config = json.loads(path.read_text())
        config["authority"]["provisioners"].append({"type": "ACME", "name": "acme"})
        config["acmeValidation"] = {"allow": LOOPBACK}
        if change:
            change(config)
        path.write_text(json.dumps(config))
        self.arguments = ["--resolver", self.dns.address, "--insecure", "--acme-http-port", str(self.http_port),
                          "--acme-tls-port", str(self.tls_port), *arguments]
        self.server = None
        if start:
            self.start()

    def start(self):
        self.server = harness.Server(self.home, self.binary, arguments=self.arguments)
        self.add_cleanup(self.server.stop)
        return self.server

    def directory(self, provisioner="acme", host="localhost"):
        return f"https://{host}:{self.port}/acme/{provisioner}/directory"

    def client(self, key=None, provisioner="acme", register=True):
        client = acme_client.Client(self.directory(provisioner), self.root, key)
        if register:
            client.register()
        self.add_cleanup(client.close)
        return client

    def address(self, *names):
        """An unused loopback address, to which these names (and all below them) now resolve."""
        address = f"127.0.0.{next(_addresses)}"
        for name in names:
            self.dns.set(name, "A", address)
            self.dns.set(f"*.{name}", "A", address)
        return address

    def responder(self, host, folder=None):
        responder = Responder(host, self.http_port, folder)
        self.add_cleanup(responder.close)
        return responder

    def alpn_responder(self, host, folder=None):
        responder = AlpnResponder(host, self.tls_port, folder)
        self.add_cleanup(responder.close)
        return responder

    def solver(self, *names):
        """A Solver for these names and all below them."""
        return Solver(self, *names)

    def verify(self, chain, names=(), key=None):
        """The chain leads to the root, the leaf bears these names, and (PEM) key is its own: by OpenSSL."""
        openssl = harness.tool("openssl")
        with tempfile.TemporaryDirectory(prefix="step-chain-") as folder:
            parts = [f"{p}-----END CERTIFICATE-----\n" for p in chain.split("-----END CERTIFICATE-----")[:-1]]
            leaf, rest = f"{folder}/leaf.pem", f"{folder}/rest.pem"
            pathlib.Path(leaf).write_text(parts[0])
            pathlib.Path(rest).write_text("".join(parts[1:]))
            kinds = [["-verify_ip", n] if acme_client.identifiers([n])[0]["type"] == "ip" else
                     ["-verify_hostname", n.replace("*", "any")] for n in names]
            for kind in kinds or [[]]:
                subprocess.run([openssl, "verify", "-CAfile", str(self.root), "-untrusted", rest, "-purpose", "sslserver",
                                *kind, leaf], check=True, capture_output=True, text=True)
        leaf = acme_client.certificates(chain)[0]
        if key is not None:
            own = serialization.load_pem_private_key(key, None).public_key()
            kind = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            assert own.public_bytes(*kind) == leaf.public_key().public_bytes(*kind), "the certificate is of another key"
        return leaf

    def is_revoked(self, leaf, key):
        """Whether a second revocation, with the certificate's own key (PEM), is refused because the first one held."""
        client = self.client(acme_client.Key.load(key), register=False)
        return client.revoke(acme_client.der(leaf), jwk=True).problem == "alreadyRevoked"


class SiteCase(harness.Case):
    """Tests that share a CA, a `client` with an account and a `solve` for `zone` and all below it."""

    zone = "case.test"

    @classmethod
    def setUpClass(cls):
        cls.site = Site(cls, change=cls.change)
        cls.solve = cls.site.solver(cls.zone)
        cls.client = acme_client.Client(cls.site.directory(), cls.site.root)
        cls.client.register()
        cls.addClassCleanup(cls.client.close)

    @staticmethod
    def change(config):
        """What ca.json needs beside its ACME provisioner."""

    def issue(self, names, client=None, **options):
        return (client or self.client).issue(names, self.solve, **options)

    def ready(self, name, client=None):
        """(URL, document) of a new order whose authorization is valid."""
        client = client or self.client
        url, order = client.order([name])
        client.authorise(order, self.solve)
        return url, order

    @staticmethod
    def leaf(pem):
        return acme_client.certificates(pem)[0]


def ours_only(why):
    return unittest.skipIf(SERVER == "original", f"the original {why}")
