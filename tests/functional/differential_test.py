"""The same requests to the original and to ours, each with a CA of its own but equal configuration.

Compared are the status, the headers that matter and the body; ids, times and what belongs to one CA
are replaced first. DIFFERENT names what differs on purpose, by request, with the row of docs/compat.md;
one that comes out equal fails the test. The original is step-ca v0.30.2 (./dev peers).
"""
import http.client
import json
import pathlib
import re
import ssl
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_CA, Case, free_port, original_ca  # noqa: E402

GETS = ["/health", "/1.0/health", "/health/", "//health", "/Health", "/health?x=%zz", "/%68ealth", "/", "", "/1.0", "/nope",
        "/1.0/nope", "/2.0/health", "/root/zz", "/root/", "/root/$FP", "/1.0/root/$FP", "/root/$UPFP", "/roots", "/1.0/roots",
        "/roots.pem", "/1.0/roots.pem", "/intermediates", "/intermediates.pem", "/federation", "/1.0/federation",
        "/provisioners", "/1.0/provisioners", "/provisioners?limit=1", "/provisioners?limit=x", "/provisioners?limit=-1",
        "/provisioners?cursor=zz", "/provisioners?limit=99999999999999999999", "/provisioners/x/encrypted-key",
        "/provisioners/$KID/encrypted-key", "/provisioners/", "/sign", "/renew", "/rekey", "/revoke", "/crl", "/1.0/crl",
        "/version", "/metrics", "/acme/acme/directory", "/scep/x", "/admin/provisioners", "/ssh/roots"]
BODIES = ["", "{", "{}", "null", "[]", "5", '"x"', '{"csr":5}', '{"csr":""}', '{"csr":"x"}', '{"csr":"$CSR"}',
          '{"csr":"$CSR","ott":""}', '{"csr":"$CSR","ott":"x"}', '{"csr":"$CSR","ott":"a.b.c"}', '{"csr":"$CSR","ott":5}',
          '{"csr":"$CSR","ott":"x","notAfter":"zz"}', '{"csr":"$CSR","ott":"x","notBefore":5}', '{} trailing', '{"CSR":"x"}']
REVOKES = ["", "{}", '{"serial":5}', '{"serial":""}', '{"serial":"zz"}', '{"serial":"1"}', '{"serial":"1","passive":true}',
           '{"serial":"0x1","ott":"x","passive":true}', '{"serial":"1","reasonCode":11,"passive":true}',
           '{"serial":"1","reasonCode":-1,"passive":true}', '{"serial":"1","reasonCode":"x"}', '{"serial":"1","passive":5}']
REQUESTS = ([("GET", path, "") for path in GETS] + [("POST", "/sign", body) for body in BODIES]
            + [("POST", "/revoke", body) for body in REVOKES]
            + [("POST", path, body) for path in ("/renew", "/rekey") for body in ("", "{}")]
            + [(method, "/health", "") for method in ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PATCH", "FOO")])
DIFFERENT = {
    "GET /version": "/version",
    "FOO /health": "HTTP API, unknown methods",
    "GET /acme/acme/directory": "HTTP API, ACME (waits for that capability)",
}
HEADERS = ["content-type", "allow", "x-content-type-options", "location", "www-authenticate", "cache-control", "link"]


class Differential(Case):
    maxDiff = None

    def start(self, program):
        home = self.home()
        port = free_port()
        home.init(port)
        self.serve(home, program)
        provisioner = json.loads((home.steppath / "config/ca.json").read_text())["authority"]["provisioners"][0]
        root = home.steppath / "certs/root_ca.crt"
        home.run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                 "k", "-out", "csr", "-subj", "/CN=leaf.test")
        fingerprint = home.s("certificate", "fingerprint", root).stdout.strip()
        return {"port": port, "root": root, "known": {
            "$FP": fingerprint, "$UPFP": fingerprint.upper(), "$KID": provisioner["key"]["kid"],
            "$CSR": home.file("csr").read_text().replace("\n", "\\n")},
            "own": {"<key>": json.dumps(provisioner["key"]["x"])[1:-1], "<y>": provisioner["key"]["y"],
                    "<jwe>": provisioner["encryptedKey"], "<port>": str(port)}}

    def ask(self, ca, method, path, body):
        for name, value in sorted(ca["known"].items(), key=lambda pair: -len(pair[0])):
            path, body = path.replace(name, value), body.replace(name, value)
        context = ssl.create_default_context(cafile=str(ca["root"]))
        wire = http.client.HTTPSConnection("localhost", ca["port"], context=context, timeout=20)
        try:
            wire.request(method, path or "/", body or None)
            answer = wire.getresponse()
            text = answer.read().decode(errors="replace")
            headers = {k: answer.headers[k] for k in HEADERS if answer.headers[k]}
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, {}, ""
        finally:
            wire.close()
        for name, value in {**ca["known"], **ca["own"]}.items():
            text = text.replace(value, name)
        text = re.sub(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", "<pem>", text)
        return answer.status, headers, text

    def test_both_answer_the_same(self):
        theirs, ours = self.start(original_ca()), self.start(OURS_CA)
        wrong, equal = [], []
        for request in REQUESTS:
            name = " ".join(request).strip()
            want, got = self.ask(theirs, *request), self.ask(ours, *request)
            if want != got and name not in DIFFERENT:
                wrong.append(f"{name}\n  original {want}\n  ours     {got}")
            if want == got and name in DIFFERENT:
                equal.append(name)
        print(f"{len(REQUESTS)} requests, {len(DIFFERENT)} different on purpose")
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertEqual(equal, [], "these are equal now; take them off the list")


if __name__ == "__main__":
    unittest.main()
