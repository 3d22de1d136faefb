#!/usr/bin/env python3
"""Prints command lines of the toolbox that misuse it, for a `step` to be recorded with:

    tools/gen/misuse.py > misuse.txt
    tools/record_cases.py STEP --lines misuse.txt --out tests/data/toolbox/misuse.json

With --forbidden it prints those whose file may not be read or whose folder may not be written to instead; their
record is forbidden.json. Of a record only what `step` v0.30 refused is kept (exit other than 0).

Each leaf of the table is a command line that works. From it come lines with one thing wrong: no argument,
some too many, an unknown flag, each file missing, empty, a folder or no such thing, each flag without its
value; and those that the table adds: wrong passwords, flags that exclude each other, keys of the wrong kind.
"""
import pathlib
import shlex
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INPUTS = ROOT / "tests/data/toolbox/inputs"
CLEAR = "--no-password --insecure"

# Leaf, arguments, standard input, what else is wrong with it: whole lines of arguments.
LEAVES = [
    ("crypto change-pass", "ec256.enc.key --password-file pass.txt --new-password-file pass2.txt --out new", None,
     ["ec256.enc.key --no-password", "ec256.enc.key --password-file pass2.txt --new-password-file pass.txt --out new",
      "ec256.enc.json --password-file pass2.txt --new-password-file pass.txt --out new",
      "sshed.enc --password-file pass2.txt --new-password-file pass.txt --out new"]),
    ("crypto hash compare", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 hello.txt", None,
     ["00 hello.txt", "zz hello.txt", "abc hello.txt", "00 hello.txt --alg md5", "00 hello.txt --alg sha3"]),
    ("crypto hash digest", "hello.txt", None, ["hello.txt --alg md5", "hello.txt --alg sha3", "hello.txt missing"]),
    ("crypto jose format", "", "tok-ec256.jwt", []),
    ("crypto jwe decrypt", "--key ecenc.json", "msg-ecdhes.jwe",
     ["--key ecenc.json --jwks set.json", "--key ecenc.pub.json", "--key rsaenc.json", "--jwks set.json"]),
    ("crypto jwe encrypt", "--key ecenc.pub.json", "hello.txt",
     ["--key ecenc.pub.json --jwks set.json", "--key ecenc.pub.json --alg bogus", "--key ecenc.pub.json --enc bogus",
      "--key ed.pub.json", "--key ec256.pub.json", "--jwks set.json", "--alg PBES2-HS256+A128KW --key ecenc.pub.json",
      "--alg dir --enc A128GCM --key ecenc.pub.json"]),
    ("crypto jwk create", "p.json k.json --no-password --insecure", None,
     ["p.json p.json --no-password --insecure", "p.json k.json --no-password", "p.json k.json --kty bogus",
      "p.json k.json --kty RSA --crv P-256", "p.json k.json --kty EC --size 256", "p.json k.json --kty RSA --size 1024",
      "p.json k.json --kty OKP --crv P-256 --no-password --insecure",
      "p.json k.json --kty EC --crv P-999 --no-password --insecure",
      "p.json k.json --kty oct --size 4", "p.json k.json --size x", "p.json k.json --password-file pass.txt --no-password",
      "p.json k.json --alg bogus --no-password --insecure", "p.json k.json --from-pem missing",
      "p.json k.json --from-pem notakey.txt", "p.json k.json --from-pem ec256.key --kty RSA"]),
    ("crypto jwk keyset add", "set.json", "ec256.json", []),
    ("crypto jwk keyset find", "set.json --kid x", None, ["set.json"]),
    ("crypto jwk keyset list", "set.json", None, ["notakey.txt"]),
    ("crypto jwk keyset remove", "set.json --kid x", None, ["set.json"]),
    ("crypto jwk public", "", "ec256.json", []),
    ("crypto jwk thumbprint", "", "ec256.json", []),
    ("crypto jws inspect", "--insecure", "sig-rsa.jws", [""]),
    ("crypto jws sign", "--key ec256.json hello.txt", None,
     ["--key ec256.json --jwks set.json hello.txt", "--key ec256.pub.json hello.txt", "--key ecenc.json hello.txt",
      "--key ec256.json --alg RS256 hello.txt", "--key ec256.json --alg none hello.txt", "--key ec256.json --kid x hello.txt",
      "--jwks set.json hello.txt", "--jwks set.json --kid x hello.txt", "--key ec256.enc.json --password-file pass2.txt hello.txt",
      "--x5c-cert cert.crt --key ec256.key hello.txt", "--key ec256.json --typ JWT --x5c-cert cert.crt hello.txt"]),
    ("crypto jws verify", "--key ec256.pub.json", "sig-ec256.jws",
     ["--key ec384.pub.json", "--key ec256.pub.json --alg ES384", "--key ec256.pub.json --jwks set.json", "--key oct.json"]),
    ("crypto jwt inspect", "--insecure", "tok-rsa.jwt", [""]),
    ("crypto jwt sign", "--key ec256.json --iss i --aud a --sub s --exp 4102444800", None,
     ["--key ec256.json", "--key ec256.json --iss i", "--key ec256.json --iss i --aud a", "--key ec256.json --iss i --aud a --sub s",
      "--key ec256.json --iss i --aud a --sub s --exp 1", "--key ec256.json --iss i --aud a --sub s --exp x",
      "--key ec256.json --iss i --aud a --sub s --exp 4102444800 --iat x",
      "--key ec256.json --iss i --aud a --sub s --exp 4102444800 --nbf 4102444801",
      "--key ec256.json --jwks set.json --iss i --aud a --sub s --exp 4102444800",
      "--key ec256.pub.json --iss i --aud a --sub s --exp 4102444800",
      "--key ec256.json --alg HS256 --iss i --aud a --sub s --exp 4102444800",
      "--jwks set.json --iss i --aud a --sub s --exp 4102444800"]),
    ("crypto jwt verify", "--key ec256.pub.json --iss iss1 --aud aud1", "tok-ec256.jwt",
     ["--key ec256.pub.json", "--key ec256.pub.json --iss iss1", "--key ec256.pub.json --iss x --aud aud1",
      "--key ec256.pub.json --iss iss1 --aud x", "--key ec384.pub.json --iss iss1 --aud aud1",
      "--key ec256.pub.json --jwks set.json --iss iss1 --aud aud1", "--key ec256.pub.json --alg ES384 --iss iss1 --aud aud1"]),
    ("crypto kdf compare", "$2a$10$Zvzm3o/17K2KQzV1J.RCT.WrlOcf2XBY/WzAw2qeQ6ODskQfkfYA2", "pass.txt",
     ["$2a$10$Zvzm3o/17K2KQzV1J.RCT.WrlOcf2XBY/WzAw2qeQ6ODskQfkfYA2 secret", "x", "$", "$scrypt$ln=99$AAAA$AAAA"]),
    ("crypto kdf hash", "--alg scrypt", "pass.txt", ["--alg md5", "secret", "--alg bcrypt secret"]),
    ("crypto key fingerprint", "ec256.key", None,
     ["ec256.key --pkix --ssh", "ec256.key --format bogus", "ec256.enc.key --password-file pass2.txt",
      "sshed.enc --password-file pass2.txt", "ec256.enc.json --password-file pass2.txt", "oct.json --ssh"]),
    ("crypto key format", "ec256.pub --out new", None,
     ["ec256.pub --pem --ssh", "ec256.pub --pem --jwk", "ec256.pub --der --ssh", "ec256.pub --der --jwk", "ec256.pub --ssh --jwk",
      "ec256.key --no-password", "two.pem", "sshed.enc --password-file pass2.txt " + CLEAR]),
    ("crypto key inspect", "ec256.key", None, ["ec256.enc.key --password-file pass2.txt", "ec256.enc.key --password-file missing"]),
    ("crypto key public", "ec256.key --out new", None, ["ec256.enc.key --password-file pass2.txt", "ec256.json"]),
    ("crypto key sign", "hello.txt --key rsa.key", None,
     ["hello.txt --key rsa.key --alg sha3", "hello.txt --key rsa.pub", "hello.txt --key cert.crt", "hello.txt --key rsa.json"]),
    ("crypto key verify", "hello.txt --key rsa.pub --signature AAAA", None,
     ["hello.txt --key rsa.pub --signature !", "hello.txt --key rsa.pub --signature AAAA --alg sha3", "hello.txt --key rsa.pub",
      "hello.txt --signature AAAA", "hello.txt --key rsa.json --signature AAAA", "hello.txt --key ed.pub --signature AAAA"]),
    ("crypto keypair", "o.pub o.key --no-password --insecure", None,
     ["o.pub o.pub --no-password --insecure", "o.pub o.key --no-password", "o.pub o.key --kty bogus " + CLEAR,
      "o.pub o.key --kty RSA --size 1024 --no-password", "o.pub o.key --kty EC --size 256 " + CLEAR,
      "o.pub o.key --kty RSA --crv P-256 " + CLEAR, "o.pub o.key --crv P-256 " + CLEAR,
      "o.pub o.key --from-jwk oct.json " + CLEAR, "o.pub o.key --from-jwk ec256.json --kty EC " + CLEAR,
      "o.pub o.key --password-file pass.txt --no-password --insecure", "o.pub o.key --password-file missing"]),
    ("crypto rand", "8", None, ["x", "-1", "8 --format bogus", "0 --format hex"]),
    ("base64", "hello", None, ["-d !", "-d --url +/+/"]),
]
# The same, for --forbidden only.
MORE_LEAVES = [
    ("certificate bundle", "cert.crt rsacert.crt new", None, []),
    ("certificate create", "foo o.pub o.key --ca cert.crt --ca-key cert.key --no-password --insecure", None,
     ["foo new o.key --csr --key unreadable --no-password --insecure", "foo new locked/new --csr --no-password --insecure",
      "foo new o.key --csr --password-file unreadable", "foo new o.key --template unreadable --no-password --insecure",
      "foo new o.key --profile self-signed --subtle --set-file unreadable --no-password --insecure"]),
    ("certificate fingerprint", "cert.crt", None, []),
    ("certificate format", "cert.crt --out new", None, []),
    ("certificate inspect", "cert.crt", None, ["cert.crt --roots unreadable"]),
    ("certificate key", "cert.crt --out new", None, []),
    ("certificate lint", "cert.crt", None, []),
    ("certificate needs-renewal", "cert.crt", None, []),
    ("certificate p12", "new cert.crt cert.key --ca rsacert.crt --no-password --insecure", None,
     ["new cert.crt cert.key --password-file unreadable"]),
    ("certificate sign", "req.csr cert.crt cert.key", None, ["req.csr cert.crt cert.key --password-file unreadable"]),
    ("certificate verify", "cert.crt --roots cert.crt", None, ["cert.crt --roots cert.crt --verify-crl --issuing-ca unreadable"]),
    ("crl inspect", "notakey.txt", None, ["notakey.txt --ca unreadable"]),
    ("crypto nacl auth digest", "secret32.key", "hello.txt", []),
    ("crypto nacl box keypair", "new alice.key", None, []),
    ("crypto nacl box seal", "nonce bob.pub alice.key", "hello.txt", []),
    ("crypto nacl secretbox seal", "nonce secret32.key", "hello.txt", []),
    ("crypto nacl sign sign", "sig.key", "hello.txt", []),
    ("crypto otp generate", "--issuer i --account a --qr new", None, []),
    ("crypto otp verify", "--secret otp.b32", None, []),
    ("crypto winpe extract", "bin.dat", None, []),
]
FORBIDDEN_FILE, FORBIDDEN_PLACE = "unreadable", "locked/new"


def variants(arguments):
    """Lines with one thing wrong, from one that works."""
    words = arguments.split()
    values = {i for i, word in enumerate(words) if i > 0 and words[i - 1].startswith("--") and takes_value(words[i - 1])}
    positionals = [i for i, word in enumerate(words) if not word.startswith("-") and i not in values]
    yield [*words, "--bogus"]
    yield ["--bogus", *words]
    yield [*words, "extra1", "extra2", "extra3", "extra4"]
    for i in reversed(positionals):
        yield words[:i] + words[i + 1:]
    for i, word in enumerate(words):
        if (INPUTS / word).is_file():
            for wrong in ("missing", "empty.txt", "dir", "notakey.txt", FORBIDDEN_FILE):
                yield words[:i] + [wrong] + words[i + 1:]
        elif word in ("new", "o.pub", "p.json"):
            yield words[:i] + ["dir"] + words[i + 1:]
            yield words[:i] + ["nowhere/new"] + words[i + 1:]
            yield words[:i] + [FORBIDDEN_PLACE] + words[i + 1:]
    for i, word in enumerate(words):
        if takes_value(word):
            yield words[:i] + words[i + 2:] + [word]


def takes_value(word):
    return word.startswith("--") and word not in ("--no-password", "--insecure", "--pss", "--json", "--ssh", "--pkix")


def main():
    seen, only = set(), sys.argv[1:] == ["--forbidden"]
    for leaf, arguments, stdin, others in LEAVES + (MORE_LEAVES if only else []):
        for words in [*variants(arguments), *(other.split() for other in others)]:
            line = shlex.join(["step", *leaf.split(), *words]) + (f" < {stdin}" if stdin else "")
            forbidden = FORBIDDEN_FILE in words or FORBIDDEN_PLACE in words
            if line not in seen and forbidden == only:
                seen.add(line)
                print(line)


main()
