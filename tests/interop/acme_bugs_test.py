#!/usr/bin/env python3
"""Interoperability bugs that users of step-ca, other CAs and their clients reported: envelopes, names, configuration.

Each test bears its number in the list that the project keeps of them ("ACME", 1 to 26); acme_bugs_orders_test.py has the others.
STEP_ACME_SERVER=original shows how the original stands; tests of what it is known not to do say so and are skipped there.
"""
import ipaddress
import json
import pathlib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from cryptography import x509  # noqa: E402
from tests.support import acme_client, harness  # noqa: E402
from tests.support.acme_client import LEFT_OUT, Key, b64, csr, identifiers  # noqa: E402
from tests.support.acme_site import SERVER, Site, SiteCase, ours_only  # noqa: E402


class Bugs(SiteCase):
    zone = "bugs.test"

    @staticmethod
    def change(config):
        config["authority"]["provisioners"] += [
            {"type": "ACME", "name": "terms", "termsOfService": "https://ca.test/terms", "website": "https://ca.test",
             "caaIdentities": ["ca.test"]},
            {"type": "ACME", "name": "template", "options": {"x509": {
                "template": '{"subject": {"commonName": "{{ index .groups 1 }}", "organizationalUnit": {{ toJson .groups }}},'
                            ' "sans": {{ toJson .SANs }}, "extKeyUsage": ["serverAuth"]}',
                "templateData": {"groups": ["one", "two"], "object": {"a": [1, {"b": 2}]}}}}}]


class Envelope(Bugs):
    def test_01_a_certificate_comes_as_pem_certificate_chain_without_a_charset(self):
        _, _, order = self.issue(["one.bugs.test"])
        answer = self.client.ask(self.client.get(order)["certificate"])
        self.assertEqual("application/pem-certificate-chain", answer.headers["Content-Type"])

    def test_02_terms_of_service_may_be_there_or_not(self):
        self.assertNotIn("termsOfService", self.client.directory.get("meta", {}))
        other = self.site.client(provisioner="terms")
        self.assertEqual({"termsOfService": "https://ca.test/terms", "website": "https://ca.test", "caaIdentities": ["ca.test"]},
                         {k: v for k, v in other.directory["meta"].items() if k in ("termsOfService", "website", "caaIdentities")})
        self.issue(["two.bugs.test"], client=other)

    def test_03_every_answer_to_a_POST_has_a_fresh_nonce_errors_too(self):
        client = self.site.client()
        order = client.order(["three.bugs.test"])[1]
        requests = {
            "good": lambda: client.post("newOrder", {"identifiers": identifiers(["three.bugs.test"])}),
            "badNonce": lambda: client.post("newOrder", {}, nonce=b64(b"no nonce of ours")),
            "no nonce": lambda: client.post("newOrder", {}, header={"nonce": LEFT_OUT}),
            "bad signature": lambda: client.post("newOrder", {}, signature=b"\1" * 64),
            "bad alg": lambda: client.post("newOrder", {}, header={"alg": "none"}),
            "content type": lambda: client.post("newOrder", {}, content_type="application/json"),
            "no JWS": lambda: client.send(client.url("newOrder"), b"{"),
            "wrong url": lambda: client.post("newOrder", {}, header={"url": "https://elsewhere.test/"}),
            "no such account": lambda: client.post("newOrder", {}, kid=client.kid + "x"),
            "no such order": lambda: client.post(order["finalize"].replace("/order/", "/order/x"), {"csr": ""}),
            "bad CSR": lambda: client.post(order["finalize"], {"csr": "AAAA"}),
            "no identifiers": lambda: client.post("newOrder", {"identifiers": []}),
        }
        nonces = []
        for title, send in requests.items():
            answer = send()
            if SERVER != "original" or title != "no nonce":  # The original answers {} to that.
                self.assertEqual("application/json" if title == "good" else "application/problem+json",
                                 answer.headers["Content-Type"], (title, answer))
            self.assertEqual(1, len(answer.headers.get_all("Replay-Nonce", [])), (title, answer))
            self.assertEqual("no-store", answer.headers["Cache-Control"], title)
            nonces.append(answer.nonce)
            client.nonces.clear()
            self.assertEqual(200, client.post(order["authorizations"][0], nonce=answer.nonce).status, title)
        self.assertEqual(len(nonces), len(set(nonces)))

    def test_04_a_second_run_on_a_kept_connection_gets_out_of_badNonce(self):
        client = self.site.client()
        self.issue(["four.bugs.test"], client=client)
        stale = client.nonce()
        client.ask("newOrder", {"identifiers": identifiers(["four.bugs.test"])}, nonce=stale)
        for _ in range(2):
            answer = client.post("newOrder", {"identifiers": identifiers(["four.bugs.test"])}, nonce=stale)
            self.assertEqual("badNonce", answer.problem)
        again = client.post("newOrder", {"identifiers": identifiers(["four.bugs.test"])}, nonce=answer.nonce)
        self.assertEqual(201, again.status)

    def test_12_JSON_is_compact_and_header_names_may_be_written_in_any_case(self):
        _, _, order = self.issue(["twelve.bugs.test"])
        self.assertIn(b'"status":"valid"', self.client.ask(order).body)
        body = self.client.jws(order, None)
        answer = self.client.http("POST", order, json.dumps(body), {"cOnTeNt-TyPe": acme_client.JOSE})
        self.assertEqual(200, answer.status)

    def test_13_a_signature_whose_leading_zeros_were_dropped_counts_as_macOS_makes_such(self):
        client, nonce = self.client, self.client.nonce()
        for _ in range(5000):
            body = client.jws(client.kid, None, nonce=nonce)
            raw = acme_client.unb64(body["signature"])
            if raw[0] == 0 or raw[32] == 0:
                break
        short = (raw[1:32] if raw[0] == 0 else raw[:32]) + (raw[33:] if raw[32] == 0 else raw[32:])
        self.assertEqual(200, client.send(client.kid, {**body, "signature": b64(short)}).status)

    def test_14_whatever_Accept_says_the_chain_comes(self):
        _, _, order = self.issue(["fourteen.bugs.test"])
        url = self.client.get(order)["certificate"]
        bodies = {self.client.ask(url, headers={"Accept": accept}).body for accept in (
            "*/*", "application/pem-certificate-chain", "application/pkix-cert, application/pkcs7-mime;q=0.5", "text/html", "")}
        self.assertEqual(1, len(bodies))
        for link in self.client.ask(url).headers.get_all("Link", []):
            target, _, relation = link.partition(";")
            if 'rel="alternate"' in relation or 'rel="up"' in relation:
                answer = self.client.post(target.strip("<>")) if "alternate" in relation else self.client.http("GET", target.strip("<>"))
                self.assertEqual(200, answer.status, link)


class Names(Bugs):
    def test_05_a_common_name_counts_once_beside_or_instead_of_the_alternative_names(self):
        for request in (lambda n, k: csr([n], k, n), lambda n, k: csr([], k, n, no_names=True)):
            key = Key()
            pem, _, _ = self.issue(["five.bugs.test"], key=key, request=request("five.bugs.test", key))
            self.site.verify(pem, ["five.bugs.test"], key.pem())

    def test_06_addresses_as_acme_sh_writes_them(self):
        key, address = Key("RSA-2048"), self.solve.address
        home = self.home()
        home.file("k.pem").write_bytes(key.pem())
        request = subprocess.run([harness.tool("openssl"), "req", "-new", "-key", home.file("k.pem"), "-subj", f"/CN={address}",
                                  "-addext", f"subjectAltName=IP:{address}", "-outform", "DER"], capture_output=True, check=True).stdout
        pem, _, _ = self.issue([address], key=key, request=request)
        self.site.verify(pem, [address], key.pem())

    def test_06_http_01_for_an_IPv6_address_is_asked_in_brackets(self):
        try:
            web = self.site.responder("::1")
        except OSError:
            self.skipTest("no IPv6 on loopback")
        pem, key, _ = self.client.issue(["::1"], lambda kind, name, token, text: web.put(token, text))
        self.site.verify(pem, ["::1"], key.pem())
        self.assertEqual({f"[::1]:{self.site.http_port}"}, {host for _, host, _ in web.asked})

    def test_06_tls_alpn_01_for_addresses_names_them_in_reverse(self):
        addresses = {self.solve.address: self.solve.alpn}
        try:
            addresses["::1"] = self.site.alpn_responder("::1")
        except OSError:
            pass  # No IPv6 on loopback.
        for address, alpn in addresses.items():
            pem, key, _ = self.client.issue([address], lambda kind, name, token, text: alpn.put(name, text), "tls-alpn-01")
            self.site.verify(pem, [address], key.pem())
            reverse = "1.0.0" if ":" in address else ".".join(reversed(address.split(".")))
            self.assertTrue(alpn.seen[-1].startswith(reverse), alpn.seen)
            self.assertIn(".ip6.arpa" if ":" in address else ".in-addr.arpa", alpn.seen[-1])

    def test_07_names_nobody_validated_are_refused_in_a_request(self):
        more = {"otherName": x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x03a@b"),
                "mail": x509.RFC822Name("root@seven.bugs.test"), "URI": x509.UniformResourceIdentifier("https://seven.bugs.test"),
                "directory": x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "seven")])),
                "id": x509.RegisteredID(x509.ObjectIdentifier("1.2.3")), "DNS": x509.DNSName("other.bugs.test"),
                "IP": x509.IPAddress(ipaddress.ip_address("127.9.9.9"))}
        if SERVER == "original":
            for ignored in ("otherName", "directory", "id"):
                del more[ignored]
        _, order = self.client.order(["seven.bugs.test"])
        self.client.authorise(order, self.solve)
        for title, name in more.items():
            answer = self.client.post(order["finalize"], {"csr": b64(csr(["seven.bugs.test"], Key(), more=[name]))})
            self.assertEqual("badCSR", answer.problem, (title, answer))
        self.client.finalize(order, csr(["seven.bugs.test"], Key()))

    @ours_only("takes 127.0.0.1 as a DNS name")
    def test_09_an_address_is_no_DNS_name(self):
        for value in ("127.0.0.1", "169.254.169.254", "::1", "[::1]", "0x7f.1", "2130706433"):
            answer = self.client.post("newOrder", {"identifiers": [{"type": "dns", "value": value}]})
            self.assertIn(answer.problem, ("rejectedIdentifier", "malformed"), (value, answer))

    def test_11_names_stand_in_the_certificate_in_the_order_of_the_request(self):
        wanted = ["b.bugs.test", "c.bugs.test", "a.bugs.test"]
        names = self.leaf(self.issue(wanted)[0]).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = names.get_values_for_type(x509.DNSName)
        self.assertEqual(sorted(wanted) if SERVER == "original" else wanted, found)

    def test_11_a_dot_at_the_end_is_dropped_or_refused(self):
        answer = self.client.post("newOrder", {"identifiers": identifiers(["dot.bugs.test."])})
        if answer.status == 201:
            self.assertIn(answer.json["identifiers"][0]["value"], ["dot.bugs.test", "dot.bugs.test."][:1 + (SERVER == "original")])
        else:
            self.assertIn(answer.problem, ("rejectedIdentifier", "malformed"))


class Configuration(Bugs):
    def test_23_an_ACME_provisioner_without_a_database_is_told_of_at_the_start(self):
        def no_database(config):
            del config["db"]

        site = Site(self, change=no_database, start=False)
        done = subprocess.Popen([site.binary, str(site.home.steppath / "config/ca.json"), "--password-file", str(site.home.password)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=site.home.env)
        timer = threading.Timer(harness.PATIENCE, done.kill)
        timer.start()
        out = ""
        for line in done.stdout:  # The server may end by itself, or serve what is left.
            out += line
            if "Serving HTTPS on " in line:
                done.terminate()
        timer.cancel()
        done.wait()
        done.stdout.close()
        self.assertRegex(out, r"(?i)(database.*ACME|ACME.*database)")
        self.assertNotIn("panic", out)

    def test_24_lists_and_objects_as_data_of_a_template(self):
        client = self.site.client(provisioner="template")
        leaf = self.leaf(self.issue(["data.bugs.test"], client=client)[0])
        self.assertEqual({"one", "two"}, {a.value for a in leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)})
        self.assertEqual("two", leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


if __name__ == "__main__":
    unittest.main()
