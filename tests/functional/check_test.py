"""step-ca check says what the server would say, and everything at once."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import OURS_CA, ROOT, Case, free_port, original_step  # noqa: E402

LINE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning): (?P<what>.+)$")


def put(path, value):
    """Sets a member by its dotted path ("authority.provisioners.0.name")."""
    def change(config):
        *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in above:
            config = config[part]
        config[last] = value
    return change


def drop(path):
    def change(config):
        *above, last = path.split(".")
        for part in above:
            config = config[part]
        del config[last]
    return change


def twice(config):
    entries = config["authority"]["provisioners"]
    entries.append(dict(entries[0]))


def renamed_twin(config):
    entries = config["authority"]["provisioners"]
    entries.append({**entries[0], "name": "other"})


def claims(**members):
    return put("authority.claims", members)


def own_claims(**members):
    return put("authority.provisioners.0.claims", members)


# What is changed in the configuration that init writes, and a part of what must be found (None:
# nothing). Whether it is an error is what the server says.
CORPUS = [
    ("nothing", lambda config: None, None),
    ("no address", drop("address"), "address cannot be empty"),
    ("address without port", put("address", "localhost"), "invalid address localhost"),
    ("port too large", put("address", "127.0.0.1:65536"), "invalid port"),
    ("port no number", put("address", "127.0.0.1:https-or-so"), "invalid port"),
    ("foreign address", put("address", "192.0.2.1:0"), "cannot assign requested address"),
    ("unknown host", put("address", "no-such-host.invalid:0"), "lookup no-such-host.invalid: "),
    ("address of the wrong type", put("address", 443), "of type string; write a string"),
    ("insecure address malformed", put("insecureAddress", "x"), "invalid insecure address"),
    ("insecure address", put("insecureAddress", ":0"), "nothing listens on insecureAddress"),
    ("metrics", put("metricsAddress", ":0"), "a metrics listener is not supported"),
    ("no root", drop("root"), "root cannot be empty"),
    ("empty list of roots", put("root", []), "root cannot be empty"),
    ("root missing", put("root", "/nonexistent/root.crt"), "no such file or directory"),
    ("second root missing", lambda c: c.update(root=[c["root"], "/nonexistent/2.crt"]), "/nonexistent/2.crt"),
    ("federated root missing", put("federatedRoots", ["/nonexistent/f.crt"]), "/nonexistent/f.crt"),
    ("federated root without a name", put("federatedRoots", [""]), "error reading"),
    ("root is a key", lambda c: c.update(root=c["key"]), "error parsing"),
    ("no crt", drop("crt"), "crt cannot be empty"),
    ("crt missing", put("crt", "/nonexistent/i.crt"), "/nonexistent/i.crt"),
    ("crt is a folder", put("crt", "/"), "is a directory"),
    ("crt is the root", lambda c: c.update(crt=c["root"]), "doesn't match parent's PublicKey"),
    ("no key", drop("key"), "key cannot be empty"),
    ("key missing", put("key", "/nonexistent/key"), "/nonexistent/key"),
    ("key is a certificate", lambda c: c.update(key=c["crt"]), "error parsing"),
    ("no names", put("dnsNames", []), "dnsNames cannot be empty"),
    ("names null", put("dnsNames", None), None),
    ("names of the wrong type", put("dnsNames", "localhost"), "dnsNames of type []string"),
    ("an empty name", put("dnsNames", [""]), None),
    ("odd names", put("dnsNames", ["*.x.test", "[::1]", "a b"]), None),
    ("names outside ASCII", put("dnsNames", ["ok.test", "ä.test"]), "cannot be encoded as an IA5String"),
    ("unknown key", put("adress", ":0"), 'unknown key "adress" is ignored; did you mean "address"?'),
    ("unknown key in db", put("db.datasorce", "x"), 'did you mean "dataSource"?'),
    ("unknown key in a provisioner", put("authority.provisioners.0.clams", {}), 'did you mean "claims"?'),
    ("comment", put("_comment", "why"), None),
    ("logger format", put("logger.format", "xml"), "unsupported logger.format 'xml'"),
    ("no logger", drop("logger"), None),
    ("no db", drop("db"), "nothing can be revoked"),
    ("db null", put("db", None), "nothing can be revoked"),
    ("db type", put("db.type", "rocks"), "rocks database not supported"),
    ("db mysql", put("db.type", "mysql"), "mysql is not supported"),
    ("db bbolt at a folder", put("db.type", "bbolt"), "cannot open database"),
    ("db without a place", drop("db.dataSource"), "dataSource cannot be empty"),
    ("db below a file", lambda c: c["db"].update(dataSource=c["crt"] + "/db"), "not a directory"),
    ("db where there is none yet", lambda c: c["db"].update(dataSource=c["db"]["dataSource"] + "/a/b"), None),
    ("db value folder", put("db.valueDir", "/nonexistent"), "db.valueDir is not used"),
    ("db loading mode", put("db.badgerFileLoadingMode", "FileIO"), "only MemoryMap"),
    ("db name", put("db.database", "x"), "db.database with a database on disk"),
    ("tls versions", put("tls.minVersion", 1.4), "tls minVersion cannot exceed"),
    ("tls 1.0", put("tls.minVersion", 1.0), "is raised to 1.2"),
    ("tls 1.1 at most", lambda c: c["tls"].update(minVersion=1.0, maxVersion=1.1), "TLS 1.1 is not supported"),
    ("tls version of the wrong type", put("tls.minVersion", "1.2"), "write a number, without quotes"),
    ("no suite", put("tls.cipherSuites", ["TLS_X"]), "leaves no usable cipher suite"),
    ("one suite unknown", lambda c: c["tls"]["cipherSuites"].append("TLS_X"), "is not a known cipher suite"),
    ("kms", put("kms", {"type": "pkcs11", "uri": "pkcs11:x"}), "kms type pkcs11 is not supported"),
    ("kms unknown", put("kms", {"type": "x"}), "unsupported kms type x"),
    ("kms soft", put("kms", {"type": "softkms"}), None),
    ("ssh", put("ssh", {"hostKey": "x"}), "an SSH certificate authority is not supported"),
    ("crl", put("crl", {"enabled": True}), "a certificate revocation list is not supported"),
    ("crl off", put("crl", {"enabled": False, "cacheDuration": "1h"}), None),
    ("crl durations", put("crl", {"cacheDuration": "1h", "renewPeriod": "2h"}), "greater than or equal to crl.renewPeriod"),
    ("backdate", put("authority.backdate", "1d"), 'write a duration like "24h"'),
    ("backdate negative", put("authority.backdate", "-1m"), "backdate cannot be less than 0"),
    ("authority null", put("authority", None), "there is no provisioner"),
    ("authority a list", put("authority", []), "authority of type object"),
    ("policy", put("authority.policy", {"x509": {"allow": {"dns": ["*.x"]}}, "ssh": {"user": {"deny": {"principal": ["root"]}}}}), None),
    ("policy rule", put("authority.policy", {"x509": {"allow": {"dns": [".x"]}}}), "with wildcard should start with *; mend or remove the rule"),
    ("policy misspelt", put("authority.policy", {"x509": {"allowed": {"dns": ["x"]}}}), 'unknown key "allowed" in authority.policy.x509'),
    ("own policy rule", lambda c: c["authority"]["provisioners"][0].update(policy={"x509": {"deny": {"ip": ["10.0.0.0/99"]}}}), 'excluded constraint "10.0.0.0/99" as IP nor CIDR'),
    ("admin", put("authority.enableAdmin", True), "remote provisioner management is not supported"),
    ("purge", put("authority.purge", {"certificatesAfterDays": -1}), "must be between 1 and 36500"),
    ("purge misspelt", put("authority.purge", {"certificateAfterDays": 9}), "has no member certificateAfterDays"),
    ("claims", claims(minTLSCertDuration="5m", maxTLSCertDuration="48h"), None),
    ("claims a list", put("authority.claims", []), "authority.claims"),
    ("claims in days", claims(maxTLSCertDuration="2d"), 'unknown unit "d"'),
    ("claims of the wrong type", claims(maxTLSCertDuration=24), "maxTLSCertDuration of type string"),
    ("claims min above max", claims(minTLSCertDuration="48h"), "MaxCertDuration cannot be less than MinCertDuration"),
    ("claims default above max", claims(defaultTLSCertDuration="48h", maxTLSCertDuration="1h"), "MaxCertDuration cannot be"),
    ("claims default moves max", claims(defaultTLSCertDuration="48h"), None),
    ("claims zero", claims(minTLSCertDuration="0s"), "must be greater than 0"),
    ("claims flag", claims(disableRenewal="yes"), "write true or false"),
    ("own claims min above max", own_claims(minTLSCertDuration="48h"), "will refuse every token: claims: Max"),
    ("own claims in days", own_claims(maxTLSCertDuration="2d"), 'unknown unit "d"'),
    ("own claims moved by the authority's", lambda c: (claims(maxTLSCertDuration="1h", defaultTLSCertDuration="1h")(c),
     own_claims(minTLSCertDuration="2h")(c)), "will refuse every token"),
    ("no provisioner", put("authority.provisioners", []), "nobody can get a certificate"),
    ("provisioners an object", put("authority.provisioners", {}), "error unmarshaling provisioner list"),
    ("a provisioner that is no object", put("authority.provisioners", ["x"]), "into a provisioner"),
    ("same provisioner twice", twice, "cannot add multiple provisioners with the same id"),
    ("same key twice", renamed_twin, None),
    ("provisioner without a name", put("authority.provisioners.0.name", ""), "provisioner name cannot be empty"),
    ("provisioner without a key", lambda c: c["authority"]["provisioners"][0].pop("key"), "key cannot be empty"),
    ("provisioner with a bad key", put("authority.provisioners.0.key", {"kty": "EC"}), "key: "),
    ("provisioner with a symmetric key", put("authority.provisioners.0.key", {"kty": "oct", "k": "AAAA"}), "must be a public key"),
    ("provisioner with a key off the curve", put("authority.provisioners.0.key.x", "AAAA"), "key: "),
    ("encrypted key no JWE", put("authority.provisioners.0.encryptedKey", "x"), "no client can open the encryptedKey"),
    ("encrypted key of the wrong type", put("authority.provisioners.0.encryptedKey", 7), "encryptedKey of type string"),
    ("provisioner options", put("authority.provisioners.0.options", {"x509": {"template": "{{ nosuch }}"}}), 'function "nosuch" not defined'),
    ("provisioner template file missing", put("authority.provisioners.0.options", {"x509": {"templateFile": "none.tpl"}}), "none.tpl"),
    ("provisioner options empty", put("authority.provisioners.0.options", {"x509": {}}), None),
    ("another type", put("authority.provisioners.0.type", "OIDC"), "a provisioner of type OIDC is not supported"),
    ("unknown type", put("authority.provisioners.0.type", "JWQ"), 'its type "JWQ" is unknown'),
    ("type of the wrong type", put("authority.provisioners.0.type", []), "type of type string"),
    ("password in the file", put("password", "password"), "has mode 0644: others may read the password in it"),
    ("common name", put("commonName", "x" * 200), None),
    ("template", put("authority.template", {"country": 7}), "country of type string"),
]


class Check(Case):
    def setUp(self):
        self.ca = self.home()
        self.ca.init(0)
        self.config = self.ca.steppath / "config/ca.json"
        self.good = json.loads(self.config.read_text())
        self.ca.password.chmod(0o600)

    def check(self, *words, password=True):
        """The exit code, and each line taken apart."""
        flags = ["--password-file", self.ca.password] if password else []
        done = self.ca.run(OURS_CA, "check", self.config, *flags, *words, check=False)
        self.assertEqual(done.stderr, "")
        *lines, last = done.stdout.splitlines()
        self.assertTrue(last.startswith(f"{self.config}: "), last)
        found = [LINE.match(line) for line in lines]
        self.assertTrue(all(found), done.stdout)
        errors = sum(match["severity"] == "error" for match in found)
        self.assertEqual(done.returncode, 1 if errors else 0, done.stdout)
        self.assertEqual("ok" in last.removeprefix(f"{self.config}: "), errors == 0)
        return done.returncode, found

    def starts(self):
        """Whether the server starts with the configuration as it is."""
        process = subprocess.Popen([OURS_CA, str(self.config), "--password-file", str(self.ca.password)], cwd=self.ca.path,
                                   env=self.ca.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            log = ""
            for line in process.stdout:
                log += line
                if "Serving HTTPS on" in line:
                    return True, log
            return False, log
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def agree(self, name):
        """check and the server say the same; gives the lines of check."""
        code, found = self.check()
        started, log = self.starts()
        lines = "\n".join(match[0] for match in found)
        self.assertEqual(code == 0, started, f"{name}\n{lines}\nserver: {log}")
        return lines

    def test_it_fails_exactly_when_the_server_does(self):
        for name, change, expected in CORPUS:
            with self.subTest(name):
                config = json.loads(json.dumps(self.good))
                change(config)
                self.config.write_text(json.dumps(config, indent=2))
                lines = self.agree(name)
                if expected is None:
                    self.assertEqual(lines, "", name)
                else:
                    self.assertIn(expected, lines, name)

    def test_files_that_are_no_configuration(self):
        for text in ("", "{", "[]", "null", "7", '{"address":}', '{"a":1} tail', "\ufeff{}", "{}" * 9):
            with self.subTest(text):
                self.config.write_text(text)
                self.assertIn(": error: ", self.agree(text))
        self.config.write_text(json.dumps(self.good) + " tail")
        self.assertIn("text after the end of the configuration is ignored", self.agree("tail"))

    def test_configurations_of_the_original(self):
        """Recorded ones with our keys, and one that it writes now."""
        recorded = [*ROOT.glob("tests/data/setup/ca/*.json"), *ROOT.glob("tests/data/setup/init/*/ca.json")]
        self.assertGreater(len(recorded), 10)
        for file in recorded:
            with self.subTest(str(file)):
                text = file.read_text().replace("$STEPPATH", str(self.ca.steppath)).replace("$PORT", "0")
                config = json.loads(text)
                for name in ("root", "crt", "key"):
                    config[name] = self.good[name]
                config["address"] = "127.0.0.1:0"
                self.config.write_text(json.dumps(config, indent=1))
                self.agree(str(file))

    def test_the_example_of_the_documents_has_nothing_wrong(self):
        entry = json.loads(re.search(r"```json\n(.*?)```", (ROOT / "docs/acme.md").read_text(), re.DOTALL)[1])
        template = self.ca.steppath / entry["options"]["x509"]["templateFile"]
        template.parent.mkdir(exist_ok=True)
        template.write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }}}')
        config = json.loads(json.dumps(self.good))
        config["authority"]["provisioners"].append(entry)
        self.config.write_text(json.dumps(config))
        self.assertEqual(self.agree("docs/acme.md"), "")

    def test_what_the_original_init_writes_has_nothing_wrong(self):
        home = self.home(original_step())
        home.init(0)
        home.password.chmod(0o600)
        done = home.run(OURS_CA, "check", "--password-file", home.password)
        self.assertEqual(done.stdout, f"{home.steppath}/config/ca.json: ok\n")

    def test_everything_is_said_at_once_with_its_line(self):
        self.config.write_text("""{
  "root": "/nonexistent/root.crt",
  "crt": "/nonexistent/int.crt",
  "key": "/nonexistent/key",
  "addres": ":0",
  "tls": {"minVersion": "1.2"},
  "authority": {
    "claims": {"maxTLSCertDuration": "1d",
               "minTLSCertDuration": 5},
    "provisioners": [
      {"type": "JWK", "name": "a"}, {"type": "JWK", "name": "a"}]
  }
}
""")
        _, found = self.check()
        said = [(int(m["line"]), m["severity"]) for m in found]
        self.assertEqual(said, [(1, "error"), (1, "warning"), (2, "error"), (3, "error"), (4, "error"), (5, "warning"),
                                (6, "error"), (8, "error"), (9, "error"), (11, "warning"), (11, "warning"), (11, "error")],
                         "\n".join(m[0] for m in found))

    def test_beside_the_running_server_it_disturbs_nothing(self):
        port = free_port()
        self.good["address"] = f"127.0.0.1:{port}"
        self.config.write_text(json.dumps(self.good))
        server = self.serve(self.ca)
        for _ in range(20):
            code, found = self.check()
        self.assertEqual(code, 0)
        said = "\n".join(match[0] for match in found)
        self.assertIn(f"is in use by another step-ca (process {server.process.pid}); reload that one", said)
        self.assertIn("address already in use; fine if it is the server", said)
        url = ["--ca-url", f"https://localhost:{port}", "--root", self.ca.steppath / "certs/root_ca.crt"]
        self.assertEqual(self.ca.s("ca", "health", *url).stdout, "ok\n")
        self.assertEqual(server.stop(), 0)
        # Nor does it leave a file behind.
        shutil.rmtree(self.ca.steppath / "db")
        self.check()
        self.assertFalse((self.ca.steppath / "db").exists())

    def test_a_damaged_or_foreign_database_is_an_error(self):
        database = self.ca.steppath / "db"
        self.assertTrue(self.starts()[0])
        (database / "step.mdb-lock").unlink()
        self.assertEqual(self.agree("whole"), "")
        self.assertFalse((database / "step.mdb-lock").exists() and not self.starts()[0])
        whole = (database / "step.mdb").read_bytes()
        for name, content in (("empty", b""), ("cut", whole[:5000]), ("zeroed", b"\0" * len(whole)), ("text", b"x" * 9000)):
            with self.subTest(name):
                (database / "step.mdb").write_bytes(content)
                self.assertIn("Error opening database of Type badgerv2: ", self.agree(name))
        (database / "step.mdb").unlink()
        (database / "MANIFEST").write_text("x")
        self.assertIn("holds data of the original step-ca (MANIFEST)", self.agree("badger"))

    def test_files_that_others_may_read_are_warnings(self):
        key = pathlib.Path(self.good["key"])
        key.chmod(0o644)
        self.ca.password.chmod(0o644)
        self.config.chmod(0o666)
        lines = self.agree("modes")
        self.assertIn(f"{key} has mode 0644: others may read or change the private key; chmod 0600 {key}", lines)
        self.assertIn("password.txt:1:1: warning: others may read or change the password", lines)
        self.assertIn("has mode 0666: others may change what this CA does", lines)

    def test_an_unreadable_key_or_password_is_an_error(self):
        wrong = self.ca.file("wrong.txt")
        wrong.write_text("wrong")
        done = self.ca.run(OURS_CA, "check", self.config, "--password-file", wrong, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"error: error decrypting {self.good['key']}: x509: decryption password incorrect", done.stdout)
        done = self.ca.run(OURS_CA, "check", self.config, "--password-file", "none", check=False)
        self.assertIn("none:1:1: error: open none failed: no such file or directory", done.stdout)
        code, found = self.check(password=False)
        self.assertEqual((code, len(found)), (0, 1))
        self.assertIn("was not opened: it is encrypted, and there is no password", found[0][0])


class Chain(Case):
    """Chains made by another implementation."""

    def setUp(self):
        from tests.support import chains
        self.chains, self.make = chains, chains.make
        self.ca = self.home()
        self.ca.password.chmod(0o600)

    def lines(self, root, *chain, names=("localhost",)):
        """What check says of a CA with this chain; the server agrees."""
        write, file = self.chains.write_pem, self.ca.file
        self.config = self.ca.file("ca.json")
        self.config.write_text(json.dumps({
            "root": write(file("root.pem"), root), "crt": write(file("crt.pem"), *chain),
            "key": self.chains.write_key(file("key.pem"), chain[0][1]),
            "address": "127.0.0.1:0", "dnsNames": list(names), "db": {"type": "badgerv2", "dataSource": str(self.ca.file("db"))},
            "authority": {"provisioners": [{"type": "JWK", "name": "a", "key": {
                "kty": "EC", "crv": "P-256", "x": "NZlY_tzCBNzg90qTyj3eyXyxsP2JUcqzQnOrO_buFik",
                "y": "ySwHcVcZWvdZ8eXHOkqWu3_OEzEYylsPaFsH6LP7lOA"}}]}}))
        return Check.agree(self, "chain")

    check, starts = Check.check, Check.starts

    def test_a_good_chain_has_nothing_wrong(self):
        root = self.make("Root", pathlen=2)
        upper = self.make("Upper", root, pathlen=1)
        lower = self.make("Lower", upper, pathlen=0)
        self.assertEqual(self.lines(root, lower, upper), "")
        self.assertEqual(self.lines(root, root), "")

    def test_dates(self):
        root = self.make("Root")
        self.assertRegex(self.lines(root, self.make("Old", root, days=(-9, -1))),
                         r'warning: the certificate of crt \("CN=Old"\) expired on 2\S+Z; have a new one issued')
        self.assertIn("is not valid before", self.lines(root, self.make("New", root, days=(1, 9))))
        self.assertIn("before the longest certificates", self.lines(root, self.make("Short", root, days=(-1, 0.5))))
        old = self.make("Root", days=(-9, -1))
        self.assertIn('the certificate of root ("CN=Root") expired on', self.lines(old, self.make("Int", old)))

    def test_links(self):
        root, other = self.make("Root"), self.make("Root")
        upper = self.make("Upper", root)
        lower = self.make("Lower", upper)
        self.assertIn('no certificate of root issued certificate 2 of crt ("CN=Upper")', self.lines(other, lower, upper))
        self.assertIn('no certificate of root issued the certificate of crt ("CN=Lower")', self.lines(root, lower))
        stranger = self.make("Upper", root)
        self.assertIn('certificate 1 of crt ("CN=Lower") was not issued by the one behind it', self.lines(root, lower, stranger))

    def test_what_may_not_sign(self):
        root = self.make("Root")
        self.assertIn("is not a certificate authority", self.lines(root, self.make("Int", root, ca=False)))
        self.assertIn("may not sign certificates", self.lines(root, self.make("Int", root, usage=False)))
        self.assertEqual(self.lines(root, self.make("Int", root, usage=None)), "")
        tight = self.make("Root", pathlen=0)
        self.assertEqual(self.lines(tight, tight), "")
        self.assertIn("the root certificate above crt allows 0 intermediate certificates below it, and there are 1",
                      self.lines(tight, self.make("Int", tight)))
        upper = self.make("Upper", root, pathlen=0)
        self.assertIn("allows 0 intermediate certificates below it, and there are 1",
                      self.lines(root, self.make("Lower", upper), upper))
        x509 = self.chains.x509
        server_only = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
        self.assertIn("does not allow both serverAuth and clientAuth", self.lines(root, self.make("Int", root, more=[server_only])))

    def test_each_name_that_constraints_forbid(self):
        x509 = self.chains.x509
        constraints = x509.NameConstraints(permitted_subtrees=[x509.DNSName("good.test")],
                                           excluded_subtrees=[x509.DNSName("bad.good.test")])
        root = self.make("Root")
        crt = self.make("Int", root, more=[constraints])
        self.assertEqual(self.lines(root, crt, names=["a.good.test", "good.test"]), "")
        lines = self.lines(root, crt, names=["a.good.test", "evil.test", "x.bad.good.test", "worse.test"])
        self.assertEqual(len(lines.splitlines()), 3, lines)
        self.assertIn('DNS name "evil.test" is not permitted by any constraint; remove this name', lines)
        self.assertIn('DNS name "x.bad.good.test" is excluded by constraint "bad.good.test"', lines)


if __name__ == "__main__":
    unittest.main()
