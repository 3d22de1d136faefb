#!/usr/bin/env python3
"""What a certificate for a cloud VM costs the server, beside the original, in U: one P-256 signature on this machine.

usage: cloud.py BIN_DIR [--count N] [--json FILE]

Tokens are made before they are sent, by 16 kept connections; CPU is the server's user and system time as /proc says. Google and
Azure answer in a network namespace of this process (tests/support/cloud.py). AWS: HMAC and RSA-1024 over the document; GCP and
Azure: RS256.
"""
import argparse
import base64
import json
import pathlib
import sys
import time
import unittest
import uuid

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
from measure import cpu_seconds, needs_root, unit_us  # noqa: E402
from tests.support import cloud, harness  # noqa: E402

KINDS = ("AWS", "GCP", "Azure")
WARM = 160


def entries(clouds):
    common = {"disableCustomSANs": True, "disableTrustOnFirstUse": True}
    return [{"type": "AWS", "name": "AWS", "accounts": ["123456789042"], "iidRoots": str(clouds.iid_roots), **common},
            {"type": "GCP", "name": "GCP", "projectIDs": ["identity"], **common},
            {"type": "Azure", "name": "Azure", "tenantID": clouds.azure.tenant, "resourceGroups": ["identity"], **common}]


def aws_token(clouds, claims):
    document = clouds.aws.document()
    signature = clouds.aws.key.sign(document, padding.PKCS1v15(), hashes.SHA256())
    text = cloud.b64url({"alg": "HS256", "typ": "JWT"}) + "." + cloud.b64url(claims | {
        "iss": "ec2.amazonaws.com", "sub": clouds.aws.vm["instanceId"], "amazon": {
            "document": base64.b64encode(document).decode(), "signature": base64.b64encode(signature).decode()}})
    mac = hmac.HMAC(signature, hashes.SHA256())
    mac.update(text.encode())
    return f"{text}.{cloud.b64url(mac.finalize())}"


def make_token(clouds, kind):
    now = int(time.time())
    claims = {"aud": f"https://localhost/1.0/sign#{kind.lower()}/{kind}", "iat": now, "nbf": now, "exp": now + 300, "jti": uuid.uuid4().hex}
    if kind == "AWS":
        return aws_token(clouds, claims)
    if kind == "GCP":
        return clouds.google.key.sign(claims | {
            "iss": "https://accounts.google.com", "sub": clouds.google.account, "azp": clouds.google.account,
            "email": clouds.google.email, "email_verified": True, "google": {"compute_engine": clouds.google.vm}})
    return clouds.azure.token("https://management.azure.com/")


def measure(title, program, step, load, clouds, csr, count):
    home = harness.Home(step)
    home.env["SSL_CERT_FILE"] = str(clouds.roots)
    port = harness.free_port()
    home.init(port)
    path = home.steppath / "config/ca.json"
    config = json.loads(path.read_text())
    config.pop("logger", None)
    config["authority"]["provisioners"] += entries(clouds)
    path.write_text(json.dumps(config))
    root = home.steppath / "certs/root_ca.crt"
    row = {"title": title}
    with harness.Server(home, program) as server:
        time.sleep(1.5)  # Tokens of the second in which the CA started are older than it.
        for kind in KINDS:
            for number in (WARM, count):
                bodies = [json.dumps({"csr": csr, "ott": make_token(clouds, kind)}) for _ in range(number)]
                home.file("bodies").write_text("\n".join(bodies))
                before = cpu_seconds(server.process.pid)
                said = json.loads(home.run(load, "--url", f"https://localhost:{port}", "--root", root, "--connections", "16",
                                           "--count", str(number), "--bodies", home.file("bodies"), timeout=600).stdout)
                if said["issued"] != number:
                    raise SystemExit(f"{title}, {kind}: {said}")
                row[kind] = (cpu_seconds(server.process.pid) - before) * 1e6 / number
    home.close()
    return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    needs_root()
    before = unit_us()
    clouds = cloud.Clouds()
    home = harness.Home()
    home.run(harness.tool("openssl"), "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
             "-subj", "/", "-out", "csr")
    csr = home.file("csr").read_text()
    servers = [measure("ours", options.bin / "step-ca", options.bin / "step", options.bin / "step-load", clouds, csr, options.count)]
    try:
        servers.append(measure("original", harness.original_ca(), options.bin / "step", options.bin / "step-load", clouds, csr, options.count))
    except unittest.SkipTest as absent:
        print(f"WITHOUT THE ORIGINAL: {absent}")
    unit = (before + unit_us()) / 2
    print(f"U = {unit:.1f} us; {options.count} certificates each; CPU of the server per certificate, in U")
    print(f"{'':40}" + "".join(f"{s['title']:>14}" for s in servers) + f"{'ratio':>9}")
    for kind in KINDS:
        values = [s[kind] / unit for s in servers]
        ratio = f"{values[1] / values[0]:.1f}x" if len(values) > 1 else ""
        print(f"{kind:40}" + "".join(f"{v:>14.1f}" for v in values) + f"{ratio:>9}")
    if options.json:
        options.json.write_text(json.dumps({"unit_us": unit, "servers": servers}))
    home.close()
    clouds.close()


if __name__ == "__main__":
    main()
