"""Contexts: what commands read in one, how one is chosen, and that the original reads ours and we read its own."""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import OURS_CA, OURS_STEP, Case, Server, free_port, original_step  # noqa: E402
from tests.support.terminal import DOWN, Terminal  # noqa: E402


class Contexts(Case):
    def setUp(self):
        self.user = self.home()

    def write(self, name, text):
        path = self.user.steppath / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))

    def two(self, current="c1"):
        self.write("contexts.json", {"c1": {"profile": "p1", "authority": "a1"},
                                     "b2": {"profile": "p2", "authority": "a2"}})
        if current:
            self.write("current-context.json", {"context": current})

    def failure(self, *words, **options):
        done = self.user.s(*words, check=False, **options)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def url_of(self, *words, **options):
        """The CA that a command would ask, from its error: nobody listens."""
        text = self.failure("ca", "health", "--root", self.user.password, *words, **options)
        return text.strip()

    def test_the_profile_wins_over_the_authority(self):
        self.two()
        self.write("authorities/a1/config/defaults.json", {"ca-url": "http://authority", "root": "x"})
        self.assertIn("http://authority", self.url_of())
        self.write("profiles/p1/config/defaults.json", {"ca-url": "http://profile", "context": "b2"})
        self.write("config/defaults.json", {"ca-url": "http://base"})
        told = self.url_of()
        self.assertIn("http://profile", told)
        self.assertIn("cannot set 'context' attribute in config files", told)

    def test_a_flag_or_variable_chooses_a_context_for_one_run(self):
        self.two()
        self.write("authorities/a1/config/defaults.json", {"ca-url": "http://one"})
        self.write("authorities/a2/config/defaults.json", {"ca-url": "http://two"})
        self.assertIn("http://one", self.url_of())
        self.assertIn("http://two", self.url_of("--context", "b2"))
        self.assertIn("http://two", self.url_of(env={"STEP_CONTEXT": "b2"}))
        self.assertIn("http://one", self.url_of("--context", "c1", env={"STEP_CONTEXT": "b2"}))
        self.assertEqual(self.url_of("--context", "nope"), "could not load context 'nope'")
        self.assertEqual(self.user.s("context", "current").stdout, "c1\n")

    def test_a_context_where_there_are_none_is_no_silent_nothing(self):
        self.assertEqual(self.url_of("--context", "c1"), "could not load context 'c1'")

    def test_broken_files_are_named_by_every_command(self):
        for name, text, told in [
                ("current-context.json", "{", "error unmarshaling current context: unexpected end of JSON input"),
                ("contexts.json", '{"c1":null}', "error in context 'c1': context cannot be nil; check your"),
                ("contexts.json", '{"c1":{"authority":"a"}}', "context cannot have an empty profile value"),
                ("contexts.json", '{"c1":{"authority":"../../x","profile":"p"}}',
                 "context cannot have the folder '../../x'"),
                ("authorities/a1/config/defaults.json", "[", "error parsing ")]:
            with self.subTest(told):
                self.two()
                self.write("authorities/a1/config/defaults.json", {})
                self.write(name, text)
                self.assertIn(told, self.failure("version"))

    def test_a_terminal_is_asked_which_one_and_the_answer_is_kept(self):
        self.two(current=None)
        terminal = Terminal(self.user.path, "path", env=self.user.env)
        self.addCleanup(terminal.close)
        terminal.until("Select a context")
        terminal.until("▸ b2")
        terminal.type(DOWN)
        terminal.until("▸ c1")
        terminal.type("\r")
        terminal.until("authorities/a1")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual((self.user.steppath / "current-context.json").read_text(), '{"context":"c1"}')
        self.assertEqual(self.user.s("path").stdout, f"{self.user.steppath}/authorities/a1\n")
        self.assertEqual(self.user.s("path", "--profile").stdout, f"{self.user.steppath}/profiles/p1\n")
        self.assertEqual(self.user.s("path", "--profile", "--base").stdout, f"{self.user.steppath}\n")

    def test_commands_that_do_not_read_settings_do_not_ask(self):
        self.two(current=None)
        self.user.s("version")
        self.assertEqual(self.user.s("context", "list").stdout, "b2\nc1\n")
        self.assertIn("/dev/tty", self.failure("version", "--no-context=false"))

    def test_the_server_serves_the_context_that_is_named_also_one_of_the_original(self):
        port = free_port()
        for program, name in ((OURS_STEP, "ours"), (original_step(), "old")):
            self.user.init(port, "--context", name, step=program)
        self.assertEqual(self.user.s("context", "current").stdout, "old\n")
        for name, choice in (("ours", {"arguments": ["--context", "ours"]}), ("old", {})):
            config = self.user.steppath / f"authorities/{name}/config/ca.json"
            self.user.env["STEP_CA_CONTEXT"] = "ours" if choice else "old"
            with Server(self.user, config=config, named=False, **choice) as ca:
                ca.logged(f"Current context: {name}\n")
                self.assertEqual(self.user.s("ca", "health", "--context", name).stdout, "ok\n")
                self.user.s("ca", "certificate", "leaf.test", "leaf.crt", "leaf.key", "--context", name, "--force",
                            "--provisioner", "admin", "--password-file", self.user.password)
                stat = self.user.run(OURS_CA, "db", "stat", "--context", name).stdout
                self.assertIn(f"authorities/{name}/db", stat)
        done = self.user.run(OURS_CA, "db", "stat", "--context", "nope", check=False)
        self.assertEqual(done.stderr, 'context "nope" not found\n')

    def test_removing_asks_and_spares_what_is_shared(self):
        self.write("contexts.json", {"c1": {"profile": "p", "authority": "a1"},
                                     "b2": {"profile": "p", "authority": "a2"}})
        self.write("current-context.json", {"context": "c1"})
        for name in ("authorities/a1/x", "authorities/a2/x", "profiles/p/x"):
            self.write(name, "x")

        def remove(answer):
            terminal = Terminal(self.user.path, "context", "remove", "b2", env=self.user.env)
            self.addCleanup(terminal.close)
            terminal.until("authorities/a2\r\n\r\n")
            terminal.until("cannot be undone!) [y/n]")
            terminal.type(answer + "\r")
            return terminal.finish(), terminal.seen

        code, seen = remove("n")
        self.assertEqual(code, 1)
        self.assertIn("context not removed", seen)
        self.assertTrue((self.user.steppath / "authorities/a2/x").exists())
        self.assertEqual(remove("y")[0], 0)
        self.assertFalse((self.user.steppath / "authorities/a2").exists())
        self.assertTrue((self.user.steppath / "profiles/p/x").exists())
        self.assertEqual(self.user.s("context", "list").stdout, "▶ c1\n")
        self.assertEqual(oct((self.user.steppath / "contexts.json").stat().st_mode & 0o777), "0o644")  # As it was.


if __name__ == "__main__":
    unittest.main()
