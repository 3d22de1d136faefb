"""A peer for acme_libraries_test.py: Debian's python3-acme, certbot's library; job and answer are those of go_acme/main.go."""
import datetime
import json
import sys
import urllib.request

import josepy
import OpenSSL.crypto
from acme import challenges, client, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

KINDS = {"http-01": challenges.HTTP01, "dns-01": challenges.DNS01, "tls-alpn-01": challenges.TLSALPN01}


def main():
    job = json.loads(sys.argv[1])
    account = josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048))
    network = client.ClientNetwork(account, user_agent="python-acme")
    acme = client.ClientV2(client.ClientV2.get_directory(job["directory"], network), network)
    acme.new_account(messages.NewRegistration.from_data(email="python@python.test", terms_of_service_agreed=True))
    key = rsa.generate_private_key(65537, 2048) if job["key"] == "RSA" else ec.generate_private_key(
        {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}[job["key"]]())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(n) for n in job["names"]]), False).sign(key, hashes.SHA256())
    csr = request.public_bytes(serialization.Encoding.PEM)

    def issue():
        order = acme.new_order(csr)
        for authorization in order.authorizations:
            if authorization.body.status == messages.STATUS_VALID:
                continue
            challenge = next(c for c in authorization.body.challenges if isinstance(c.chall, KINDS[job["challenge"]]))
            response = challenge.response(account)
            value = challenge.validation(account) if job["challenge"] == "dns-01" else response.key_authorization
            body = {"kind": job["challenge"], "name": authorization.body.identifier.value,
                    "token": challenge.chall.encode("token"), "value": value}
            urllib.request.urlopen(job["solve"], json.dumps(body).encode()).close()
            acme.answer_challenge(challenge, response)
        done = acme.poll_and_finalize(order, datetime.datetime.now() + datetime.timedelta(seconds=600))
        return done.fullchain_pem

    first, second = issue(), issue()
    leaf = x509.load_pem_x509_certificate(first.encode())
    acme.revoke(josepy.ComparableX509(OpenSSL.crypto.X509.from_cryptography(leaf)), 4)
    print(json.dumps({"first": first, "second": second, "key": pem.decode()}))


main()
