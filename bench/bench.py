#!/usr/bin/env python3
"""Speed of step-ca and step as ratios to U, one P-256 signature on this machine, and to the originals.

usage: bench.py BIN_DIR [--quick | --long] [--json FILE]

Everything is measured in one run: U by `openssl speed` before and after, CPU of a server as the
user and system time that /proc says it took, over certificates issued. The originals are left
out, aloud, if ./dev peers has not brought them. --long adds what a large database does to ours
(scale.py).
"""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
import scale  # noqa: E402
import variants  # noqa: E402
from measure import cpu_seconds, cpu_seconds_exact, folder_bytes, medians, needs_root, resident_kb, status_kb, unit_us  # noqa: E402
from tests.support import harness  # noqa: E402

CONNECTIONS = 16
IDLE_CONNECTIONS = 2000
IDLE_SECONDS = 10


class Bench:
    """One step-ca and the load on it."""

    def __init__(self, title, program, step, load):
        self.title, self.program, self.load = title, program, load
        self.home = harness.Home(step)
        self.port = harness.free_port()
        self.home.init(self.port)
        self.home.run(load, "--open-jwk", str(self.home.steppath / "config/ca.json"), "--password-file",
                      str(self.home.password), "--out", "provisioner.json")
        path = self.home.steppath / "config/ca.json"
        config = json.loads(path.read_text())
        config.pop("logger", None)
        path.write_text(json.dumps(config))
        self.common = [load, "--url", f"https://localhost:{self.port}", "--root",
                       str(self.home.steppath / "certs/root_ca.crt"), "--issuer", "admin",
                       "--jwk", str(self.home.file("provisioner.json"))]

    def run(self, count, *extra, connections=CONNECTIONS):
        """What the load generator says, and CPU microseconds of the server per certificate."""
        before = cpu_seconds(self.pid)
        answer = json.loads(self.home.run(*self.common, "--connections", str(connections), "--count", str(count), *extra,
                                          timeout=600).stdout)
        if answer["failed"] or answer["issued"] != count:
            raise SystemExit(f"{self.title}: {answer}")
        return {**answer, "cpu_us": (cpu_seconds(self.pid) - before) * 1e6 / answer["issued"]}

    def leaf(self):
        self.home.s("ca", "certificate", "renewed.test", "leaf.crt", "leaf.key", "--provisioner", "admin",
                    "--password-file", self.home.password, "--ca-url", f"https://localhost:{self.port}",
                    "--root", self.home.steppath / "certs/root_ca.crt")
        return ["--renew", "--cert", str(self.home.file("leaf.crt")), "--key", str(self.home.file("leaf.key"))]

    def idle_kb(self):
        """Resident memory for each TLS connection that has nothing to say."""
        before = status_kb(self.pid, "VmRSS")
        keeper = subprocess.Popen([str(a) for a in self.common + ["--idle", str(IDLE_CONNECTIONS)]],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if json.loads(keeper.stdout.readline())["open"] != IDLE_CONNECTIONS:
                raise SystemExit("connections failed")
            return (status_kb(self.pid, "VmRSS") - before) / IDLE_CONNECTIONS
        finally:
            keeper.stdin.close()
            keeper.wait(60)

    def measure(self, count):
        result = {"title": self.title}
        with harness.Server(self.home, self.program) as server:
            self.pid = server.process.pid
            time.sleep(0.5)
            result["idle_kb"] = resident_kb(self.pid)
            before = cpu_seconds_exact(self.pid)
            time.sleep(IDLE_SECONDS)
            result["idle_cpu_percent"] = 100 * (cpu_seconds_exact(self.pid) - before) / IDLE_SECONDS
            self.run(400)  # Warm: pages mapped, threads started, tables made.
            disk = folder_bytes(self.home.steppath / "db")
            result["sign_kept"] = self.run(count)
            result["disk_per_cert"] = (folder_bytes(self.home.steppath / "db") - disk) / count
            result["sign_handshake"] = self.run(count // 3, "--handshake")
            renew = self.leaf()
            result["renew_kept"] = self.run(count, *renew)
            result["renew_handshake"] = self.run(count // 3, "--handshake", *renew)
            result["latency"] = {n: self.run(max(count // 5, n), connections=n) for n in (1, 16, 256)}
            result["peak_kb"] = status_kb(self.pid, "VmHWM")
            result["kb_per_idle_connection"] = self.idle_kb()
        result.update(variants.measure(self, lambda: harness.Server(self.home, self.program), count))
        # Start again, without the first-run work, several times: exec to "Serving".
        starts = []
        for _ in range(5):
            start = time.monotonic()
            with harness.Server(self.home, self.program):
                starts.append((time.monotonic() - start) * 1e3)
        result["start_ms"] = sorted(starts)[2]
        self.home.close()
        return result


def measure_commands(step, home, load):
    rows = {}
    for name, argv in {
            "step version": [step, "version"],
            "step ca token": [step, "ca", "token", "bench.test", "--provisioner", "admin", "--password-file", str(home.password)],
    }.items():
        wall, cpu, kb = medians(load, argv, home)
        rows[name] = {"ms": wall, "cpu_ms": cpu, "kb": kb}
    return rows


def print_table(unit, servers, commands):
    print(f"{'':40}" + "".join(f"{s['title']:>14}" for s in servers) + f"{'ratio':>9}")

    def row(title, values, pattern="{:.1f}"):
        ratio = f"{values[1] / values[0]:.1f}x" if len(values) > 1 and values[0] else ""
        print(f"{title:40}" + "".join(f"{pattern.format(v):>14}" for v in values) + f"{ratio:>9}")

    for kind, title in (("sign_kept", "/sign, kept connection"), ("sign_handshake", "/sign, a handshake each"),
                        ("renew_kept", "/renew, kept connection"), ("renew_handshake", "/renew, a handshake each")):
        row(f"{title}: CPU in U", [s[kind]["cpu_us"] / unit for s in servers])
        row("    certificates per second", [s[kind]["issued"] / s[kind]["seconds"] for s in servers], "{:.0f}")
    for kind, (title, _) in variants.VARIANTS.items():
        row(f"{title}: CPU in U", [s[kind]["cpu_us"] / unit for s in servers])
        row("    more than nothing of these, U", [(s[kind]["cpu_us"] - s["sign_plain"]["cpu_us"]) / unit for s in servers])
    for n in (1, 16, 256):
        row(f"/sign, {n} connections: p50, ms", [s["latency"][n]["p50_ms"] for s in servers])
        row("    p99, ms", [s["latency"][n]["p99_ms"] for s in servers])
    row("start to serving, ms", [s["start_ms"] for s in servers])
    row("resident idle, MB (database left out)", [s["idle_kb"] / 1024 for s in servers])
    row("resident peak, MB", [s["peak_kb"] / 1024 for s in servers])
    row("KB per idle TLS connection", [s["kb_per_idle_connection"] for s in servers])
    row("CPU when idle, percent", [s["idle_cpu_percent"] for s in servers], "{:.3f}")
    row("disk per certificate, bytes", [s["disk_per_cert"] for s in servers], "{:.0f}")
    for name in commands["step++"]:
        both = [c[name] for c in commands.values()]
        row(f"{name}, ms", [c["ms"] for c in both])
        row(f"{name}, MB", [c["kb"] / 1024 for c in both])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--quick", action="store_true", help="fewer certificates: rough figures")
    parser.add_argument("--long", action="store_true", help="what a large database does, too: minutes")
    parser.add_argument("--json", help="write the figures there too")
    options = parser.parse_args()
    needs_root()
    folder = pathlib.Path(options.bin).resolve()
    step, step_ca, load = str(folder / "step"), str(folder / "step-ca"), str(folder / "step-load")
    harness.OURS_STEP, harness.OURS_CA = step, step_ca
    count = 1000 if options.quick else 5000
    u = [unit_us()]

    servers = [Bench("step++", step_ca, step, load).measure(count)]
    commands = {}
    home = harness.Home(step)
    home.init(harness.free_port())
    with harness.Server(home, step_ca):
        commands["step++"] = measure_commands(step, home, load)
        try:
            commands["original"] = measure_commands(harness.original_step(), home, load)
        except unittest.SkipTest as reason:
            print(f"SKIP the original step: {reason}")
    home.close()
    try:
        servers.append(Bench("original", harness.original_ca(), step, load).measure(max(500, count // 5)))
    except unittest.SkipTest as reason:
        print(f"SKIP the original step-ca: {reason}")
    large = scale.measure(step_ca, step, load) if options.long else {}
    u.append(unit_us())
    unit = sum(u) / 2

    print(f"U = {unit:.1f} us (openssl speed ecdsap256: {u[0]:.1f} before, {u[1]:.1f} after); {CONNECTIONS} connections")
    print_table(unit, servers, commands)
    for title, value in large.items():
        print(f"{title:60}{value:>12}")
    if options.json:
        pathlib.Path(options.json).write_text(
            json.dumps({"u_us": unit, "servers": servers, "commands": commands, "large": large}, indent=1))


resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
main()
