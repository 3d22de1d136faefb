"""Malformed and out-of-order ACME requests: what ours answers, and the original step-ca v0.30.2 beside it.

TABLE holds a name, the status and problem type that we answer ("200" where nothing is wrong), and what is sent. DIFFERENT names
the rows in which the original answers otherwise, with its answer and the row of docs/compat.md; a row that comes out equal after
all fails, as does one that is not there. Every answer to a POST must have a fresh nonce, every failure be a problem document.
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support import acme_client, acme_site, harness  # noqa: E402
from tests.support.acme_client import LEFT_OUT, Key, b64, compact, csr  # noqa: E402

URN = acme_client.ERROR


class Setting:
    """One CA with an account and its objects in every state, and what other accounts have."""

    def __init__(self, case, program):
        self.site = acme_site.Site(case, program, self.change)
        self.kinds = {kind: Key(kind) for kind in ("P-256", "P-384", "P-521", "RSA-2048", "RSA-1024", "Ed25519")}
        self.me, self.other, self.gone = self.site.client(), self.site.client(), self.site.client()
        self.elsewhere = self.site.client(provisioner="second")
        self.stranger = self.site.client(register=False)
        for client in (self.me, self.stranger, self.other, self.gone):
            client._directory = {**client.directory, "keyChange": client.directory_url.replace("directory", "key-change")}
        self.gone.ask(self.gone.kid, {"status": "deactivated"})
        self.base = self.me.directory_url.removesuffix("directory")
        solve = self.site.solver("x.test")
        self.order, self.document = self.me.order(["a.x.test"])
        self.authz = self.document["authorizations"][0]
        self.challenge = next(c["url"] for c in self.me.get(self.authz)["challenges"] if c["type"] == "dns-01")
        self.theirs, theirs = self.other.order(["o.x.test"])
        self.their_authz = theirs["authorizations"][0]
        self.their_challenge = self.other.get(self.their_authz)["challenges"][0]["url"]
        self.leaf_key = Key()
        chain, _, self.valid = self.me.issue(["v.x.test"], solve, key=self.leaf_key)
        self.leaf = acme_client.der(acme_client.certificates(chain)[0])
        self.issuer = acme_client.der(acme_client.certificates(chain)[1])
        self.certificate = self.me.get(self.valid)["certificate"]
        chain, _, _ = self.me.issue(["r.x.test"], solve)
        self.revoked = acme_client.der(acme_client.certificates(chain)[0])
        assert self.me.revoke(self.revoked).status == 200
        chain, _, other = self.other.issue(["t.x.test"], solve)
        self.their_leaf = acme_client.der(acme_client.certificates(chain)[0])
        self.their_certificate = self.other.get(other)["certificate"]
        self.ready, ready = self.me.order(["y.x.test", "z.x.test"])
        self.me.authorise(ready, solve)

    @staticmethod
    def change(config):
        config["authority"]["provisioners"] += [{"type": "ACME", "name": "second"}, {"type": "ACME", "name": "eab", "requireEAB": True},
                                                {"type": "ACME", "name": "named one"}]

    # --- what rows are made of

    def raw(self, url, body, **more):
        return self.me.send(url, body, **more)

    def new_account(self, payload=None, client=None, **bend):
        return (client or self.stranger).post("newAccount", {} if payload is None else payload, **{"jwk": True, "key": Key(), **bend})

    def new_order(self, *values, kind="dns", **more):
        return self.me.post("newOrder", {"identifiers": [{"type": kind, "value": value} for value in values], **more})

    def finalize(self, request=None, order=None, **payload):
        payload = payload or {"csr": b64(request if request is not None else csr(["y.x.test", "z.x.test"], Key()))}
        return self.me.post((order or self.ready) + "/finalize", payload)

    def revoke(self, der=None, **more):
        return self.me.post("revokeCert", {"certificate": b64(self.leaf if der is None else der), **more})

    def bind(self, protected=None, payload=None, **parts):
        """new-account at the provisioner that wants a binding, which nobody has a key for."""
        client = acme_client.Client(self.site.directory("eab"), self.site.root)
        url = client.url("newAccount")
        protected = {"alg": "HS256", "kid": "nobody", "url": url} if protected is None else protected(url)
        binding = {"protected": b64(compact(protected)), "payload": b64(compact(payload or client.key.jwk)), "signature": b64(b"s" * 32), **parts}
        try:
            return client.post("newAccount", {"externalAccountBinding": binding}, jwk=True)
        finally:
            client.close()

    def roll(self, inner_payload=None, **bend):
        """key-change to a new key."""
        fresh, url = Key(), self.base + "key-change"
        payload = {"account": self.me.kid, "oldKey": self.me.key.jwk} if inner_payload is None else inner_payload
        header = {"nonce": LEFT_OUT, **bend.pop("header", {})}
        inner = self.me.jws(bend.pop("url", url), payload, **{"key": fresh, "jwk": True, "nonce": "x", "header": header, **bend})
        return self.me.post(url, inner)

    def baseline(self, route):
        """(URL, payload, whether it brings its key) of a request that is good."""
        return {"new-account": (self.me.url("newAccount"), {}, True),
                "new-order": (self.me.url("newOrder"), {"identifiers": [{"type": "dns", "value": "b.x.test"}]}, False),
                "revoke-cert": (self.me.url("revokeCert"), {"certificate": b64(b"no certificate")}, False),
                "account": (self.me.kid, None, False), "orders": (self.me.kid + "/orders", None, False),
                "order": (self.order, None, False), "finalize": (self.order + "/finalize", {"csr": "AA"}, False),
                "authz": (self.authz, None, False), "challenge": (self.challenge, None, False),
                "certificate": (self.certificate, None, False)}[route]


def tampered(s, url, payload, jwk):
    jws = s.me.jws(url, payload, jwk=jwk or None)
    jws["payload"] = b64(compact({"contact": ["mailto:evil@x.test"]}))
    return s.raw(url, jws)


def twice(s, url, payload, jwk):
    jws = s.me.jws(url, payload, jwk=jwk or None)
    s.raw(url, jws)
    return s.raw(url, jws)


def general(count):
    def send(s, url, payload, jwk):
        jws = s.me.jws(url, payload, jwk=jwk or None)
        one = {"protected": jws["protected"], "signature": jws["signature"]}
        return s.raw(url, {"payload": jws["payload"], "signatures": [one] * count})
    return send


def protected(text):
    """A JWS whose protected header is this text."""
    return lambda s, url, payload, jwk: s.raw(url, {"protected": b64(text), "payload": b64(compact(payload or {})), "signature": b64(b"x" * 64)})


def bent(**how):
    def send(s, url, payload, jwk):
        more = {k: v(s) if callable(v) else v for k, v in how.items()}
        header = {k: v(s, url) if callable(v) else v for k, v in more.pop("header", {}).items()}
        return s.me.post(url, payload, **{"jwk": jwk or None, "header": header, **more})
    return send


def body(make):
    return lambda s, url, payload, jwk: s.raw(url, make(s.me.jws(url, payload, jwk=jwk or None)))


# How any signed request can be wrong before anybody looks at its payload. Some depend on how it should be signed.
ENVELOPE = [
    ("no content type", "400 malformed", bent(content_type="")),
    ("content type application/json", "400 malformed", bent(content_type="application/json")),
    ("content type with a parameter", "400 malformed", bent(content_type="application/jose+json; charset=utf-8")),
    ("content type in capitals", "400 malformed", bent(content_type="Application/JOSE+JSON")),
    ("no body", "400 malformed", body(lambda jws: "")),
    ("a body that is no JSON", "400 malformed", body(lambda jws: "hello")),
    ("a body cut off", "400 malformed", body(lambda jws: compact(jws)[:-9])),
    ("a body that is an array", "400 malformed", body(lambda jws: compact([jws]))),
    ("a body that is an empty object", "400 malformed", body(lambda jws: {})),
    ("no member payload", "400 malformed", body(lambda jws: {k: v for k, v in jws.items() if k != "payload"})),
    ("no member protected", "400 badSignatureAlgorithm", body(lambda jws: {k: v for k, v in jws.items() if k != "protected"})),
    ("no member signature", "400 malformed", body(lambda jws: {k: v for k, v in jws.items() if k != "signature"})),
    ("a signature that is no base64url", "400 malformed", body(lambda jws: {**jws, "signature": "!!"})),
    ("a payload that is no base64url", "400 malformed", body(lambda jws: {**jws, "payload": "!!"})),
    ("a signature cut off", "400 malformed", body(lambda jws: {**jws, "signature": jws["signature"][:40]})),
    ("a signature of zeros", "400 malformed", body(lambda jws: {**jws, "signature": b64(bytes(64))})),
    ("compact form with two parts", "400 malformed", body(lambda jws: jws["protected"] + "." + jws["payload"])),
    ("compact form with four parts", "400 malformed", body(lambda jws: ".".join([jws["protected"], jws["payload"], jws["signature"], "x"]))),
    ("an unprotected header", "400 malformed", body(lambda jws: {**jws, "header": {"kid": "x"}})),
    ("two signatures", "400 malformed", general(2)),
    ("an empty list of signatures", "400 badSignatureAlgorithm", general(0)),
    ("a protected header that is no JSON", "400 malformed", protected("hello")),
    ("a protected header that is an array", "400 malformed", protected("[]")),
    ("a protected header with alg twice", "400 malformed", protected('{"alg":"ES256","alg":"ES256"}')),
    ("alg is no text", "400 malformed", protected('{"alg":7}')),
    ("alg none", "400 badSignatureAlgorithm", protected('{"alg":"none"}')),
    ("no alg", "400 badSignatureAlgorithm", protected('{"nonce":"x"}')),
    ("alg HS256", "400 badSignatureAlgorithm", protected('{"alg":"HS256","kid":"x"}')),
    ("alg unknown", "400 badSignatureAlgorithm", protected('{"alg":"ES257"}')),
    ("nonce is no text", "400 malformed", protected('{"alg":"ES256","nonce":7}')),
    ("kid is no text", "400 malformed", protected('{"alg":"ES256","kid":7}')),
    ("jwk is no object", "400 malformed", protected('{"alg":"ES256","jwk":7}')),
    ("jwk is empty", "400 malformed", protected('{"alg":"ES256","jwk":{}}')),
    ("jwk is symmetric", "400 malformed", protected('{"alg":"ES256","jwk":{"kty":"oct","k":"AAAA"}}')),
    ("jwk on an unknown curve", "400 malformed", protected('{"alg":"ES256","jwk":{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}}')),
    ("jwk off its curve", "400 malformed", protected(compact({"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": b64(b"x" * 32), "y": b64(b"y" * 32)}}))),
    ("no nonce", "400 badNonce", bent(header={"nonce": LEFT_OUT})),
    ("an empty nonce", "400 badNonce", bent(header={"nonce": ""})),
    ("an unknown nonce", "400 badNonce", bent(header={"nonce": b64(b"n" * 30)})),
    ("a nonce that is no base64url", "400 badNonce", bent(header={"nonce": "n n"})),
    ("a nonce that was used", "400 badNonce", twice),
    ("no url", "400 malformed", bent(header={"url": LEFT_OUT})),
    ("an empty url", "400 malformed", bent(header={"url": ""})),
    ("url is no text", "400 malformed", bent(header={"url": 7})),
    ("url of another host", "400 malformed", bent(header={"url": lambda s, url: url.replace("localhost", "ca.evil.test")})),
    ("url of another path", "400 malformed", bent(header={"url": lambda s, url: url + "x"})),
    ("url with http", "400 malformed", bent(header={"url": lambda s, url: url.replace("https", "http")})),
    ("url without its host", "400 malformed", bent(header={"url": lambda s, url: url.split("localhost", 1)[1]})),
    ("url with a query that was not sent", "400 malformed", bent(header={"url": lambda s, url: url + "?x=1"})),
    ("both jwk and kid", "400 malformed", bent(header={"jwk": lambda s, _: s.me.key.jwk, "kid": lambda s, _: s.me.kid})),
    ("neither jwk nor kid", "400 malformed", bent(header={"jwk": LEFT_OUT, "kid": LEFT_OUT})),
    ("an empty kid", "400 malformed", bent(header={"jwk": LEFT_OUT, "kid": ""})),
    ("a payload that was changed", "400 malformed", tampered),
    ("signed by another key", "400 malformed", bent(signature=lambda s: s.other.key.sign(b"something else"))),
    ("a crit header", "400 malformed", bent(header={"crit": ["exp"]})),
]

# For requests that an account signs.
BY_ACCOUNT = [
    ("kid of nobody", "400 accountDoesNotExist", bent(header={"kid": lambda s, _: s.base + "account/nobody"})),
    ("kid of another account", "400 malformed", bent(header={"kid": lambda s, _: s.other.kid})),
    ("kid of a deactivated account", "401 unauthorized", bent(header={"kid": lambda s, _: s.gone.kid}, key=lambda s: s.gone.key)),
    ("kid of an account at another provisioner", "401 unauthorized", bent(header={"kid": lambda s, _: s.elsewhere.kid}, key=lambda s: s.elsewhere.key)),
    ("kid without an address", "401 unauthorized", bent(header={"kid": lambda s, _: s.me.kid.rsplit("/", 1)[1]})),
    ("kid with another path", "401 unauthorized", bent(header={"kid": lambda s, _: s.me.kid.replace("/account/", "/order/")})),
    ("kid at another provisioner's address", "401 unauthorized", bent(header={"kid": lambda s, _: s.me.kid.replace("/acme/acme/", "/acme/second/")})),
    ("kid with slashes behind it", "401 unauthorized", bent(header={"kid": lambda s, _: s.me.kid + "//"})),
    ("alg of another kind of key", "400 malformed", bent(header={"alg": "RS256"})),
    ("alg of another curve", "400 malformed", bent(header={"alg": "ES384"})),
]

WHOLE = ("new-account", "new-order", "authz", "revoke-cert")  # All of the above; of the rest some.
SOME = ("content type application/json", "no body", "no nonce", "a nonce that was used", "url of another path", "neither jwk nor kid",
        "a payload that was changed", "kid of nobody", "kid of another account", "kid of a deactivated account")


def envelope_rows():
    for route in ("new-account", "new-order", "authz", "revoke-cert", "account", "orders", "order", "finalize", "challenge", "certificate"):
        for name, expected, send in ENVELOPE + (BY_ACCOUNT if route != "new-account" else []):
            if route in WHOLE or name in SOME:
                yield f"{route}: {name}", expected, lambda s, send=send, route=route: send(s, *s.baseline(route))


NAMES = csr  # Requests for certificates: csr(names, key, common_name, more).
LONG = "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 63

TABLE = [
    *envelope_rows(),
    # --- who signs
    ("new-account: signed by an account", "400 malformed", lambda s: s.me.post("newAccount", {})),
    ("new-order: signed with a key", "400 malformed", lambda s: s.me.post("newOrder", {}, jwk=True)),
    ("order: signed with a key", "400 malformed", lambda s: s.me.post(s.order, None, jwk=True)),
    ("finalize: signed with a key", "400 malformed", lambda s: s.me.post(s.order + "/finalize", {}, jwk=True)),
    ("account: signed with a key", "400 malformed", lambda s: s.me.post(s.me.kid, None, jwk=True)),
    ("certificate: signed with a key", "400 malformed", lambda s: s.me.post(s.certificate, None, jwk=True)),
    ("key-change: signed with a key", "400 malformed", lambda s: s.me.post(s.base + "key-change", {}, jwk=True)),
    # --- new-account
    ("new-account: with P-384", "201", lambda s: s.new_account(key=s.kinds["P-384"])),
    ("new-account: with P-521", "201", lambda s: s.new_account(key=s.kinds["P-521"])),
    ("new-account: with RSA-2048", "201", lambda s: s.new_account(key=s.kinds["RSA-2048"])),
    ("new-account: with RSA-2048, PS256", "200", lambda s: s.new_account(key=s.kinds["RSA-2048"], alg="PS256")),
    ("new-account: with Ed25519", "201", lambda s: s.new_account(key=s.kinds["Ed25519"])),
    ("new-account: with RSA-1024", "400 malformed", lambda s: s.new_account(key=s.kinds["RSA-1024"])),
    ("new-account: RS256 with a P-256 key", "400 malformed", lambda s: s.new_account(header={"alg": "RS256"})),
    ("new-account: ES384 with a P-256 key", "400 malformed", lambda s: s.new_account(header={"alg": "ES384"})),
    ("new-account: alg of the key is another", "400 malformed", lambda s: s.new_account(jwk={**Key().jwk, "alg": "ES384"})),
    ("new-account: of a deactivated account", "401 unauthorized", lambda s: s.new_account(key=s.gone.key)),
    ("new-account: payload no JSON", "400 malformed", lambda s: s.new_account("hello")),
    ("new-account: no payload", "400 malformed", lambda s: s.stranger.post("newAccount", None, jwk=True, key=Key())),
    ("new-account: payload an array", "400 malformed", lambda s: s.new_account([])),
    ("new-account: payload a text", "400 malformed", lambda s: s.new_account('"x"')),
    ("new-account: payload null", "201", lambda s: s.new_account("null")),
    ("new-account: text behind the payload", "400 malformed", lambda s: s.new_account("{} {}")),
    ("new-account: contact is no list", "400 malformed", lambda s: s.new_account({"contact": "mailto:a@x.test"})),
    ("new-account: contact is no text", "400 malformed", lambda s: s.new_account({"contact": [7]})),
    ("new-account: an empty contact", "400 malformed", lambda s: s.new_account({"contact": [""]})),
    ("new-account: names in capitals", "201", lambda s: s.new_account({"CONTACT": ["mailto:a@x.test"]})),
    ("new-account: unknown members", "201", lambda s: s.new_account({"unknown": {"x": [1]}})),
    ("new-account: contact by telephone", "201", lambda s: s.new_account({"contact": ["tel:+1-201-555-0123"]})),
    ("new-account: a contact with header fields", "400 invalidContact", lambda s: s.new_account({"contact": ["mailto:a@x.test?subject=x"]})),
    ("new-account: two addresses in a contact", "400 invalidContact", lambda s: s.new_account({"contact": ["mailto:a@x.test,b@x.test"]})),
    ("new-account: a contact that is too long", "400 invalidContact", lambda s: s.new_account({"contact": ["mailto:a@" + "x" * 600]})),
    ("new-account: too many contacts", "400 invalidContact", lambda s: s.new_account({"contact": ["mailto:a@x.test"] * 21})),
    ("new-account: onlyReturnExisting with contacts", "400 malformed", lambda s: s.new_account({"onlyReturnExisting": True, "contact": ["mailto:a@x.test"]})),
    ("new-account: onlyReturnExisting of nobody", "400 accountDoesNotExist", lambda s: s.new_account({"onlyReturnExisting": True})),
    ("new-account: onlyReturnExisting of an account", "200", lambda s: s.new_account({"onlyReturnExisting": True}, key=s.me.key)),
    ("new-account: onlyReturnExisting is no bool", "400 malformed", lambda s: s.new_account({"onlyReturnExisting": "yes"})),
    ("new-account: termsOfServiceAgreed is no bool", "400 malformed", lambda s: s.new_account({"termsOfServiceAgreed": 1})),
    ("new-account: a key with an account here, at another provisioner", "201",
     lambda s: acme_client.Client(s.site.directory("second"), s.site.root, s.me.key).post("newAccount", {}, jwk=True)),
    ("new-account: a body of 20 KiB", "413 malformed", lambda s: s.new_account({"x": "x" * 20_000})),
    # --- external account binding
    ("binding: none", "400 externalAccountRequired", lambda s: acme_client.Client(s.site.directory("eab"), s.site.root).post("newAccount", {}, jwk=True)),
    ("binding: of an unknown key", "401 unauthorized", lambda s: s.bind()),
    ("binding: alg ES256", "400 malformed", lambda s: s.bind(lambda url: {"alg": "ES256", "kid": "x", "url": url})),
    ("binding: alg none", "400 malformed", lambda s: s.bind(lambda url: {"alg": "none", "kid": "x", "url": url})),
    ("binding: no kid", "400 malformed", lambda s: s.bind(lambda url: {"alg": "HS256", "url": url})),
    ("binding: with a nonce", "400 malformed", lambda s: s.bind(lambda url: {"alg": "HS256", "kid": "x", "nonce": b64("n"), "url": url})),
    ("binding: no url", "400 malformed", lambda s: s.bind(lambda url: {"alg": "HS256", "kid": "x"})),
    ("binding: another url", "400 malformed", lambda s: s.bind(lambda url: {"alg": "HS256", "kid": "x", "url": url + "x"})),
    ("binding: a signature that is no base64url", "400 malformed", lambda s: s.bind(signature="!!")),
    ("binding: no object", "400 malformed", lambda s: acme_client.Client(s.site.directory("eab"), s.site.root).post("newAccount", {"externalAccountBinding": 7}, jwk=True)),
    ("binding: at a provisioner that wants none", "201", lambda s: s.new_account({"externalAccountBinding": {"protected": "x", "payload": "y", "signature": "z"}})),
    # --- account
    ("account: POST-as-GET", "200", lambda s: s.me.post(s.me.kid)),
    ("account: nothing changes", "200", lambda s: s.me.post(s.me.kid, {})),
    ("account: another's address", "200", lambda s: s.me.post(s.other.kid)),
    ("account: payload no JSON", "400 malformed", lambda s: s.me.post(s.me.kid, "hello")),
    ("account: contact and status", "400 malformed", lambda s: s.me.post(s.me.kid, {"contact": ["mailto:a@x.test"], "status": "deactivated"})),
    ("account: status valid", "400 malformed", lambda s: s.me.post(s.me.kid, {"status": "valid"})),
    ("account: status revoked", "400 malformed", lambda s: s.me.post(s.me.kid, {"status": "revoked"})),
    ("account: status is no text", "400 malformed", lambda s: s.me.post(s.me.kid, {"status": 1})),
    ("account: an empty contact", "400 malformed", lambda s: s.me.post(s.me.kid, {"contact": [""]})),
    ("account: a contact with header fields", "400 invalidContact", lambda s: s.me.post(s.me.kid, {"contact": ["mailto:a@x.test?cc=b@x.test"]})),
    ("account: new contacts", "200", lambda s: s.me.post(s.me.kid, {"contact": ["mailto:a@x.test"]})),
    ("account: deactivated is deactivated again", "401 unauthorized", lambda s: s.gone.post(s.gone.kid, {"status": "deactivated"})),
    ("orders: POST-as-GET", "200", lambda s: s.me.post(s.me.kid + "/orders")),
    ("orders: with a payload", "400 malformed", lambda s: s.me.post(s.me.kid + "/orders", {})),
    ("orders: of another account", "401 unauthorized", lambda s: s.me.post(s.other.kid + "/orders")),
    ("orders: of nobody", "401 unauthorized", lambda s: s.me.post(s.base + "account/nobody/orders")),
    # --- key-change
    ("key-change: no payload", "400 malformed", lambda s: s.me.post(s.base + "key-change")),
    ("key-change: payload no JWS", "400 malformed", lambda s: s.me.post(s.base + "key-change", {})),
    ("key-change: of another account", "400 malformed", lambda s: s.roll({"account": s.other.kid, "oldKey": s.me.key.jwk})),
    ("key-change: another old key", "400 malformed", lambda s: s.roll({"account": s.me.kid, "oldKey": s.other.key.jwk})),
    ("key-change: no old key", "400 malformed", lambda s: s.roll({"account": s.me.kid})),
    ("key-change: no account", "400 malformed", lambda s: s.roll({"oldKey": s.me.key.jwk})),
    ("key-change: inner payload no JSON", "400 malformed", lambda s: s.roll("hello")),
    ("key-change: inner url of another path", "400 malformed", lambda s: s.roll(url=s.base + "new-order")),
    ("key-change: inner with a nonce", "400 malformed", lambda s: s.roll(header={"nonce": "x"})),
    ("key-change: inner with kid", "400 malformed", lambda s: s.roll(header={"jwk": LEFT_OUT, "kid": s.me.kid})),
    ("key-change: inner signed by another key", "400 malformed", lambda s: s.roll(jwk=Key().jwk)),
    ("key-change: to a key that another account has", "409 malformed", lambda s: s.roll(key=s.other.key, jwk=True)),
    ("key-change: to RSA-1024", "400 malformed", lambda s: s.roll(key=s.kinds["RSA-1024"], jwk=True)),
    # --- new-order
    ("new-order: no payload", "400 malformed", lambda s: s.me.post("newOrder")),
    ("new-order: payload no JSON", "400 malformed", lambda s: s.me.post("newOrder", "hello")),
    ("new-order: payload an array", "400 malformed", lambda s: s.me.post("newOrder", [])),
    ("new-order: an empty object", "400 malformed", lambda s: s.me.post("newOrder", {})),
    ("new-order: no identifiers", "400 malformed", lambda s: s.new_order()),
    ("new-order: identifiers null", "400 malformed", lambda s: s.me.post("newOrder", {"identifiers": None})),
    ("new-order: identifiers is no list", "400 malformed", lambda s: s.me.post("newOrder", {"identifiers": "a.x.test"})),
    ("new-order: an identifier is a text", "400 malformed", lambda s: s.me.post("newOrder", {"identifiers": ["a.x.test"]})),
    ("new-order: an identifier is empty", "400 unsupportedIdentifier", lambda s: s.me.post("newOrder", {"identifiers": [{}]})),
    ("new-order: a value is no text", "400 malformed", lambda s: s.me.post("newOrder", {"identifiers": [{"type": "dns", "value": 7}]})),
    ("new-order: an unknown type", "400 unsupportedIdentifier", lambda s: s.new_order("a@x.test", kind="email")),
    ("new-order: a type in capitals", "400 unsupportedIdentifier", lambda s: s.new_order("a.x.test", kind="DNS")),
    ("new-order: an empty name", "400 rejectedIdentifier", lambda s: s.new_order("")),
    ("new-order: a name with a space", "400 rejectedIdentifier", lambda s: s.new_order("a b.x.test")),
    ("new-order: a name with an underscore", "400 rejectedIdentifier", lambda s: s.new_order("_a.x.test")),
    ("new-order: a name with a slash", "400 rejectedIdentifier", lambda s: s.new_order("a/b.x.test")),
    ("new-order: a name with a port", "400 rejectedIdentifier", lambda s: s.new_order("a.x.test:443")),
    ("new-order: a name with two dots", "400 rejectedIdentifier", lambda s: s.new_order("a..x.test")),
    ("new-order: a name with a dot at its end", "201", lambda s: s.new_order("a.x.test.")),
    ("new-order: a name in capitals", "201", lambda s: s.new_order("A.X.TEST")),
    ("new-order: a name in Unicode", "400 rejectedIdentifier", lambda s: s.new_order("bücher.x.test")),
    ("new-order: a name that is too long", "400 rejectedIdentifier", lambda s: s.new_order(LONG)),
    ("new-order: a label that is too long", "400 rejectedIdentifier", lambda s: s.new_order("a" * 64 + ".x.test")),
    ("new-order: an address as dns", "400 rejectedIdentifier", lambda s: s.new_order("127.0.0.1")),
    ("new-order: a wildcard", "201", lambda s: s.new_order("*.x.test")),
    ("new-order: a wildcard alone", "400 rejectedIdentifier", lambda s: s.new_order("*")),
    ("new-order: a wildcard within", "400 rejectedIdentifier", lambda s: s.new_order("a.*.x.test")),
    ("new-order: two wildcards", "400 rejectedIdentifier", lambda s: s.new_order("*.*.x.test")),
    ("new-order: a wildcard in a label", "400 rejectedIdentifier", lambda s: s.new_order("a*.x.test")),
    ("new-order: an IPv4 address", "201", lambda s: s.new_order("127.0.0.1", kind="ip")),
    ("new-order: an IPv6 address", "201", lambda s: s.new_order("::1", kind="ip")),
    ("new-order: a name as ip", "400 rejectedIdentifier", lambda s: s.new_order("a.x.test", kind="ip")),
    ("new-order: an address with brackets", "400 rejectedIdentifier", lambda s: s.new_order("[::1]", kind="ip")),
    ("new-order: an address with a zone", "400 rejectedIdentifier", lambda s: s.new_order("fe80::1%eth0", kind="ip")),
    ("new-order: a network", "400 rejectedIdentifier", lambda s: s.new_order("10.0.0.0/8", kind="ip")),
    ("new-order: an address with leading zeros", "400 rejectedIdentifier", lambda s: s.new_order("127.0.0.01", kind="ip")),
    ("new-order: the same name twice", "201", lambda s: s.new_order("a.x.test", "a.x.test")),
    ("new-order: a hundred names", "201", lambda s: s.new_order(*(f"n{i}.x.test" for i in range(100)))),
    ("new-order: a hundred and one names", "400 malformed", lambda s: s.new_order(*(f"n{i}.x.test" for i in range(101)))),
    ("new-order: notBefore is no time", "400 malformed", lambda s: s.new_order("a.x.test", notBefore="tomorrow")),
    ("new-order: notBefore is a number", "400 malformed", lambda s: s.new_order("a.x.test", notBefore=7)),
    ("new-order: notAfter is empty", "400 malformed", lambda s: s.new_order("a.x.test", notAfter="")),
    ("new-order: notAfter without a zone", "400 malformed", lambda s: s.new_order("a.x.test", notAfter="2040-01-01T00:00:00")),
    ("new-order: notAfter null", "201", lambda s: s.new_order("a.x.test", notAfter=None)),
    ("new-order: notAfter before notBefore", "400 malformed", lambda s: s.new_order("a.x.test", notBefore="2040-01-02T00:00:00Z", notAfter="2040-01-01T00:00:00Z")),
    ("new-order: notAfter in the past", "400 malformed", lambda s: s.new_order("a.x.test", notAfter="2001-01-01T00:00:00Z")),
    ("new-order: longer than the provisioner allows", "400 malformed", lambda s: s.new_order("a.x.test", notAfter="2099-01-01T00:00:00Z")),
    ("new-order: an unknown profile", "400 invalidProfile", lambda s: s.new_order("a.x.test", profile="nobody's")),
    ("new-order: profile is no text", "400 malformed", lambda s: s.new_order("a.x.test", profile=7)),
    ("new-order: replaces no certificate", "400 malformed", lambda s: s.new_order("a.x.test", replaces="hello")),
    ("new-order: replaces an unknown certificate", "400 malformed", lambda s: s.new_order("a.x.test", replaces="AAAA.AAAA")),
    # --- order, authorization, challenge
    ("order: pending", "200", lambda s: s.me.post(s.order)),
    ("order: with a payload", "400 malformed", lambda s: s.me.post(s.order, {})),
    ("order: of nobody", "400 malformed", lambda s: s.me.post(s.base + "order/nobody")),
    ("order: of another account", "401 unauthorized", lambda s: s.me.post(s.theirs)),
    ("order: by an account of another provisioner", "401 unauthorized", lambda s: s.elsewhere.post(s.order.replace("/acme/acme/", "/acme/second/"))),
    ("authz: pending", "200", lambda s: s.me.post(s.authz)),
    ("authz: an empty payload", "400 malformed", lambda s: s.me.post(s.authz, {})),
    ("authz: status valid", "400 malformed", lambda s: s.me.post(s.authz, {"status": "valid"})),
    ("authz: payload no JSON", "400 malformed", lambda s: s.me.post(s.authz, "hello")),
    ("authz: of nobody", "400 malformed", lambda s: s.me.post(s.base + "authz/nobody")),
    ("authz: of another account", "401 unauthorized", lambda s: s.me.post(s.their_authz)),
    ("authz: of another account, deactivated", "401 unauthorized", lambda s: s.me.post(s.their_authz, {"status": "deactivated"})),
    ("challenge: of nobody", "400 malformed", lambda s: s.me.post(s.base + "challenge/nobody/nothing", {})),
    ("challenge: of an unknown type", "400 malformed", lambda s: s.me.post(s.challenge.rsplit("/", 1)[0] + "/nothing", {})),
    ("challenge: of another account", "401 unauthorized", lambda s: s.me.post(s.their_challenge, {})),
    ("challenge: of another account, below an authorization of one's own", "400 malformed",
     lambda s: s.me.post(s.authz.replace("/authz/", "/challenge/") + "/" + s.their_challenge.rsplit("/", 1)[1] + "x", {})),
    ("challenge: POST-as-GET", "200", lambda s: s.me.post(s.challenge)),
    # --- finalize
    ("finalize: no payload", "400 malformed", lambda s: s.me.post(s.ready + "/finalize")),
    ("finalize: payload no JSON", "400 malformed", lambda s: s.me.post(s.ready + "/finalize", "hello")),
    ("finalize: no csr", "400 malformed", lambda s: s.finalize(unknown=1)),
    ("finalize: csr is no text", "400 malformed", lambda s: s.finalize(csr=7)),
    ("finalize: csr is no base64url", "400 malformed", lambda s: s.finalize(csr="!!")),
    ("finalize: csr is no CSR", "400 malformed", lambda s: s.finalize(b"hello")),
    ("finalize: csr is PEM", "400 malformed", lambda s: s.finalize(csr="-----BEGIN CERTIFICATE REQUEST-----")),
    ("finalize: csr is a certificate", "400 malformed", lambda s: s.finalize(s.leaf)),
    ("finalize: csr cut off", "400 malformed", lambda s: s.finalize(NAMES(["y.x.test"], Key())[:-5])),
    ("finalize: csr with a wrong signature", "400 malformed", lambda s: s.finalize(NAMES(["y.x.test"], Key())[:-3] + b"xyz")),
    ("finalize: a pending order", "400 orderNotReady", lambda s: s.finalize(NAMES(["a.x.test"], Key()), s.order)),
    ("finalize: of nobody", "400 malformed", lambda s: s.finalize(None, s.base + "order/nobody")),
    ("finalize: of another account", "401 unauthorized", lambda s: s.finalize(None, s.theirs)),
    ("finalize: a name is missing", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test"], Key()))),
    ("finalize: a name too many", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test", "a.x.test"], Key()))),
    ("finalize: other names", "400 badCSR", lambda s: s.finalize(NAMES(["b.x.test"], Key()))),
    ("finalize: no names", "400 badCSR", lambda s: s.finalize(NAMES([], Key(), no_names=True))),
    ("finalize: a common name too many", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test"], Key(), "a.x.test"))),
    ("finalize: an address too many", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test", "127.0.0.1"], Key()))),
    ("finalize: an e-mail address", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test"], Key(), more=[acme_client.x509.RFC822Name("a@x.test")]))),
    ("finalize: a URI", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test"], Key(), more=[acme_client.x509.UniformResourceIdentifier("https://x.test")]))),
    ("finalize: a wildcard of them", "400 badCSR", lambda s: s.finalize(NAMES(["*.x.test"], Key()))),
    ("finalize: RSA-1024", "400 badCSR", lambda s: s.finalize(NAMES(["y.x.test", "z.x.test"], s.kinds["RSA-1024"]))),
    ("finalize: a valid order again", "200", lambda s: s.finalize(NAMES(["v.x.test"], Key()), s.valid)),
    ("finalize: at last", "200", lambda s: s.finalize()),
    # --- certificate
    ("certificate: its own", "200", lambda s: s.me.post(s.certificate)),
    ("certificate: with a payload", "400 malformed", lambda s: s.me.post(s.certificate, {})),
    ("certificate: of nobody", "400 malformed", lambda s: s.me.post(s.base + "certificate/nobody")),
    ("certificate: of another account", "401 unauthorized", lambda s: s.me.post(s.their_certificate)),
    ("certificate: content type of a certificate", "200", lambda s: s.me.post(s.certificate, content_type="application/pkix-cert")),
    ("certificate: content type of PKCS #7", "200", lambda s: s.me.post(s.certificate, content_type="application/pkcs7-mime")),
    ("certificate: Accept of another kind", "200", lambda s: s.me.post(s.certificate, headers={"Accept": "application/pkix-cert"})),
    # --- revoke-cert
    ("revoke-cert: no payload", "400 malformed", lambda s: s.me.post("revokeCert")),
    ("revoke-cert: payload no JSON", "400 malformed", lambda s: s.me.post("revokeCert", "hello")),
    ("revoke-cert: no certificate", "400 malformed", lambda s: s.me.post("revokeCert", {})),
    ("revoke-cert: certificate is no text", "400 malformed", lambda s: s.me.post("revokeCert", {"certificate": 7})),
    ("revoke-cert: certificate is no base64url", "400 malformed", lambda s: s.me.post("revokeCert", {"certificate": "!!"})),
    ("revoke-cert: certificate is PEM", "400 malformed", lambda s: s.me.post("revokeCert", {"certificate": "-----BEGIN CERTIFICATE-----"})),
    ("revoke-cert: certificate is none", "400 malformed", lambda s: s.revoke(b"hello")),
    ("revoke-cert: of another CA", "400 malformed", lambda s: s.revoke(FOREIGN)),
    ("revoke-cert: the issuer", "400 malformed", lambda s: s.revoke(s.issuer)),
    ("revoke-cert: of another account", "403 unauthorized", lambda s: s.revoke(s.their_leaf)),
    ("revoke-cert: with a key that is not its own", "403 unauthorized", lambda s: s.stranger.revoke(s.leaf, jwk=True, key=Key())),
    ("revoke-cert: with an account's key as jwk", "403 unauthorized", lambda s: s.me.revoke(s.leaf, jwk=True)),
    ("revoke-cert: reason 7", "400 badRevocationReason", lambda s: s.revoke(reason=7)),
    ("revoke-cert: reason -1", "400 badRevocationReason", lambda s: s.revoke(reason=-1)),
    ("revoke-cert: reason 11", "400 badRevocationReason", lambda s: s.revoke(reason=11)),
    ("revoke-cert: reason 99999999999", "400 badRevocationReason", lambda s: s.revoke(reason=99999999999)),
    ("revoke-cert: reason is a text", "400 malformed", lambda s: s.revoke(reason="1")),
    ("revoke-cert: reason is a fraction", "400 malformed", lambda s: s.revoke(reason=1.5)),
    ("revoke-cert: already revoked", "400 alreadyRevoked", lambda s: s.revoke(s.revoked)),
    ("revoke-cert: by its own key", "200", lambda s: s.stranger.revoke(s.leaf, jwk=True, key=s.leaf_key)),
    ("revoke-cert: by its own key again", "400 alreadyRevoked", lambda s: s.stranger.revoke(s.leaf, jwk=True, key=s.leaf_key)),
    # --- paths and methods
    ("path: no such provisioner", "404 notFound", lambda s: s.raw(s.base.replace("/acme/acme/", "/acme/nobody/") + "new-account", {})),
    ("path: a provisioner of type JWK", "401 unauthorized", lambda s: s.raw(s.base.replace("/acme/acme/", "/acme/admin/") + "new-account", {})),
    ("path: GET directory of nobody", "404 notFound", lambda s: s.me.http("GET", s.base.replace("/acme/acme/", "/acme/nobody/") + "directory")),
    ("path: GET directory of a JWK provisioner", "401 unauthorized", lambda s: s.me.http("GET", s.base.replace("/acme/acme/", "/acme/admin/") + "directory")),
    ("path: GET new-nonce of nobody", "404 notFound", lambda s: s.me.http("GET", s.base.replace("/acme/acme/", "/acme/nobody/") + "new-nonce")),
    ("path: unknown", "404", lambda s: s.raw(s.base + "nothing", {})),
    ("path: a slash behind it", "404", lambda s: s.raw(s.base + "new-account/", {})),
    ("path: GET new-account", "405 malformed", lambda s: s.me.http("GET", s.base + "new-account")),
    ("path: GET order", "405 malformed", lambda s: s.me.http("GET", s.order)),
    ("path: PUT directory", "405", lambda s: s.me.http("PUT", s.base + "directory")),
    ("path: POST directory", "405", lambda s: s.raw(s.base + "directory", {})),
    ("path: POST new-nonce", "405", lambda s: s.raw(s.base + "new-nonce", {})),
    ("path: GET directory", "200", lambda s: s.me.http("GET", s.base + "directory")),
    ("path: HEAD directory", "200", lambda s: s.me.http("HEAD", s.base + "directory")),
    ("path: GET directory below /2.0", "200", lambda s: s.me.http("GET", s.base.replace("/acme/acme/", "/2.0/acme/acme/") + "directory")),
    ("path: GET directory of a name with a space", "200", lambda s: s.me.http("GET", s.base.replace("/acme/acme/", "/acme/named%20one/") + "directory")),
    ("path: HEAD new-nonce", "200", lambda s: s.me.http("HEAD", s.base + "new-nonce")),
    ("path: GET new-nonce", "204", lambda s: s.me.http("GET", s.base + "new-nonce")),
    ("path: new-order below /2.0", "201", lambda s: s.me.post(s.base.replace("/acme/acme/", "/2.0/acme/acme/") + "new-order", {"identifiers": [{"type": "dns", "value": "a.x.test"}]})),
    ("path: renewal information of nothing", "400 malformed", lambda s: s.me.http("GET", s.base + "renewal-info/nothing")),
    ("path: renewal information of another CA", "404 malformed", lambda s: s.me.http("GET", s.base + "renewal-info/AAAA.AAAA")),
]

# What the original answers otherwise, and the row of docs/compat.md that says why we do not.
DIFFERENT = {
    r".*: (no|an empty) nonce": ("500", "ACME, nonces"),
    r"new-account: (a contact with header fields|two addresses in a contact|a contact that is too long|too many contacts)":
        ("201", "ACME, accounts"),
    r"new-account: a key with an account here, at another provisioner": ("200", "ACME, accounts"),
    r"new-account: a body of 20 KiB": ("201", "ACME, requests"),
    r"account: a contact with header fields": ("200", "ACME, accounts"),
    r"key-change: (?!signed).*": ("501 rejectedIdentifier", "ACME, accounts"),
    r"binding: (of an unknown key|a signature that is no base64url)": ("500 serverInternal", "ACME, EAB"),
    r"new-order: (an identifier is empty|an unknown type|a type in capitals)": ("400 malformed", "ACME, identifiers"),
    r"new-order: (an empty name|a name with (a space|an underscore|a slash|a port)|a wildcard (alone|within|in a label)|two wildcards)":
        ("400 malformed", "ACME, identifiers"),
    r"new-order: (a name as ip|an address with .*|a network)": ("400 malformed", "ACME, identifiers"),
    r"new-order: (a name (with two dots|that is too long|in Unicode)|a label that is too long|an address as dns)": ("201", "ACME, identifiers"),
    r"new-order: a hundred and one names": ("201", "ACME, identifiers"),
    r"new-order: (notAfter (before notBefore|in the past)|longer than the provisioner allows)": ("201", "ACME, orders"),
    r"new-order: (an unknown profile|profile is no text|replaces .*)": ("201", "ACME, orders"),
    r"authz: of another account, deactivated": ("400 malformed", "ACME, authorizations"),
    r"finalize: RSA-1024": ("500 serverInternal", "ACME, finalize"),
    r"revoke-cert: (no payload|payload no JSON|certificate is no text|reason is a (text|fraction))": ("500 serverInternal", "ACME, revocation"),
    r"path: renewal information .*": ("404", "ACME, directory"),
    r"path: GET (new-account|order)": ("405", "ACME, requests"),
}


def foreign():
    """DER of a certificate that nobody here issued."""
    pem, _ = acme_site.self_signed(["f.x.test"])
    return acme_client.der(acme_client.certificates(pem.decode())[0])


FOREIGN = foreign()


def told(answer):
    """"400 malformed", "200", "404 notFound"."""
    kind = ""
    if answer.status >= 400 and answer.headers.get("Content-Type", "").endswith("json"):
        kind = " " + answer.json.get("type", "").removeprefix(URN)
    return f"{answer.status}{kind}".strip()


def expected_of_original(name):
    """Its answer and the row, or none."""
    for pattern, different in DIFFERENT.items():
        if re.fullmatch(pattern, name):
            return different
    return None


class Conformance(harness.Case):
    def test_table(self):
        self.assertGreaterEqual(len(TABLE), 200)
        self.assertEqual(len({name for name, _, _ in TABLE}), len(TABLE), "two rows have one name")
        ours, seen = Setting(self, "ours"), set()
        for name, expected, send in TABLE:
            with self.subTest(row=name):
                answer = send(ours)
                self.assertEqual(told(answer), expected, answer)
                if "path:" not in name:
                    self.assertNotIn(answer.nonce, seen | {None})
                    seen.add(answer.nonce)
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertIn(f'<{ours.base}directory>;rel="index"'.replace("/acme/acme/", "/acme/"),
                                  re.sub("/acme/(acme|eab|second)/", "/acme/", " ".join(answer.headers.get_all("Link"))))
                if answer.status >= 400 and answer.problem:
                    self.assertTrue(answer.json["detail"])
                    self.assertNotEqual(answer.json.get("subproblems", [1]), [])

    def test_original_beside_it(self):
        if not harness.original_ca():
            self.skipTest("no original step-ca (./dev peers)")
        original, used = Setting(self, "original"), set()
        compat = (ROOT / "docs/compat.md").read_text()
        for name, expected, send in TABLE:
            with self.subTest(row=name):
                different = expected_of_original(name)
                answer = told(send(original))
                if different is None:
                    self.assertEqual(answer, expected)
                else:
                    self.assertNotEqual(answer, expected, "no longer different: take it out of DIFFERENT")
                    self.assertEqual(answer, different[0])
                    self.assertIn(f"| {different[1]} |", compat)
                    used.update(pattern for pattern in DIFFERENT if re.fullmatch(pattern, name))
        self.assertEqual(used, set(DIFFERENT), "rows that are no longer there")


if __name__ == "__main__":
    unittest.main()
