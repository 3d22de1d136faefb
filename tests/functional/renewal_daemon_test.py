"""`step ca renew` and `step ca rekey` that stay, and renewal by token, with certificates of seconds."""
import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import PATIENCE, Case, OURS_STEP, free_port  # noqa: E402

STAMP = r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"


class RenewalDaemon(Case):
    def setUp(self):
        self.port = free_port()
        self.ca = self.home()
        self.ca.init(self.port)
        config = self.ca.steppath / "config/ca.json"
        content = json.loads(config.read_text())
        content["authority"]["claims"] = {"minTLSCertDuration": "1s", "allowRenewalAfterExpiry": True}
        config.write_text(json.dumps(content))
        self.server = self.serve(self.ca)

    def issue(self, life):
        self.ca.s("ca", "certificate", "leaf.test", "leaf.crt", "leaf.key", "--not-after", life, "--force",
                  "--provisioner-password-file", self.ca.password)

    def read(self, name):
        return self.ca.file(name).read_text()

    def daemon(self, *words):
        out = open(self.ca.file("out"), "w")
        err = open(self.ca.file("err"), "w")
        process = subprocess.Popen([str(OURS_STEP), "ca", *words, "--daemon", "leaf.crt", "leaf.key"], text=True,
                                   cwd=self.ca.path, env=self.ca.env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        out.close()
        err.close()
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.wait()))
        return process

    def wait(self, condition, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail(self.read("out") + self.read("err"))
            time.sleep(0.05)

    def test_renews_on_hup_runs_the_hook_and_ends_with_0(self):
        self.issue("1h")
        first, key = self.read("leaf.crt"), self.read("leaf.key")
        process = self.daemon("renew", "--exec", "touch hooked")
        self.wait(lambda: "first renewal in" in self.read("out"))
        process.send_signal(signal.SIGHUP)
        self.wait(lambda: "next in" in self.read("out") and self.ca.file("hooked").exists())
        self.assertNotEqual(self.read("leaf.crt"), first)
        self.assertEqual(self.read("leaf.key"), key)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertRegex(self.read("out"), rf"\AINFO: {STAMP} first renewal in \d+m\d+s\n"
                         rf"INFO: {STAMP} leaf\.test certificate renewed, next in \d+m\d+s\n\Z")
        self.assertEqual(self.read("err"), "")

    def test_renews_by_itself_and_outlives_a_ca_that_is_away(self):
        self.issue("60s")
        self.server.stop()
        process = self.daemon("renew", "--expires-in", "70s")
        self.wait(lambda: "ERROR: " in self.read("err"))
        self.server = self.serve(self.ca)
        self.wait(lambda: "renewed, next in" in self.read("out"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_rekey_makes_a_new_key_each_time(self):
        self.issue("1h")
        keys = {self.read("leaf.key")}
        process = self.daemon("rekey")
        self.wait(lambda: "first renewal in" in self.read("out"))
        for count in (1, 2):
            process.send_signal(signal.SIGHUP)
            self.wait(lambda: self.read("out").count("certificate rekeyed, next in") == count)
            keys.add(self.read("leaf.key"))
            self.ca.s("ca", "renew", "--force", "--out", "/dev/null", "leaf.crt", "leaf.key")
        self.assertEqual(len(keys), 3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_token_renews_what_is_valid_and_what_has_expired(self):
        self.issue("1h")
        self.ca.s("ca", "renew", "--mtls=false", "--force", "leaf.crt", "leaf.key")
        # The CA's own certificates have to be older than a minute before the end.
        self.issue("61s")
        time.sleep(62.5)
        before = self.read("leaf.crt")
        done = self.ca.s("ca", "renew", "--force", "leaf.crt", "leaf.key")
        self.assertEqual(done.stderr, "Your certificate has been saved in leaf.crt.\n")
        self.assertNotEqual(self.read("leaf.crt"), before)

    def test_flags_that_make_no_sense_are_refused(self):
        self.issue("1h")
        for words, text in (
                (("renew", "--renew-period", "1m"), "flag '--renew-period' requires the '--daemon' flag"),
                (("renew", "--daemon", "--renew-period", "1m", "--expires-in", "1m"),
                 "flag '--expires-in' is incompatible with '--renew-period'"),
                (("renew", "--daemon", "--renew-period", "1d"), "invalid value '1d' for flag '--renew-period'"),
                (("renew", "--daemon", "--renew-period", "2h"), "flag '--renew-period' must be within (lower than)"),
                (("rekey", "--daemon", "--private-key", "leaf.key"),
                 "flag '--daemon' is incompatible with '--private-key'"),
                (("rekey", "--private-key", "leaf.key", "--kty", "EC"), "flag '--private-key' is incompatible with '--kty'")):
            done = self.ca.s("ca", *words, "leaf.crt", "leaf.key", check=False)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    unittest.main()
