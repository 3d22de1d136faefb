"""Name policies with the real programs: what is refused, who is told why, and what an edit keeps."""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.seeds import NAME, SeedCase  # noqa: E402

AUTHORITY = {"x509": {"allow": {"dns": ["*.local", "*.test"], "ip": ["10.0.0.0/8"]},
                      "deny": {"dns": ["bad.local"], "cn": ["old.local"]}}}
OWN = {"x509": {"deny": {"dns": ["secret.local"]}}}
FORBIDDEN = "The request was forbidden by the certificate authority: "


class Policy(SeedCase):
    def setUp(self):
        super().setUp()
        self.server.stop()
        self.file = self.ca.steppath / "config/ca.json"
        config = json.loads(self.file.read_text())
        config["authority"]["policy"] = AUTHORITY
        config["authority"]["provisioners"][0]["policy"] = OWN
        self.file.write_text(json.dumps(config))
        self.server = self.serve(self.ca)

    def ask(self, subject, *names):
        sans = "".join(f" --san '{name}'" for name in names)
        return self.sh(f"step ca certificate '{subject}' x.crt x.key $J --force{sans}", check=False)

    def test_names_are_refused_in_the_original_words_and_the_log_says_which_rule_it_was(self):
        for subject, names, words, why in (
                ("bad.local", [], 'dns name "bad.local" not allowed', 'denied by rule authority.policy.x509.deny.dns[0]'),
                ("a.b.local", [], 'dns name "a.b.local" not allowed', "no rule of authority.policy.x509.allow.dns matches"),
                ("a.local", ["a.local", "11.0.0.1"], 'ip name "11.0.0.1" not allowed', "no rule of authority.policy.x509.allow.ip matches"),
                ("a.local", ["a.local", "me@a.local"], 'email name "me@a.local" not allowed', "none for email"),
                ("*.local", [], 'dns name "*.local" not allowed', "deny.dns[0]"),
                ("*.test", [], 'dns name "*.test" not allowed', "authority.policy.x509.allowWildcardNames is not true"),
                ("OLD.local", ["a.local"], 'cn name "OLD.local" not allowed', "denied by rule authority.policy.x509.deny.cn[0]"),
                ("secret.local", [], 'dns name "secret.local" not allowed', f'authority.provisioners["{NAME}"].policy.x509.deny.dns[0]')):
            with self.subTest(subject=subject, names=names):
                done = self.ask(subject, *names)
                self.assertEqual(done.returncode, 1)
                self.assertIn(FORBIDDEN + words, done.stderr)
                self.assertNotIn("rule", done.stderr)
                self.server.logged(lambda line: why in line.replace("\\", ""))

    def test_what_is_allowed_is_issued(self):
        self.ask("A.Local").check_returncode()
        self.ask("a.local", "a.local", "10.1.2.3").check_returncode()

    def test_the_policy_is_not_listed_and_an_edit_of_the_provisioner_keeps_it(self):
        self.assertNotIn("secret.local", self.sh("step ca provisioner list").stdout)
        self.sh(f"step ca provisioner update {NAME} --x509-max-dur 2h --x509-default-dur 1h")
        authority = json.loads(self.file.read_text())["authority"]
        self.assertEqual(authority["policy"], AUTHORITY)
        self.assertEqual(authority["provisioners"][0]["policy"], OWN)

    def test_a_rule_that_is_none_stops_the_start(self):
        self.server.stop()
        text = self.file.read_text()
        self.file.write_text(text.replace('"bad.local"', '".bad.local"'))
        done = self.sh("step-ca $(step path)/config/ca.json --password-file $PW", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('cannot parse excluded domain constraint ".bad.local": domain constraint ".bad.local" with wildcard '
                      "should start with *", done.stdout + done.stderr)
        self.assertIn("authority.policy.x509.deny.dns[0], line 1, column", done.stdout + done.stderr)

    def test_templates_are_written_as_the_original_writes_them_and_taken_out_again(self):
        (self.ca.path / "t.tpl").write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}}\n')
        (self.ca.path / "d.json").write_text('{"a": {"b": [1, 2]}, "c": "<x>"}')
        template = (self.ca.path / "t.tpl").read_text()
        data = {"a": {"b": [1, 2]}, "c": "<x>"}
        self.sh(f"step ca provisioner update {NAME} --x509-template t.tpl --x509-template-data d.json --ssh-template t.tpl")
        entry = json.loads(self.file.read_text())["authority"]["provisioners"][0]
        self.assertEqual(entry["options"], {"x509": {"template": template, "templateData": data}, "ssh": {"template": template}})
        self.server.stop()
        self.server = self.serve(self.ca)
        self.ask("a.local").check_returncode()
        self.assertNotIn("Key Usage", self.sh("step certificate inspect x.crt").stdout)  # The template names none.
        self.sh(f"step ca provisioner update {NAME} --x509-template '' --x509-template-data '' --ssh-template ''")
        entry = json.loads(self.file.read_text())["authority"]["provisioners"][0]
        self.assertEqual(entry["options"], {"x509": {}, "ssh": {}})
        missing = self.sh(f"step ca provisioner update {NAME} --x509-template none.tpl", check=False)
        self.assertEqual((missing.returncode, missing.stderr), (1, "open none.tpl failed: no such file or directory\n"))


if __name__ == "__main__":
    unittest.main()
