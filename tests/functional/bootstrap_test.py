"""step ca bootstrap with contexts, --team and --install, and step certificate install and uninstall.

The team's server is ours, on loopback; the trust store is a fake one: sudo is a program of the test's own.
"""
import contextlib
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import Case, Server, free_port  # noqa: E402

STORES = ["/etc/pki/ca-trust/source/anchors", "/usr/local/share/ca-certificates", "/usr/share/pki/trust/anchors",
          "/etc/ca-certificates/trust-source/anchors", "/etc/ssl/certs"]


@contextlib.contextmanager
def team_server(answers, certificate=None):
    """Serves {path: (status, headers, body)} and yields its address and the paths that were asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = answers.get(self.path, (404, {}, "{}"))
            body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://localhost:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Bootstrap(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from tests.support.harness import Home
        cls.authority = Home()
        cls.port = free_port()
        cls.authority.init(cls.port)
        cls.ca = Server(cls.authority)
        cls.url = f"https://localhost:{cls.port}"
        cls.root = cls.authority.steppath / "certs/root_ca.crt"
        cls.fingerprint = cls.authority.s("certificate", "fingerprint", cls.root).stdout.strip()
        cls.authority.s("ca", "certificate", "localhost", "team.crt", "team.key", "--provisioner", "admin",
                        "--password-file", cls.authority.password)

    @classmethod
    def tearDownClass(cls):
        cls.ca.stop()
        cls.authority.close()

    def setUp(self):
        self.user = self.home()
        self.user.env["SSL_CERT_FILE"] = str(self.root)

    def defaults(self, *folder):
        return json.loads(self.user.steppath.joinpath(*folder, "config/defaults.json").read_text())

    def bootstrap(self, *extra, **options):
        return self.user.s("ca", "bootstrap", *extra, **options)

    def by_url(self, *extra, **options):
        return self.bootstrap("--ca-url", self.url, "--fingerprint", self.fingerprint, *extra, **options)

    def fails(self, *words):
        done = self.bootstrap(*words, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr.strip()

    def certificate(self):
        return self.authority.file("team.crt"), self.authority.file("team.key")

    def test_a_context_is_made_called_by_the_host_and_used(self):
        done = self.by_url("--context", "mine", "--profile", "me")
        top = self.user.steppath
        self.assertEqual(done.stderr, f"The root certificate has been saved in {top}/authorities/mine/certs/root_ca.crt.\n"
                         f"The authority configuration has been saved in {top}/authorities/mine/config/defaults.json.\n"
                         f"The profile configuration has been saved in {top}/profiles/me/config/defaults.json.\n")
        self.assertEqual(self.user.s("ca", "health").stdout, "ok\n")
        self.assertEqual((top / "profiles/me/config/defaults.json").read_text(), "{}")
        self.assertEqual((top / "profiles/me/config/defaults.json").stat().st_mode & 0o777, 0o600)
        self.by_url()  # Contexts are in use now.
        self.by_url("--authority", "third")
        self.assertEqual(json.loads((top / "contexts.json").read_text()),
                         {"localhost": {"profile": "localhost", "authority": "localhost"},
                          "mine": {"profile": "me", "authority": "mine"},
                          "third": {"profile": "third", "authority": "third"}})
        self.assertEqual(self.user.s("context", "current").stdout, "third\n")
        self.assertFalse((top / "config").exists())

    def test_a_failed_bootstrap_makes_no_context(self):
        done = self.bootstrap("--ca-url", self.url, "--fingerprint", "00" * 32, "--context", "c", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.user.steppath.exists())

    def test_a_team_server_names_the_authority(self):
        answer = {"url": self.url, "fingerprint": "-".join([self.fingerprint[:32].upper(), self.fingerprint[32:]]),
                  "redirect-url": "https://r.test", "provisioner": "admin", "min-password-length": 12}
        with team_server({"/teams/us": (200, {}, answer)}, self.certificate()) as (server, asked):
            self.bootstrap("--team", "us", "--team-url", server + "/teams/<>")
            self.assertEqual(asked, ["/teams/us"])
        self.assertEqual(self.defaults(), {
            "ca-url": self.url, "fingerprint": self.fingerprint, "root": f"{self.user.steppath}/certs/root_ca.crt",
            "redirect-url": "https://r.test", "provisioner": "admin", "min-password-length": 12})
        self.assertEqual(self.user.s("ca", "health").stdout, "ok\n")

    def test_a_context_of_a_team_is_called_by_both_names(self):
        answer = {"url": self.url, "fingerprint": self.fingerprint}
        with team_server({"/a%2Fb": (200, {}, answer)}) as (server, _):
            self.bootstrap("--team", "a/b", "--team-url", server + "/<>", "--profile", "p", "--authority", "a",
                           "--team-authority", "certs")
        self.assertEqual(self.user.s("context", "current").stdout, "certs.a/b\n")
        self.assertEqual(self.defaults("authorities", "a")["redirect-url"],
                         "https://smallstep.com/app/teams/sso/success")

    def test_a_flag_beats_the_redirect_of_the_team(self):
        answer = {"url": self.url, "fingerprint": self.fingerprint, "redirect-url": "https://r.test"}
        with team_server({"/t": (200, {}, answer)}) as (server, _):
            self.bootstrap("--team", "x", "--team-url", server + "/t", "--redirect-url", "https://mine.test")
        self.assertEqual(self.defaults()["redirect-url"], "https://mine.test")

    def test_redirections_are_followed_a_few_times_and_not_out_of_https(self):
        answer = {"url": self.url, "fingerprint": self.fingerprint}
        answers = {"/t": (301, {"Location": "/u"}, ""), "/u": (200, {}, answer), "/loop": (302, {"Location": "/loop"}, ""),
                   "/out": (302, {"Location": "http://localhost/"}, "")}
        with team_server(answers, self.certificate()) as (server, asked):
            self.bootstrap("--team", "x", "--team-url", server + "/t")
            self.assertIn("too many redirections", self.fails("--team", "x", "--team-url", server + "/loop"))
            self.assertEqual(asked.count("/loop"), 6)
            self.assertIn('the server redirects to "http://localhost/"',
                          self.fails("--team", "x", "--team-url", server + "/out"))

    def test_what_is_wrong_with_a_team_is_told(self):
        answers = {"/bad": (400, {}, {"message": "no such thing"}), "/odd": (500, {}, "oops"), "/json": (200, {}, "x"),
                   "/none": (200, {}, {"url": "https://x.test"}), "/http": (200, {}, {"url": "http://x", "fingerprint": "00"}),
                   "/type": (200, {}, {"url": 1}), "/big": (200, {}, "x" * 1_100_000)}
        with team_server(answers, self.certificate()) as (server, _):
            for path, told in [("/x", "authority not found"), ("/bad", "no such thing"), ("/odd", "the server answers 500"),
                               ("/json", "invalid character 'x'"), ("/none", "the answer has no SHA-256 fingerprint"),
                               ("/http", "no https address of a CA"), ("/type", ""), ("/big", "")]:
                with self.subTest(path):
                    text = self.fails("--team", "x", "--team-url", server + path)
                    self.assertTrue(text.startswith("error getting authority data: "), text)
                    self.assertIn(told, text)
            self.user.env["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"
            self.assertIn("certificate signed by unknown authority", self.fails("--team", "x", "--team-url", server + "/x"))
        self.assertIn("must have https or http scheme", self.fails("--team", "x", "--team-url", "ftp://x/"))
        self.assertFalse(self.user.steppath.exists())

    def test_a_team_excludes_what_its_server_answers(self):
        self.assertEqual(self.fails("--team", "t", "--ca-url", "x"), "flag '--team' is incompatible with '--ca-url'")
        self.assertEqual(self.fails("--team", "t", "--fingerprint", "x"), "flag '--team' is incompatible with '--fingerprint'")
        self.assertEqual(self.fails("--team-url", "x"), "flag '--team-url' requires the '--team' flag")

    def fake_store(self):
        """A $PATH with a sudo that writes down what it should run, and the tools that step looks for."""
        if not any(map(os.path.isdir, STORES)):
            raise unittest.SkipTest("this machine keeps no trust store where Linux does")
        tools = self.user.file("tools")
        tools.mkdir()
        log = self.user.file("log")
        (tools / "sudo").write_text(f'#!/bin/sh\necho "$*" >>{log}\n[ "$2" != tee ] || /bin/cat >>{log}\n')
        for name in ("update-ca-certificates", "update-ca-trust", "trust"):
            (tools / name).write_text("#!/bin/sh\nexit 9\n")  # Only sudo is to run.
        for name in tools.iterdir():
            name.chmod(0o755)
        self.user.env["PATH"] = str(tools)
        return log

    def test_install_goes_to_the_store_of_the_system(self):
        log = self.fake_store()
        done = self.by_url("--install")
        self.assertTrue(done.stderr.endswith("Installing the root certificate in the system truststore... done.\n"), done.stderr)
        text = log.read_text()
        self.assertRegex(text, r"^-- tee /.*/Test_CA_Root_CA_\d+\.(crt|pem)\n")
        self.assertIn(self.root.read_text(), text)
        where = text.split("\n")[0].split(" ")[2]
        log.unlink()
        done = self.user.s("certificate", "uninstall", self.root)
        self.assertTrue(done.stdout.startswith(f"Certificate {self.root} has been removed.\nX.509v3 "), done.stdout)
        self.assertTrue(log.read_text().startswith(f"-- rm -f {where}\n"))
        log.unlink()
        done = self.user.s("certificate", "install", self.root, "--prefix", "my ca ")
        self.assertTrue(done.stdout.startswith(f"Certificate {self.root} has been installed.\nX.509v3 "), done.stdout)
        self.assertRegex(log.read_text(), r"^-- tee /.*/my_ca_\d+\.")

    def test_a_store_that_cannot_be_changed_is_told(self):
        self.fake_store()
        (self.user.file("tools") / "sudo").write_text("#!/bin/sh\necho no way\nexit 4\n")
        done = self.user.s("certificate", "install", self.root, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r'^failed to execute "sudo -- tee [^"]+" failed with: exit status 4\nno way\n$')

    def test_only_a_root_is_installed(self):
        self.fake_store()
        leaf = self.authority.steppath / "certs/intermediate_ca.crt"
        done = self.user.s("certificate", "install", leaf, check=False)
        self.assertEqual(done.stderr, f"certificate {leaf} is not a root CA\n")
        done = self.user.s("certificate", "install", "--no-system", self.root, check=False)
        self.assertIn("leaves no trust store", done.stderr)
        done = self.user.s("certificate", "install", "--java", "--no-system", self.root, check=False)
        self.assertEqual(done.stderr, f"failed to install {self.root}: JAVA_HOME is not set\n")


if __name__ == "__main__":
    unittest.main()
