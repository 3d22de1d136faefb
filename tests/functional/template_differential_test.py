"""Certificates by templates: the original's step-ca and ours make the same of each template, token and request.

Both have a provisioner for each template of tests/data/certificate_templates.json; each is asked with every
request of ASKED. Compared is what is signed, less the serial number, times, and what belongs to the CA's own
key; of a refusal, status and words. DIFFERENT names what differs on purpose with the row of docs/compat.md.
"""
import base64
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support import der  # noqa: E402
from tests.support.authorities import Authority, Keys  # noqa: E402
from tests.support.harness import OURS_CA, Case, original_ca  # noqa: E402

TEMPLATES = json.loads((ROOT / "tests/data/certificate_templates.json").read_text())
EVERY = ["leaf.test", "10.0.0.1", "::1", "a@b.test", "https://leaf.test/x"]
# Name to (arguments of the request, claims of the token, more in the body).
ASKED = {
    "plain": ({}, {}, {}),
    "names of every kind": ({"names": "DNS:leaf.test,IP:10.0.0.1,IP:::1,email:a@b.test,URI:https://leaf.test/x"}, {"sans": EVERY}, {}),
    "RSA key, data": ({"key": "rsa"}, {"user": {"role": "a\"b<c>&d", "n": 1.5, "list": [1, "x", None]}},
                      {"templateData": {"cn": "said", "n": 7, "on": True, "list": ["p", "q"], "html": "<&>"}}),
    "subject and extensions": ({"subject": "/C=XX/O=Org/OU=One/OU=Two/CN=leaf.test/emailAddress=a@b.test",
                                "more": ["-addext", "keyUsage=critical,keyAgreement,nonRepudiation", "-addext", "extendedKeyUsage=codeSigning,1.2.3.4",
                                         "-addext", "1.2.3.4.5=DER:0c0178"]}, {}, {"notAfter": "1h"}),
    "Ed25519, no names": ({"key": "ed25519", "names": None}, {"sans": None, "zeta": {"b": [True]}}, {"templateData": [1]}),
}
DIFFERENT = {
    "san bad ip": "templates: names",
    "fake extension, none of ours": "templates, the provisioner's extension",
}
ALONE = {"2.5.29.35"}  # The authority key identifier is of the CA's key.


class Templates(Authority):
    def add(self, config, admin):
        for name, row in TEMPLATES.items():
            options = {key: row[key] for key in ("template", "templateData") if key in row}
            if row.get("base64"):
                options["template"] = base64.b64encode(options["template"].encode()).decode()
            config["authority"]["provisioners"].append(
                {"type": "JWK", "name": name, "key": {**admin["key"], "kid": name}, "options": {"x509": options, "ssh": {}},
                 **({"claims": row["claims"]} if "claims" in row else {})})

    def issue(self, template, asked):
        """Status, and what was signed or why not."""
        request, claims, more = ASKED[asked]
        options = {"key": "ec", "subject": "/CN=leaf.test", "names": "DNS:leaf.test", **request}
        extra = options.pop("more", [])
        csr = self.keys.csr(options["key"], options["subject"], options["names"], *extra) if (template, asked) not in self.csrs \
            else self.csrs[template, asked]
        self.csrs[template, asked] = csr
        name = f"{template}: {asked}"
        answer = self.ask(name, "POST", "/1.0/sign", {"csr": csr, "ott": self.token(iss=template, **claims), **more})
        status = self.answers[name][0]
        if status != 201:
            return status, self.normal(answer.decode())
        pem = json.loads(answer)["crt"]
        return status, signed(base64.b64decode("".join(pem.splitlines()[1:-1])))


def signed(certificate):
    """The parts of a TBSCertificate that both must agree on, in hexadecimal."""
    tbs = der.inside(der.inside(certificate)[0][2])
    version, _serial, algorithm, issuer, validity, subject, key, extensions = tbs
    begin, end = [t[1].decode() for t in der.inside(validity[2])]
    found = []
    for _, contents, whole in der.inside(extensions[1]):
        identifier = der.oid(next(der.elements(contents))[1])
        found.append((identifier, "" if identifier in ALONE else whole.hex()))
    return {"version": version[2].hex(), "algorithm": algorithm[2].hex(), "issuer": issuer[2].hex(), "subject": subject[2].hex(),
            "key": key[2].hex(), "extensions": found, "lasts": len(begin) == len(end)}


class TemplateDifferential(Case):
    maxDiff = None

    def test_both_sign_the_same(self):
        keys = Keys()
        self.addCleanup(keys.folder.cleanup)
        Templates.csrs = {}
        theirs, ours = Templates(self, original_ca(), keys), Templates(self, OURS_CA, keys)
        wrong, equal, count = [], [], 0
        for template in TEMPLATES:
            for asked in ASKED:
                count += 1
                one, two = theirs.issue(template, asked), ours.issue(template, asked)
                row = DIFFERENT.get((template, asked)) or DIFFERENT.get(template)
                if one != two and not row:
                    wrong.append(f"{template}: {asked}\n   theirs {one}\n   ours   {two}")
                elif one == two and row:
                    equal.append((template, asked))
        print(f"{count} certificates or refusals compared, {len(wrong)} differ")
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertEqual([e for e in equal if e in DIFFERENT or e[0] in DIFFERENT], [], "no longer different")
        self.assertGreaterEqual(count, 300)


if __name__ == "__main__":
    unittest.main()
