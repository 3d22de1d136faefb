"""What operators do to the database: one server each, copies while it serves, damage, purging."""
import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, BIN, OURS_CA, Case, free_port  # noqa: E402

LOAD, DUMP, FILL = (str(BIN / name) for name in ("step-load", "step-ledger-dump", "step-ledger-fill"))


class Database(Case):
    def setUp(self):
        self.port = free_port()
        self.ca = self.home()
        self.ca.init(self.port)
        self.config = self.ca.steppath / "config/ca.json"
        self.file = self.ca.steppath / "db/step.mdb"
        self.ca.run(LOAD, "--open-jwk", self.config, "--password-file", self.ca.password, "--out", "provisioner.json")

    def db(self, *words, **options):
        return self.ca.run(OURS_CA, "db", *words, **options)

    def load(self, count, **options):
        return subprocess.Popen(
            [LOAD, "--url", f"https://localhost:{self.port}", "--root", str(self.ca.steppath / "certs/root_ca.crt"),
             "--jwk", str(self.ca.file("provisioner.json")), "--issuer", "admin", "--count", str(count),
             "--connections", "4", *options.pop("extra", [])], stdout=subprocess.PIPE, text=True)

    def stat(self):
        value = json.loads(self.db("stat", self.config, "--format", "json").stdout)
        return value, {table["name"]: table["rows"] for table in value["tables"]}

    def test_a_second_server_is_refused_with_a_clear_line_and_the_first_goes_on(self):
        first = self.serve(self.ca)
        other = self.ca.file("other.json")
        other.write_text(self.config.read_text().replace(f":{self.port}", ":0"))
        second = self.ca.run(OURS_CA, other, "--password-file", self.ca.password, check=False)
        self.assertEqual(second.returncode, 2)
        self.assertIn(f"database {self.file} is in use by another step-ca (process {first.process.pid}); "
                      "a database has one server", second.stdout + second.stderr)
        self.assertEqual(json.loads(self.load(10).communicate(timeout=PATIENCE)[0])["issued"], 10)
        # A command of ours may share the file.
        self.assertEqual(len(self.ca.run(DUMP, self.file).stdout.split()), 10)
        # After kill -9 nothing has to be removed by hand.
        first.process.kill()
        first.process.wait()
        self.serve(self.ca)

    def test_a_backup_made_under_load_is_restored_whole(self):
        server = self.serve(self.ca)
        load = self.load(1500)
        time.sleep(0.5)
        self.db("backup", "one.mdb", self.config)
        with open(self.ca.file("two.mdb"), "wb") as out:
            subprocess.run([OURS_CA, "db", "backup", "-", str(self.config)], env=self.ca.env, stdout=out, check=True)
        issued = json.loads(load.communicate(timeout=2 * PATIENCE)[0])["issued"]
        self.assertEqual(issued, 1500)
        refused = self.db("restore", "one.mdb", self.config, "--force", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("is in use by another step-ca", refused.stderr)
        self.assertEqual(self.db("compact", self.config, check=False).returncode, 2)
        server.stop()
        self.assertIn("--force", self.db("restore", "one.mdb", self.config, check=False).stderr)
        for name in ("one.mdb", "two.mdb"):
            self.db("restore", name, self.config, "--force")
            _, rows = self.stat()
            # A token and its certificate are one transaction: as many of one as of the other.
            self.assertEqual(rows["certificates"], rows["used_tokens"])
            self.assertEqual(rows["certificates"], rows["certificates_by_expiry"])
            self.assertLessEqual(rows["certificates"], 1500)
            self.db("stat", self.config, "--verify")
        self.serve(self.ca)
        self.assertEqual(json.loads(self.load(5).communicate(timeout=PATIENCE)[0])["issued"], 5)

    def test_a_damaged_file_is_never_served(self):
        server = self.serve(self.ca)
        self.load(300).communicate(timeout=PATIENCE)
        server.stop()
        good = self.file.read_bytes()
        middle = len(good) // 2 // 4096 * 4096
        for name, bad in {"empty": b"", "cut": good[:middle], "zeroed": good[:8192] + bytes(len(good) - 8192),
                          "garbage": b"\xa5" * 8192 + good[8192:], "text": b"hello\n" * 5000}.items():
            with self.subTest(name):
                self.file.write_bytes(bad)
                done = self.ca.run(OURS_CA, self.config, "--password-file", self.ca.password, check=False)
                self.assertEqual(done.returncode, 2)
                told = done.stdout + done.stderr
                self.assertIn(f"cannot open database {self.file}: ", told)
                self.assertIn("step-ca db restore", told)
                self.assertEqual(self.file.read_bytes(), bad)
        self.file.write_bytes(good)
        self.serve(self.ca)

    def test_records_of_expired_certificates_and_used_tokens_go_while_the_ca_serves(self):
        server = self.serve(self.ca)
        self.load(50).communicate(timeout=PATIENCE)
        server.stop()
        self.ca.run(FILL, self.file, 3000, 100)  # Ended 100 days ago.
        self.ca.run(FILL, self.file, 700, 10)
        _, before = self.stat()
        self.assertEqual(before["certificates"], 3750)
        settings = json.loads(self.config.read_text())
        settings["authority"]["purge"] = {"certificatesAfterDays": 30}
        self.config.write_text(json.dumps(settings))
        server = self.serve(self.ca)
        load = self.load(200)
        line = server.wait_for("purged ")
        self.assertIn("purged 3700 used tokens and the records of 3000 certificates", line)
        self.assertEqual(json.loads(load.communicate(timeout=PATIENCE)[0])["issued"], 200)
        _, after = self.stat()
        self.assertEqual(after["certificates"], 950)
        self.assertEqual(after["certificates_by_expiry"], 950)
        self.assertEqual(after["certificates_by_provisioner"], 950)
        self.assertEqual(after["used_tokens"], 250)
        self.assertEqual(server.stop(), 0)
        self.db("compact", self.config)
        self.assertEqual(self.stat()[0]["freePages"], 0)

    def test_without_the_purge_key_records_stay(self):
        self.serve(self.ca).stop()
        self.ca.run(FILL, self.file, 100, 4000)
        server = self.serve(self.ca)
        self.assertIn("purged 100 used tokens and the records of 0 certificates", server.wait_for("purged "))
        self.assertEqual(self.stat()[1]["certificates"], 100)


if __name__ == "__main__":
    unittest.main()
