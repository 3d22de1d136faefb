"""Certificate authorities made by Python's cryptography: a second implementation of everything."""
import datetime
import re
import unittest

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
except ImportError:
    raise unittest.SkipTest("Python cryptography is not installed") from None

KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def load_bundle(pem):
    """Every certificate of PEM text, in order (Debian's release has no function for it)."""
    return [x509.load_pem_x509_certificate(block.encode())
            for block in re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)]


def check_issued(certificate, issuer):
    """Raises unless `issuer` is the issuer by name and by signature."""
    key, signature, body = issuer.public_key(), certificate.signature, certificate.tbs_certificate_bytes
    if certificate.issuer != issuer.subject:
        raise ValueError(f"issued by {certificate.issuer}, not by {issuer.subject}")
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, body, ec.ECDSA(certificate.signature_hash_algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, body, padding.PKCS1v15(), certificate.signature_hash_algorithm)
    else:
        key.verify(signature, body)


def make(name, issuer=None, *, key="P-256", days=(-1, 3650), ca=True, pathlen=None, usage=True, more=()):
    """A CA below `issuer` (a root without one): the certificate and its key. `usage`: may it sign; None leaves key usage out."""
    key = KEYS[key]()
    above, above_key = issuer or (None, key)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(above.subject if above else subject)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now + datetime.timedelta(days[0])).not_valid_after(now + datetime.timedelta(days[1]))
               .add_extension(x509.BasicConstraints(ca, pathlen if ca else None), critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))
    if usage is not None:
        builder = builder.add_extension(x509.KeyUsage(
            digital_signature=not usage, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=usage, crl_sign=usage, encipher_only=False, decipher_only=False), True)
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    algorithm = None if isinstance(above_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(above_key, algorithm), key


def write_pem(path, *authorities):
    path.write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c, _ in authorities))
    return str(path)


def write_key(path, key, password=None):
    encryption = (serialization.BestAvailableEncryption(password.encode()) if password
                  else serialization.NoEncryption())
    path.touch(0o600)
    path.chmod(0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    return str(path)
