"""The same requests to the original and to ours, each with a CA of its own but equal configuration.

Compared are the status, the headers that matter, the body and the fields of the access log; ids, times and
what belongs to one CA are replaced first. DIFFERENT names what differs on purpose, by request, with the row
of docs/compat.md; one that comes out equal fails the test. The original is step-ca v0.30.2 (./dev peers).
"""
import base64
import hashlib
import json
import pathlib
import re
import sys
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.authorities import Authority, Keys, decode, encode  # noqa: E402
from tests.support.harness import OURS_CA, Case, original_ca  # noqa: E402

DIFFERENT = {
    "GET /version": "/version",
    "GET /1.0/version": "/version",
    "FOO /health": "HTTP API, unknown methods",
    "get /health": "HTTP API, unknown methods",
    "GET /acme/acme/directory": "HTTP API, ACME",
    "GET /ssh/hosts": "HTTP API, SSH",
    "sign: a token that was refused before": "one-time tokens",
    **{f"POST {path}": "HTTP API, SSH" for path in ("/ssh/sign", "/ssh/renew", "/ssh/rekey", "/ssh/revoke", "/ssh/check-host",
                                                   "/ssh/bastion", "/sign-ssh")},
}


class Both(Authority):
    """Provisioners with limits of every kind."""

    def add(self, config, admin):
        public = admin["key"]
        claims = {"expiring": {"allowRenewalAfterExpiry": True}, "final": {"disableRenewal": True},
                  "short": {"minTLSCertDuration": "10m", "defaultTLSCertDuration": "20m", "maxTLSCertDuration": "30m"}}
        config["authority"]["provisioners"] += [
            {"type": "JWK", "name": name, "key": {**public, "kid": name}, **({"claims": claims[name]} if name in claims else {}),
             **({"encryptedKey": f"<{name}>"} if name == "short" else {})} for name in ("expiring", "final", "short", "last")]


def simple(ca):
    """What needs no token."""
    upper, dashed = ca.fingerprint.upper(), "-".join(re.findall("..", ca.fingerprint))
    gets = ["/health", "/1.0/health", "/health/", "//health", "/Health", "/health?x=%zz", "/%68ealth", "/", "/1.0", "/1.0/", "/nope",
            "/1.0/nope", "/2.0/health", "/health/x", "/1.0//health", "/1.0/1.0/health", "/root/zz", "/root/", "/root", f"/root/{ca.fingerprint}",
            f"/1.0/root/{ca.fingerprint}", f"/root/{upper}", f"/root/{dashed}", f"/root/{ca.fingerprint}/", "/root/a/b", "/root/%00",
            "/root/%zz", "/root/a%2Fb", "/roots", "/1.0/roots", "/roots/", "/roots.pem", "/1.0/roots.pem", "/intermediates",
            "/1.0/intermediates", "/intermediates.pem", "/federation", "/1.0/federation", "/federation/", "/provisioners", "/1.0/provisioners",
            "/provisioners?limit=1", "/provisioners?limit=2", "/provisioners?limit=0", "/provisioners?limit=", "/provisioners?limit=x",
            "/provisioners?limit=-1", "/provisioners?limit=1.5", "/provisioners?limit=%31", "/provisioners?limit=1&limit=2",
            "/provisioners?LIMIT=1", "/provisioners?limit=+1", "/provisioners?limit=01", "/provisioners?limit=0x1", "/provisioners?cursor=zz",
            "/provisioners?cursor=1", "/provisioners?cursor=2&limit=1", "/provisioners?cursor=4", "/provisioners?cursor=" + "f" * 60,
            "/provisioners?cursor=%00", "/provisioners?limit=99999999999999999999", "/provisioners?a;b&limit=1", "/provisioners/x/encrypted-key",
            f"/provisioners/{ca.kid}/encrypted-key", f"/1.0/provisioners/{ca.kid}/encrypted-key", "/provisioners/short/encrypted-key",
            "/provisioners/last/encrypted-key", f"/provisioners/{ca.kid}/encrypted-key/", "/provisioners//encrypted-key",
            f"/provisioners/{ca.kid}", "/provisioners/%73hort/encrypted-key", "/provisioners/a%2Fb/encrypted-key", "/provisioners/",
            "/sign", "/renew", "/rekey", "/revoke", "/re-sign", "/crl", "/1.0/crl", "/crl?pem", "/version", "/1.0/version", "/metrics",
            "/acme/acme/directory", "/scep/x", "/admin/provisioners", "/ssh/roots", "/ssh/federation", "/ssh/hosts", "/debug/pprof/",
            "/favicon.ico", "/robots.txt", "/.well-known/acme"]
    for path in gets:
        ca.ask(ca.normal(f"GET {path}"), "GET", path)
    for path in ("/health", "/sign", "/roots", "/renew", "/1.0/revoke", "/provisioners", "/nope", "/ssh/sign", "/ssh/config"):
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            ca.ask(f"{method} {path}", method, path)
    for method in ("POST", "TRACE", "FOO", "get"):
        ca.ask(f"{method} /health", method, "/health")
    cross = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    ca.ask("CORS OPTIONS /sign", "OPTIONS", "/sign", headers=cross)
    ca.ask("CORS GET /health", "GET", "/health", headers=cross)
    ca.ask("CORS POST /sign", "POST", "/sign", "{}", headers=cross)
    ca.ask("GET /roots compressed", "GET", "/roots", headers={"Accept-Encoding": "gzip, br", "Accept": "text/html"})
    ca.ask("GET /roots in part", "GET", "/roots", headers={"Range": "bytes=0-9"})
    ca.ask("GET /roots if changed", "GET", "/roots", headers={"If-None-Match": "*", "If-Modified-Since": "Sun, 06 Nov 2050 08:49:37 GMT"})
    ca.ask("GET /health with a body", "GET", "/health", "{}")
    ca.ask("GET /health as another method", "GET", "/health", headers={"X-HTTP-Method-Override": "POST"})
    ca.ask("GET /health with words about itself", "GET", "/health",
           headers={"Referer": "https://a.test/?q=1", "User-Agent": 'a"b\\c <d>', "Authorization": "Basic dTpw"})
    for path in ("/ssh/sign", "/ssh/renew", "/ssh/rekey", "/ssh/revoke", "/ssh/check-host", "/ssh/config", "/ssh/bastion", "/sign-ssh", "/nope"):
        ca.ask(f"POST {path}", "POST", path, "{}")


def bodies(ca):
    """Requests that are not right."""
    csr = ca.keys.csr()
    good = json.dumps({"csr": csr, "ott": "x"})
    begin, end = "-----BEGIN CERTIFICATE REQUEST-----\n", "-----END CERTIFICATE REQUEST-----\n"
    rows = {
        "nothing": "", "a brace": "{", "{}": "{}", "null": "null", "a list": "[]", "a number": "5", "a string": '"x"', "true": "true",
        "a brace more": "{}}", "trailing words": "{} trailing", "a BOM": "\ufeff{}", "NUL": "\0", "NUL after": "{}\0", "UTF-16": "{}".encode("utf-16"),
        "no UTF-8": b'{"csr":"\xff\xfe"}', "half a pair": '{"csr":"\\ud800"}', "a comment": "{/**/}", "single quotes": "{'csr':'x'}",
        "a comma too many": '{"csr":"x",}', "space before": " \t\r\n{}", "form feed before": "\f{}", "1 MB of space": " " * 1_000_000 + "{}",
        "10,001 deep": "[" * 10_001, "9,000 deep": '{"templateData":' * 9_000, "a number of 400 digits": '{"notAfter":' + "9" * 400 + "}",
        "csr a number": '{"csr":5}', "csr null": '{"csr":null}', "csr a list": '{"csr":[]}', "csr empty": '{"csr":""}', "csr null as text": '{"csr":"null"}',
        "csr a word": '{"csr":"x"}', "no ott": {"csr": csr}, "ott empty": {"csr": csr, "ott": ""}, "ott a word": {"csr": csr, "ott": "x"},
        "ott of dots": {"csr": csr, "ott": "a.b.c"}, "ott a number": {"csr": csr, "ott": 5}, "ott null": {"csr": csr, "ott": None},
        "ott of 60 KB": {"csr": csr, "ott": "x" * 60_000}, "ott with NUL": {"csr": csr, "ott": "a\0b"},
        "notAfter a word": {"csr": csr, "ott": "x", "notAfter": "zz"}, "notBefore a number": {"csr": csr, "ott": "x", "notBefore": 5},
        "notAfter empty": {"csr": csr, "ott": "x", "notAfter": ""}, "templateData a number": {"csr": csr, "ott": "x", "templateData": 5},
        "other case": {"CSR": csr, "OTT": "x"}, "csr twice": good[:-1] + ',"csr":""}', "ott twice": good[:-1] + ',"OTT":""}', "unknown keys": good[:-1] + ',"z":{}}',
        "csr of another type": {"csr": csr.replace("CERTIFICATE REQUEST", "CERTIFICATE"), "ott": "x"}, "csr of the old type": {"csr": csr.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), "ott": "x"},
        "csr without its end": {"csr": csr.replace(end, ""), "ott": "x"}, "csr of nothing": {"csr": begin + end, "ott": "x"},
        "csr of rubbish": {"csr": f"{begin}AAAA\n{end}", "ott": "x"}, "csr not in base64": {"csr": f"{begin}!!!!\n{end}", "ott": "x"}, "csr after words": {"csr": "words\n" + csr, "ott": "x"},
        "csr twice in one": {"csr": csr + csr, "ott": "x"}, "csr with a header": {"csr": begin + "A: b\n\n" + csr[len(begin):], "ott": "x"},
        "csr with CRLF": {"csr": csr.replace("\n", "\r\n"), "ott": "x"}, "csr with a false signature": {"csr": broken(csr), "ott": "x"},
        "csr without csr": {"ott": "x"}, "csr in DER": base64.b64decode("".join(csr.splitlines()[1:-1])),
    }
    for name, body in rows.items():
        ca.ask(f"sign: {name}", "POST", "/sign", body)
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16"):
        ca.ask(f"sign: as {kind}", "POST", "/sign", good, {"Content-Type": kind})
    ca.ask("sign: said to be compressed", "POST", "/sign", good, {"Content-Encoding": "gzip"})
    ca.ask("sign: trailing slash", "POST", "/sign/", good)
    ca.ask("sign: with a query", "POST", "/sign?x=y", good)
    rows = {
        "nothing": "", "{}": "{}", "serial a number": '{"serial":5}', "serial empty": '{"serial":""}', "serial a word": '{"serial":"zz"}', "a float": '{"serial":"1.5"}',
        "signs": '{"serial":"--1"}', "spaces": '{"serial":" 1 "}', "octal wrong": '{"serial":"09"}', "0x": '{"serial":"0x"}', "underscores": '{"serial":"1__0"}',
        "not passive": '{"serial":"1"}', "passive": '{"serial":"1","passive":true}', "a bad token": '{"serial":"0x1","ott":"x","passive":true}',
        "reason 11": '{"serial":"1","reasonCode":11,"passive":true}', "reason -1": '{"serial":"1","reasonCode":-1,"passive":true}',
        "reason a word": '{"serial":"1","reasonCode":"x"}', "reason 1.5": '{"serial":"1","reasonCode":1.5,"passive":true}', "reason 1e0": '{"serial":"1","reasonCode":1e0,"passive":true}',
        "reason of 20 digits": '{"serial":"1","reasonCode":99999999999999999999,"passive":true}', "passive a number": '{"serial":"1","passive":5}', "null": "null",
    }
    for name, body in rows.items():
        ca.ask(f"revoke: {name}", "POST", "/revoke", body)
    for path in ("/renew", "/rekey", "/re-sign"):
        for body in ("", "{}", "{"):
            ca.ask(f"POST {path} {body}".strip(), "POST", path, body)
    for word in ("Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "bearer a.b.c", "Basic dTpw", "Bearer  a.b.c", "x Bearer a.b.c"):
        ca.ask(f"renew: Authorization: {word}|", "POST", "/renew", headers={"Authorization": word})


def broken(csr):
    der = bytearray(base64.b64decode("".join(csr.splitlines()[1:-1])))
    der[-1] ^= 1
    return "-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(bytes(der)).decode() + "-----END CERTIFICATE REQUEST-----\n"


def signing(ca):
    """Certificates and refusals of good requests."""
    keys = ca.keys

    def sign(name, csr=None, path="/1.0/sign", ott=None, more=None, **claims):
        return ca.ask(f"sign: {name}", "POST", path, {"csr": csr or keys.csr(), "ott": ott or ca.token(**claims), **(more or {})})

    sign("good")
    sign("good at /sign", path="/sign")
    for key in ("p384", "p521", "ed25519", "rsa", "small"):
        sign(f"a key of kind {key}", keys.csr(key))
    all_names = ["leaf.test", "10.0.0.1", "::1", "a@b.test", "https://leaf.test/x", "*.leaf.test"]
    every = "DNS:leaf.test,DNS:*.leaf.test,IP:10.0.0.1,IP:::1,email:a@b.test,URI:https://leaf.test/x"
    sign("names of every kind", keys.csr(names=every), sans=all_names)
    for i, name in enumerate(all_names):
        sign(f"{name} is not asked for", keys.csr(names=every), sans=all_names[:i] + all_names[i + 1:])
    sign("a name too few", keys.csr(), sans=["leaf.test", "b.test"])
    sign("no names", keys.csr(names=None))
    sign("no names in the token", sans=None)
    sign("an empty list of names", sans=[])
    sign("another common name", keys.csr(subject="/CN=x.test"))
    sign("no subject", keys.csr(subject="/"))
    sign("more in the subject", keys.csr("ec", "/C=XX/O=Org/OU=Unit/CN=leaf.test"))
    sign("a CA it wants to be", keys.csr("ec", "/CN=leaf.test", "DNS:leaf.test", "-addext", "basicConstraints=critical,CA:TRUE"))
    sign("a request signed with SHA-512", keys.csr("rsa", "/CN=leaf.test", "DNS:leaf.test", "-sha512"))
    for name, more in {"an hour": {"notAfter": "1h"}, "five minutes": {"notAfter": "5m"}, "a minute": {"notAfter": "1m"}, "a day and a second": {"notAfter": "24h1s"}, "a year": {"notAfter": "8760h"},
                       "the past": {"notAfter": "-1h"}, "a date": {"notAfter": "2001-01-01T00:00:00Z"}, "begin later": {"notBefore": "1h"}, "end before begin": {"notBefore": "2h", "notAfter": "1h"},
                       "begin long ago": {"notBefore": "-100h"}, "template data": {"templateData": {"a": [1]}}}.items():
        sign(f"validity: {name}", more=more)
    for name, more in {"default": {}, "long": {"notAfter": "1h"}, "short": {"notAfter": "5m"}}.items():
        sign(f"the provisioner's limits: {name}", more=more, iss="short")
    once = ca.token()
    sign("a token the first time", ott=once)
    sign("a token the second time", ott=once)
    sign("a token refused", keys.csr(subject="/CN=x.test", names="DNS:x.test"), ott=ca.token())
    base = f"https://localhost:{ca.port}"
    for audience in (f"{base}/sign", "https://localhost/1.0/sign", "https://localhost:1/1.0/sign", f"https://127.0.0.1:{ca.port}/1.0/sign", f"https://LOCALHOST:{ca.port}/1.0/sign",
                     f"http://localhost:{ca.port}/1.0/sign", f"{base}/1.0/sign/", f"{base}//1.0/sign", f"{base}/1.0/sign?x", f"{base}/1.0/sign#x", f"{base}/1.0/sign#admin/{ca.kid}", f"{base}/1.0/revoke", f"{base}/2.0/sign",
                     f"https://localhost.:{ca.port}/1.0/sign", f"https://other.test:{ca.port}/1.0/sign", f"https://u@localhost:{ca.port}/1.0/sign", "step-certificate-authority", "", base, "sign", f"{base}/1.0/ssh/sign",
                     f"{base}/%73ign", "localhost/1.0/sign"):
        sign(f"audience {ca.normal(audience)}|", aud=audience)
    sign("two audiences", aud=["x", f"{base}/1.0/sign"])
    sign("no audience", aud=None)
    sign("an empty list of audiences", aud=[])
    now = int(time.time())  # The leeway is a minute.
    for name, claims in {"expired": {"exp": now - 3600}, "expired within the leeway": {"exp": now - 30}, "not yet": {"nbf": now + 3600}, "issued later": {"iat": now + 3600}, "issued long ago": {"iat": 1},
                         "without exp": {"exp": None}, "without nbf": {"nbf": None}, "without iat": {"iat": None}, "without jti": {"jti": None}, "without sub": {"sub": None}, "sub empty": {"subject": ""}, "iss of nobody": {"iss": "nobody"},
                         "without iss": {"iss": None}, "iss in other case": {"iss": "Admin"}, "exp a word": {"exp": "x"}, "exp a float": {"exp": now + 300.5}, "sub a number": {"sub": 5}, "sans a word": {"sans": "leaf.test"},
                         "unknown claims": {"x": {"y": 1}}, "kid of another": {"header": {"kid": "last"}}, "kid of nobody": {"header": {"kid": "zz"}}, "signed by another": {"key": str(keys.path / "other.key")},
                         "alg none": {"header": {"alg": "none"}}, "alg HS256": {"header": {"alg": "HS256"}}, "alg ES384": {"header": {"alg": "ES384"}}, "crit": {"header": {"crit": ["x"], "x": 1}}}.items():
        sign(f"token: {name}", **claims)
    csr = keys.fixed
    digest = encode(hashlib.sha256(base64.b64decode("".join(csr.splitlines()[1:-1]))).digest())
    sign("a fingerprint that fits", csr, cnf={"x5rt#S256": digest})
    sign("a fingerprint that does not", keys.csr("other"), cnf={"x5rt#S256": digest})
    sign("a fingerprint of nothing", cnf={})
    token = ca.token()
    sign("a token with a tail", ott=token + "x")
    sign("a token of four parts", ott=token + ".x")
    sign("a token in spaces", ott=f" {ca.token()} ")
    sign("a token that was refused before", ott=token)


def renewing(ca):
    """Renewal, rekeying and revocation, by certificate and by token."""
    keys = ca.keys

    def client(name, **claims):
        got = ca.ask(f"sign for {name}", "POST", "/1.0/sign", {"csr": keys.csr(), "ott": ca.token(**claims)})
        file = ca.home.file(f"{name}.crt")
        file.write_text("".join(json.loads(got)["certChain"]))
        return str(file), str(keys.path / "ec.key")

    def bearer(name, client, header=None, key=None, **claims):
        now = int(time.time())
        certificates = re.findall(r"-----BEGIN CERTIFICATE-----\n(.*?)-----END", pathlib.Path(client[0]).read_text(), re.S)
        payload = {"iss": "step-ca-client/1.0", "sub": "leaf.test", "aud": f"https://localhost:{ca.port}/renew", "nbf": now, "iat": now,
                   "exp": now + 300, "jti": uuid.uuid4().hex, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        token = keys.jws(key or client[1], {"alg": "ES256", "typ": "JWT", "x5cInsecure": ["".join(c.split()) for c in certificates], **(header or {})}, payload)
        ca.ask(f"renew by token: {name}", "POST", "/renew", headers={"Authorization": f"Bearer {token}"})
        return token

    leaf, final = client("leaf"), client("final", iss="final")
    ca.ask("renew", "POST", "/renew", client=leaf)
    ca.ask("renew at /1.0", "POST", "/1.0/renew", client=leaf)
    ca.ask("renew at /re-sign", "POST", "/re-sign", client=leaf)
    ca.ask("renew with a body", "POST", "/renew", '{"csr":"x"}', client=leaf)
    ca.ask("renew where the provisioner forbids it", "POST", "/renew", client=final)
    ca.ask("renew with a token and a certificate", "POST", "/renew", headers={"Authorization": "Bearer x"}, client=leaf)
    ca.ask("health with a certificate", "GET", "/health", client=leaf)
    good = {"csr": keys.csr("other")}
    ca.ask("rekey", "POST", "/rekey", good, client=leaf)
    ca.ask("rekey with the same key", "POST", "/1.0/rekey", {"csr": keys.csr()}, client=leaf)
    ca.ask("rekey with other names", "POST", "/rekey", {"csr": keys.csr("other", "/CN=x.test", "DNS:x.test")}, client=leaf)
    ca.ask("rekey without a certificate", "POST", "/rekey", good)
    ca.ask("rekey where the provisioner forbids it", "POST", "/rekey", good, client=final)
    for name, body in {"nothing": "", "{}": "{}", "rubbish": '{"csr":"x"}', "a false signature": {"csr": broken(keys.csr())}}.items():
        ca.ask(f"rekey: {name}", "POST", "/rekey", body, client=leaf)
    bearer("good", leaf)
    bearer("at another audience", leaf, aud="https://localhost/1.0/renew")
    bearer("for another host", leaf, aud="https://x.test/renew")
    bearer("for signing", leaf, aud=f"https://localhost:{ca.port}/sign")
    bearer("of another subject", leaf, sub="x.test")
    bearer("of another issuer", leaf, iss="x")
    bearer("without issuer", leaf, iss=None)
    bearer("expired", leaf, exp=1)
    bearer("not yet", leaf, nbf=int(time.time()) + 3600)
    bearer("issued later", leaf, iat=int(time.time()) + 3600)
    bearer("without x5cInsecure", leaf, header={"x5cInsecure": None})
    bearer("x5cInsecure of rubbish", leaf, header={"x5cInsecure": ["AAAA"]})
    bearer("signed by another key", leaf, key=str(keys.path / "other.key"))
    bearer("where the provisioner forbids it", final)
    token = bearer("used once", leaf)
    ca.ask("renew by token: used twice", "POST", "/renew", headers={"Authorization": f"Bearer {token}"})

    def revoke(name, serial, client=None, ott=None, headers=None, **more):
        body = {"serial": serial, "passive": True, **more}
        if ott is not False and not client:
            body["ott"] = ott or ca.token("revoke", serial, sans=None)
        return ca.ask(f"revoke: {name}", "POST", "/1.0/revoke", body, headers, client)

    for code in range(11):
        revoke(f"with reason {code}", str(1000 + code), reasonCode=code, reason=f"reason {code}")
    revoke("again", "1000")
    revoke("in hexadecimal", "0x2000")
    revoke("in hexadecimal, a decimal subject", "0x2001", ott=ca.token("revoke", str(0x2001)))
    revoke("in decimal, a hexadecimal subject", str(0x2002), ott=ca.token("revoke", "0x2002"))
    revoke("in octal", "0o17777")
    revoke("in binary", "0b1")
    revoke("with underscores", "1_000_000")
    revoke("below zero", "-5")
    revoke("a leading zero", "010")
    revoke("of 400 digits", "9" * 400)
    revoke("another subject", "3000", ott=ca.token("revoke", "3001"))
    revoke("a token to sign", "3002", ott=ca.token("sign", "3002"))
    revoke("active, by token", "3003", passive=False)
    revoke("a long reason with odd letters", "3004", reason="é\u2028<&>" + "x" * 5000)
    revoke("without reason", "3005", reason=None, reasonCode=None)
    revoke("other words", "3006", x="y")
    used = ca.token("revoke", "3007")
    revoke("a token once", "3007", ott=used)
    revoke("a token twice", "3007", ott=used)
    serial = str(int(keys.run("x509", "-noout", "-serial", "-in", leaf[0]).decode().strip().partition("=")[2], 16))
    revoke("by certificate, of another", "3008", client=leaf)
    revoke("by certificate", serial, client=leaf, reasonCode=4)
    revoke("by certificate, again", serial, client=leaf)
    ca.ask("renew a revoked certificate", "POST", "/renew", client=leaf)
    ca.ask("rekey a revoked certificate", "POST", "/rekey", good, client=leaf)
    bearer("of a revoked certificate", leaf)
    ca.ask("health with a revoked certificate", "GET", "/health", client=leaf)


class Differential(Case):
    maxDiff = None

    def test_both_answer_the_same(self):
        keys = Keys()
        self.addCleanup(keys.folder.cleanup)
        theirs, ours = Both(self, original_ca(), keys), Both(self, OURS_CA, keys)
        for ca in (theirs, ours):
            time.sleep(1.1)  # Tokens of the second in which the CA started are older than it.
            for part in (simple, bodies, signing, renewing):
                part(ca)
            ca.kept.close()
        for ca in (theirs, ours):
            ca.server.stop()  # So that all that they logged is here.
        logs = theirs.log(), ours.log()
        self.assertEqual(list(theirs.answers), list(ours.answers))
        wrong, equal = [], []
        for name, want in theirs.answers.items():
            got = ours.answers[name]
            want_log, got_log = (log.get(name, {}) for log in logs)
            fields = sorted(key for key in {*want_log, *got_log} if want_log.get(key) != got_log.get(key))
            same = want == got and not fields
            if not same and name not in DIFFERENT:
                wrong.append(f"{name}\n  original {want}\n  ours     {got}" + "".join(
                    f"\n    log {key}: {want_log.get(key)!r}, ours {got_log.get(key)!r}" for key in fields))
            if same and name in DIFFERENT:
                equal.append(name)
        print(f"{len(theirs.answers)} requests, {len(logs[0])} log lines, {len(DIFFERENT)} different on purpose")
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertEqual(equal, [], "these are equal now; take them off the list")


if __name__ == "__main__":
    unittest.main()
