"""`step ca provisioner add`, `update` and `remove` for AWS, GCP and Azure, beside what the original made of the same lines.

tests/data/cloud/provisioners.json was recorded from the original v0.30:
    python3 tests/functional/cloud_provisioners_test.py --record PATH-OF-THE-ORIGINAL-STEP
"""
import json
import pathlib
import re
import shlex
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.cloud import Clouds  # noqa: E402
from tests.support.harness import Case, Home, OURS_STEP  # noqa: E402

DATA = ROOT / "tests/data/cloud/provisioners.json"
SUCCESS = ("\nSuccess! Your `step-ca` config has been updated. To pick up the new configuration SIGHUP (kill -1 <pid>) or "
           "restart the step-ca process.\n")
WAITING = ()
# Our words where the original's name what only it has.
OURS = {
    "error storing provisioner: provisioner with name x already exists": "cannot add multiple provisioners with the same id",
    "error storing provisioner: provisioner with token ID TENANT already exists":
        "cannot add multiple provisioners with the same id: TENANT is that of 'x'",
}


def setUpModule():
    global clouds
    clouds = Clouds()
    unittest.addModuleCleanup(clouds.close)


def authority(program):
    home = Home(program)
    home.env["SSL_CERT_FILE"] = str(clouds.roots)
    home.init(1)
    return home


def config(home):
    return home.steppath / "config/ca.json"


def entries(home):
    return json.loads(config(home).read_text())["authority"]["provisioners"][1:]


def run_line(home, line):
    """The last of the commands of a line; those before it have to work."""
    *before, last = (shlex.split(command.replace("TENANT", clouds.azure.tenant)) for command in line.split("; "))
    for command in before:
        home.s("ca", "provisioner", *command)
    return home.s("ca", "provisioner", *last, check=False)


def without_tenant(text):
    return text.replace(clouds.azure.tenant, "TENANT")


class Recorded(Case):
    """ca.json afterwards is that of the original, member by member."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.authority = authority(OURS_STEP)
        cls.addClassCleanup(cls.authority.close)
        cls.fresh = config(cls.authority).read_text()

    def test_each_line_does_what_the_original_does(self):
        for row in json.loads(DATA.read_text()):
            with self.subTest(row["line"]):
                config(self.authority).write_text(self.fresh)
                done = run_line(self.authority, row["line"])
                self.assertEqual(done.returncode, row["code"], done.stderr)
                self.assertEqual(done.stdout, "")
                if row["code"] == 0:
                    self.assertEqual(done.stderr, f"✔ CA Configuration: {config(self.authority)}\n{SUCCESS}")
                else:
                    self.assertEqual(without_tenant(done.stderr.strip()), OURS.get(row["error"], row["error"]))
                ours = json.loads(without_tenant(json.dumps(entries(self.authority))))
                self.assertEqual(ours, row["entries"])
                if "update" not in row["line"]:  # What is changed stays where it stands, what is new comes behind.
                    self.assertEqual(json.dumps(ours), json.dumps(row["entries"]))


class Ours(Case):
    """What the original has not, or refuses."""

    def setUp(self):
        self.authority = authority(OURS_STEP)
        self.addCleanup(self.authority.close)

    def line(self, line, check=True):
        done = run_line(self.authority, line)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_certificates_of_aws_are_read_and_kept_by_an_absolute_path(self):
        (self.authority.path / "roots.pem").write_bytes(clouds.iid_roots.read_bytes())
        self.line("add x --type AWS --aws-account 1 --iid-roots roots.pem")
        self.assertEqual(entries(self.authority)[0]["iidRoots"], str(self.authority.path / "roots.pem"))
        before = config(self.authority).read_text()
        for bad in ("nowhere.pem", "password.txt"):
            done = self.line(f"update x --iid-roots {bad}", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(bad, done.stderr)
        self.assertEqual(config(self.authority).read_text(), before)
        self.line('update x --iid-roots ""')
        self.assertNotIn("iidRoots", entries(self.authority)[0])

    def test_a_provisioner_for_everybody_is_worth_a_warning(self):
        warning = "warning: without --aws-account the VMs of every customer of AWS may have certificates\n"
        self.assertTrue(self.line("add x --type AWS").stderr.endswith(warning))
        self.assertNotIn("warning", self.line("update x --aws-account 1").stderr)
        self.assertTrue(self.line("update x --remove-aws-account 1").stderr.endswith(warning))

    def test_a_value_given_twice_is_kept_once(self):
        self.line("add x --type AWS --aws-account 1 --aws-account 1; update x --aws-account 1 --aws-account 2")
        self.assertEqual(entries(self.authority)[0]["accounts"], ["1", "2"])

    def test_flags_of_another_type_are_refused(self):
        done = self.line("add x --type AWS --gcp-project a", check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "flag '--gcp-project' is for provisioners of type GCP\n"))
        done = self.line("add x --type AWS --aws-account 1; update x --azure-tenant a", check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "flag '--azure-tenant' is for provisioners of type Azure\n"))
        done = self.line("add y --create --aws-account 1", check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "flag '--aws-account' is for provisioners of type AWS\n"))

    def test_members_that_no_flag_knows_stay(self):
        self.line("add x --type AWS --aws-account 1")
        path = config(self.authority)
        document = json.loads(path.read_text())
        document["authority"]["provisioners"][1]["imdsVersions"] = ["v2"]
        document["authority"]["provisioners"][1]["comment"] = "kept"
        path.write_text(json.dumps(document))
        self.line("update x --aws-account 2")
        self.assertEqual(entries(self.authority)[0]["imdsVersions"], ["v2"])
        self.assertEqual(entries(self.authority)[0]["comment"], "kept")

    def test_a_provider_out_of_reach_is_a_warning(self):
        clouds.close_providers()
        self.addCleanup(clouds.open_providers)
        for line, url in (("add x --type GCP --gcp-project a", "https://www.googleapis.com/oauth2/v3/certs"),
                          ("add y --type Azure --azure-tenant TENANT",
                           f"https://login.microsoftonline.com/{clouds.azure.tenant}/.well-known/openid-configuration")):
            done = self.line(line)
            self.assertIn(f'warning: the keys that verify tokens could not be asked for: Get "{url}": dial tcp', done.stderr)
        self.assertEqual([e["name"] for e in entries(self.authority)], ["x", "y"])

    def test_the_clouds_for_states_have_servers_of_their_own(self):
        done = self.line("add y --type Azure --azure-tenant TENANT --azure-audience https://management.usgovcloudapi.net/")
        self.assertIn(f'Get "https://login.microsoftonline.us/{clouds.azure.tenant}/.well-known/openid-configuration"', done.stderr)

    def test_a_tenant_that_azure_does_not_know_is_a_warning(self):
        done = self.line("add y --type Azure --azure-tenant 00000000-0000-0000-0000-000000000000")
        self.assertIn("answered with status 404", done.stderr)
        self.assertEqual(len(entries(self.authority)), 1)


def record(program):
    setUpModule()
    home = authority(program)
    fresh, rows = config(home).read_text(), []
    for old in json.loads(DATA.read_text()):
        config(home).write_text(fresh)
        done = run_line(home, old["line"])
        row = {"line": old["line"], "code": done.returncode, "entries": entries(home)}
        if done.returncode:
            row["error"] = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).strip().splitlines()[-1]
        rows.append(without_tenant(json.dumps(row)))
    DATA.write_text("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--record"]:
        record(sys.argv[2])
    else:
        unittest.main()
