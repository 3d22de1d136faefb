"""Certificates that break one rule each: DER put together by hand, since no library makes them.

CASES is a list of (name, DER). They are signed with nothing; who reads them looks at the rest.
"""
import base64

EC_KEY = base64.b64decode(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESg6PviKUhDoGiRQOg3zpHls9lyl+NVuta1SHZeIF1nOpeKWVB22B9Dl2J3fBei8J"
    "ShUa5MLIJCTbS4UWl3CosA==")


def tlv(tag, *parts):
    contents = b"".join(parts)
    size = len(contents)
    if size < 128:
        return bytes([tag, size]) + contents
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + contents


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    out = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        piece = [arc & 127]
        while arc := arc >> 7:
            piece.insert(0, arc & 127 | 128)
        out += bytes(piece)
    return tlv(6, out)


NULL = tlv(5)
UTF8, PRINTABLE, IA5, BMP, NUMERIC = 0x0C, 0x13, 0x16, 0x1E, 0x12
UTC, GENERAL = 0x17, 0x18
ECDSA = sequence(oid("1.2.840.10045.4.3.2"))
RSA_SHA256 = sequence(oid("1.2.840.113549.1.1.11"), NULL)
RSA_SHA256_BARE = sequence(oid("1.2.840.113549.1.1.11"))


def rsa_key(parameters=NULL, exponent=65537, modulus=None):
    modulus = modulus or (1 << 2047) + 12345
    bits = sequence(integer(modulus), integer(exponent))
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), parameters), tlv(3, b"\0", bits))


def rdn(*pairs):
    return tlv(0x31, *(sequence(oid(kind), tlv(tag, value)) for kind, tag, value in pairs))


def name(*rdns):
    return sequence(*rdns)


CN, SURNAME, SERIAL, COUNTRY, LOCALITY, STATE, STREET, ORG, UNIT, POSTAL, GIVEN = (
    f"2.5.4.{n}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 11, 17, 42))
EMAIL = "1.2.840.113549.1.9.1"


def one(kind, value, tag=UTF8):
    return name(rdn((CN, UTF8, b"a.example.com")), rdn((kind, tag, value)))


def extension(kind, value, critical=None):
    flag = b"" if critical is None else tlv(1, b"\xff" if critical else b"\0")
    return sequence(oid(kind), flag, tlv(4, value))


def dns(*names):
    return sequence(*(tlv(0x82, n) for n in names))


SKI = extension("2.5.29.14", tlv(4, b"k" * 20))
AKI = extension("2.5.29.35", sequence(tlv(0x80, b"i" * 20)))
SAN = extension("2.5.29.17", dns(b"a.example.com"))
KU = extension("2.5.29.15", bytes.fromhex("03020780"), True)
EKU = extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1")))
CA = extension("2.5.29.19", sequence(tlv(1, b"\xff")), True)
CA_KU = extension("2.5.29.15", bytes.fromhex("03020106"), True)
SUBJECT = name(rdn((CN, UTF8, b"a.example.com")))
ISSUER = name(rdn((COUNTRY, PRINTABLE, b"US")), rdn((CN, UTF8, b"Issuer")))
LEAF = [KU, EKU, SKI, AKI, SAN]


def certificate(*, version=2, serial=integer(0x1234567890), algorithm=ECDSA, outer=None, issuer=ISSUER,
                times=((UTC, b"240101000000Z"), (UTC, b"340101000000Z")), subject=SUBJECT, key=EC_KEY, unique=b"",
                extensions=LEAF):
    parts = [tlv(0xA0, integer(version))] if version else []
    parts += [serial, algorithm, issuer, sequence(*(tlv(tag, text) for tag, text in times)), subject, key, unique]
    if extensions is not None:
        parts.append(tlv(0xA3, sequence(*extensions)))
    signature = tlv(3, b"\0" + sequence(integer(1), integer(1)))
    return sequence(sequence(*parts), outer or algorithm, signature)


def leaf(*more, **options):
    """A good leaf with these extensions too."""
    return certificate(extensions=[*LEAF, *more], **options)


def instead(kind, value, critical=None, **options):
    """A good leaf whose extension of this kind is another."""
    kept = [e for e in LEAF if oid(kind) not in e[:20]]
    return certificate(extensions=[*kept, extension(kind, value, critical)], **options)


def san(*general_names, critical=None, **options):
    return instead("2.5.29.17", sequence(*general_names), critical, **options)


def usage(octets, critical=True, **options):
    return instead("2.5.29.15", bytes.fromhex(octets), critical, **options)


def authority(*more, **options):
    return certificate(extensions=[CA, CA_KU, SKI, AKI, *more], **options)


def constraints(permitted=b"", excluded=b"", critical=True):
    value = sequence(*([tlv(0xA0, permitted)] if permitted else []), *([tlv(0xA1, excluded)] if excluded else []))
    return extension("2.5.29.30", value, critical)


def policies(*values):
    return extension("2.5.29.32", sequence(*values))


def notice(*parts):
    return sequence(oid("2.23.140.1.2.1"),
                    sequence(sequence(oid("1.3.6.1.5.5.7.2.2"), sequence(*parts))))


ANY_POLICY = "2.5.29.32.0"
MAPPING = sequence(sequence(oid("1.2.3.4"), oid("1.2.3.5")))
IAN = "2.5.29.18"

CASES = [
    ("good leaf", certificate()),
    ("good rsa leaf", certificate(key=rsa_key(), algorithm=RSA_SHA256)),
    ("good authority", authority()),
    ("version 1 with extensions", certificate(version=0)),
    ("version 1", certificate(version=0, extensions=None)),
    ("unique identifier", certificate(unique=tlv(0x81, b"\0id"))),
    ("critical false spelled out", leaf(extension("1.2.3.4", b"x", False))),
    ("serial of 21 octets", certificate(serial=integer(1 << 160))),
    ("serial negative", certificate(serial=integer(-5))),
    ("serial zero", certificate(serial=integer(0))),
    ("two algorithms", certificate(outer=RSA_SHA256)),
    ("signature without null", certificate(algorithm=RSA_SHA256_BARE)),
    ("key without null", certificate(key=rsa_key(parameters=b""))),
    ("generalized time in 2030", certificate(times=((UTC, b"240101000000Z"), (GENERAL, b"20300101000000Z")))),
    ("generalized time in 2050", certificate(times=((UTC, b"240101000000Z"), (GENERAL, b"20500101000000Z")))),
    ("backwards", certificate(times=((UTC, b"340101000000Z"), (UTC, b"240101000000Z")))),
    ("before its rules", certificate(times=((UTC, b"990601000000Z"), (UTC, b"340101000000Z")))),
    ("before RFC 5280", certificate(times=((UTC, b"050601000000Z"), (UTC, b"340101000000Z")), unique=tlv(0x81, b"\0id"))),
    ("empty issuer", certificate(issuer=name())),
    ("empty subject", certificate(subject=name())),
    ("empty subject without names", certificate(subject=name(), extensions=[KU, EKU, SKI, AKI])),
    ("authority without subject", authority(subject=name())),
    ("issuer country as utf8", certificate(issuer=name(rdn((COUNTRY, UTF8, b"US"))))),
    ("issuer begins with blank", certificate(issuer=one(ORG, b" x"))),
    ("issuer ends with blank", certificate(issuer=one(ORG, b"x "))),
    ("issuer of one set", certificate(issuer=name(rdn((CN, UTF8, b"a"), (ORG, UTF8, b"b"))))),
    ("subject of one set", certificate(subject=name(rdn((CN, UTF8, b"a"), (ORG, UTF8, b"b"))))),
    ("subject begins with tab", certificate(subject=one(ORG, b"\tx"))),
    ("subject ends with blank", certificate(subject=one(ORG, b"x "))),
    ("entity", certificate(subject=one(ORG, b"A &amp; B"))),
    ("number entity", certificate(subject=one(ORG, b"A &#38; B"))),
    ("ampersand alone", certificate(subject=one(ORG, b"A & B;"))),
    ("country in lower case", certificate(subject=one(COUNTRY, b"us", PRINTABLE))),
    ("country as utf8", certificate(subject=one(COUNTRY, b"US"))),
    ("latin1 mixup", certificate(subject=one(ORG, "Ã¤".encode()))),
    ("umlaut", certificate(subject=one(ORG, "ä".encode()))),
    ("control character", certificate(subject=one(ORG, b"a\x01b"))),
    ("c1 character", certificate(subject=one(ORG, b"a\xc2\x85b"))),
    ("bad printable string", certificate(subject=one(ORG, b"a*b", PRINTABLE))),
    ("mail not in names", certificate(subject=one(EMAIL, b"a@b.test", IA5))),
    ("mail in names", san(tlv(0x81, b"a@b.test"), subject=one(EMAIL, b"a@b.test", IA5))),
    ("serial number as utf8", certificate(subject=one(SERIAL, b"12"))),
    *[(f"long {what}", certificate(subject=one(kind, b"x" * size)))
      for what, kind, size in (("common name", CN, 65), ("organization", ORG, 65), ("unit", UNIT, 65), ("locality", LOCALITY, 129),
                               ("state", STATE, 129), ("street", STREET, 129), ("postal code", POSTAL, 17),
                               ("mail", EMAIL, 256), ("given name", GIVEN, 65), ("surname", SURNAME, 65), ("serial number", SERIAL, 65))],
    ("64 umlauts", certificate(subject=one(ORG, "ä".encode() * 64))),
    ("very long given name", certificate(subject=one(GIVEN, b"x" * 32769))),
    ("very long surname", certificate(subject=one(SURNAME, b"x" * 32769))),
    ("no names in extension", san()),
    ("empty dns name", san(tlv(0x82, b""))),
    ("blank dns name", san(tlv(0x82, b" "))),
    ("wildcard alone", san(tlv(0x82, b"*"))),
    ("wildcard in the middle", san(tlv(0x82, b"a.*.example.com"))),
    ("wildcard first", san(tlv(0x82, b"*.example.com"))),
    ("null in name", san(tlv(0x82, b"a\0.example.com"))),
    ("period first", san(tlv(0x82, b".example.com"))),
    ("name twice", san(tlv(0x82, b"a.example.com"), tlv(0x82, b"A.example.com"))),
    ("name of 254", san(tlv(0x82, (b"a" * 49 + b".") * 5 + b"abcd"))),
    ("label of 64", san(tlv(0x82, b"a" * 64 + b".example.com"))),
    ("empty label", san(tlv(0x82, b"a..example.com"))),
    ("not ascii", san(tlv(0x82, "ä.example.com".encode()))),
    ("redacted", san(tlv(0x82, b"?.example.com"))),
    ("critical missing", instead("2.5.29.17", dns(b"a.example.com"), subject=name())),
    ("critical there", instead("2.5.29.17", dns(b"a.example.com"), True, subject=name())),
    ("mail with blank", san(tlv(0x81, b"a b@c.test"))),
    ("mail with brackets", san(tlv(0x81, b"<a@c.test>"))),
    ("mail with comment", san(tlv(0x81, b"a@c.test (me)"))),
    ("uri relative", san(tlv(0x86, b"/path"))),
    ("uri without host", san(tlv(0x86, b"https:///path"))),
    ("uri with bad host", san(tlv(0x86, b"https://host_/path"))),
    ("uri with address", san(tlv(0x86, b"https://10.0.0.1/path"))),
    ("uri with name", san(tlv(0x86, b"https://a.example.com/path"))),
    ("urn", san(tlv(0x86, b"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))),
    ("uri not ascii", san(tlv(0x86, "https://a.example.com/ä".encode()))),
    ("uri of scheme", san(tlv(0x86, b"https:"))),
    *[(f"issuer names: {what}", leaf(extension(IAN, sequence(tlv(tag, value)))))
      for what, tag, value in (
          ("wildcard alone", 0x82, b"*"), ("wildcard in the middle", 0x82, b"a.*.example.com"), ("null", 0x82, b"a\0.x.test"),
          ("period first", 0x82, b".example.com"), ("two labels", 0x82, b"example.com"), ("three labels", 0x82, b"a.example.com"),
          ("empty", 0x82, b""), ("blank", 0x82, b" "), ("bad mail", 0x81, b"a b@c.test"), ("relative", 0x86, b"/path"),
          ("no host", 0x86, b"urn:x"), ("uri", 0x86, b"https://a.example.com"))],
    ("issuer names: none", leaf(extension(IAN, sequence()))),
    ("issuer names: critical", leaf(extension(IAN, dns(b"a.example.com"), True))),
    ("usage without bits", usage("03020700")),
    ("usage with one octet", usage("030100")),
    ("usage with a wrong count", usage("03020080")),
    ("usage with another octet", usage("0303008000")),
    ("usage of 17 bits", usage("030400800080")),
    ("usage not critical", usage("03020780", None)),
    ("usage of a CA in a leaf", usage("03020106")),
    ("usage encipherment with ec", usage("030205a0")),
    ("usage encipherment with rsa", usage("030205a0", key=rsa_key())),
    ("usage agreement with rsa", usage("03020388", key=rsa_key())),
    ("usage agreement alone", usage("03020308")),
    ("usage for content with server", usage("030206c0")),
    ("usage decipher only", usage("0303070080")),
    ("rsa authority that enciphers", certificate(
        extensions=[CA, extension("2.5.29.15", bytes.fromhex("03020126"), True), SKI, AKI], key=rsa_key())),
    ("rsa authority that agrees", certificate(
        extensions=[CA, extension("2.5.29.15", bytes.fromhex("0302010e"), True), SKI, AKI], key=rsa_key())),
    *[(f"purposes {'+'.join(map(str, purposes))} with {octets}",
       certificate(extensions=[extension("2.5.29.15", bytes.fromhex(octets), True), SKI, AKI, SAN, extension(
           "2.5.29.37", sequence(*(oid(f"1.3.6.1.5.5.7.3.{n}") for n in purposes)))], key=rsa_key()))
      for purposes, octets in (((1,), "030205a0"), ((2,), "030205a0"), ((3,), "030205a0"), ((4,), "030205a0"), ((8,), "030205a0"),
                               ((8,), "030206c0"), ((9,), "03020780"), ((1, 2), "030205a0"), ((3, 8), "03020410"), ((1, 2), "030206c0"))],
    ("any purpose critical", instead("2.5.29.37", sequence(oid("2.5.29.37.0")), True)),
    ("any purpose", instead("2.5.29.37", sequence(oid("2.5.29.37.0")))),
    ("no purposes", instead("2.5.29.37", sequence())),
    ("authority not critical", certificate(
        extensions=[extension("2.5.29.19", sequence(tlv(1, b"\xff"))), CA_KU, SKI, AKI])),
    ("leaf spelled out", leaf(extension("2.5.29.19", sequence(tlv(1, b"\0")), True))),
    ("leaf with path length", leaf(extension("2.5.29.19", sequence(integer(0)), True))),
    ("path length without cert sign", certificate(extensions=[
        extension("2.5.29.19", sequence(tlv(1, b"\xff"), integer(0)), True), KU, SKI, AKI])),
    ("path length", certificate(extensions=[
        extension("2.5.29.19", sequence(tlv(1, b"\xff"), integer(1)), True), CA_KU, SKI, AKI])),
    ("no key identifiers", certificate(extensions=[KU, EKU, SAN])),
    ("authority without key identifier", certificate(extensions=[CA, CA_KU, AKI])),
    ("key identifier critical", certificate(extensions=[KU, EKU, AKI, SAN, extension("2.5.29.14", tlv(4, b"k" * 20), True)])),
    ("authority key identifier critical", instead("2.5.29.35", sequence(tlv(0x80, b"i")), True)),
    ("authority key identifier without key", instead("2.5.29.35", sequence())),
    ("extension twice", leaf(SKI)),
    ("information access critical", leaf(extension("1.3.6.1.5.5.7.1.1", sequence(sequence(
        oid("1.3.6.1.5.5.7.48.1"), tlv(0x86, b"http://o.test"))), True))),
    ("issuers over https", leaf(extension("1.3.6.1.5.5.7.1.1", sequence(sequence(
        oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, b"https://o.test")))))),
    ("issuers over http", leaf(extension("1.3.6.1.5.5.7.1.1", sequence(sequence(
        oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, b"HTTP://o.test")))))),
    ("information access empty", leaf(extension("1.3.6.1.5.5.7.1.1", sequence()))),
    ("subject information critical", leaf(extension("1.3.6.1.5.5.7.1.11", sequence(sequence(
        oid("1.3.6.1.5.5.7.48.5"), tlv(0x86, b"http://o.test"))), True))),
    ("directory attributes critical", leaf(extension("2.5.29.9", sequence(sequence(oid("1.2.3"), tlv(0x31))), True))),
    ("freshest crl critical", leaf(extension("2.5.29.46", sequence(sequence(
        tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://c.test"))))), True))),
    ("crl critical", leaf(extension("2.5.29.31", sequence(sequence(
        tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://c.test"))))), True))),
    ("crl over https", leaf(extension("2.5.29.31", sequence(sequence(
        tlv(0xA0, tlv(0xA0, tlv(0x86, b"https://c.test")))))))),
    ("crl of reasons", leaf(extension("2.5.29.31", sequence(sequence(tlv(0x81, b"\x01\x06")))))),
    ("no timestamps", leaf(extension("1.3.6.1.4.1.11129.2.4.2", tlv(4, b"\0\0")))),
    ("poisoned with timestamps", leaf(extension("1.3.6.1.4.1.11129.2.4.3", NULL, True),
                                      extension("1.3.6.1.4.1.11129.2.4.2", tlv(4, b"\0\0")))),
    ("constraints not critical", authority(constraints(sequence(tlv(0x82, b"example.com")), critical=None))),
    ("constraints in a leaf", leaf(constraints(sequence(tlv(0x82, b"example.com"))))),
    ("constraints empty", authority(constraints())),
    ("constraints with minimum", authority(constraints(sequence(tlv(0x82, b"example.com"), tlv(0x80, b"\x01"))))),
    ("constraints with maximum", authority(constraints(b"", sequence(tlv(0x82, b"example.com"), tlv(0x81, b"\x05"))))),
    ("constraints on uri host", authority(constraints(sequence(tlv(0x86, b".example.com"))))),
    ("constraints on bad uri host", authority(constraints(sequence(tlv(0x86, b"host"))))),
    ("constraints on registered id", authority(constraints(sequence(tlv(0x88, oid("1.2.3")[2:]))))),
    ("constraints on x400", authority(constraints(sequence(tlv(0xA3, sequence()))))),
    ("policy twice", leaf(policies(sequence(oid("1.2.3.4")), sequence(oid("1.2.3.4"))))),
    ("policy text ia5", leaf(policies(notice(tlv(IA5, b"hello"))))),
    ("policy text utf8", leaf(policies(notice(tlv(UTF8, b"hello"))))),
    ("policy text visible", leaf(policies(notice(tlv(0x1A, b"hello"))))),
    ("policy text long", leaf(policies(notice(tlv(UTF8, b"h" * 201))))),
    ("policy text with control", leaf(policies(notice(tlv(UTF8, b"a\x07b"))))),
    ("policy with reference", leaf(policies(notice(sequence(tlv(UTF8, b"Org"), sequence(integer(1))), tlv(UTF8, b"x"))))),
    ("any policy qualified", leaf(policies(sequence(oid(ANY_POLICY), sequence(sequence(oid("1.2.3.4"), tlv(UTF8, b"x"))))))),
    ("any policy with statement", leaf(policies(sequence(oid(ANY_POLICY), sequence(
        sequence(oid("1.3.6.1.5.5.7.2.1"), tlv(IA5, b"http://p.test"))))))),
    ("policy constraints empty", authority(extension("2.5.29.36", sequence(), True))),
    ("policy constraints not critical", authority(extension("2.5.29.36", sequence(tlv(0x80, b"\0"))))),
    ("policy mapping", authority(policies(sequence(oid("1.2.3.4"))), extension("2.5.29.33", MAPPING, True))),
    ("policy mapping not critical", authority(extension("2.5.29.33", MAPPING))),
    ("policy mapping of any", authority(extension("2.5.29.33", sequence(sequence(oid(ANY_POLICY), oid("1.2.3"))), True))),
    ("inhibit any not critical", authority(extension("2.5.29.54", integer(0)))),
]
