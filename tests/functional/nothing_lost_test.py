"""Nothing lost: clients sign, renew and revoke while the CA is killed, its disk is full or its power
fails. After each start every certificate a client holds is on record and can be revoked, no serial
number came twice, no token works twice, no revoked certificate is renewed."""
import json
import os
import pathlib
import queue
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, BIN, LONG, Case, free_port, tool  # noqa: E402

LOAD, CHURN, SHIM = str(BIN / "step-load"), str(BIN / "step-churn"), BIN / "step-power-loss.so"
PAGE = 4096


class Churn:
    """The clients: one process for all rounds; see churn.cc."""

    def __init__(self, home, url, root, key, database, connections=4):
        self.process = subprocess.Popen(
            [CHURN, "--url", url, "--root", str(root), "--jwk", str(key), "--issuer", "admin",
             "--db", str(database), "--connections", str(connections)],
            cwd=home.path, env=home.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines = queue.Queue()
        self.lost = []
        self.full = 0
        self.promises = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def until(self, word, seconds=PATIENCE):
        while True:
            line = self.lines.get(timeout=seconds)
            if line is None:
                raise AssertionError(f"step-churn ended with {self.process.wait()}")
            if line.startswith("LOST"):
                self.lost.append(line)
            if line == "full":
                self.full += 1
            if line.startswith(word):
                return line

    def ask(self, word, seconds=2 * PATIENCE):
        """check or final; gives the broken promises so far."""
        self.say(word)
        self.promises += int(self.until("checked", seconds).split()[1])
        return self.lost

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class NothingLost(Case):
    def setUp(self):
        self.port = free_port()
        self.authority = self.home()
        self.authority.init(self.port)
        self.root = self.authority.steppath / "certs/root_ca.crt"
        self.url = f"https://localhost:{self.port}"
        self.authority.run(LOAD, "--open-jwk", self.authority.steppath / "config/ca.json",
                           "--password-file", self.authority.password, "--out", "provisioner.json")
        self.key = self.authority.file("provisioner.json")
        # A key in clear: half of a start would be its decryption. Tokens older than the start
        # are accepted, so that only the record of used tokens refuses them.
        secret = self.authority.steppath / "secrets/intermediate_ca_key"
        self.authority.run(tool("openssl"), "pkey", "-in", secret, "-passin", "pass:password", "-out", "clear.key")
        shutil.copy(self.authority.file("clear.key"), secret)
        self.configure(disableIssuedAtCheck=True)
        self.database = self.authority.steppath / "db/step.mdb"

    def configure(self, source=None, **authority):
        config = self.authority.steppath / "config/ca.json"
        settings = json.loads(config.read_text())
        settings["authority"].update(authority)
        settings["authority"].setdefault("claims", {})["allowRenewalAfterExpiry"] = False
        if source:
            settings["db"]["dataSource"] = str(source)
        config.write_text(json.dumps(settings))

    def churn(self, **options):
        churn = Churn(self.authority, self.url, self.root, self.key, self.database, **options)
        self.addCleanup(churn.close)
        return churn

    def test_kill_9_at_random_moments_loses_nothing(self):
        rounds = 1000 if LONG else int(os.environ.get("STEP_ROUNDS", "200"))
        churn = self.churn()
        began = time.monotonic()
        for number in range(rounds):
            server = self.serve(self.authority)
            self.assertEqual(churn.ask("check"), [], f"after kill {number}")
            churn.say("go")
            churn.until("busy")
            time.sleep(random.uniform(0, 0.15))
            server.stop(signal.SIGKILL)
            held = churn.until("stopped").split()[1]
        self.serve(self.authority)
        self.assertEqual(churn.ask("final", 600), [])
        print(f"{rounds} kills, {held} certificates held, {churn.promises} promises kept, "
              f"{time.monotonic() - began:.0f} s", flush=True)

    def power_cut(self, lie):
        """One life of the server under the shim, ending in a power cut. Gives what was lost."""
        journal = self.authority.file("journal")
        self.serve(self.authority).stop()  # Makes the file.
        churn = self.churn()
        for _ in range(1 if lie else (100 if LONG else 15)):
            journal.unlink(missing_ok=True)
            before = self.database.read_bytes()
            env = {"LD_PRELOAD": str(SHIM), "STEP_POWER_LOSS_JOURNAL": str(journal)}
            if lie:
                env["STEP_POWER_LOSS_LIE"] = "1"
            plain, self.authority.env = self.authority.env, {**self.authority.env, **env}
            try:
                server = self.serve(self.authority)
            finally:
                self.authority.env = plain
            churn.ask("check")
            churn.say("go")
            churn.until("busy")
            time.sleep(random.uniform(0, 0.3))
            server.stop(signal.SIGKILL)
            churn.until("stopped")
            self.database.write_bytes(after_power_cut(before, journal.read_bytes(), kept=0 if lie else 0.5))
        self.serve(self.authority)
        return churn.ask("final")

    def test_a_power_cut_loses_nothing_that_was_answered(self):
        self.assertEqual(self.power_cut(lie=False), [])

    def test_a_disk_that_lies_about_syncing_is_seen_to_lose(self):
        """The test above could see a loss: without syncs, what was answered is gone."""
        self.assertNotEqual(self.power_cut(lie=True), [])

    def test_a_full_disk_is_a_503_and_room_is_enough_to_go_on(self):
        mount = self.authority.file("small")
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(mount)],
                          capture_output=True).returncode != 0:
            self.skipTest("no right to mount a tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", str(mount)])
        ballast = mount / "ballast"
        ballast.write_bytes(b"x" * 2_500_000)
        self.configure(source=mount)
        self.database = mount / "step.mdb"
        server = self.serve(self.authority)
        churn = self.churn()
        churn.say("go")
        churn.until("stopped")
        self.assertEqual(churn.full, 1, "the disk never was full")
        answer = self.authority.run(tool("curl"), "-sS", "--cacert", self.root, f"{self.url}/health")
        self.assertIn("ok", answer.stdout)  # What needs no disk still works.
        churn.say("go")  # Still full: nothing but 503.
        churn.until("stopped")
        self.assertEqual(churn.full, 2)
        ballast.unlink()
        self.assertEqual(churn.ask("check"), [])
        churn.say("go")  # Room again, the same process.
        churn.until("busy")
        churn.until("stopped")
        self.assertEqual(churn.full, 3)
        self.assertIsNone(server.process.poll(), "".join(server.log))
        # Full again, with requests whose answer was a 503: none of them is on record.
        self.database = None
        server.stop(signal.SIGKILL)
        subprocess.run(["mount", "-o", "remount,size=64m", str(mount)], check=True)
        self.serve(self.authority)
        self.assertEqual(churn.ask("final"), [])


def after_power_cut(before, journal, kept):
    """The file as the disk has it: all that was synced, and that share of what was not."""
    durable = bytearray(before)
    pending = []

    def put(offset, data):
        if len(durable) < offset + len(data):
            durable.extend(b"\0" * (offset + len(data) - len(durable)))
        durable[offset:offset + len(data)] = data

    at = 0
    while at + 17 <= len(journal):
        kind, offset, length = chr(journal[at]), *struct.unpack_from("<QQ", journal, at + 1)
        at += 17
        if kind == "W":
            if at + length > len(journal):
                break  # The process died while it wrote this down, so before it wrote.
            pending.append((offset, journal[at:at + length]))
            at += length
        elif kind == "S":
            for where, data in pending:
                put(where, data)
            pending = []
        elif kind == "R":
            put(*pending.pop())
        else:
            raise AssertionError(f"the shim saw '{kind}', which it cannot follow")
    for where, data in pending:
        for part in range(0, len(data), PAGE):
            if random.random() < kept:
                put(where + part, data[part:part + PAGE])
    return bytes(durable)


if __name__ == "__main__":
    unittest.main()
