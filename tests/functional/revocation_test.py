"""`step certificate verify` with revocation lists and OCSP responders, and `step crl inspect`: with OpenSSL's CA and responder,
with lists made by Python's cryptography, and with servers that lie."""
import datetime
import json
import pathlib
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import Case, free_port, tool  # noqa: E402
from tests.support.web import Web  # noqa: E402

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
HOUR = datetime.timedelta(hours=1)


class Revocation(Case):
    def setUp(self):
        from tests.support import chains
        self.chains, self.x509 = chains, chains.x509
        self.h = self.home()
        self.root = chains.make("Root")
        self.ca = chains.make("Issuing CA", self.root)
        self.other = chains.make("Other CA", self.root)
        for name in ("root", "ca", "other"):
            chains.write_pem(self.h.file(f"{name}.crt"), getattr(self, name))

    def pem(self, certificate):
        return certificate.public_bytes(self.chains.serialization.Encoding.PEM)

    def der(self, thing):
        return thing.public_bytes(self.chains.serialization.Encoding.DER)

    def leaf(self, *, name="leaf.crt", lists=(), responders=(), issuers=(), ca=None, kind=False):
        """Writes a leaf that names these URLs, with its issuer behind it."""
        x509 = self.x509
        more = []
        if lists:
            more.append(x509.CRLDistributionPoints([x509.DistributionPoint([x509.UniformResourceIdentifier(u)], None, None, None)
                                                    for u in lists]))
        access = [(x509.oid.AuthorityInformationAccessOID.OCSP, u) for u in responders]
        access += [(x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, u) for u in issuers]
        if access:
            more.append(x509.AuthorityInformationAccess([x509.AccessDescription(m, x509.UniformResourceIdentifier(u)) for m, u in access]))
        issuer, key = ca or self.ca
        leaf_key = self.chains.KEYS["P-256"]()
        builder = (x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "leaf.test")]))
                   .issuer_name(issuer.subject).public_key(leaf_key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(NOW - HOUR).not_valid_after(NOW + 24 * HOUR)
                   .add_extension(x509.BasicConstraints(kind, None), critical=True)
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False))
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        made = builder.sign(key, self.chains.hashes.SHA256())
        self.h.file(name).write_bytes(self.pem(made) + self.pem(issuer))
        return made, leaf_key

    def crl(self, *serials, ca=None, begin=-HOUR, end=HOUR, number=1, more=(), digest=None, reason=None):
        x509 = self.x509
        issuer, key = ca or self.ca
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject).last_update(NOW + begin).next_update(NOW + end)
        if number is not None:
            builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        for extension, critical in more:
            builder = builder.add_extension(extension, critical)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - HOUR)
            if reason:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(key, digest or self.chains.hashes.SHA256())

    def verify(self, *words, exit=0, **options):
        done = self.h.s("certificate", "verify", "leaf.crt", "--roots", "root.crt", *words, check=False, **options)
        self.assertEqual(done.returncode, exit, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def fails(self, *words, says):
        done = self.verify(*words, exit=1)
        self.assertEqual(done.stderr, says + "\n")
        return done.stdout


class Lists(Revocation):
    NOBODY = "could not verify certificate against CRL distribution point(s)"

    def test_a_list_vouches_or_revokes(self):
        with Web({"/ca.der": self.der(self.ca[0])}) as web:
            url = f"{web.url}/ca.crl"
            leaf, _ = self.leaf(lists=[url], issuers=[f"{web.url}/ca.der"])
            for form in (self.der, self.pem):
                web.pages["/ca.crl"] = form(self.crl(7))
                self.assertEqual(self.verify("--verify-crl").stdout, "")
                self.assertEqual(self.verify("--verify-crl", "-v").stdout,
                                 "certificate validated against roots\n"
                                 f"certificate not revoked in CRL {url}\ncertficiate is valid\n")
                web.pages["/ca.crl"] = form(self.crl(7, leaf.serial_number))
                self.fails("--verify-crl", says=f"certificate marked as revoked in CRL {url}")
            # Without a number the original crashes.
            web.pages["/ca.crl"] = self.der(self.crl(leaf.serial_number, number=None))
            self.fails("--verify-crl", says=f"certificate marked as revoked in CRL {url}")
            web.pages["/ca.crl"] = self.der(self.crl(leaf.serial_number, reason=self.x509.ReasonFlags.remove_from_crl))
            self.verify("--verify-crl")

    def test_a_list_of_somebody_else_an_old_or_a_partial_one_proves_nothing(self):
        x509 = self.x509
        leaf, _ = self.leaf()

        def point(**flags):
            given = {"full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
                     "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False, **flags}
            return x509.IssuingDistributionPoint(**given), True
        issuer, key = self.ca
        impostor = (issuer, self.other[1])
        cases = {
            "x509: ECDSA verification failure": self.crl(ca=impostor),
            'the list was issued by "CN=Other CA", the certificate by "CN=Issuing CA"':
                self.crl(ca=(self.other[0], key)),
            "the list is out of date since ": self.crl(begin=-3 * HOUR, end=-HOUR),
            "the list is not yet valid: ": self.crl(begin=HOUR, end=2 * HOUR),
            "the list is a delta CRL": self.crl(more=[(x509.DeltaCRLIndicator(1), True)]),
            "the list has a critical extension": self.crl(more=[(x509.IssuerAlternativeName([x509.DNSName("a")]), True)]),
            "the list is an indirect CRL": self.crl(more=[point(indirect_crl=True)]),
            "the list does not speak of certificates of this kind": self.crl(more=[point(only_contains_ca_certs=True)]),
            "the list names only what was revoked for some reasons":
                self.crl(more=[point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise]))]),
            "error parsing crl: x509: malformed crl": b"hello",
            "status code 404": (404, {}, b""),
        }
        with Web({}) as web:
            words = ("--issuing-ca", "ca.crt", "--verify-crl", "--crl-endpoint", f"{web.url}/x")
            for says, page in cases.items():
                with self.subTest(says):
                    web.pages["/x"] = page if isinstance(page, (bytes, tuple)) else self.der(page)
                    self.fails(*words, says=self.NOBODY)
                    self.assertIn(says, self.fails(*words, "-v", says=self.NOBODY))
            # Whatever else it says: a list of the issuer that names the certificate revokes it.
            for end in (-HOUR, HOUR):
                web.pages["/x"] = self.der(self.crl(leaf.serial_number, begin=-3 * HOUR, end=end, more=[(x509.DeltaCRLIndicator(1), True)]))
                self.fails(*words, says=f"certificate marked as revoked in CRL {web.url}/x")
            # Who asks for it may believe anybody's signature, but nothing else.
            web.pages["/x"] = self.der(self.crl(ca=impostor))
            self.verify(*words, "--insecure")
            web.pages["/x"] = self.der(self.crl(ca=impostor, begin=-3 * HOUR, end=-HOUR))
            self.fails(*words, "--insecure", says=self.NOBODY)
            web.pages["/x"] = self.der(self.crl(more=[point(only_contains_user_certs=True)]))
            self.verify(*words)

    def test_the_next_distribution_point_is_asked_if_the_first_cannot_tell(self):
        with Web({}) as web:
            urls = ["http://127.0.0.1:1/a", f"{web.url}/b", f"{web.url}/c"]
            leaf, _ = self.leaf(lists=urls)
            web.pages["/c"] = self.der(self.crl())
            out = self.verify("--issuing-ca", "ca.crt", "--verify-crl", "-v").stdout.splitlines()
            self.assertEqual(out, [
                'error downloading crl: Get "http://127.0.0.1:1/a": dial tcp 127.0.0.1:1: connect: connection refused',
                "error downloading crl: status code 404", "certificate validated against roots",
                f"certificate not revoked in CRL {urls[2]}", "certficiate is valid"])
            # One that revokes has the last word.
            web.pages["/b"] = self.der(self.crl(leaf.serial_number))
            self.fails("--issuing-ca", "ca.crt", "--verify-crl", says=f"certificate marked as revoked in CRL {urls[1]}")

    def test_the_issuer_is_the_one_that_signed(self):
        with Web({}) as web:
            self.leaf(issuers=[f"{web.url}/i"], lists=[f"{web.url}/l"])
            web.pages["/l"] = self.der(self.crl())
            self.fails("--verify-crl", says="failed to parse the issuing CA")
            web.pages["/i"] = self.pem(self.ca[0])
            self.fails("--verify-crl", says="failed to parse the issuing CA")
            web.pages["/i"] = self.der(self.other[0])
            self.fails("--verify-crl", says="the issuing CA did not issue the certificate: "
                       "x509: issuer name does not match subject from issuing certificate")
            impostor = self.chains.make("Issuing CA")
            web.pages["/i"], web.pages["/l"] = self.der(impostor[0]), self.der(self.crl(ca=impostor))
            self.fails("--verify-crl", says="the issuing CA did not issue the certificate: x509: ECDSA verification failure")
            for file, says in (("none", "unable to load the issuing CA certificate file"), ("empty", "failed to decode the issuing CA certificate"),
                               ("other.crt", "the issuing CA did not issue the certificate: x509: issuer name does not match subject "
                                             "from issuing certificate")):
                self.h.file("empty").write_text("")
                self.fails("--issuing-ca", file, says=says)
            web.pages["/i"], web.pages["/l"] = self.der(self.ca[0]), self.der(self.crl())
            self.verify("--verify-crl")

    def test_flags_that_say_nothing_alone_and_certificates_that_name_nothing(self):
        self.leaf()
        self.fails("--crl-endpoint", "http://x", says="flag '--crl-endpoint' requires the '--verify-crl' flag")
        self.fails("--ocsp-endpoint", "http://x", says="flag '--ocsp-endpoint' requires the '--verify-ocsp' flag")
        self.fails("--insecure", says="flag '--insecure' requires the '--verify-crl' flag")
        self.fails("--verify-crl", says="could not get the issuing CA from the cert and no issuing CA certificate provided")
        self.fails("--issuing-ca", "ca.crt", "--verify-crl", says="CRL distribution endpoint not found in certificate")
        self.fails("--issuing-ca", "ca.crt", "--verify-ocsp", says="no OCSP AIA extension found")

    def test_lists_are_bounded_and_redirections_few(self):
        leaf, _ = self.leaf()
        with Web({}) as web:
            words = ("--issuing-ca", "ca.crt", "--verify-crl", "-v", "--crl-endpoint")
            web.pages["/good"] = self.der(self.crl())
            web.pages["/moved"] = (302, {"Location": "/good"}, b"")
            web.pages["/loop"] = (301, {"Location": f"{web.url}/loop"}, b"")
            web.pages["/ftp"] = (301, {"Location": "ftp://x"}, b"")
            web.pages["/large"] = b"\x30" * (65 << 20)
            self.verify(*words, f"{web.url}/moved")
            self.assertIn("too many redirections", self.fails(*words, f"{web.url}/loop", says=self.NOBODY))
            self.assertIn('redirects to "ftp://x"', self.fails(*words, f"{web.url}/ftp", says=self.NOBODY))
            self.assertIn("error downloading crl: ", self.fails(*words, f"{web.url}/large", says=self.NOBODY))
            proxied = self.verify(*words, "http://crl.test/good", exit=1, env={"http_proxy": "http://127.0.0.1:1"})
            self.assertIn("proxyconnect tcp: dial tcp 127.0.0.1:1", proxied.stdout)
            web.pages["http://crl.test/good"] = web.pages["/good"]
            self.verify(*words, "http://crl.test/good", env={"http_proxy": web.url})

    def test_lists_of_openssl_ca(self):
        h = self.h
        conf = h.file("ca.cnf")
        conf.write_text("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=2\n"
                        "policy=p\nserial=serial\nnew_certs_dir=.\ncrl_extensions=e\n[p]\ncommonName=supplied\n"
                        "[e]\nauthorityKeyIdentifier=keyid\n")
        self.chains.write_key(h.file("ca.key"), self.ca[1])
        leaf, _ = self.leaf()
        h.file("index.txt").write_text("")
        h.file("crlnumber").write_text("0a\n")
        h.file("alone.crt").write_bytes(self.pem(leaf))

        def openssl(*words):
            h.run(tool("openssl"), *words)
        with Web({}) as web:
            words = ("--issuing-ca", "ca.crt", "--verify-crl", "--crl-endpoint", f"{web.url}/crl")
            ca = ("ca", "-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key")
            openssl(*ca, "-gencrl", "-out", "crl.pem")
            web.pages["/crl"] = h.file("crl.pem").read_bytes()
            self.verify(*words)
            openssl(*ca, "-revoke", "alone.crt", "-crl_reason", "superseded")
            openssl(*ca, "-gencrl", "-out", "crl.pem")
            web.pages["/crl"] = h.file("crl.pem").read_bytes()
            self.fails(*words, says=f"certificate marked as revoked in CRL {web.url}/crl")
        text = h.s("crl", "inspect", "crl.pem", "--ca", "ca.crt").stdout
        self.assertIn("        Valid: true\n        Version: 11 (0xb)\n", text)
        self.assertIn(f"            Serial Number: {leaf.serial_number} (0x", text)
        self.assertIn("                    X509v3 CRL Reason Code:\n                        Superseded\n", text)


class Responders(Revocation):
    NOBODY = "could not verify certificate against OCSP server(s)"

    def respond(self, leaf, status="GOOD", *, issuer=None, key=None, signer=None, begin=-HOUR, end=HOUR, certificates=()):
        from cryptography.x509 import ocsp
        issuer = issuer or self.ca[0]
        revoked = status == "REVOKED"
        builder = ocsp.OCSPResponseBuilder().add_response(
            leaf, issuer, self.chains.hashes.SHA1(), getattr(ocsp.OCSPCertStatus, status), NOW + begin, NOW + end,
            NOW - HOUR if revoked else None, None).responder_id(ocsp.OCSPResponderEncoding.HASH, signer or issuer)
        if certificates:
            builder = builder.certificates(certificates)
        return self.der(builder.sign(key or self.ca[1], self.chains.hashes.SHA256()))

    def test_good_revoked_unknown(self):
        with Web({}) as web:
            leaf, _ = self.leaf(responders=[f"{web.url}/ocsp"])
            words = ("--issuing-ca", "ca.crt", "--verify-ocsp")
            web.pages["/ocsp"] = self.respond(leaf)
            self.assertEqual(self.verify(*words, "-v").stdout, "certificate validated against roots\n"
                             f"certificate status is good according OCSP {web.url}/ocsp\ncertficiate is valid\n")
            method, _, headers, body = web.asked[-1]
            self.assertEqual((method, headers["Content-Type"]), ("POST", "application/ocsp-request"))
            from cryptography.x509 import ocsp
            request = ocsp.load_der_ocsp_request(body)
            self.assertEqual(request.serial_number, leaf.serial_number)
            self.assertEqual(request.hash_algorithm.name, "sha1")
            self.assertEqual(len(request.extensions), 0)
            web.pages["/ocsp"] = self.respond(leaf, "REVOKED")
            self.fails(*words, says=f"certificate has been revoked according to OCSP {web.url}/ocsp")
            web.pages["/ocsp"] = self.respond(leaf, "UNKNOWN")
            self.fails(*words, says=f"certificate status is unknown according to OCSP {web.url}/ocsp")

    def test_who_has_no_say_is_not_believed(self):
        leaf, leaf_key = self.leaf()
        sibling, _ = self.leaf(name="sibling.crt")
        stranger = self.chains.make("Issuing CA")
        with Web({}) as web:
            words = ("--issuing-ca", "ca.crt", "--verify-ocsp", "--ocsp-endpoint", f"{web.url}/o")
            for says, page in {
                "does not speak of this certificate": self.respond(sibling),
                "out of date since": self.respond(leaf, begin=-3 * HOUR, end=-HOUR),
                "not yet valid": self.respond(leaf, begin=HOUR, end=2 * HOUR),
                "does not hold its responder's certificate": self.respond(leaf, signer=stranger[0], key=stranger[1]),
                "not for OCSP signing": self.respond(leaf, signer=leaf, key=leaf_key, certificates=[leaf]),
                "malformed response": b"hello",
                "error from server: unauthorized": b"\x30\x03\x0a\x01\x06",
            }.items():
                with self.subTest(says):
                    web.pages["/o"] = page
                    self.fails(*words, says=self.NOBODY)
                    self.assertIn(says, self.fails(*words, "-v", says=self.NOBODY))
            web.pages["/o"] = b"\0" * (2 << 20)
            self.fails(*words, says=self.NOBODY)
            self.fails(*words[:3], "--ocsp-endpoint", "http://127.0.0.1:1/", says=self.NOBODY)

    def test_lists_are_asked_before_responders_and_both_must_agree(self):
        with Web({}) as web:
            leaf, _ = self.leaf(lists=[f"{web.url}/l"], responders=[f"{web.url}/o"])
            web.pages.update({"/l": self.der(self.crl()), "/o": self.respond(leaf, "REVOKED")})
            words = ("--issuing-ca", "ca.crt", "--verify-crl", "--verify-ocsp")
            self.fails(*words, says=f"certificate has been revoked according to OCSP {web.url}/o")
            self.assertEqual([path for _, path, _, _ in web.asked], ["/l", "/o"])
            web.pages["/o"] = self.respond(leaf)
            self.assertEqual(self.verify(*words, "-v").stdout.splitlines()[1:3], [
                f"certificate not revoked in CRL {web.url}/l", f"certificate status is good according OCSP {web.url}/o"])

    def test_https_endpoints_need_a_root(self):
        leaf, key = self.leaf(name="server.crt")
        self.chains.write_key(self.h.file("server.key"), key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.h.file("server.crt"), self.h.file("server.key"))
        self.leaf()
        with Web({"/l": self.der(self.crl())}, context) as web:
            words = ("--issuing-ca", "ca.crt", "--verify-crl", "-v", "--crl-endpoint")
            self.verify(*words, f"{web.url}/l")
            done = self.h.s("crl", "inspect", f"{web.url}/l", "--ca", "ca.crt", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("tls: failed to verify certificate: x509: certificate signed by unknown authority", done.stderr)
            self.assertIn("Valid: true", self.h.s("crl", "inspect", f"{web.url}/l", "--ca", "ca.crt", "--roots", "root.crt").stdout)

    def test_the_responder_of_openssl(self):
        h, openssl = self.h, tool("openssl")
        x509 = self.x509
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        leaf, _ = self.leaf(responders=[url])
        usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING])
        delegate = self.chains.make("Responder", self.ca, ca=False, usage=False, more=[usage])
        web_server = self.chains.make("Web", self.ca, ca=False, usage=False,
                                      more=[x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])])
        for name, pair in (("ca", self.ca), ("delegate", delegate), ("web", web_server)):
            self.chains.write_pem(h.file(f"{name}.crt"), pair)
            self.chains.write_key(h.file(f"{name}.key"), pair[1])

        def state(letter):
            serial = f"{leaf.serial_number:X}"
            serial = serial if len(serial) % 2 == 0 else "0" + serial
            revoked = NOW.strftime("%y%m%d%H%M%SZ") if letter == "R" else ""
            h.file("index.txt").write_text(f"{letter}\t400101000000Z\t{revoked}\t{serial}\tunknown\t/CN=leaf.test\n")

        def ask(signer, *more):
            words = [openssl, "ocsp", "-index", "index.txt", "-port", str(port), "-rsigner", f"{signer}.crt", "-rkey", f"{signer}.key",
                     "-CA", "ca.crt", "-nrequest", "1", *more]
            server = subprocess.Popen(words, cwd=h.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                for line in server.stderr:  # "ocsp: waiting for OCSP client connections..."
                    if "waiting" in line:
                        break
                return h.s("certificate", "verify", "leaf.crt", "--roots", "root.crt", "--issuing-ca", "ca.crt", "--verify-ocsp", check=False)
            finally:
                server.kill()
                server.wait()
                server.stderr.close()
        state("V")
        for signer in ("ca", "delegate"):
            for more in ((), ("-ndays", "1"), ("-resp_key_id",)):
                with self.subTest(f"{signer} {more}"):
                    done = ask(signer, *more)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(ask("web").stderr, self.NOBODY + "\n")
        self.assertEqual(ask("delegate", "-resp_no_certs").stderr, self.NOBODY + "\n")
        state("R")
        self.assertEqual(ask("delegate").stderr, f"certificate has been revoked according to OCSP {url}\n")
        h.file("index.txt").write_text("")
        self.assertEqual(ask("ca").stderr, f"certificate status is unknown according to OCSP {url}\n")


class Inspect(Revocation):
    def inspect(self, *words, exit=0, **options):
        done = self.h.s("crl", "inspect", *words, check=False, **options)
        self.assertEqual(done.returncode, exit, f"{words}\n{done.stdout}{done.stderr}")
        return done

    def test_from_a_certificate_or_a_server(self):
        with Web({}) as web:
            leaf, key = self.leaf(lists=[f"{web.url}/first", f"{web.url}/second"])
            self.chains.write_key(self.h.file("leaf.key"), key)
            web.pages["/first"] = self.der(self.crl(1, 2, number=77))
            self.assertIn("Valid: true\n        Version: 77 (0x4d)", self.inspect("--from", "leaf.crt").stdout)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.h.file("leaf.crt"), self.h.file("leaf.key"))
            with Web({}, context) as server:
                self.assertIn("Valid: true", self.inspect("--from", server.url, "--roots", "root.crt").stdout)
                self.assertIn("Valid: true", self.inspect("--from", server.url, "--roots", "ca.crt,root.crt").stdout)
                self.assertIn(f"error connecting {server.url}: tls: failed to verify certificate", self.inspect("--from", server.url, exit=1).stderr)
            self.h.file("alone.crt").write_bytes(self.pem(leaf))
            self.assertEqual(self.inspect("--from", "alone.crt", exit=1).stderr, "'step crl inspect' requires the '--insecure' flag\n")
            self.assertIn("Valid: false", self.inspect("--from", "--insecure=true", "alone.crt").stdout)
            self.assertIn("Valid: true", self.inspect("--from", "--ca=ca.crt", "alone.crt").stdout)
        leaf, _ = self.leaf(lists=["ldap://x/y"])
        self.assertEqual(self.inspect("--from", "leaf.crt", exit=1).stderr,
                         'error downloading crl: Get "ldap://x/y": unsupported protocol scheme\n')

    def test_why_a_list_is_not_valid(self):
        for crl, reason in ((self.crl(begin=-3 * HOUR, end=-HOUR), "CRL has expired"),
                            (self.crl(ca=(self.ca[0], self.ca[1])), None)):
            self.h.file("x.crl").write_bytes(self.der(crl))
            text = self.inspect("x.crl", "--ca", "ca.crt").stdout
            self.assertIn(f"        Valid: false\n        Reason: {reason}\n" if reason else "        Valid: true\n        Version", text)
        made = json.loads(self.inspect("x.crl", "--ca", "ca.crt", "--format", "json").stdout)
        self.assertEqual(made["signature"]["valid"], True)
        expired = self.chains.make("Issuing CA", days=(-3, -1))
        self.chains.write_pem(self.h.file("old.crt"), expired)
        self.h.file("x.crl").write_bytes(self.der(self.crl(ca=expired)))
        self.assertIn("Reason: CA certificate has expired\n", self.inspect("x.crl", "--ca", "old.crt").stdout)
        impostor = (self.ca[0], self.ca[1])
        der = bytearray(self.der(self.crl(ca=impostor)))
        der[-5] ^= 1
        self.h.file("x.crl").write_bytes(der)
        self.assertIn("Reason: Signature does not match\n", self.inspect("x.crl", "--ca", "ca.crt").stdout)

    def test_every_extension_of_a_list(self):
        x509 = self.x509
        point = x509.IssuingDistributionPoint([x509.UniformResourceIdentifier("http://a"), x509.DNSName("b.test")], None, True, False,
                                              frozenset([x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded]), False, False)
        crl = self.crl(5, number=2**130, reason=x509.ReasonFlags.certificate_hold, more=[
            (point, True), (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x04\x03a\x07b"), False)])
        self.h.file("x.crl").write_bytes(self.der(crl))
        text = self.inspect("x.crl", "--insecure").stdout
        self.assertIn(f"        Version: {2**130} (0x{2**130:x})\n", text)
        self.assertIn("            X509v3 Issuing Distribution Point: critical\n                Full Name:\n"
                      "                    URI:http://a\n                    URI:b.test\n"
                      "                Only User Certificates\n                Reasons: 48\n", text)
        self.assertIn("            1.2.3.4\n                ..a.b\n", text)
        self.assertIn("                        Certificate Hold\n", text)
        value = json.loads(self.inspect("x.crl", "--insecure", "--format", "json").stdout)
        self.assertEqual(value["version"], 2**130 + 1)
        self.assertIn({"critical": True, "issuing_distribution_point": {
            "full_names": ["URI:http://a", "URI:b.test"], "only_some_reasons": "SA==", "only_user_certificates": True}}, value["extensions"])

    def test_misuse(self):
        self.h.file("empty").write_text("")
        self.h.file("hello.txt").write_text("hello\n")
        self.h.file("folder").mkdir()
        broken = "error parsing crl: error parsing crl: x509: malformed crl"
        for words, says in ((["a", "b"], "too many positional arguments were provided in 'step crl inspect <file|url>'"),
                            (["empty", "--insecure"], broken), (["hello.txt", "--insecure"], broken),
                            (["folder", "--insecure"], "read folder failed: is a directory"),
                            (["none", "--insecure"], "open none failed: no such file or directory"),
                            (["hello.txt", "--ca", "none"], 'error reading "none": no such file or directory'),
                            (["hello.txt", "--ca", "hello.txt"], "error parsing hello.txt: error parsing certificate as DER format: "),
                            (["--from", "none"], 'error reading "none": no such file or directory'),
                            (["--from", "ca.crt"], "failed to get CRL distribution points from ca.crt"),
                            (["hello.txt", "--insecure", "--roots", "none"], "error reading cert pool: open none: no such file or directory"),
                            (["hello.txt", "--insecure", "--roots", "ca.crt,hello.txt,none"], "error reading cert pool: open none: "),
                            (["hello.txt", "--insecure", "--roots", "hello.txt"], "error reading cert pool: not certificates found"),
                            (["http://127.0.0.1:1/x", "--insecure"],
                             'error downloading crl: Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused')):
            with self.subTest(words):
                done = self.inspect(*words, exit=1)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(says, done.stderr)
        self.assertIn("flag provided but not defined: -nope", self.inspect("--nope", exit=1).stderr)


if __name__ == "__main__":
    unittest.main()
