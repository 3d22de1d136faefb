"""Three clouds in a network of this process's own: metadata services at their real addresses, and those who vouch for them.

AWS, Google and Azure answer on 169.254.169.254 (Google also by its names), www.googleapis.com,
cloudresourcemanager.googleapis.com and login.microsoftonline.com over TLS by a root that only programs with
SSL_CERT_FILE=CLOUD.roots trust. Keys and certificates are made here. Paths, headers and claims are those of the
vendors' pages.
"""
import base64
import contextlib
import datetime
import http.server
import json
import pathlib
import secrets
import socket
import ssl
import tempfile
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from tests.support import netns

METADATA, PROVIDERS = "169.254.169.254", "127.0.0.2"
NAMES = {"metadata.google.internal": METADATA, "metadata": METADATA, "ca.local": "127.0.0.1",
         "www.googleapis.com": PROVIDERS, "cloudresourcemanager.googleapis.com": PROVIDERS,
         "oauth2.googleapis.com": PROVIDERS, "login.microsoftonline.com": PROVIDERS}


def b64url(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class SigningKey:
    """An RSA key that signs tokens, with its place in a JWKS."""

    def __init__(self, kid):
        self.kid, self.private = kid, rsa.generate_private_key(65537, 2048)

    def jwk(self):
        public = self.private.public_key().public_numbers()
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": number(public.n), "e": number(public.e)}

    def sign(self, claims):
        text = f"{b64url({'alg': 'RS256', 'kid': self.kid, 'typ': 'JWT'})}.{b64url(claims)}"
        return f"{text}.{b64url(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def certificate(name, key, issuer=None, names=()):
    """Self-signed, or by `issuer`, a pair of certificate and key."""
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .issuer_name(issuer[0].subject if issuer else subject).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return made.sign(issuer[1] if issuer else key, hashes.SHA256())


def pem(thing):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Refused(Exception):
    """An answer of a service that is not 200."""

    def __init__(self, status, text="", headers=()):
        super().__init__(status, text)
        self.status, self.text, self.headers = status, text, dict(headers)


class Aws:
    """IMDS of one EC2 instance. `v1` says whether questions without a session are answered."""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 1024)  # As small as those of AWS are.
        self.certificate = certificate("AWS of the test", self.key)
        self.v1 = self.v2 = True
        self.sessions = {}
        self.vm = {}
        self.start()

    def start(self, **facts):
        """Another instance."""
        self.vm = {"accountId": "123456789042", "architecture": "x86_64", "availabilityZone": "us-west-2a",
                   "billingProducts": None, "devpayProductCodes": None, "marketplaceProductCodes": None,
                   "imageId": "ami-06d51e91cea0dac8d", "instanceId": f"i-{secrets.token_hex(8)[:17]}",
                   "instanceType": "t2.micro", "kernelId": None, "pendingTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                   "privateIp": "172.31.65.180", "ramdiskId": None, "region": "us-west-2", "version": "2017-09-30", **facts}

    def document(self):
        return json.dumps(self.vm, indent=2).encode()

    def answer(self, method, path, headers, query):
        if headers.get("X-Forwarded-For"):
            raise Refused(403)
        if path == "/latest/api/token":
            life = headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
            if not self.v2:
                raise Refused(403)
            if method != "PUT" or not life.isdigit() or not 1 <= int(life) <= 21600:
                raise Refused(400)
            session = secrets.token_urlsafe(32) + "=="
            self.sessions[session] = time.monotonic() + int(life)
            return session.encode()
        session = headers.get("X-aws-ec2-metadata-token")
        if method != "GET" or (session is None and not self.v1) or (
                session is not None and self.sessions.get(session, 0) < time.monotonic()):
            raise Refused(401)
        identity = "/latest/dynamic/instance-identity/"
        if path == identity + "document":
            return self.document()
        if path == identity + "signature":
            return base64.encodebytes(self.key.sign(self.document(), padding.PKCS1v15(), hashes.SHA256())).strip()
        if path == "/latest/meta-data/instance-id":
            return self.vm["instanceId"].encode()
        raise Refused(404)


class Google:
    """The metadata server of one Compute Engine VM, the keys that it signs with and the owner of projects."""

    def __init__(self):
        self.key = SigningKey("google-1")
        self.forged = None  # Signs in place of the key, which is what the JWKS shows.
        self.ancestors = {}  # project: organisation
        self.vm = {}
        self.account = "117354011164720418655"
        self.email = "1234567890-compute@developer.gserviceaccount.com"
        self.access = secrets.token_urlsafe(16)
        self.start()

    def start(self, **facts):
        self.vm = {"instance_creation_timestamp": int(time.time()), "instance_id": str(secrets.randbelow(10**19)),
                   "instance_name": "foo", "project_id": "identity", "project_number": 259112794408,
                   "zone": "us-west1-b", **facts}

    def new_key(self):
        """As happens every few days."""
        self.key = SigningKey(f"google-{secrets.token_hex(4)}")

    def tick(self):
        """Lets a second pass: tokens made within one are the same."""
        time.sleep(1.1)

    def token(self, audience, full=True):
        now = int(time.time())
        return (self.forged or self.key).sign({"aud": audience, "azp": self.account, "email": self.email, "email_verified": True,
                              "exp": now + 3600, "iat": now, "iss": "https://accounts.google.com", "sub": self.account,
                              **({"google": {"compute_engine": self.vm}} if full else {})})

    def answer(self, method, path, headers, query):
        if headers.get("Metadata-Flavor") != "Google" or headers.get("X-Forwarded-For"):
            raise Refused(403)
        account = "/computeMetadata/v1/instance/service-accounts/default/"
        if path == account + "identity" and "audience" in query:
            return self.token(query["audience"][0], query.get("format") == ["full"]).encode()
        if path == account + "token":
            return json.dumps({"access_token": self.access, "expires_in": 3599, "token_type": "Bearer"}).encode()
        if path.startswith("/computeMetadata/v1/"):
            return {"project/project-id": self.vm["project_id"], "instance/id": self.vm["instance_id"]}.get(
                path.removeprefix("/computeMetadata/v1/"), "").encode()
        raise Refused(404)


class Azure:
    """IMDS of one Azure VM and the tenant that signs its tokens."""

    def __init__(self):
        self.key = SigningKey("azure-1")
        self.tenant = "bc9043e2-b645-4c1c-a87a-78f8644bfe57"
        self.environment = "AzurePublicCloud"
        self.no_identity = False
        self.vm = {}
        self.start()

    def start(self, **facts):
        self.vm = {"name": f"vm-{secrets.token_hex(4)}", "resourceGroupName": "identity", "oid": secrets.token_hex(16),
                   "subscriptionId": "dc760a01-2886-4a84-9abc-f3508e0f87d9", **facts}

    def resource_id(self):
        return self.vm.get("resourceId") or (
            f"/subscriptions/{self.vm['subscriptionId']}/resourcegroups/{self.vm['resourceGroupName']}"
            f"/providers/Microsoft.Compute/virtualMachines/{self.vm['name']}")

    def token(self, resource):
        now = int(time.time())
        return self.key.sign({"aud": resource, "iss": f"https://sts.windows.net/{self.tenant}/", "iat": now, "nbf": now,
                              "exp": now + 86400, "appid": "5ba2dd68-0000-0000-0000-a0468d8b9d48", "appidacr": "2",
                              "idp": f"https://sts.windows.net/{self.tenant}/", "oid": self.vm["oid"], "sub": self.vm["oid"],
                              "tid": self.vm.get("tid", self.tenant), "uti": secrets.token_urlsafe(12), "ver": "1.0",
                              "xms_mirid": self.resource_id()})

    def answer(self, method, path, headers, query):
        if (headers.get("Metadata") or "").lower() != "true" or headers.get("X-Forwarded-For") or "api-version" not in query:
            raise Refused(400, '{"error":"invalid_request","error_description":"Required metadata header not specified"}')
        if path == "/metadata/instance/compute/azEnvironment":
            return self.environment.encode()
        if path == "/metadata/identity/oauth2/token" and "resource" in query:
            if self.no_identity:
                raise Refused(400, '{"error":"invalid_request","error_description":"Identity not found"}')
            resource, now = query["resource"][0], int(time.time())
            return json.dumps({"access_token": self.token(resource), "refresh_token": "", "client_id": "", "expires_in": "86399",
                               "expires_on": str(now + 86399), "ext_expires_in": "86399", "not_before": str(now),
                               "resource": resource, "token_type": "Bearer"}).encode()
        raise Refused(404)


class Service:
    """An HTTP server whose answers `answer(host, method, path, headers, query)` gives; remembers what it was asked.

    An answer is a body and headers; a body that is no bytes is written piece by piece, with no length before it.
    """

    def __init__(self, address, answer, context=None):
        self.asked, service = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                url = urllib.parse.urlsplit(self.path)
                service.asked.append((self.headers.get("Host", ""), self.command, self.path))
                try:
                    status, (body, headers) = 200, answer(self.headers.get("Host", ""), self.command, url.path, self.headers,
                                                          urllib.parse.parse_qs(url.query))
                except Refused as refused:
                    status, body, headers = refused.status, refused.text.encode(), refused.headers
                self.send_response(status)
                if isinstance(body, bytes):
                    headers, body = {"Content-Length": str(len(body)), **headers}, [body]
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in body:
                    self.wfile.write(piece)

            do_GET = do_PUT = do_POST = reply

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # A client that goes away, or does not trust us.

        self.server = Server(address, Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Clouds:
    """The whole of it. Make it once in setUpModule: it takes this process out of the machine's network."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="step-cloud-")
        self.path = pathlib.Path(self._folder.name)
        netns.enter([METADATA], NAMES, self.path)
        self.aws, self.google, self.azure = Aws(), Google(), Azure()
        self.iid_roots = self.path / "iid_roots.pem"
        self.iid_roots.write_bytes(pem(self.aws.certificate))
        self.roots = self.path / "roots.pem"
        self._make_tls()
        self.metadata = self.providers = None
        self.jwks_age = 3600
        self.strange = {}  # host + path: a function that answers there instead
        self.open_metadata()
        self.open_providers()

    def close(self):
        for service in (self.metadata, self.providers):
            if service:
                service.close()
        self._folder.cleanup()

    def _make_tls(self):
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = certificate("Web root of the test", root_key)
        leaf = certificate("providers", key, (root, root_key), [name for name, at in NAMES.items() if at == PROVIDERS])
        self.roots.write_bytes(pem(root))
        (self.path / "providers.pem").write_bytes(pem(leaf) + pem(key))

    def open_metadata(self):
        self.metadata = Service((METADATA, 80), self._answer_metadata)

    def close_metadata(self):
        """Off the cloud: nobody answers any more."""
        self.metadata.close()
        self.metadata = None

    def silence_metadata(self):
        """Somebody listens, and never says a word."""
        self.close_metadata()
        self.silent = socket.create_server((METADATA, 80))

    def end_silence(self):
        self.silent.close()
        self.open_metadata()

    def open_providers(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path / "providers.pem")
        self.providers = Service((PROVIDERS, 443), self._answer_providers, context)

    def close_providers(self):
        self.providers.close()
        self.providers = None

    def _answer_metadata(self, host, method, path, headers, query):
        for prefix, cloud in (("/latest/", self.aws), ("/computeMetadata/", self.google), ("/metadata/", self.azure)):
            if path.startswith(prefix):
                return cloud.answer(method, path, headers, query), {}
        raise Refused(404)

    @contextlib.contextmanager
    def silent_name_server(self):
        """Names are not in /etc/hosts any more, and who is asked for them hears it and says nothing, for minutes.

        Gives a function that waits until somebody has asked.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 53))
            server.settimeout(60)
            netns.write_names(self.path, {"ca.local": NAMES["ca.local"]})
            netns.write_resolver(self.path, "timeout:30 attempts:5")
            try:
                yield lambda: server.recv(512)
            finally:
                netns.write_names(self.path, NAMES)
                netns.write_resolver(self.path)

    def _answer_providers(self, host, method, path, headers, query):
        if host + path in self.strange:
            return self.strange[host + path]()
        keys = {"Cache-Control": f"public, max-age={self.jwks_age}", "Content-Type": "application/json"}
        tenant = f"https://login.microsoftonline.com/{self.azure.tenant}"
        answers = {
            "www.googleapis.com/oauth2/v3/certs": {"keys": [self.google.key.jwk()]},
            "oauth2.googleapis.com/token": {"access_token": self.google.access, "expires_in": 3599, "token_type": "Bearer"},
            f"login.microsoftonline.com/{self.azure.tenant}/.well-known/openid-configuration": {
                "issuer": f"https://sts.windows.net/{self.azure.tenant}/", "jwks_uri": f"{tenant}/discovery/keys",
                "authorization_endpoint": f"{tenant}/oauth2/authorize", "token_endpoint": f"{tenant}/oauth2/token"},
            f"login.microsoftonline.com/{self.azure.tenant}/discovery/keys": {"keys": [self.azure.key.jwk()]},
        }
        for project, organisation in self.google.ancestors.items():
            answers[f"cloudresourcemanager.googleapis.com/v1/projects/{project}:getAncestry"] = {
                "ancestor": [{"resourceId": {"type": "project", "id": project}},
                             {"resourceId": {"type": "organization", "id": organisation}}]}
        answer = answers.get(host + path)
        if answer is None:
            raise Refused(404, '{"error":{"code":404,"status":"NOT_FOUND"}}')
        if host == "cloudresourcemanager.googleapis.com" and headers.get("Authorization") != f"Bearer {self.google.access}":
            raise Refused(401)
        return json.dumps(answer).encode(), keys
