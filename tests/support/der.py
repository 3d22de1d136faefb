"""What a certificate or a request says, down to its encoding: the facts of tests/data/cli/*_facts.json, taken from DER."""
import base64
import datetime
import re

STRINGS = {12: "UTF8String", 19: "PrintableString", 22: "IA5String"}
NAMES = {"2.5.29.15": "keyUsage", "2.5.29.37": "extKeyUsage", "2.5.29.14": "subjectKeyIdentifier", "2.5.29.35": "authorityKeyIdentifier",
         "2.5.29.17": "subjectAltName", "2.5.29.19": "basicConstraints"}


def elements(data):
    """(tag, contents, whole) of each element."""
    while data:
        length, at = data[1], 2
        if length & 0x80:
            at = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:at], "big")
        yield data[0], data[at:at + length], data[:at + length]
        data = data[at + length:]


def inside(data):
    return list(elements(next(elements(data))[1]))


def oid(contents):
    numbers, value = [], 0
    for octet in contents:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def algorithm(whole):
    parts = inside(whole)
    return {"oid": oid(parts[0][1]), "params": parts[1][2].hex() if len(parts) > 1 else None}


def name(whole):
    return [[{"oid": oid(kind[1]), "type": STRINGS[value[0]], "value": value[1].decode()}
             for _, pair, _ in elements(rdn) for kind, value in [list(elements(pair))]] for _, rdn, _ in inside(whole)]


def public_key(whole):
    parts = inside(whole)
    bits = parts[1][1][1:]
    found = algorithm(parts[0][2])
    if found["oid"] == "1.2.840.113549.1.1.1":
        return {"algorithm": found, "bits": int.from_bytes(inside(bits)[0][1], "big").bit_length()}
    return {"algorithm": found, "bits": 8 * len(bits)}


def extensions(whole):
    found = []
    for _, contents, _ in inside(whole):
        parts = list(elements(contents))
        identifier, value = oid(parts[0][1]), parts[-1][1].hex()
        if identifier == "2.5.29.14":
            value = f"<keyid> {len(value) // 2} bytes"
        if identifier == "2.5.29.35":
            value = f"<issuer keyid> {len(value) // 2} bytes"
        found.append({"oid": identifier, "name": NAMES.get(identifier), "critical": len(parts) == 3 and parts[1][1] == b"\xff",
                      "criticalFieldPresent": len(parts) == 3, "valueHex": value})
    return found


def moment(tag, contents):
    return datetime.datetime.strptime(contents.decode(), "%y%m%d%H%M%SZ" if tag == 23 else "%Y%m%d%H%M%SZ")


def certificate(der):
    tbs, signature = [part[2] for part in inside(der)][:2]
    version, serial, inner, issuer, validity, subject, key, rest = inside(tbs)
    times = inside(validity[2])
    return {"version": next(elements(version[1]))[1][0] + 1, "serialBytes": len(serial[1]),
            "tbsSignature": algorithm(inner[2]), "issuer": name(issuer[2]),
            "validityTypes": ["UTCTime" if t[0] == 23 else "GeneralizedTime" for t in times],
            "lifetimeSeconds": int((moment(*times[1][:2]) - moment(*times[0][:2])).total_seconds()), "subject": name(subject[2]),
            "publicKey": public_key(key[2]), "extensions": extensions(rest[1]), "signatureAlgorithm": algorithm(signature)}


def request(der):
    info, signature = [part[2] for part in inside(der)][:2]
    version, subject, key, attributes = inside(info)
    found = []
    for _, contents, _ in elements(attributes[1]):
        kind, values = elements(contents)
        found.append({"oid": oid(kind[1]), "name": "extensionRequest", "extensions": extensions(values[1])})
    return {"version": version[1][0], "subject": name(subject[2]), "publicKey": public_key(key[2]), "attributes": found,
            "signatureAlgorithm": algorithm(signature)}


def facts(pem):
    """One set of facts; a list of them if there are several blocks."""
    found = []
    for kind, body in re.findall(r"-----BEGIN ([A-Z ]+)-----\n(.*?)-----END", pem, re.DOTALL):
        der = base64.b64decode(body)
        found.append({"pemType": kind, **(certificate(der) if kind == "CERTIFICATE" else request(der))})
    return found[0] if len(found) == 1 else found
