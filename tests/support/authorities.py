"""Two CAs, one of each program, with keys and requests that are the same for both: for tests that compare answers."""
import base64
import hashlib
import http.client
import json
import pathlib
import re
import ssl
import subprocess
import tempfile
import time
import uuid

from tests.support.harness import PATIENCE, BIN, free_port, tool

HEADERS = ["content-type", "allow", "x-content-type-options", "location", "www-authenticate", "cache-control", "link",
           "access-control-allow-origin", "access-control-allow-methods", "vary", "content-encoding", "retry-after", "server"]
# Fields of the log whose value is compared; of the others, that they are there.
LOGGED = ["level", "status", "method", "path", "protocol", "name", "user-id", "referer", "user-agent", "provisioner",
          "subject", "public-key", "reason", "reasonCode", "passiveOnly", "mTLS", "ACME", "ssh"]
# step-ca never logs tokens; it logs their ids instead. Nor does it log its answers.
LEFT_OUT = {"ott", "token-id", "response"}


def encode(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Keys:
    """Keys and requests, the same for both CAs."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="step-differential-")
        self.path = pathlib.Path(self.folder.name)
        self.openssl = tool("openssl")
        for name, kind in {"ec": "ec:P-256", "p384": "ec:P-384", "p521": "ec:P-521", "ed25519": "ed25519", "rsa": "rsa:2048",
                           "small": "rsa:1024", "other": "ec:P-256"}.items():
            algorithm, _, size = kind.partition(":")
            option = {"ec": ["-pkeyopt", f"ec_paramgen_curve:{size}"], "rsa": ["-pkeyopt", f"rsa_keygen_bits:{size}"]}.get(algorithm, [])
            self.run("genpkey", "-algorithm", algorithm, *option, "-out", f"{name}.key")
        self.fixed = self.csr()

    def run(self, *argv, data=None):
        return subprocess.run([self.openssl, *argv], cwd=self.path, input=data, capture_output=True, check=True).stdout

    def csr(self, key="ec", subject="/CN=leaf.test", names="DNS:leaf.test", *more):
        names = ["-addext", f"subjectAltName={names}"] if names else []
        return self.run("req", "-new", "-key", f"{key}.key", "-subj", subject, *names, *more).decode()

    def sign(self, key, data):
        """ES256 by a PEM key."""
        der = self.run("dgst", "-sha256", "-sign", key, data=data)
        size = der[3]
        r, s = der[4:4 + size], der[6 + size:]
        return r[-32:].rjust(32, b"\0") + s[-32:].rjust(32, b"\0")

    def jws(self, key, header, payload):
        text = f"{encode(header)}.{encode(payload)}"
        return f"{text}.{encode(self.sign(key, text.encode()))}"


class Authority:
    """A CA with one of the two programs. ask() sends, and keeps what came under a name."""

    def __init__(self, case, program, keys):
        self.keys = keys
        self.home = home = case.home()
        self.port = free_port()
        home.init(self.port)
        self.root = home.steppath / "certs/root_ca.crt"
        home.run(BIN / "step-load", "--open-jwk", home.steppath / "config/ca.json", "--password-file", home.password,
                 "--out", "provisioner.json")
        jwk = json.loads(home.file("provisioner.json").read_text())
        jwk = jwk.get("key", jwk)
        point = b"\4" + decode(jwk["x"]) + decode(jwk["y"])
        der = bytes.fromhex("30770201010420") + decode(jwk["d"]) + bytes.fromhex("a00a06082a8648ce3d030107a144034200") + point
        self.key = str(home.file("provisioner.pem"))
        keys.run("pkey", "-inform", "DER", "-out", self.key, data=der)
        self.configure()
        self.fingerprint = self.fingerprint_of(self.root)
        self.server = case.serve(home, program)
        self.answers, self.ids = {}, {}
        self.kept = http.client.HTTPSConnection("localhost", self.port, context=self.trust(), timeout=PATIENCE)

    def configure(self):
        file = self.home.steppath / "config/ca.json"
        config = json.loads(file.read_text())
        config["logger"] = {"format": "json"}
        admin = config["authority"]["provisioners"][0]
        self.kid = admin["key"]["kid"]
        fingerprint = self.fingerprint_of(self.root)
        self.own = {fingerprint: "<fp>", fingerprint.upper(): "<FP>", "-".join(re.findall("..", fingerprint)): "<f-p>", self.kid: "<kid>", admin["key"]["x"]: "<x>", admin["key"]["y"]: "<y>",
                    admin["encryptedKey"]: "<jwe>"}
        self.add(config, admin)
        file.write_text(json.dumps(config))

    def add(self, config, admin):
        """What the test needs in ca.json beside its first provisioner."""

    @staticmethod
    def fingerprint_of(file):
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest()

    def trust(self, client=None):
        context = ssl.create_default_context(cafile=str(self.root))
        if client:
            context.load_cert_chain(*client)
        return context

    def token(self, what="sign", subject="leaf.test", key=None, header=None, **claims):
        now = int(time.time())
        payload = {"iss": "admin", "sub": subject, "aud": f"https://localhost:{self.port}/1.0/{what}", "nbf": now, "iat": now,
                   "exp": now + 300, "jti": uuid.uuid4().hex, "sans": [subject], **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        kid = {"admin": self.kid}.get(payload.get("iss"), payload.get("iss"))
        return self.keys.jws(key or self.key, {"alg": "ES256", "typ": "JWT", "kid": kid, **(header or {})}, payload)

    def ask(self, name, method, path, body="", headers=None, client=None):
        body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        self.ids[name] = request_id = f"r{len(self.ids)}"
        wire = http.client.HTTPSConnection("localhost", self.port, context=self.trust(client), timeout=PATIENCE) if client else self.kept
        data, head = None, {}
        try:
            wire.request(method, path, body or None, {"X-Request-Id": request_id, **(headers or {})})
            answer = wire.getresponse()
            data = answer.read()
            head = {k: ", ".join(answer.headers.get_all(k)) for k in HEADERS if answer.headers[k]}
            result = answer.status, head, self.normal(data.decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            wire.close()
            result = type(error).__name__, {}, ""
        finally:
            if client:
                wire.close()
        assert name not in self.answers, name
        self.answers[name] = result
        return data

    def normal(self, text):
        text = re.sub(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", "<pem>", text)
        for value, name in self.own.items():
            text = text.replace(value, name)
        text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)( m=[+-][\d.]+)?", "<time>", text)
        text = re.sub(r"\b\d{25,}\b", "<serial>", text)  # Before the port, whose digits may be among its.
        return re.sub(rf"(?<!\d){self.port}(?!\d)", "<port>", text)

    def log(self):
        """The fields of each request, by its name."""
        names = {number: name for name, number in self.ids.items()}
        found = {}
        for line in self.server.log:
            try:
                fields = json.loads(line)
            except ValueError:
                continue
            name = names.get(fields.get("request-id"))
            if name:
                found[name] = {key: self.normal(str(value)) if key in LOGGED else "<any>" for key, value in fields.items()
                               if key not in LEFT_OUT}
        return found
