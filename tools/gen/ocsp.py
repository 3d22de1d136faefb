#!/usr/bin/env python3
"""Writes tests/data/x509/ocsp/ anew: a CA, a leaf, and what responders may say of it, made by Python cryptography.

Usage: tools/gen/ocsp.py tests/data/x509/ocsp
All of it is about 2030-01-01T00:00:00Z. NAME.der is a response; request.der is the request for leaf.pem.
"""
import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(1)


def certificate(name, key, issuer=None, issuer_key=None, usages=None, ca=False, begin=-1, end=365, serial=None):
    def named(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    builder = (x509.CertificateBuilder().subject_name(named(name)).issuer_name(issuer.subject if issuer else named(name))
               .public_key(key.public_key()).serial_number(serial or x509.random_serial_number())
               .not_valid_before(NOW + begin * DAY).not_valid_after(NOW + end * DAY)
               .add_extension(x509.BasicConstraints(ca, None), critical=True))
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256())


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    def write(name, value):
        (folder / name).write_bytes(value)

    p256 = lambda: ec.generate_private_key(ec.SECP256R1())  # noqa: E731
    ca_key, leaf_key, other_key, delegate_key = p256(), p256(), p256(), ed25519.Ed25519PrivateKey.generate()
    ca = certificate("OCSP CA", ca_key, ca=True)
    other_ca = certificate("Other CA", other_key, ca=True)
    leaf = certificate("leaf.test", leaf_key, ca, ca_key, serial=0x8000000000000005)
    sibling = certificate("sibling.test", leaf_key, ca, ca_key)
    for name, value in (("issuer", ca), ("leaf", leaf), ("other-issuer", other_ca)):
        write(f"{name}.pem", value.public_bytes(serialization.Encoding.PEM))
    write("request.der", ocsp.OCSPRequestBuilder().add_certificate(leaf, ca, hashes.SHA1()).build()
          .public_bytes(serialization.Encoding.DER))

    def respond(name, status="GOOD", about=leaf, algorithm=hashes.SHA1(), begin=-1, end=7, signer=ca, key=ca_key,
                by=ocsp.OCSPResponderEncoding.NAME, with_certificates=None, digest=hashes.SHA256()):
        revoked = status == "REVOKED"
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=about, issuer=ca, algorithm=algorithm, cert_status=getattr(ocsp.OCSPCertStatus, status),
            this_update=NOW + begin * DAY, next_update=None if end is None else NOW + end * DAY,
            revocation_time=NOW - 2 * DAY if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        ).responder_id(by, signer)
        if with_certificates:
            builder = builder.certificates(with_certificates)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            digest = None
        write(f"{name}.der", builder.sign(key, digest).public_bytes(serialization.Encoding.DER))

    by_hash = ocsp.OCSPResponderEncoding.HASH
    respond("good")
    respond("good-by-hash", by=by_hash)
    respond("good-sha256-id", algorithm=hashes.SHA256())
    respond("good-no-end", begin=0, end=None)
    respond("revoked", "REVOKED")
    respond("unknown", "UNKNOWN")
    respond("refused-sibling", about=sibling)
    respond("refused-stale", begin=-9, end=-1)
    respond("refused-stale-no-end", begin=-2, end=None)
    respond("refused-early", begin=1, end=7)
    respond("refused-other-key", signer=certificate("OCSP CA", other_key, ca=True), key=other_key)
    respond("refused-other-ca", signer=other_ca, key=other_key, with_certificates=[other_ca])

    def delegate(name, *, usages=(Usage.OCSP_SIGNING,), issuer=ca, issuer_key=ca_key, sends=True, **times):
        responder = certificate("Responder", delegate_key, issuer, issuer_key, usages=usages, **times)
        respond(name, signer=responder, key=delegate_key, by=by_hash, with_certificates=[responder] if sends else None)

    delegate("good-delegate")
    delegate("refused-delegate-usage", usages=(Usage.SERVER_AUTH,))
    delegate("refused-delegate-any-usage", usages=(Usage.ANY_EXTENDED_KEY_USAGE,))
    delegate("refused-delegate-no-usage", usages=None)
    delegate("refused-delegate-expired", begin=-9, end=-1)
    delegate("refused-delegate-stranger", issuer=other_ca, issuer_key=other_key)
    delegate("refused-delegate-forged", issuer=ca, issuer_key=other_key)
    delegate("refused-delegate-missing", sends=False)
    # The leaf of an ordinary customer must not speak for the CA.
    respond("refused-leaf", signer=leaf, key=leaf_key, with_certificates=[leaf])
    for status in ("UNAUTHORIZED", "TRY_LATER"):
        write(f"error-{status.lower()}.der", ocsp.OCSPResponseBuilder.build_unsuccessful(
            getattr(ocsp.OCSPResponseStatus, status)).public_bytes(serialization.Encoding.DER))


main()
