"""`step fileserver`: what curl and Python get from it over HTTP and HTTPS, and what nobody gets."""
import http.client
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import PATIENCE, OURS_STEP, tool  # noqa: E402


class Server:
    def __init__(self, folder, *flags, cwd=None):
        self.process = subprocess.Popen([OURS_STEP, "fileserver", "--address", "127.0.0.1:0", *flags, str(folder)],
                                        cwd=cwd, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.log = []
        while True:
            line = self.process.stderr.readline()
            assert line, self.log
            self.log.append(line)
            if " serving HTTP" in line:
                break
        self.port = int(line.strip().rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.code = self.process.wait(timeout=PATIENCE)
        self.log += self.process.stderr.readlines()
        self.process.stderr.close()


class FileServer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.www = self.top / "www"
        (self.www / "sub").mkdir(parents=True)
        (self.www / "a.txt").write_text("hello\n")
        (self.www / "sub/page.html").write_text("<p>page")
        (self.top / "secret").write_text("secret")
        self.big = os.urandom(5_000_000)
        (self.www / "big.bin").write_bytes(self.big)

    def get(self, server, path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def step(self, *words):
        done = subprocess.run([OURS_STEP, *words], cwd=self.top, capture_output=True, text=True, check=False, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": str(self.top)})
        return done.returncode, done.stderr

    def test_files_lists_and_redirections(self):
        with Server(self.www) as server:
            self.assertEqual(self.get(server, "/a.txt")[2], b"hello\n")
            status, headers, body = self.get(server, "/")
            self.assertEqual(status, 200)
            self.assertIn(b'<a href="a.txt">a.txt</a>\n<a href="big.bin">big.bin</a>\n<a href="sub/">sub/</a>\n', body)
            self.assertEqual(self.get(server, "/sub?x=1")[1]["Location"], "sub/?x=1")
            self.assertEqual(self.get(server, "/sub/page.html")[1]["Content-Type"], "text/html; charset=utf-8")
            self.assertEqual(self.get(server, "/nothing")[0], 404)
            self.assertEqual(self.get(server, "/a.txt", "POST")[0], 405)
            status, headers, body = self.get(server, "/big.bin", "HEAD")
            self.assertEqual((status, headers["Content-Length"], body), (200, "5000000", b""))
        self.assertEqual(server.code, 0)
        self.assertTrue(server.log[-1].endswith(" shutting down\n"))

    def test_large_files_and_ranges_with_curl(self):
        curl = tool("curl")
        with Server(self.www) as server:
            url = f"http://127.0.0.1:{server.port}/big.bin"

            def fetch(*flags):
                return subprocess.run([curl, "-sSf", *flags, url], capture_output=True, check=True).stdout

            self.assertEqual(fetch(), self.big)
            self.assertEqual(fetch("-r", "100-199"), self.big[100:200])
            self.assertEqual(fetch("-r", "-7"), self.big[-7:])
            (self.top / "part").write_bytes(self.big[:1234567])
            subprocess.run([curl, "-sSf", "-C", "-", "-o", self.top / "part", url], check=True)
            self.assertEqual((self.top / "part").read_bytes(), self.big)
            several = fetch("-r", "0-9,50-59")
            self.assertIn(self.big[0:10], several)
            self.assertIn(self.big[50:60], several)
            self.assertEqual(self.get(server, "/big.bin", Range="bytes=5000000-")[0], 416)

    def test_memory_does_not_grow_with_the_file(self):
        with open(self.www / "huge", "wb") as file:
            file.truncate(400 << 20)
        with Server(self.www) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
            connection.request("GET", "/huge")
            answer, size = connection.getresponse(), 0
            while piece := answer.read(1 << 20):
                size += len(piece)
            self.assertEqual(size, 400 << 20)
            peak = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
            self.assertLess(int(peak), 100_000, "kB")

    def test_a_file_that_shrinks_while_it_is_read_ends_the_connection(self):
        path = self.www / "shrinks"
        path.write_bytes(b"x" * (64 << 20))
        with Server(self.www) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
            connection.request("GET", "/shrinks")
            answer = connection.getresponse()
            path.write_bytes(b"")
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
            self.assertEqual(self.get(server, "/a.txt")[2], b"hello\n")

    def test_no_way_out(self):
        with Server(self.www) as server:
            for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "/sub/../../secret", "//../secret", "/./../secret",
                         "/..%5csecret", "/%00", "/a.txt%00/../../secret", "/" + "../" * 40 + "etc/passwd"):
                with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
                    plain.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                    answer = b""
                    while piece := plain.recv(65536):
                        answer += piece
                self.assertNotIn(b"secret\n", answer.replace(b"\r\n\r\nsecret", b"secret\n"), path)
                self.assertNotIn(b"root:", answer, path)
                self.assertIn(answer.split()[1], (b"404", b"400", b"301"), path)

    def make_chain(self):
        flags = ["--no-password", "--insecure", "--not-after", "24h"]
        for words in (["ca", "ca.crt", "ca.key", "--profile", "root-ca"],
                      ["localhost", "s.crt", "s.key", "--ca", "ca.crt", "--ca-key", "ca.key", "--san", "127.0.0.1"],
                      ["client", "c.crt", "c.key", "--ca", "ca.crt", "--ca-key", "ca.key"],
                      ["other", "o.crt", "o.key", "--profile", "self-signed", "--subtle"]):
            self.assertEqual(self.step("certificate", "create", *words, *flags)[0], 0, words)

    def test_https_with_and_without_client_certificates(self):
        self.make_chain()
        curl = tool("curl")

        def fetch(server, *flags):
            return subprocess.run([curl, "-sSf", "--cacert", "ca.crt", *flags, f"https://127.0.0.1:{server.port}/a.txt"],
                                  cwd=self.top, capture_output=True, text=True, check=False)

        with Server(self.www, "--cert", "s.crt", "--key", "s.key", cwd=self.top) as server:
            self.assertIn(" serving HTTPS at 127.0.0.1:", server.log[-1])
            self.assertEqual(fetch(server).stdout, "hello\n")
            first = ssl.get_server_certificate(("127.0.0.1", server.port))
            self.step("certificate", "create", "localhost", "s.crt", "s.key", "--ca", "ca.crt", "--ca-key", "ca.key", "--san",
                      "127.0.0.1", "--no-password", "--insecure", "--force")
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + PATIENCE
            while ssl.get_server_certificate(("127.0.0.1", server.port)) == first:
                self.assertLess(time.monotonic(), end, "SIGHUP did not bring the new certificate")
            (self.top / "s.key").write_text("rubbish")
            server.process.send_signal(signal.SIGHUP)
            self.assertEqual(fetch(server).stdout, "hello\n")
        self.assertTrue(any("error reloading server: " in line for line in server.log))
        self.make_chain_again()
        with Server(self.www, "--cert", "s.crt", "--key", "s.key", "--roots", "ca.crt", cwd=self.top) as server:
            self.assertNotEqual(fetch(server).returncode, 0)
            self.assertEqual(fetch(server, "--cert", "c.crt", "--key", "c.key").stdout, "hello\n")
            self.assertNotEqual(fetch(server, "--cert", "o.crt", "--key", "o.key").returncode, 0)

    def make_chain_again(self):
        for name in ("s.crt", "s.key"):
            (self.top / name).unlink()
        self.step("certificate", "create", "localhost", "s.crt", "s.key", "--ca", "ca.crt", "--ca-key", "ca.key", "--san",
                  "127.0.0.1", "--no-password", "--insecure")

    def test_pid_file(self):
        with Server(self.www, "--pidfile", str(self.top / "pid")) as server:
            self.assertEqual((self.top / "pid").read_text(), f"{server.process.pid}\n")
            self.assertEqual((self.top / "pid").stat().st_mode & 0o777, 0o644)
        self.assertFalse((self.top / "pid").exists())

    def test_misuse(self):
        for words, error in (([], "not enough positional arguments were provided in 'step fileserver <dir>'"),
                             (["a", "b"], "too many positional arguments"),
                             (["missing"], "stat missing failed: no such file or directory"),
                             (["secret"], "positional argument <dir> must be a directory"),
                             (["www", "--cert", "x"], "flag '--cert' requires the '--key' flag"),
                             (["www", "--key", "x"], "flag '--key' requires the '--cert' flag"),
                             (["www", "--roots", "x"], "flag '--roots' requires the '--cert' flag"),
                             (["www", "--address", ""], "'step fileserver' requires the '--address' flag"),
                             (["www", "--address", "nonsense"], "error listening at nonsense: ")):
            code, err = self.step("fileserver", *words)
            self.assertEqual((code, err.count("\n")), (1, 1), err)
            self.assertIn(error, err)


if __name__ == "__main__":
    unittest.main()
