"""Prompts in a real terminal (a pseudo-terminal): typing, arrows, giving up, and the terminal afterwards."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_STEP  # noqa: E402
from tests.support.terminal import DOWN, INTERRUPT, Terminal  # noqa: E402


class Prompts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        (self.home / "password.txt").write_text("password\n")

    def run_step(self, *words, **options):
        terminal = Terminal(self.home, *words, **options)
        self.addCleanup(terminal.close)
        return terminal

    INIT = ["ca", "init", "--deployment-type", "standalone", "--name", "T", "--dns", "ca.test", "--address", ":443",
            "--provisioner", "p", "--password-file", "password.txt"]

    def test_S003_25_init_asks_for_everything_and_makes_a_password(self):
        t = self.run_step("ca", "init")
        t.until("What deployment type")
        t.type("\r")
        t.until("name your new PKI?")
        t.until("Smallstep): ")
        t.type("\r")
        t.until("value is empty")
        t.type("Exampel\x7f\x7fle\r")
        t.until("Example\r\n")
        t.until("etc.]): ")
        t.type("ca.test,10.0.0.1\r")
        t.until("bind to?")
        t.until("443): ")
        t.type("nonsense\r")
        t.until("not an TCP address")
        t.type("\x15:9000\r")
        t.until("smallstep.com): ")
        t.type("me\r")
        t.until("generate one]: ")
        t.type("\r")
        t.until("Password: ")
        t.type("\r")
        t.until("Your PKI is ready to go.")
        self.assertEqual(t.finish(), 0)
        self.assertTrue(t.unchanged())
        defaults = (self.home / ".step/config/defaults.json").read_text()
        self.assertIn("https://ca.test:9000", defaults)
        self.assertEqual((self.home / ".step/secrets/root_ca_key").stat().st_mode & 0o777, 0o600)

    def test_arrows_choose(self):
        t = self.run_step("ca", "init")
        t.until("▸ Standalone")
        t.type(DOWN)
        t.until("▸ Linked")
        t.type("\r")
        self.assertEqual(t.finish(), 1)
        self.assertIn("linked", t.seen)
        self.assertTrue(t.unchanged())

    def test_giving_up_says_so_and_writes_nothing(self):
        t = self.run_step("ca", "init", "--deployment-type", "standalone")
        t.until("Smallstep): ")
        t.type(INTERRUPT)
        self.assertEqual(t.finish(), 1)
        self.assertIn("error running prompt: ^C", t.seen)
        self.assertFalse((self.home / ".step").exists())

    def test_a_signal_finds_the_terminal_restored(self):
        t = self.run_step("ca", "init", *self.INIT[2:-2])
        t.until("generate one]: ")
        self.assertFalse(t.unchanged())
        t.process.send_signal(signal.SIGTERM)
        self.assertEqual(t.finish(), -signal.SIGTERM)
        self.assertTrue(t.unchanged())

    def test_no_keeps_and_yes_replaces_what_is_there(self):
        self.assertEqual(self.run_step(*self.INIT).finish(), 0)
        config = self.home / ".step/config/ca.json"
        before = config.read_text()
        t = self.run_step(*self.INIT)
        t.until("already configured")
        t.until("overwrite")
        t.type("n\r")
        self.assertEqual(t.finish(), 1)
        self.assertIn("file exists", t.seen)
        self.assertEqual(config.read_text(), before)
        t = self.run_step(*self.INIT)
        for _ in range(6):
            t.until("Would you like to overwrite ")
            t.type("y\r")
            t.until("y\r\n")
        self.assertEqual(t.finish(), 0, t.seen)
        self.assertNotEqual(config.read_text(), before)

    def test_a_prompt_and_piped_input_go_together(self):
        t = self.run_step("ca", "init", "--deployment-type", "standalone", stdin=subprocess.DEVNULL)
        t.until("Smallstep): ")
        t.type(INTERRUPT)
        self.assertEqual(t.finish(), 1)
        self.assertTrue(t.unchanged())

    def test_help_is_bold_on_a_terminal_only(self):
        t = self.run_step("help", "ca", "token")
        t.until("\x1b[1mNAME")
        self.assertEqual(t.finish(), 0)
        plain = subprocess.run([OURS_STEP, "help", "ca", "token"], capture_output=True, text=True,
                               env={"HOME": str(self.home)}, check=True).stdout
        self.assertNotIn("\x1b", plain)


if __name__ == "__main__":
    unittest.main()
