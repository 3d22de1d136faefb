"""Tokens of machines, good and hostile, to the original and to ours: the same verdicts, words and certificates.

Every claim and every member of a document is left out, given another type and another value; DIFFERENT names what
differs on purpose. The original is step-ca v0.30.2 (./dev peers).
"""
import base64
import copy
import http.client
import json
import pathlib
import ssl
import sys
import time
import unittest
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds, SigningKey, b64url  # noqa: E402
from tests.support.cloud_case import CloudCase  # noqa: E402
from tests.support.harness import PATIENCE, OURS_CA, original_ca  # noqa: E402

STEP = ObjectIdentifier("1.3.6.1.4.1.37476.9000.64.1")
DIFFERENT = {
    # Row "cloud VMs: Azure, resources" of docs/compat.md.
    "azure: xms_mirid of a scale set", "azure: xms_mirid of a machine of a scale set",
    # Row "cloud VMs: `/sign`": which of several mistakes is named.
    "aws: everything",
}
MUTATIONS = {"missing": None, "null": None, "a number": 7, "true": True, "[]": [], "{}": {}, "''": "", "another": "other"}


def setUpModule():
    original_ca()
    CloudCase.clouds = Clouds()
    unittest.addModuleCleanup(CloudCase.clouds.close)


def changed(claims, path):
    """Each mutation of what stands at `path`, with its name."""
    *above, name = path.split(".")
    for label, value in {**MUTATIONS, "in a list": ..., "with a space": ...}.items():
        made = copy.deepcopy(claims)
        place = made
        for step in above:
            place = place[step]
        old = place.get(name)
        if label == "missing":
            place.pop(name, None)
        elif label == "in a list":
            place[name] = [old]
        elif label == "with a space":
            place[name] = f"{old} "
        else:
            place[name] = value
        yield f"{path} {label}", made


def request(common_name="", dns=(), ips=(), emails=(), uris=(), key=ec.generate_private_key(ec.SECP256R1())):
    import ipaddress
    names = ([x509.DNSName(n) for n in dns] + [x509.IPAddress(ipaddress.ip_address(n)) for n in ips] +
             [x509.RFC822Name(n) for n in emails] + [x509.UniformResourceIdentifier(n) for n in uris])
    made = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def hs256(claims, key, algorithm="HS256"):
    text = f"{b64url({'alg': algorithm, 'typ': 'JWT'})}.{b64url(claims)}"
    mac = hmac.HMAC(key, {"HS256": hashes.SHA256(), "HS384": hashes.SHA384(), "HS512": hashes.SHA512()}.get(algorithm, hashes.SHA256()))
    mac.update(text.encode())
    return f"{text}.{b64url(mac.finalize())}"


def shown(answer):
    """What matters of a certificate."""
    leaf = x509.load_pem_x509_certificate(answer["crt"].encode())
    extension = {e.oid: e for e in leaf.extensions}
    names = extension.get(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    step = extension.get(STEP)
    return (leaf.subject.rfc4514_string(), [str(n.value) for n in names.value] if names else [],
            step.value.value.hex() if step else "", sorted(o.dotted_string for o in extension),
            (leaf.not_valid_after_utc if hasattr(leaf, "not_valid_after_utc") else leaf.not_valid_after) -
            (leaf.not_valid_before_utc if hasattr(leaf, "not_valid_before_utc") else leaf.not_valid_before))


class Differential(CloudCase):
    maxDiff = None

    def setUp(self):
        strict = {"disableCustomSANs": True, "disableTrustOnFirstUse": True}
        loose = {"disableTrustOnFirstUse": True}
        template = {"options": {"x509": {"template": json.dumps({
            "subject": {"commonName": "{{ .Subject.CommonName }}", "organization": "O"}, "dnsNames": ["t.test"]}).replace(
                '"O"', '{{ toJson .Token.aud }}')}}}
        entries = [
            self.entry("AWS", name="strict aws", instanceAge="1h", **strict), self.entry("AWS", name="loose aws", **loose),
            self.entry("AWS", name="aws template", **loose, **template),
            self.entry("AWS", name="aws all", disableTrustOnFirstUse=True, accounts=[]),
            self.entry("GCP", name="strict gcp", instanceAge="1h", **strict), self.entry("GCP", name="loose gcp", **loose),
            self.entry("Azure", name="azure", subscriptionIDs=[self.clouds.azure.vm["subscriptionId"]], **strict)]
        self.authorities = []
        for program in (original_ca(), OURS_CA):
            self.authority(program, *copy.deepcopy(entries))
            context = ssl.create_default_context(cafile=str(self.root))
            self.authorities.append(http.client.HTTPSConnection("localhost", self.port, context=context, timeout=PATIENCE))
        time.sleep(1.2)  # Tokens of the second in which the CA started are older than it.
        self.total, self.wrong, self.equal = 0, [], []

    def ask(self, wire, token, csr, **more):
        wire.request("POST", "/1.0/sign", json.dumps({"csr": csr, "ott": token, **more}))
        answer = wire.getresponse()
        body = json.loads(answer.read())
        return (answer.status, shown(body)) if answer.status == 201 else (answer.status, body["message"])

    def both(self, name, token, csr=None, **more):
        csr = csr or request()
        theirs, ours = (self.ask(wire, token, csr, **more) for wire in self.authorities)
        self.total += 1
        if theirs != ours and name not in DIFFERENT:
            self.wrong.append(f"{name}\n  original {theirs}\n  ours     {ours}")
        if theirs == ours and name in DIFFERENT:
            self.equal.append(name)
        return theirs[0]

    def tearDown(self):
        for wire in self.authorities:
            wire.close()
        print(f"{self.total} tokens")
        self.assertEqual(self.wrong, [], "\n".join(self.wrong))
        self.assertEqual(self.equal, [], "these are equal now; take them off the list")

    def registered(self, kind, **more):
        now = int(time.time())
        return {"aud": f"https://localhost:1/1.0/sign#{kind}", "exp": now + 3600, "nbf": now, "iat": now, "n": uuid.uuid4().hex, **more}

    # ---- AWS

    def aws_token(self, document, name="aws/strict%20aws", key=None, mac=None, algorithm="HS256", **claims):
        document = document if isinstance(document, bytes) else json.dumps(document).encode()
        signature = (key or self.clouds.aws.key).sign(document, padding.PKCS1v15(), hashes.SHA256())
        payload = self.registered(name, iss="ec2.amazonaws.com", sub=self.clouds.aws.vm["instanceId"], amazon={
            "document": base64.b64encode(document).decode(), "signature": base64.b64encode(signature).decode()}) | claims
        return payload, (signature if mac is None else mac), algorithm

    def test_aws(self):
        vm = self.clouds.aws.vm
        address = f"ip-{vm['privateIp'].replace('.', '-')}.{vm['region']}.compute.internal"

        def send(name, made, csr=None):
            payload, mac, algorithm = made
            return self.both(f"aws: {name}", hs256(payload, mac, algorithm), csr)

        self.assertEqual(send("good", self.aws_token(vm)), 201)
        for path in ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "sans", "amazon", "amazon.document", "amazon.signature", "azp", "tid", "email"):
            payload, mac, algorithm = self.aws_token(vm)
            payload |= {"jti": "j", "sans": ["a"]}
            for label, claims in changed(payload, path):
                send(label, (claims | {"n": uuid.uuid4().hex}, mac, algorithm))
        for member in vm:
            for label, document in changed(vm, member):
                send(f"document, {label}", self.aws_token(document))
        for label, text in {"spaces": json.dumps(vm, indent=7), "a tail": json.dumps(vm) + "x", "two": json.dumps(vm) * 2, "a list": "[]", "null": "null",
                            "twice": json.dumps(vm)[:-1] + f', "accountId": "{vm["accountId"]}"}}', "in other case": json.dumps(vm).replace("accountId", "ACCOUNTID"),
                            "invalid UTF-8": json.dumps(vm).replace("us-west-2a", "\udcff")}.items():
            send(f"document, {label}", self.aws_token(text.encode(errors="surrogateescape")))
        now = int(time.time())
        stamp = lambda ago: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - ago))  # noqa: E731
        for ago in (-7200, 0, 3300, 3900):
            send(f"pending since {ago}", self.aws_token(vm | {"pendingTime": stamp(ago)}))
        for text in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00.5+02:00", "yesterday"):
            send(f"pending since {text}", self.aws_token(vm | {"pendingTime": text}, "aws/loose%20aws"))
        foreign = rsa.generate_private_key(65537, 1024)
        send("a foreign key", self.aws_token(vm, key=foreign))
        send("a foreign key of 2048 bits", self.aws_token(vm, key=rsa.generate_private_key(65537, 2048)))
        for mac in (b"foreign", b""):
            send(f"the wrong secret, {len(mac)}", self.aws_token(vm, mac=mac))
        for algorithm in ("HS384", "HS512", "hs256", "none", "RS256", "ES256", ""):
            send(f"alg {algorithm}", self.aws_token(vm, algorithm=algorithm))
        for subject in (vm["instanceId"], vm["privateIp"], address, address.upper(), "", "x"):
            send(f"sub {subject}", self.aws_token(vm, sub=subject))
            send(f"sub {subject}, custom names", self.aws_token(vm, "aws/loose%20aws", sub=subject), request(subject, ["a.test"]))
        for audience in ("https://localhost/sign#aws/strict%20aws", "https://localhost/sign#aws/strict aws", "https://localhost/sign#aws/other",
                         "https://localhost/1.0/sign", "https://LOCALHOST/sign#aws/strict%20aws", "https://localhost/revoke#aws/strict%20aws",
                         "https://localhost/ssh/sign#aws/strict%20aws", "http://localhost/sign#aws/strict%20aws", "https://localhost/sign#AWS/strict%20aws",
                         ["x", "https://localhost/sign#aws/strict%20aws"], "https://localhost/sign?#aws/strict%20aws", "aws/strict aws", "step-certificate-authority"):
            send(f"aud {audience}", self.aws_token(vm, aud=audience))
        self.names("aws", lambda name: send(*name[:2], name[2]), lambda: self.aws_token(vm), lambda: self.aws_token(vm, "aws/loose%20aws", sub="a.test"),
                   [address], [vm["privateIp"]], vm["instanceId"])
        send("a template", self.aws_token(vm, "aws/aws%20template", sub="s.test"))
        send("no accounts", self.aws_token(vm | {"accountId": "1"}, "aws/aws%20all"))

    def names(self, kind, send, strict, loose, dns, ips, common_name):
        """What a request may ask for."""
        rows = {"nothing": {}, "its names": {"dns": dns, "ips": ips}, "one of its names": {"dns": dns[:1]}, "a foreign name": {"dns": ["x.test"]},
                "its names and a foreign one": {"dns": [*dns, "x.test"]}, "a foreign address": {"ips": ["10.9.9.9"]}, "two addresses": {"ips": [*ips, "10.9.9.9"]},
                "an email": {"emails": ["a@b.test"]}, "a URI": {"uris": ["https://x.test/"]}, "its common name": {"common_name": common_name},
                "a foreign common name": {"common_name": "x.test"}, "its name as common name": {"common_name": dns[0]}, "everything": {
                    "common_name": "a.test", "dns": ["b.test", "*.c.test"], "ips": ["::1"], "emails": ["a@b.test"], "uris": ["urn:x"]}}
        for label, asked in rows.items():
            send((f"{label}", strict(), request(**asked)))
            send((f"{label}, custom names", loose(), request(**asked)))
        send(("a weak key", strict(), request(key=rsa.generate_private_key(65537, 1024))))
        send(("an RSA key", loose(), request(dns=["r.test"], key=rsa.generate_private_key(65537, 2048))))

    # ---- Google and Azure

    def signed(self, kind, key, claims, name, csr=None):
        return self.both(f"{kind}: {name}", key.sign(claims | {"n": uuid.uuid4().hex}), csr)

    def hostile(self, kind, key, claims, paths):
        for path in paths:
            for label, made in changed(claims, path):
                self.signed(kind, key, made, label)
        other = SigningKey(key.kid)
        self.signed(kind, other, claims, "a foreign key")
        other.private, other.kid = key.private, "unknown"
        self.signed(kind, other, claims, "an unknown kid")
        text = key.sign(claims)
        head, body, tail = text.split(".")
        for algorithm in ("none", "HS256", "RS512", "PS256", "ES256", "rs256", ""):
            self.both(f"{kind}: alg {algorithm}", f"{b64url({'alg': algorithm, 'kid': key.kid})}.{body}.{tail}")
        public = key.private.public_key()
        for form, data in {"DER": public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
                           "PEM": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)}.items():
            begin = f"{b64url({'alg': 'HS256', 'kid': key.kid})}.{body}"
            mac = hmac.HMAC(data, hashes.SHA256())
            mac.update(begin.encode())
            self.both(f"{kind}: the public key as {form} for an HMAC", f"{begin}.{b64url(mac.finalize())}")
        # Around the leeway of a minute, and far enough from it that a slow machine sees the same.
        for claim, shift in (("exp", -30), ("exp", -90), ("nbf", 30), ("nbf", 90), ("iat", 30), ("iat", 90)):
            self.signed(kind, key, claims | {claim: int(time.time()) + shift}, f"{claim} {shift:+}")

    def test_google(self):
        google = self.clouds.google
        google.start(instance_name="web-1", license_id=["1"])
        vm = google.vm

        def claims(name="gcp/strict%20gcp", **more):
            return self.registered(name, iss="https://accounts.google.com", sub=google.account, azp=google.account, email=google.email,
                                   email_verified=True, google={"compute_engine": dict(vm)}) | more

        self.assertEqual(self.signed("gcp", google.key, claims(), "good"), 201)
        self.hostile("gcp", google.key, claims(), ["iss", "aud", "sub", "azp", "email", "email_verified", "exp", "nbf", "iat", "google", "google.compute_engine",
                                                   *(f"google.compute_engine.{name}" for name in vm)])
        now = int(time.time())
        for ago in (-7200, 0, 3300, 3900):
            self.signed("gcp", google.key, claims(google={"compute_engine": vm | {"instance_creation_timestamp": now - ago}}), f"created {ago} ago")
        dns = [f"web-1.c.{vm['project_id']}.internal", f"web-1.{vm['zone']}.c.{vm['project_id']}.internal"]
        self.names("gcp", lambda row: self.signed("gcp", google.key, row[1], row[0], row[2]), claims, lambda: claims("gcp/loose%20gcp"), dns, [], vm["instance_id"])

    def test_azure(self):
        azure = self.clouds.azure

        def claims(**more):
            now = int(time.time())
            issuer = f"https://sts.windows.net/{azure.tenant}/"
            return {"aud": "https://management.azure.com/", "iss": issuer, "iat": now, "nbf": now, "exp": now + 86400, "appid": "app", "appidacr": "2",
                    "idp": issuer, "oid": azure.vm["oid"], "sub": azure.vm["oid"], "tid": azure.tenant, "uti": "u", "ver": "1.0",
                    "xms_mirid": azure.resource_id()} | more

        self.assertEqual(self.signed("azure", azure.key, claims(), "good"), 201)
        self.hostile("azure", azure.key, claims(), ["aud", "iss", "iat", "nbf", "exp", "appid", "appidacr", "idp", "oid", "sub", "tid", "uti", "ver", "xms_mirid", "email", "azp"])
        group = f"/subscriptions/{azure.vm['subscriptionId']}/resourceGroups/{azure.vm['resourceGroupName']}/providers/"
        for label, resource in {
                "of another group": group.replace("identity", "other") + "Microsoft.Compute/virtualMachines/a", "of a group in other case": group.replace("identity", "IDENTITY") + "Microsoft.Compute/virtualMachines/a",
                "of another subscription": group.replace("dc760a01", "00000000") + "Microsoft.Compute/virtualMachines/a", "in upper case": group.upper().replace("/IDENTITY/", "/identity/").replace(azure.vm["subscriptionId"].upper(), azure.vm["subscriptionId"]) + "MICROSOFT.COMPUTE/VIRTUALMACHINES/a",
                "of a user": group + "Microsoft.ManagedIdentity/userAssignedIdentities/me", "of a scale set": group + "Microsoft.Compute/virtualMachineScaleSets/set",
                "of a machine of a scale set": group + "Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/1", "of an application": group + "Microsoft.Solutions/applications/a",
                "with a tail": group + "Microsoft.Compute/virtualMachines/a/b", "with a slash": group + "Microsoft.Compute/virtualMachines/a/", "without a name": group + "Microsoft.Compute/virtualMachines/"}.items():
            self.signed("azure", azure.key, claims(xms_mirid=resource), f"xms_mirid {label}")
        self.names("azure", lambda row: self.signed("azure", azure.key, row[1], row[0], row[2]), claims, claims, [azure.vm["name"]], [], azure.vm["name"])


if __name__ == "__main__":
    unittest.main()
