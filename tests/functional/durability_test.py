"""Nothing lost: one token gives one certificate, and what a client holds is on record after kill -9."""
import concurrent.futures
import json
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, BIN, LONG, Case, free_port, tool  # noqa: E402

LOAD, DUMP = str(BIN / "step-load"), str(BIN / "step-ledger-dump")


class Durability(Case):
    def setUp(self):
        self.port = free_port()
        self.authority = self.home()
        self.authority.init(self.port)
        self.root = self.authority.steppath / "certs/root_ca.crt"
        self.url = f"https://localhost:{self.port}"

    def open_key(self):
        self.authority.run(LOAD, "--open-jwk", self.authority.steppath / "config/ca.json",
                           "--password-file", self.authority.password, "--out", "provisioner.json")
        return self.authority.file("provisioner.json")

    def test_fifty_uses_of_one_token_at_once_give_one_certificate(self):
        self.serve(self.authority)
        home = self.authority
        token = home.s("ca", "token", "one.test", "--provisioner", "admin", "--password-file", home.password,
                       "--ca-url", self.url, "--root", self.root).stdout.strip()
        home.run(tool("openssl"), "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", "one.key", "-out", "one.csr", "-subj", "/CN=one.test", "-addext", "subjectAltName=DNS:one.test")
        body = json.dumps({"csr": home.file("one.csr").read_text(), "ott": token})
        home.file("body.json").write_text(body)

        def use(_):
            return home.run(tool("curl"), "-sS", "--cacert", self.root, "-o", "/dev/null", "-w", "%{http_code}",
                            "-d", "@body.json", f"{self.url}/1.0/sign").stdout

        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            codes = list(pool.map(use, range(50)))
        self.assertEqual(sorted(codes), ["201"] + ["401"] * 49)

    def test_after_kill_9_every_certificate_that_a_client_holds_is_on_record(self):
        key = self.open_key()
        rounds = 50 if LONG else 15
        serials = self.authority.file("serials.txt")
        serials.write_text("")
        held = 0
        for number in range(rounds):
            server = self.serve(self.authority)
            load = subprocess.Popen([LOAD, "--url", self.url, "--root", str(self.root), "--jwk", str(key), "--issuer",
                                     "admin", "--count", "3000", "--connections", "8", "--until-broken",
                                     "--serials", str(serials)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + PATIENCE
            while len(serials.read_text().splitlines()) == held and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(random.uniform(0, 0.05))
            server.stop(signal.SIGKILL)
            load.wait(PATIENCE)
            now = len(serials.read_text().splitlines())
            self.assertGreater(now, held, f"round {number} issued nothing")
            held = now
        recorded = set(self.authority.run(DUMP, self.authority.steppath / "db/step.mdb").stdout.split())
        missing = [s for s in serials.read_text().split() if s not in recorded]
        self.assertEqual(missing, [], f"{len(missing)} of {held} certificates are not on record")
        self.assertNotIn("unreadable", serials.read_text())

    def test_a_used_token_stays_used_after_kill_9(self):
        server = self.serve(self.authority)
        home = self.authority
        token = home.s("ca", "token", "two.test", "--provisioner", "admin", "--password-file", home.password,
                       "--ca-url", self.url, "--root", self.root).stdout.strip()
        home.s("ca", "certificate", "--token", token, "two.test", "a.crt", "a.key")
        server.stop(signal.SIGKILL)
        config = self.authority.steppath / "config/ca.json"
        settings = json.loads(config.read_text())
        settings["authority"]["disableIssuedAtCheck"] = True  # Else the token is refused as older than the start.
        config.write_text(json.dumps(settings))
        self.serve(self.authority)
        again = home.s("ca", "certificate", "--token", token, "two.test", "b.crt", "b.key", check=False)
        self.assertEqual(again.returncode, 1)

    def test_sigterm_answers_what_is_in_flight_and_exits_0(self):
        key = self.open_key()
        server = self.serve(self.authority)
        load = subprocess.Popen([LOAD, "--url", self.url, "--root", str(self.root), "--jwk", str(key), "--issuer", "admin",
                                 "--count", "3000", "--connections", "4", "--until-broken",
                                 "--serials", str(self.authority.file("held.txt"))], stdout=subprocess.PIPE, text=True)
        held, deadline = self.authority.file("held.txt"), time.monotonic() + PATIENCE
        while not (held.exists() and held.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(server.stop(signal.SIGTERM), 0, "".join(server.log))
        self.assertGreater(json.loads(load.communicate(timeout=PATIENCE)[0])["issued"], 0)


if __name__ == "__main__":
    unittest.main()
