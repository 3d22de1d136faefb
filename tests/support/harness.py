"""What tests with real processes share: temporary folders, a CA that starts and stops, commands.

Environment: STEP_BIN is the folder with step and step-ca (build/dev/bin without it), STEP_PEERS
the folder that ./dev peers fills.
"""
import errno
import os
import pathlib
import queue
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("STEP_BIN", ROOT / "build/dev/bin"))
PEERS = pathlib.Path(os.environ.get("STEP_PEERS") or pathlib.Path.home() / ".cache/steppp/peers")
OURS_STEP, OURS_CA = str(BIN / "step"), str(BIN / "step-ca")
PASSWORD = "password"
LONG = os.environ.get("STEP_LONG") == "yes"
# Nothing here is for a proxy, and files get the modes that documents show.
for _name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[_name]
os.umask(0o022)
# In the background, or below nohup, signals are ignored, which what we start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _signal in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(_signal, signal.SIG_DFL)
PATIENCE = 120  # Seconds that anything may take that must happen: a loaded machine is slow, not wrong.


def peer(name):
    """The path of a program that ./dev peers installs; skips the test, aloud, without it."""
    path = PEERS / name
    if not path.exists():
        raise unittest.SkipTest(f"{name} is not in {PEERS}; run ./dev peers")
    return str(path)


def original_ca():
    return peer("step-ca-v0.30.2")


def original_step():
    return peer("step-v0.21.0")


def tool(name):
    path = shutil.which(name)
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


def _port_range():
    """Ports that the kernel gives to no connection by itself; any, where it takes almost all of them."""
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    best = max((10240, first), (last + 1, 65536), key=lambda ends: ends[1] - ends[0])
    return best if best[1] - best[0] >= 2000 else (10240, 65536)


def _is_free(port):
    for family, kind, host in ((socket.AF_INET, socket.SOCK_STREAM, ""), (socket.AF_INET, socket.SOCK_DGRAM, ""),
                               (socket.AF_INET6, socket.SOCK_STREAM, "::")):
        try:
            with socket.socket(family, kind) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                return False
    return True


_reserved = []  # Abstract sockets: a name each, which goes with this process.


def free_port():
    """A port on which nothing listens, and which is this process's while it lives.

    No other test is given it, and no connection takes it as its own end while a server that had it is down."""
    dice = random.SystemRandom()
    for _ in range(1000):
        port = dice.randrange(*_port_range())
        mark = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            mark.bind(f"\0step-test-port-{port}")
        except OSError:
            mark.close()
            continue
        if _is_free(port):
            _reserved.append(mark)
            return port
        mark.close()
    raise AssertionError("no free port")


class Home:
    """A temporary folder with its own $HOME and $STEPPATH, and commands that run in it."""

    def __init__(self, step=OURS_STEP):
        self.step = step
        self._folder = tempfile.TemporaryDirectory(prefix="step-test-")
        self.path = pathlib.Path(self._folder.name)
        self.steppath = self.path / "steppath"
        self.password = self.path / "password.txt"
        self.password.write_text(PASSWORD + "\n")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.path), "STEPPATH": str(self.steppath), "TZ": "UTC"}

    def close(self):
        self._folder.cleanup()

    def file(self, name):
        return self.path / name

    def run(self, *argv, check=True, **options):
        """Runs a program in this folder without a terminal; fails the test on exit != 0 if `check`."""
        options.setdefault("timeout", PATIENCE)
        options.setdefault("stdin", subprocess.DEVNULL if "input" not in options else None)
        if options["stdin"] is None:
            del options["stdin"]
        env = {**self.env, **options.pop("env", {})}
        done = subprocess.run([str(a) for a in argv], cwd=self.path, env=env, text=True,
                              capture_output=True, start_new_session=True, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, argv))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def s(self, *argv, **options):
        """`step` with these arguments."""
        return self.run(self.step, *argv, **options)

    def init(self, port, *extra, name="Test CA", step=None):
        """A standalone CA in $STEPPATH that will serve https://localhost:PORT."""
        return self.run(step or self.step, "ca", "init", "--name", name, "--dns", "localhost",
                        "--dns", "127.0.0.1", "--address", f"127.0.0.1:{port}", "--provisioner", "admin",
                        "--password-file", self.password, "--deployment-type", "standalone", *extra)


class Server:
    """A running step-ca. `with Server(home) as ca:` stops it at the end, SIGKILL if it must be."""

    def __init__(self, home, program=OURS_CA, config=None, arguments=(), ready="Serving HTTPS on ",
                 named=True):
        self.home = home
        self.log = []
        self._lines = queue.Queue()
        self.config = config = config or home.steppath / "config/ca.json"
        self.process = subprocess.Popen(
            [program, *([str(config)] if named else []), "--password-file", str(home.password), *arguments],
            cwd=home.path, env=home.env, text=True, errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(ready)
        self._wait_for_port()

    def _read(self):
        for line in self.process.stdout:
            self.log.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, text, seconds=PATIENCE):
        """The first log line from now on that has `text` in it."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no '{text}' within {seconds} s:\n{''.join(self.log)}") from None
            if line is None:
                raise AssertionError(f"step-ca ended with {self.process.wait()}:\n{''.join(self.log)}")
            if text in line:
                return line

    def logged(self, found, since=0):
        """The last line from `since` on that has this text in it, or of which this function is true: lines may take a moment."""
        matches = found if callable(found) else lambda line: found in line
        end = time.monotonic() + PATIENCE
        while not (lines := [line for line in self.log[since:] if matches(line)]):
            if time.monotonic() > end:
                raise AssertionError(f"{found} is not in the log:\n{''.join(self.log)}")
            time.sleep(0.02)
        return lines[-1]

    def _wait_for_port(self):
        """The original prints its line a moment before it listens."""
        import json
        address = json.loads(pathlib.Path(self.config).read_text())["address"]
        host, _, port = address.rpartition(":")
        end = time.monotonic() + PATIENCE
        while port != "0":
            try:
                socket.create_connection((host or "127.0.0.1", int(port)), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def stop(self, sig=signal.SIGTERM):
        """Ends the process and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Case(unittest.TestCase):
    """A test with homes that go when it ends."""

    def home(self, step=OURS_STEP):
        home = Home(step)
        self.addCleanup(home.close)
        return home

    def serve(self, home, program=OURS_CA, **options):
        server = Server(home, program, **options)
        self.addCleanup(server.stop)
        return server
