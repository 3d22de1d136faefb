#!/usr/bin/env python3
"""Turns the examples of RFC 7520, RFC 8037 and RFC 7797 (https://github.com/ietf-jose/cookbook, public
domain) into tests/data/jose/cookbook.vec:

    tools/gen/cookbook.py path/to/cookbook

A row is KIND EXAMPLE INDEX KEY TEXT PLAIN, the last three in base64url: `jwe` opens with the JWK in KEY,
`pbes2` with the password in KEY, `jws` has a good signature INDEX by KEY; `no-jwe` and `no-jws` are
examples of what we refuse.
"""
import base64
import json
import pathlib
import sys

REFUSED = {
    "5_9.": "compressed",
    "5_13.": "several recipients",
    "4_5.": "detached content",
    "rfc7797": "the critical header b64",
    "curve25519/ecdh-es": "X25519",
}


def encoded(value):
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") or "-"


def rows(name, example):
    given = example["input"]
    plain = given.get("plaintext", given.get("payload"))
    encrypted = "plaintext" in given
    refused = any(part in name for part in REFUSED)
    keys = given.get("key", given.get("pwd"))
    for form in ("compact", "json", "json_flat"):
        if form not in example["output"]:
            continue
        for index, key in enumerate(keys if isinstance(keys, list) else [keys]):
            kind = "pbes2" if "pwd" in given else "jwe" if encrypted else "jws"
            yield " ".join([("no-" if refused else "") + kind, pathlib.Path(name).name.split(".")[0] + "/" + form, str(index),
                            encoded(key), encoded(example["output"][form]), encoded(plain)])


def main():
    source = pathlib.Path(sys.argv[1])
    lines = ["# made by tools/gen/cookbook.py from https://github.com/ietf-jose/cookbook (RFC 7520, 8037, 7797; public domain)"]
    for folder in ("jwe", "jws", "curve25519", "rfc7797"):
        for path in sorted((source / folder).glob("*.json")):
            lines += rows(f"{folder}/{path.name}", json.loads(path.read_text()))
    pathlib.Path("tests/data/jose/cookbook.vec").write_text("\n".join(lines) + "\n")


main()
