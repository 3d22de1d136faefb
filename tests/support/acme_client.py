"""A raw ACME client (RFC 8555) for tests: every part of a request can be bent, and nothing is retried unless asked.

`Client.post` signs and sends; its keywords replace single parts of the JWS, so that malformed requests are as easy as good ones.
The flow helpers below it (order, authorise, finalize …) are for tests whose subject is something else.
Needs python3-cryptography.
"""
import base64
import hashlib
import http.client
import ipaddress
import json
import ssl
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID

from tests.support.harness import PATIENCE

ERROR = "urn:ietf:params:acme:error:"
JOSE = "application/jose+json"
LEFT_OUT = object()  # In place of a header's value: the header is not there.


def b64(data):
    data = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, separators=(",", ":"))


class Key:
    """A key pair for accounts and certificates. Kinds: P-256, P-384, P-521, RSA-2048 (any size), Ed25519."""

    def __init__(self, kind="P-256", key=None):
        self.kind = kind
        if key is not None:
            self.key = key
        elif kind.startswith("P-"):
            self.key = ec.generate_private_key({"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}[kind]())
        elif kind.startswith("RSA-"):
            self.key = rsa.generate_private_key(65537, int(kind[4:]))
        else:
            self.key = ed25519.Ed25519PrivateKey.generate()
        self.alg = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}.get(kind, "RS256")

    @staticmethod
    def load(pem):
        """The key of a PEM file, whatever its kind."""
        key = serialization.load_pem_private_key(pem if isinstance(pem, bytes) else pem.encode(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return Key({256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size], key)
        return Key(f"RSA-{key.key_size}" if isinstance(key, rsa.RSAPrivateKey) else "Ed25519", key)

    @property
    def jwk(self):
        public = self.key.public_key()
        if self.kind.startswith("P-"):
            size, numbers = (public.curve.key_size + 7) // 8, public.public_numbers()
            return {"crv": self.kind, "kty": "EC", "x": b64(numbers.x.to_bytes(size, "big")), "y": b64(numbers.y.to_bytes(size, "big"))}
        if self.kind.startswith("RSA-"):
            numbers = public.public_numbers()
            return {"e": b64(numbers.e.to_bytes(3, "big")), "kty": "RSA", "n": b64(numbers.n.to_bytes(public.key_size // 8, "big"))}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": b64(raw)}

    @property
    def thumbprint(self):
        return b64(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode()).digest())

    def sign(self, data, alg=None):
        digest = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}.get((alg or self.alg)[-3:], hashes.SHA256)()
        if self.kind.startswith("P-"):
            size = (self.key.curve.key_size + 7) // 8
            r, s = utils.decode_dss_signature(self.key.sign(data, ec.ECDSA(digest)))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if self.kind.startswith("RSA-"):
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size) if (alg or "").startswith("PS") else padding.PKCS1v15()
            return self.key.sign(data, pss, digest)
        return self.key.sign(data)

    def pem(self):
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def csr(names, key, common_name=None, more=(), no_names=False):
    """DER of a request. `more` are further cryptography.x509 general names."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if not no_names:
        builder = builder.add_extension(x509.SubjectAlternativeName([general_name(n) for n in names] + list(more)), False)
    digest = None if key.kind == "Ed25519" else hashes.SHA256()
    return builder.sign(key.key, digest).public_bytes(serialization.Encoding.DER)


class Answer:
    """What came back. `problem` is the error type without its URN prefix, None if this is no problem document."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        if self.headers["Content-Type"] != "application/problem+json":
            return None
        return self.json.get("type", "").removeprefix(ERROR)

    @property
    def location(self):
        return self.headers["Location"]

    @property
    def nonce(self):
        return self.headers["Replay-Nonce"]

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Refused(AssertionError):
    """A flow helper met an answer it cannot go on with."""

    def __init__(self, answer):
        super().__init__(repr(answer))
        self.answer = answer


class Client:
    """One connection, one key, and after register() one account. Not for several threads: clone() for each."""

    def __init__(self, directory, cafile=None, key=None, timeout=PATIENCE):
        self.directory_url, self.cafile, self.timeout = directory, cafile, timeout
        self.key = key or Key()
        self.kid = None
        self.nonces = []
        self._directory, self._wire = None, {}
        self.context = ssl.create_default_context(cafile=str(cafile) if cafile else None)

    def clone(self):
        """The same account over a connection of its own."""
        twin = Client(self.directory_url, self.cafile, self.key, self.timeout)
        twin.kid, twin._directory = self.kid, self._directory
        return twin

    def close(self):
        for wire in self._wire.values():
            wire.close()
        self._wire = {}

    # --- the wire

    def http(self, method, url, body=None, headers=None):
        """Any request; a nonce in the answer is kept for the next post()."""
        parts = urllib.parse.urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        for attempt in (1, 2):
            fresh = parts.netloc not in self._wire
            if fresh:
                self._wire[parts.netloc] = self._connect(parts)
            wire = self._wire[parts.netloc]
            try:
                wire.request(method, target, body, headers or {})
                reply = wire.getresponse()
                answer = Answer(reply.status, reply.headers, reply.read())
                break
            except (OSError, http.client.HTTPException):
                wire.close()
                del self._wire[parts.netloc]
                if fresh or attempt == 2:  # A kept connection may have been closed while idle; a new one may not.
                    raise
        if answer.nonce:
            self.nonces = [*self.nonces[-8:], answer.nonce]
        return answer

    def _connect(self, parts):
        if parts.scheme == "https":
            return http.client.HTTPSConnection(parts.hostname, parts.port, context=self.context, timeout=self.timeout)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout)

    @property
    def directory(self):
        if self._directory is None:
            answer = self.http("GET", self.directory_url)
            if answer.status != 200:
                raise Refused(answer)
            self._directory = answer.json
        return self._directory

    def url(self, what):
        """newNonce, newAccount, newOrder, revokeCert, keyChange, renewalInfo; a URL stays itself."""
        return what if "://" in what else self.directory[what]

    def nonce(self):
        if not self.nonces:
            self.http("HEAD", self.url("newNonce"))
        return self.nonces.pop()

    # --- JWS

    def jws(self, url, payload, *, key=None, kid=None, jwk=None, nonce=None, alg=None, header=None, signature=None, **more):
        """The flattened JWS as a dict. `header` overrides or, with LEFT_OUT, removes protected members; `more` goes outside."""
        key = key or self.key
        protected = {"alg": alg or key.alg, "nonce": nonce or self.nonce(), "url": url}
        if jwk or (kid is None and self.kid is None):
            protected["jwk"] = jwk if isinstance(jwk, dict) else key.jwk
        else:
            protected["kid"] = kid or self.kid
        protected = {k: v for k, v in {**protected, **(header or {})}.items() if v is not LEFT_OUT}
        if payload is None:
            text = ""  # POST-as-GET
        else:
            text = b64(payload if isinstance(payload, (bytes, str)) else compact(payload))
        head = b64(compact(protected))
        signed = b64(key.sign(f"{head}.{text}".encode(), alg) if signature is None else signature)
        return {"protected": head, "payload": text, "signature": signed, **more}

    def send(self, url, body, content_type=JOSE, headers=None):
        body = body if isinstance(body, (bytes, str)) else compact(body)
        return self.http("POST", url, body, {"Content-Type": content_type, **(headers or {})})

    def post(self, what, payload=None, *, content_type=JOSE, headers=None, **bend):
        """Signs and sends; None as payload is a POST-as-GET. A badNonce is handed back, not retried."""
        url = self.url(what)
        return self.send(url, self.jws(url, payload, **bend), content_type, headers)

    def ask(self, what, payload=None, expect=(200, 201), **bend):
        """post() that tries again on badNonce and raises Refused on anything but `expect`."""
        for _ in range(5):
            answer = self.post(what, payload, **bend)
            if answer.problem != "badNonce":
                break
        if answer.status not in expect:
            raise Refused(answer)
        return answer

    # --- flows

    def register(self, **payload):
        answer = self.ask("newAccount", {"termsOfServiceAgreed": True, **payload}, jwk=True)
        self.kid = answer.location
        return answer

    def order(self, names, **more):
        """The new order as (URL, document)."""
        answer = self.ask("newOrder", {"identifiers": identifiers(names), **more})
        return answer.location, answer.json

    def get(self, url):
        return self.ask(url).json

    def key_authorization(self, token):
        return f"{token}.{self.key.thumbprint}"

    def poll(self, url, until, seconds=PATIENCE, pause=0.05):
        """The document once its status is one of `until`."""
        end = time.monotonic() + seconds
        while True:
            document = self.get(url)
            if document["status"] in until:
                return document
            if time.monotonic() > end:
                raise AssertionError(f"{url} is still {document}")
            time.sleep(pause)

    def authorise(self, order, solve, kind="http-01"):
        """Meets one challenge of each pending authorization. `solve(kind, name, token, key_authorization)` prepares."""
        for url in order["authorizations"]:
            authorization = self.get(url)
            if authorization["status"] == "valid":
                continue
            challenge = next(c for c in authorization["challenges"] if c["type"] == kind)
            solve(kind, authorization["identifier"]["value"], challenge["token"], self.key_authorization(challenge["token"]))
            self.ask(challenge["url"], {})
            done = self.poll(url, ("valid", "invalid"))
            if done["status"] != "valid":
                raise AssertionError(f"not authorised: {done}")

    def finalize(self, order, request):
        return self.ask(order["finalize"], {"csr": b64(request)})

    def issue(self, names, solve, kind="http-01", key=None, request=None, **more):
        """A whole flow: (PEM chain, key, order URL)."""
        key = key or Key()
        url, order = self.order(names, **more)
        self.authorise(order, solve, kind)
        self.finalize(order, request or csr(names, key))
        done = self.poll(url, ("valid", "invalid"))
        if done["status"] != "valid":
            raise AssertionError(f"no certificate: {done}")
        return self.ask(done["certificate"]).body.decode(), key, url

    def revoke(self, der, reason=None, **bend):
        payload = {"certificate": b64(der)}
        if reason is not None:
            payload["reason"] = reason
        return self.post("revokeCert", payload, **bend)


def identifiers(names):
    """Names as ACME identifiers: addresses as ip, all else as dns."""
    found = []
    for name in names:
        try:
            ipaddress.ip_address(name)
            found.append({"type": "ip", "value": name})
        except ValueError:
            found.append({"type": "dns", "value": name})
    return found


def certificates(pem):
    return [x509.load_pem_x509_certificate(f"{part}-----END CERTIFICATE-----\n".encode())
            for part in pem.split("-----END CERTIFICATE-----")[:-1]]


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def dns_value(key_authorization):
    return b64(hashlib.sha256(key_authorization.encode()).digest())
