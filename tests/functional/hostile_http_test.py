"""Hostile HTTP and TLS against a real step-ca: what attacks is refused or dropped in time, memory and
descriptors stay bounded, and honest clients are served meanwhile."""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, Home, Server, free_port, tool  # noqa: E402

DEADLINE = 15.0        # Of the server: for a handshake, a head, a body, between requests.
SERVED_WITHIN = 10.0   # Seconds an honest client may wait at most while others attack: it does not wait for their deadline.
CLOSED_WITHIN = DEADLINE + 45  # Seconds until whatever passed its deadline is gone, on a loaded machine too.
GROWTH = 128 << 10   # KiB of memory an attack of 2,000 connections may cost.


def request(target="/health", method="GET", more="", version="HTTP/1.1", body=""):
    return f"{method} {target} {version}\r\nHost: localhost\r\n{more}\r\n{body}".encode("latin-1")


def post(more, body=b"", target="/sign"):
    return request(target, "POST", more) + body


LOOKS_INSIDE = unittest.skipIf(os.geteuid() != 0, "step-ca lets only root count its memory and descriptors")


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 8192:
            raise unittest.SkipTest(f"a process may open {hard} files here, 8,192 are needed")
        cls.home = Home()
        cls.addClassCleanup(cls.home.close)
        cls.port = free_port()
        cls.home.init(cls.port)
        # The usual limit of a login or a service; the server has to raise it for itself.
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
        cls.server = Server(cls.home)
        cls.addClassCleanup(cls.server.stop)
        resource.setrlimit(resource.RLIMIT_NOFILE, (8192, hard))
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        cls.root = cls.home.steppath / "certs/root_ca.crt"
        cls.trusting = ssl.create_default_context(cafile=str(cls.root))
        cls.blind = ssl.create_default_context()
        cls.blind.check_hostname, cls.blind.verify_mode = False, ssl.CERT_NONE

    def setUp(self):
        began = time.monotonic()
        self.addCleanup(lambda: print(f"[{time.monotonic() - began:.1f} s]", end=" ", flush=True))

    # What a client does.

    def plain(self, timeout=PATIENCE):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def tls(self, context=None, timeout=PATIENCE):
        return (context or self.blind).wrap_socket(self.plain(timeout), server_hostname="localhost")

    def exchange(self, data, context=None, timeout=PATIENCE, wire=None):
        """All that comes back until the server closes; '(reset)' or '(no end)' added if it does not."""
        heard = b""
        with wire or self.tls(context, timeout) as wire:
            try:
                wire.sendall(data)
            except OSError:
                pass  # It may refuse before all has gone.
            try:
                while more := wire.recv(65536):
                    heard += more
            except TimeoutError:
                heard += b"(no end)"
            except OSError:
                heard += b"(reset)"
        return heard.decode("latin-1")

    def honest(self, rounds=10):
        """The longest time of a health check on a connection of its own."""
        worst = 0.0
        for _ in range(rounds):
            began = time.monotonic()
            self.assertIn(" 200 OK", self.exchange(request(more="Connection: close\r\n"), self.trusting))
            worst = max(worst, time.monotonic() - began)
        return worst

    def memory(self, peak=False):
        """KiB that are in memory now. That begins a new peak."""
        process = pathlib.Path(f"/proc/{self.server.process.pid}")
        if not peak:
            (process / "clear_refs").write_text("5")
        return int(re.search(rf"^{'VmHWM' if peak else 'VmRSS'}:\s+(\d+)", (process / "status").read_text(), re.M)[1])

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.server.process.pid}/fd").iterdir()))

    def until_descriptors(self, count, seconds):
        end = time.monotonic() + seconds
        while self.descriptors() > count and time.monotonic() < end:
            time.sleep(0.1)
        self.assertLessEqual(self.descriptors(), count)

    @contextlib.contextmanager
    def survives(self, seconds=SERVED_WITHIN):
        """The server lives, serves and has closed everything after what is done inside."""
        self.honest(1)
        before = self.descriptors()
        yield
        self.assertIsNone(self.server.process.poll(), "".join(self.server.log[-20:]))
        self.assertLess(self.honest(2), SERVED_WITHIN)
        self.until_descriptors(before + 1, seconds)

    # Many and slow.

    @LOOKS_INSIDE
    def test_two_thousand_half_open_connections_leave_room_for_honest_clients(self):
        hello = self.hello()
        claims = b"\x16\x03\x01\x00\x09\x01\x01\xff\x00\x03\x03aaa"  # A hello of 130 KB, it says.
        parts = {
            "silent": (400, None, b""),
            "TLS half sent": (300, None, hello[:100]),
            "a hello of 130 KB promised": (500, None, claims),
            "TLS finished, silent": (400, self.blind, b""),
            "head half sent": (200, self.blind, b"GET /health HTTP/1.1\r\nHost: loc"),
            "body half sent": (200, self.blind, post("Content-Length: 1000000\r\n", b"x" * 60_000)),
        }
        before, memory = self.descriptors(), self.memory()
        quiet = self.honest()
        wires, opened_at = [], []
        self.addCleanup(lambda: [wire.close() for wire in wires])
        began = time.monotonic()
        stop = threading.Event()
        slow = threading.Thread(target=self.drip, args=(wires, stop), daemon=True)
        for count, context, data in parts.values():
            for _ in range(count):
                wire = self.tls(context) if context else self.plain()
                wires.append(wire)
                opened_at.append(time.monotonic())
                wire.sendall(data)
        slow.start()
        opened = time.monotonic() - began
        # A machine that takes longer than the deadline to open them has lost the first by now.
        young = sum(time.monotonic() - at < DEADLINE / 2 for at in opened_at)
        self.assertGreaterEqual(self.descriptors(), before + young * 0.65)
        worst = self.honest(20)
        certificate = time.monotonic()
        self.home.s("ca", "certificate", "leaf.test", "leaf.crt", "leaf.key", "--provisioner-password-file",
                    self.home.password)
        certificate = time.monotonic() - certificate
        growth = self.memory(peak=True) - memory
        print(f"\n2,000 half-open connections in {opened:.1f} s: honest requests wait {worst * 1000:.0f} ms at most "
              f"({quiet * 1000:.0f} ms without), a certificate takes {certificate:.2f} s, memory {memory} + {growth} KiB")
        self.assertLess(worst, SERVED_WITHIN)
        self.assertLess(growth, GROWTH)
        self.until_descriptors(before + 1, CLOSED_WITHIN)
        stop.set()
        slow.join()

    def hello(self):
        """The first flight of a TLS client."""
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            self.blind.wrap_bio(into, out, server_hostname="localhost").do_handshake()
        return out.read()

    def drip(self, wires, stop):
        """Fifty clients that send a byte of their head, their body or their handshake now and then."""
        wire = []
        drops = int(2 * (CLOSED_WITHIN + PATIENCE))  # At two a second they outlast the wait for their end.
        for make, data in ([(self.tls, b"GET /" + b"a" * drops)] * 20
                           + [(self.tls, post("Content-Length: 1000\r\n", b"x" * drops))] * 20
                           + [(self.plain, self.hello())] * 10):
            wires.append(make())
            wire.append((wires[-1], data))
        for one, data in wire:
            with contextlib.suppress(OSError):
                one.sendall(data[:-drops])
        for at in range(drops, 0, -1):
            for one, data in wire:
                with contextlib.suppress(OSError):
                    one.sendall(data[len(data) - at:len(data) - at + 1])
            if stop.wait(0.5):
                break

    # Large.

    @LOOKS_INSIDE
    def test_header_bombs_are_refused_at_16_kib(self):
        bombs = {
            "one line of 4 MB": b"GET /" + b"a" * (4 << 20),
            "a header of 4 MB": request(more="X: " + "a" * (4 << 20) + "\r\n"),
            "100,000 headers": request(more="".join(f"X{i}: a\r\n" for i in range(100_000))),
            "100,000 headers of one name": request(more="X: a\r\n" * 100_000),
            "100,000 empty lines before": b"\r\n" * 100_000 + request(),
            "a method of 1 MB": b"G" * (1 << 20) + b" /health HTTP/1.1\r\n\r\n",
        }
        memory = self.memory()
        with self.survives():
            for name, bomb in bombs.items():
                with self.subTest(name):
                    self.assertRegex(self.exchange(bomb), r"^(HTTP/1.1 4(31|00) [^\0]*)?(\(reset\))?$")
            many = [threading.Thread(target=self.exchange, args=(bombs["100,000 headers"],)) for _ in range(30)]
            for thread in many:
                thread.start()
            self.assertLess(self.honest(), SERVED_WITHIN)
            for thread in many:
                thread.join()
        # What fits is served, though it is odd.
        self.assertIn(" 200 OK", self.exchange(request(more="X: a\r\n" * 2000 + "Connection: close\r\n")))
        self.assertLess(self.memory(peak=True) - memory, GROWTH)

    def test_body_bombs_are_refused_at_the_limit_of_the_route(self):
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        chunked = "Transfer-Encoding: chunked\r\n"
        with self.survives():
            self.assertIn("413", self.exchange(post("Content-Length: 9999999999999\r\n"))[:14])
            self.assertIn("413", self.exchange(post("Content-Length: 1048577\r\n"))[:14])
            self.assertIn("413", self.exchange(post(chunked, chunk * 64))[:14])
            self.assertIn("413", self.exchange(request(more="Content-Length: 5000\r\n") + b"x" * 5000)[:14])
            for name, body in {
                    "size without end": b"1" * 100_000,
                    "extension without end": b"1;" + b"e" * 100_000,
                    "zeros before the size": b"0" * 100_000 + b"1\r\nx\r\n0\r\n\r\n",
                    "trailer without end": b"0\r\nT: " + b"t" * 100_000,
                    "100,000 trailers": b"0\r\n" + b"T: t\r\n" * 100_000 + b"\r\n",
            }.items():
                with self.subTest(name):
                    self.assertRegex(self.exchange(post(chunked, body)), r"^HTTP/1.1 400 |^\(reset\)$")

    def test_a_small_body_in_large_wrapping_is_refused(self):
        """CVE-2023-39326: chunks of one byte, each with 8 KB of extension."""
        chunk = b"1;" + b"e" * 8000 + b"\r\nx\r\n"
        sent = 0
        with self.survives(), self.tls() as wire:
            wire.sendall(post("Transfer-Encoding: chunked\r\n"))
            with contextlib.suppress(OSError):
                for _ in range(1000):
                    wire.sendall(chunk)
                    sent += len(chunk)
            with contextlib.suppress(OSError):
                self.assertIn("400", wire.recv(4096).decode()[:14])
        self.assertLess(sent, 6_000_000)

    @LOOKS_INSIDE
    def test_large_bodies_of_many_clients_at_once_do_not_fill_the_memory(self):
        memory = self.memory()
        wires = []
        with self.survives(CLOSED_WITHIN):
            for _ in range(250):
                wire = self.tls()
                wires.append(wire)
                wire.settimeout(1)
                with contextlib.suppress(OSError):
                    wire.sendall(post("Content-Length: 1048576\r\n", b" " * 1_000_000))
            self.assertLess(self.honest(), SERVED_WITHIN)
            print(f"\n250 bodies of 1 MB begun: memory {memory} KiB before, {self.memory(peak=True)} at most")
            for wire in wires:
                wire.close()
        self.assertLess(self.memory(peak=True) - memory, GROWTH)

    # Two readers.

    def test_forms_that_two_readers_split_differently_are_refused(self):
        chunked, none = "Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"
        smuggled = request("/roots")
        forms = {
            "CL.TE": post(f"Content-Length: 6\r\n{chunked}", none + b"G"),
            "TE.CL": post(f"{chunked}Content-Length: 4\r\n", b"5c\r\n" + none),
            "TE.TE": post(f"{chunked}Transfer-Encoding: identity\r\n", none),
            "TE.TE in one line": post("Transfer-Encoding: chunked, chunked\r\n", none),
            "TE: identity": post("Transfer-Encoding: identity\r\n", none),
            "TE: xchunked": post("Transfer-Encoding: xchunked\r\n", none),
            "TE with a tab": post("Transfer-Encoding:\x0bchunked\r\n", none),
            "TE quoted": post('Transfer-Encoding: "chunked"\r\n', none),
            "TE folded": post("Transfer-Encoding:\r\n chunked\r\n", none),
            "TE with a space before the colon": post("Transfer-Encoding : chunked\r\n", none),
            "TE after a bare LF": post("X: a\nTransfer-Encoding: chunked\r\n", none),
            "TE after a bare CR": post("X: a\rTransfer-Encoding: chunked\r\n", none),
            "TE of HTTP/1.0": request("/sign", "POST", chunked, "HTTP/1.0") + none,
            "two CLs": post("Content-Length: 1\r\nContent-Length: 2\r\n", b"ab"),
            "the same CL twice": post("Content-Length: 1\r\nContent-Length: 1\r\n", b"a"),
            "a list of CLs": post("Content-Length: 1, 1\r\n", b"a"),
            "CL with a sign": post("Content-Length: +1\r\n", b"a"),
            "CL in hexadecimal": post("Content-Length: 0x1\r\n", b"a"),
            "CL below zero": post("Content-Length: -1\r\n"),
            "CL empty": post("Content-Length:\r\n"),
            "CL beyond 64 bits": post("Content-Length: 18446744073709551617\r\n", b"a"),
            "a folded header": post("X: a\r\n b\r\nContent-Length: 0\r\n"),
            "a first header that is folded": b"POST /sign HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n",
            "lines that end in bare LF": b"GET /health HTTP/1.1\nHost: x\n\n",
            "a bare LF at the end of the head": b"GET /health HTTP/1.1\r\nHost: x\r\n\n",
            "a header without a colon": post("Content-Length\r\n"),
            "a header without a name": post(": 1\r\n"),
            "a header with NUL": post("X: a\0b\r\n"),
            "two hosts": request(more="Host: other\r\n"),
            "no host": b"GET /health HTTP/1.1\r\n\r\n",
            "a chunk size with 0x": post(chunked, b"0x1\r\na\r\n" + none),
            "a chunk size with a sign": post(chunked, b"+1\r\na\r\n" + none),
            "a chunk size below zero": post(chunked, b"-1\r\na\r\n" + none),
            "a chunk size beyond 64 bits": post(chunked, b"10000000000000001\r\na\r\n" + none),
            "a chunk size after a space": post(chunked, b" 1\r\na\r\n" + none),
            "a chunk size before a space": post(chunked, b"1 \r\na\r\n" + none),
            "no chunk size": post(chunked, b"\r\na\r\n" + none),
            "a chunk larger than it says": post(chunked, b"1\r\nab\r\n" + none),
            "a chunk that ends in bare LF": post(chunked, b"1\na\n0\n\n"),
            "a chunk extension after a bare LF": post(chunked, b"1;a\nb\r\nx\r\n" + none),
            "a last chunk that ends in bare LF": post(chunked, b"0\n\n"),
            "a trailer without a colon": post(chunked, b"0\r\nGET /roots HTTP/1.1\r\n\r\n"),
        }
        for name, data in forms.items():
            with self.subTest(name):
                heard = self.exchange(data + smuggled)
                self.assertRegex(heard, r"^HTTP/1.1 (400|501|505) ")
                self.assertEqual(heard.count("HTTP/1.1 "), 1, heard)
                self.assertNotIn("(no end)", heard)

    def test_pipelined_requests_are_answered_in_order_and_the_bad_one_is_the_last(self):
        heard = self.exchange(request() * 100 + request("/version") + b"rubbish\r\n\r\n" + request("/roots"))
        self.assertEqual(heard.count('{"status":"ok"}'), 100)
        self.assertEqual(re.findall(r"HTTP/1.1 (\d+)", heard), ["200"] * 101 + ["400"])
        with self.survives():  # Nobody reads 2,000 answers; the server does not keep them all.
            with self.tls() as wire:
                wire.settimeout(2)
                with contextlib.suppress(OSError):
                    wire.sendall(request("/roots.pem") * 200_000)

    # Odd but harmless.

    def test_targets_are_taken_literally(self):
        rows = {
            "http://localhost/health": "200", "https://elsewhere:1/health": "200", "HTTP://x/health": "200",
            "ftp://x/health": "400", "localhost:443": "400", "health": "400", "*": "404", "http://": "400",
            "/health\0": "400", "/health%00": "404", "/%68ealth": "404", "/%2568ealth": "404", "//health": "404",
            "/./health": "404", "/roots/../health": "404", "/roots/%2e%2e/health": "404", "/..%2fhealth": "404",
            "/../../../../etc/passwd": "404", "/health%": "400", "/health%zz": "400", "/health\\": "404", "/health;x": "404",
            "/health#x": "404", "/health?a#b": "200", "/health?%zz&&==": "200", "/health?" + "a" * 15_000: "200", "/h\xe9": "404",
            "/root/%00": "404", "/root/..": "404", "/root/../roots": "404", "/provisioners/..%2f..%2f/encrypted-key": "404",
            "/provisioners/%00/encrypted-key": "404", "/1.0/1.0/health": "404", "/health HTTP/1.1 x": "505",
        }
        for target, status in rows.items():
            with self.subTest(target[:60]):
                heard = self.exchange(request(target, more="Connection: close\r\n"))
                self.assertEqual(re.findall(r"^HTTP/1.1 (\d+)", heard), [status], heard[:300])
        # A target never reaches the log as more than one line.
        self.exchange(request("/a%0d%0ab\x1b[31m", more="User-Agent: a\x9b\x85b\r\nConnection: close\r\n"))
        self.exchange(request("/ok", more="User-Agent: x\" level=error\r\nReferer: \x85\x1e\r\nConnection: close\r\n"))
        self.exchange(request("/last", more="Connection: close\r\n"))
        self.server.wait_for("path=/last ")  # What came before it is in the log.
        for line in self.server.log:
            self.assertRegex(line, r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*\n$")

    def test_methods_and_versions(self):
        rows = {
            request(method="HEAD", more="Connection: close\r\n"): "200",
            request(method="OPTIONS", more="Connection: close\r\n"): "405",
            request("*", "OPTIONS", "Connection: close\r\n"): "404",
            request(method="TRACE", more="Connection: close\r\n"): "405",
            request(method="get", more="Connection: close\r\n"): "405",
            request(method="X" * 1000, more="Connection: close\r\n"): "405",
            request("localhost:443", "CONNECT"): "400",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": "505",
            b"GET /health\r\n": "400",
            b"GET /health\r\n\r\n": "400",
            request(version="HTTP/1.0"): "200",
            request(version="HTTP/1.2", more="Connection: close\r\n"): "505",
            request(version="HTTP/0.9"): "505",
            request(version="HTTP/3.0"): "505",
            request(version="http/1.1"): "505",
            request(version="HTTP/1.1.1"): "505",
            request(version="HTTP/1.0", more="Connection: keep-alive\r\n"): "200",
            request(more="Expect: 200-ok\r\n"): "417",
            request(more="Upgrade: h2c\r\nConnection: upgrade, HTTP2-Settings, close\r\n"): "200",
            post("Expect: 100-continue\r\nContent-Length: 2000000\r\n"): "413",
        }
        for data, status in rows.items():
            with self.subTest(data[:60]):
                heard = self.exchange(data)
                self.assertEqual(re.findall(r"^HTTP/1.1 (\d+)", heard), [status], heard[:300])
        self.assertRegex(self.exchange(post("Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n", b"{}")),
                         r"^(HTTP/1.1 100 Continue\r\n\r\n)?HTTP/1.1 400 ")
        self.assertNotIn('"ok"', self.exchange(request(method="HEAD", more="Connection: close\r\n")))

    # TLS.

    def test_rubbish_instead_of_tls_is_dropped(self):
        record = struct.Struct(">BHH")
        rows = {
            "random octets": bytes(range(256)) * 40,
            "plain HTTP": request(),
            "a record of 65,535 octets": record.pack(22, 0x301, 0xFFFF) + b"x" * 70_000,
            "a record of nothing": record.pack(22, 0x301, 0) * 1000,
            "data before the handshake": record.pack(23, 0x303, 5) + b"hello",
            "alerts": record.pack(21, 0x303, 2) + b"\x01\x5a" + (record.pack(21, 0x303, 2) + b"\x01\x5a") * 100,
            "a fatal alert": record.pack(21, 0x303, 4) + b"\x02\x28\x02\x28",
            "change cipher spec": (record.pack(20, 0x303, 1) + b"\x01") * 1000,
            "a hello of SSLv2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"x" * 40,
            "a hello of SSL 3.0": record.pack(22, 0x300, 45) + b"\x01\x00\x00\x29\x03\x00" + b"r" * 32 + b"\x00\x00\x02\x00\x2f\x01\x00",
            "a hello of nothing": record.pack(22, 0x303, 4) + b"\x01\x00\x00\x00",
            "a hello of 16 MB": record.pack(22, 0x303, 4) + b"\x01\xff\xff\xff",
            "a finished message": record.pack(22, 0x303, 16) + b"\x14\x00\x00\x0c" + b"f" * 12,
            "a hello and rubbish": self.hello() + bytes(range(256)) * 100,
            "a hello twice": self.hello() * 2,
        }
        with self.survives(), concurrent.futures.ThreadPoolExecutor(len(rows)) as pool:
            answers = pool.map(lambda data: self.exchange(data, wire=self.plain()), rows.values())
            for name, heard in zip(rows, answers):
                with self.subTest(name):
                    self.assertNotIn(" 200 OK", heard)
                    self.assertNotIn("(no end)", heard)
            hello = self.hello()
            for at in range(0, len(hello), 9):  # Early close, half of them by a reset.
                wire = self.plain()
                wire.sendall(hello[:at])
                if at % 2:
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                wire.close()
            for _ in range(50):  # After the handshake, and with an answer on its way.
                wire = self.tls()
                wire.sendall(request("/roots") * 20)
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                wire.close()

    def client(self, *arguments, data=b"", timeout=PATIENCE):
        """openssl s_client; gives what it printed."""
        done = subprocess.run([tool("openssl"), "s_client", "-connect", f"127.0.0.1:{self.port}", *arguments],
                              input=data, capture_output=True, timeout=timeout)
        return (done.stdout + done.stderr).decode("latin-1")

    def test_renegotiation_is_refused(self):
        with self.survives():
            began = time.monotonic()
            heard = self.client("-tls1_2", data=b"R\n" * 3)
            self.assertIn("RENEGOTIATING", heard)
            self.assertRegex(heard, "no renegotiation|handshake failure|unexpected")
            self.assertLess(time.monotonic() - began, SERVED_WITHIN)

    def test_protocols_names_and_old_versions(self):
        with self.survives():
            for version in ("-tls1", "-tls1_1"):
                self.assertRegex(self.client(version, "-cipher", "DEFAULT@SECLEVEL=0"), "alert protocol version|no protocols")
            self.assertIn("alert no application protocol", self.client("-alpn", "h2"))
            self.assertIn("ALPN protocol: http/1.1", self.client("-alpn", "h2,http/1.1"))
            self.assertIn("no application protocol", self.client("-alpn", ",".join(f"p{i}" for i in range(500))))
            for name in ("a..b", "x" * 255, "[::1]", "*.test", "127.0.0.1", "a b", "../..", "\xe9"):
                with self.subTest(name):
                    self.assertIn("Verify return code", self.client("-servername", name))

    def make(self, name, *arguments, issuer=None, days="1"):
        """A certificate and its key by openssl; self-signed without an issuer."""
        file = self.home.file
        how = ("-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key") if issuer else ()
        self.home.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}", "-days", days, *how, *arguments)
        return file(f"{name}.crt").read_text()

    def offer(self, chain, key, version=ssl.TLSVersion.TLSv1_3):
        """What a health check and a renewal with this client certificate get."""
        context = ssl.create_default_context(cafile=str(self.root))
        context.maximum_version = version
        self.home.file("offer.crt").write_text(chain)
        context.load_cert_chain(self.home.file("offer.crt"), self.home.file(f"{key}.key"))
        try:
            return self.exchange(request() + request("/renew", "POST", "Content-Length: 0\r\nConnection: close\r\n"), context)
        except OSError as error:
            return f"{type(error).__name__} {error}"

    def test_client_certificates_that_are_not_ours_end_the_handshake(self):
        self.make("Intermediate")  # Its name is all that a foreign authority needs to be offered.
        ca = "-addext", "basicConstraints=critical,CA:TRUE"
        self.make("foreign", *ca)
        leaf = self.make("stranger", issuer="foreign")
        chain, issuer = [], "foreign"
        for i in range(50):
            chain.insert(0, self.make(f"c{i}", *ca, issuer=issuer))
            issuer = f"c{i}"
        ours = self.home.file("ours.crt")
        self.home.s("ca", "certificate", "ours.test", ours, "ours.key", "--provisioner-password-file", self.home.password)
        huge = self.make("huge", "-addext", "subjectAltName=" + ",".join(f"DNS:{i}.{'x' * 50}.test" for i in range(1200)))
        larger = self.make("larger", "-addext", "subjectAltName=" + ",".join(f"DNS:{i}.{'x' * 50}.test" for i in range(1900)))
        rows = {
            "foreign": (leaf, "stranger"), "self-signed": (self.home.file("foreign.crt").read_text(), "foreign"),
            "a chain of 50": ("".join(chain), "c49"), "70 KB": (huge, "huge"), "110 KB": (larger, "larger"),
            "a foreign leaf with our own chain": (leaf + "".join(ours.read_text().partition("-----END CERTIFICATE-----\n")[2:]), "stranger"),
        }
        with self.survives():
            for name, (chain, key) in rows.items():
                for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                    with self.subTest(name, version=version):
                        began = time.monotonic()
                        self.assertNotIn("HTTP/1.1", self.offer(chain, key, version))
                        self.assertLess(time.monotonic() - began, SERVED_WITHIN)
            heard = self.offer(ours.read_text(), "ours")
            self.assertEqual(re.findall(r"HTTP/1.1 (\d+)", heard), ["200", "201"])
            # Ours in front of fifty that have nothing to do with it.
            heard = self.offer(ours.read_text() + "".join(rows["a chain of 50"][0]), "ours")
            self.assertIn(re.findall(r"HTTP/1.1 (\d+)", heard), (["200", "201"], []))

    def test_an_expired_client_certificate_ends_the_handshake(self):
        clear = self.home.file("intermediate.key")
        self.home.run("openssl", "pkey", "-in", self.home.steppath / "secrets/intermediate_ca_key", "-passin", "pass:password",
                      "-out", clear)
        intermediate = self.home.steppath / "certs/intermediate_ca.crt"
        self.home.run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", "old.key", "-out", "old.csr", "-subj", "/CN=old.test")
        self.home.file("ca.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
        self.home.file("index").write_text("")
        self.home.file("serial").write_text("01\n")
        for name, start, end in (("old", "20200101000000Z", "20200102000000Z"), ("future", "20400101000000Z", "20400102000000Z")):
            self.home.run("openssl", "ca", "-batch", "-config", "ca.cnf", "-in", "old.csr", "-out", f"{name}.crt", "-notext",
                          "-startdate", start, "-enddate", end, "-cert", intermediate, "-keyfile", clear)
            self.home.file("index").write_text("")
            chain = self.home.file(f"{name}.crt").read_text() + intermediate.read_text()
            with self.subTest(name), self.survives():
                self.assertNotIn("HTTP/1.1", self.offer(chain, "old"))


if __name__ == "__main__":
    unittest.main()
