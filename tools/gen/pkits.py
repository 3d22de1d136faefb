#!/usr/bin/env python3
"""Turns NIST's Public Key Interoperability Test Suite into tests/data/x509/pkits.vec:

    pip download --no-deps cryptography-vectors==44.0.0 && unzip cryptography_vectors-*.whl
    tools/gen/pkits.py cryptography_vectors/x509/PKITS_data $(go env GOROOT)/src/crypto/x509/testdata/nist-pkits/vectors.json

The first folder holds the certificates and lists (PKITS 1.0.1), the file says which test uses which: path from the trust anchor
down, lists, and whether the path is valid. Left out are the sections about policies (4.8 to 4.12): x509::verify_chain evaluates
none. Rows: `cert NAME base64`, `crl NAME base64`, `test NUMBER valid|invalid TITLE / CERTS / CRLS`.
"""
import base64
import json
import pathlib
import sys

POLICIES = ("4.8.", "4.9.", "4.10.", "4.11.", "4.12.")


def main():
    data, tests = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
    certs, crls, rows = {}, {}, []
    for test in tests:
        number, _, title = test["Name"].partition(" ")
        if number.startswith(POLICIES):
            continue
        names = [name.removesuffix(".crt") for name in test["CertPath"]], [name.removesuffix(".crl") for name in test["CRLPath"]]
        for name in names[0]:
            certs[name] = (data / f"certs/{name}.crt").read_bytes()
        for name in names[1]:
            crls[name] = (data / f"crls/{name}.crl").read_bytes()
        valid = "valid" if test["ShouldValidate"] else "invalid"
        rows.append(f"test {number} {valid} {title} / {' '.join(names[0])} / {' '.join(names[1])}")
    print("# NIST PKITS 1.0.1, from PyPI's cryptography-vectors 44.0.0; made by tools/gen/pkits.py. Policies (4.8 to 4.12) left out.")
    for kind, files in (("cert", certs), ("crl", crls)):
        for name in sorted(files):
            print(kind, name, base64.b64encode(files[name]).decode())
    print("\n".join(rows))


main()
