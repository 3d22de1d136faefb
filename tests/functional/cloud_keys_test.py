"""What becomes of requests, of the start and of the end of a CA while the servers that it asks for keys misbehave.

In a network where Google and Azure are ours. Each tenant of Azure has keys of its own, so that one CA meets every kind of server at
once. Nothing here measures time: a request that waited for a server would wait until the test lets that server answer.
"""
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import signal
import ssl
import sys
import threading
import time
import unittest

from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds, Refused, SigningKey, certificate, pem  # noqa: E402
from tests.support.cloud_case import CloudCase, GCP  # noqa: E402
from tests.support.harness import OURS_CA  # noqa: E402

LOGIN = "login.microsoftonline.com/"
CERTS = "www.googleapis.com/oauth2/v3/certs"
MEGABYTE = b" " * (1 << 20)
PATIENCE = 120  # Seconds until a test gives up; nothing takes nearly as long.


def setUpModule():
    CloudCase.clouds = Clouds()
    unittest.addModuleCleanup(CloudCase.clouds.close)


def refuse(status, **headers):
    raise Refused(status, "no", headers)


class Keys(CloudCase):
    def setUp(self):
        self.mended = threading.Event()  # Servers that hang go on.
        self.addCleanup(self.mended.set)
        self.addCleanup(self.clouds.strange.clear)
        self.clouds.google.start()

    def begin(self, *entries):
        self.authority(OURS_CA, *entries)
        self.ca.s("certificate", "create", "--csr", "--no-password", "--insecure", "foo.local", "foo.csr", "foo.key")
        self.csr = self.ca.file("foo.csr").read_text()
        time.sleep(1.2)  # Tokens of the second in which the CA started are older than it.

    def sign(self, token):
        context = ssl.create_default_context(cafile=str(self.root))
        wire = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=PATIENCE)
        wire.request("POST", "/1.0/sign", json.dumps({"csr": self.csr, "ott": token}))
        answer = wire.getresponse()
        body = answer.read()
        wire.close()
        return answer.status if answer.status != 201 or b"BEGIN CERTIFICATE" in body else 0

    def google_token(self, key=None):
        """Of a new machine; `key` signs in place of Google's own."""
        self.clouds.google.start()
        self.clouds.google.forged = key
        token = self.clouds.google.token(f"{self.url}/1.0/sign#gcp/{GCP}")
        self.clouds.google.forged = None
        return token

    def until_signed(self, token, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while (status := self.sign(token)) != 201:
            self.assertLess(time.monotonic(), end, f"{status}\n" + "".join(self.server.log[-20:]))
            time.sleep(0.2)

    # What servers do.

    def hang(self, *_):
        self.mended.wait(PATIENCE)
        raise Refused(503)

    def drip(self):
        while not self.mended.wait(0.2):
            yield b" "

    def flood(self):
        for _ in range(50):
            yield MEGABYTE

    def tenants(self):
        """{name: (what the discovery document's server does, what the keys' server does)}; None: all is well."""
        configuration = json.dumps({"issuer": "https://sts.windows.net/x/", "jwks_uri": "http://login.microsoftonline.com/keys"})
        return {
            "discovery-500": (lambda: refuse(500), None),
            "discovery-garbage": (lambda: (b"<html>sign in</html>", {}), None),
            "discovery-drip": (lambda: (self.drip(), {}), None),
            "discovery-in-the-clear": (lambda: (configuration.encode(), {}), None),
            "keys-500": (None, lambda: refuse(500)),
            "keys-404": (None, lambda: refuse(404)),
            "keys-moved": (None, lambda: refuse(302, Location=f"https://{CERTS}")),
            "keys-garbage": (None, lambda: (b"\0\xff{{{{", {})),
            "keys-nested": (None, lambda: (b"[" * 900_000, {})),
            "keys-none": (None, lambda: (b'{"keys":[]}', {})),
            "keys-symmetric": (None, lambda: (b'{"keys":[{"kty":"oct","kid":"azure-1","k":"AAAA"}]}', {})),
            "keys-50-MB": (None, lambda: (MEGABYTE * 50, {})),
            "keys-50-MB-without-length": (None, lambda: (self.flood(), {})),
            "keys-cut-off": (None, lambda: (iter([b'{"keys":[']), {"Content-Length": "5000"})),
            "keys-drip": (None, lambda: (self.drip(), {})),
            "keys-silent": (None, self.hang),
        }

    def test_each_server_that_misbehaves_costs_its_own_provisioner_and_nobody_else(self):
        azure = self.clouds.azure
        tenants, entries, silent_asked = self.tenants(), [], threading.Event()

        def watched(answer):
            silent_asked.set()
            return answer()

        for name, (discovery, keys) in tenants.items():
            place = f"{LOGIN}{name}/discovery/keys"
            configuration = json.dumps({"issuer": f"https://sts.windows.net/{name}/", "jwks_uri": f"https://{place}"}).encode()

            def told(what, usual):
                return lambda: usual if self.mended.is_set() or what is None else what()
            found = told(keys, (json.dumps({"keys": [azure.key.jwk()]}).encode(), {}))
            self.clouds.strange[f"{LOGIN}{name}/.well-known/openid-configuration"] = told(discovery, (configuration, {}))
            self.clouds.strange[place] = (lambda found=found: watched(found)) if name == "keys-silent" else found
            entries.append(self.entry("Azure", name=name, tenantID=name))
        self.begin(*entries, self.entry("GCP"), self.entry("Azure"))

        # All of them are being asked, one does not say a word: who needs none of them does not notice.
        self.assertTrue(silent_asked.wait(PATIENCE))
        self.assertEqual(self.sign(self.google_token()), 201)
        azure.start()
        self.assertEqual(self.sign(azure.token("https://management.azure.com/")), 201)

        def machine(tenant):
            azure.start(tid=tenant)
            return azure.key.sign({"aud": "https://management.azure.com/", "iss": f"https://sts.windows.net/{tenant}/",
                                   "iat": int(time.time()), "nbf": int(time.time()), "exp": int(time.time()) + 3600, "tid": tenant,
                                   "oid": azure.vm["oid"], "sub": azure.vm["oid"], "xms_mirid": azure.resource_id()})
        tokens = {name: machine(name) for name in tenants}
        with concurrent.futures.ThreadPoolExecutor(len(tokens)) as pool:
            refused = dict(zip(tokens, pool.map(self.sign, tokens.values())))
            self.assertEqual(refused, dict.fromkeys(tokens, 401), "".join(self.server.log[-30:]))
        for name in tenants:
            self.server.logged(f'provisioner \\"{name}\\" is disabled due to an initialization error')
        self.assertEqual(self.sign(self.google_token()), 201)
        peak = next(line for line in pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines()
                    if line.startswith("VmHWM:"))
        self.assertLess(int(peak.split()[1]), 150_000)  # KB; one answer of 50 MB is not kept, let alone two.

        self.mended.set()
        for token in tokens.values():
            self.until_signed(token)

    def test_a_key_that_is_there_is_used_while_a_server_is_asked_for_another(self):
        google = self.clouds.google
        self.begin(self.entry("GCP"))
        self.until_signed(self.google_token())
        for last in (False, False, True):
            # Half a minute after the last time an unknown name makes the CA ask again.
            new, asked, answer = SigningKey(f"new-{time.monotonic()}"), threading.Event(), threading.Event()

            def slowly():
                asked.set()
                answer.wait(PATIENCE)
                return json.dumps({"keys": [google.key.jwk(), new.jwk()]}).encode(), {}
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                self.addCleanup(answer.set)
                time.sleep(31)
                self.clouds.strange[CERTS] = slowly
                stranger = pool.submit(self.sign, self.google_token(new))
                self.assertTrue(asked.wait(PATIENCE))
                for _ in range(5):
                    self.assertEqual(self.sign(self.google_token()), 201)
                answer.set()
                # Had one of them waited for the server, the CA would have given up on it before.
                if stranger.result(PATIENCE) == 201:
                    return
            self.assertFalse(last, "the requests with a known key have waited for the server")

    def test_a_server_that_nobody_vouches_for_has_no_keys(self):
        clouds = self.clouds
        kept = (clouds.path / "providers.pem").read_bytes()
        key = ec.generate_private_key(ec.SECP256R1())
        forged = certificate("www.googleapis.com", key, names=["www.googleapis.com"])

        def serve(chain):
            clouds.close_providers()
            (clouds.path / "providers.pem").write_bytes(chain)
            clouds.open_providers()
        with contextlib.ExitStack() as stack:
            stack.callback(serve, kept)
            serve(pem(forged) + pem(key))
            self.begin(self.entry("GCP"))
            self.assertEqual(self.sign(self.google_token()), 401)
            self.server.logged("certificate signed by unknown authority")
        self.until_signed(self.google_token())

    def test_a_name_server_without_a_word_holds_up_neither_requests_nor_the_end(self):
        with self.clouds.silent_name_server() as asked:
            self.begin(self.entry("GCP"))
            self.assertIn(b"googleapis", asked())
            self.ca.s("ca", "certificate", "web.local", "web.crt", "web.key", "--ca-url", self.url, "--root", self.root,
                      "--provisioner", "admin", "--provisioner-password-file", self.ca.password)
            self.server.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.server.process.wait(60), 0)  # The resolver goes on for two minutes.


if __name__ == "__main__":
    unittest.main()
