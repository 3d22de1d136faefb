"""ca.json and secrets/webhooks.json are changed together: what goes, what stays, and what a crash between the two leaves."""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.harness import BIN, Case, Home  # noqa: E402

SHIM = BIN / "step-die-at-rename.so"
NAME = "a@b.test"


class WebhookFiles(Case):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.close)
        self.home.init(9)
        self.config = self.home.steppath / "config/ca.json"
        self.secrets = self.home.steppath / "secrets/webhooks.json"
        self.home.s("ca", "provisioner", "add", NAME, "--type", "ACME")
        self.home.file("token").write_text("first")

    def webhook(self, what, name, *flags, provisioner="admin", **options):
        return self.home.s("ca", "provisioner", "webhook", what, provisioner, name, *flags, **options)

    def add(self, name, provisioner="admin"):
        self.webhook("add", name, "--url", "https://h.test", "--bearer-token-file", "token", provisioner=provisioner)

    def ids(self):
        """Of all webhooks of ca.json."""
        provisioners = json.loads(self.config.read_text())["authority"]["provisioners"]
        return {hook["id"] for one in provisioners for hook in one["options"].get("webhooks", [])}

    def credentials(self):
        return json.loads(self.secrets.read_text()) if self.secrets.exists() else {}

    def test_nothing_secret_stays_of_a_provisioner_that_was_removed(self):
        self.add("one")
        kept = self.ids()
        self.add("two", NAME)
        self.add("three", NAME)
        self.assertEqual(set(self.credentials()), self.ids())
        self.home.s("ca", "provisioner", "remove", NAME)
        self.assertEqual(self.ids(), kept)
        self.assertEqual(set(self.credentials()), kept)

    def test_a_provisioner_with_a_new_name_keeps_its_webhooks_and_their_secrets(self):
        self.add("one", NAME)
        before = self.config.read_text(), self.credentials()
        self.home.s("ca", "provisioner", "update", NAME, "--name", "c@d.test")
        self.assertEqual(self.config.read_text(), before[0].replace(NAME, "c@d.test"))
        self.assertEqual(self.credentials(), before[1])

    def test_a_crash_at_any_file_leaves_no_webhook_without_its_secret(self):
        self.add("one")
        self.add("two", NAME)
        changes = {"add": ("webhook", "add", NAME, "three", "--url", "https://h.test"),
                   "update": ("webhook", "update", NAME, "two", "--bearer-token-file", "token"),
                   "remove": ("webhook", "remove", NAME, "two"),
                   "remove the provisioner": ("remove", NAME)}
        start = self.home.path / "start"
        shutil.copytree(self.home.steppath, start)
        for what, words in changes.items():
            self.home.file("token").write_text("second")
            crashes = 0
            while True:
                with self.subTest(what, crashes=crashes):
                    shutil.rmtree(self.home.steppath)
                    shutil.copytree(start, self.home.steppath)
                    done = self.home.s("ca", "provisioner", *words, check=False,
                                       env={"LD_PRELOAD": str(SHIM), "STEP_DIE_AT_RENAME": str(crashes + 1)})
                    for number in self.ids():
                        self.assertTrue(self.credentials()[number]["secret"])
                    if done.returncode == 0:
                        break
                    self.assertEqual(done.returncode, -9, done.stderr)
                    again = self.home.s("ca", "provisioner", *words, check=False)
                    if again.returncode != 0:  # The removal stood: ca.json goes first.
                        self.assertEqual(again.stderr, f"provisioner '{NAME}' not found\n")
                    for number in self.ids():
                        self.assertTrue(self.credentials()[number]["secret"])
                crashes += 1
            self.assertEqual(crashes, 2, what)  # One at each file.


if __name__ == "__main__":
    unittest.main()
