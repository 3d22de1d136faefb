#!/usr/bin/env python3
"""Speed of step-ca and step as ratios to U, one P-256 signature on this machine, and to the originals.

usage: bench.py BIN_DIR [--quick] [--json FILE]

Everything is measured in one run: U by `openssl speed` before and after, CPU of a server as the
user and system time that /proc says it took, over certificates issued. The originals are left
out, aloud, if ./dev peers has not brought them.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tests.support import harness  # noqa: E402

CONNECTIONS = 16
LOAD = "step-load"


def unit_us():
    """Microseconds of CPU for one P-256 signature."""
    out = subprocess.run(["openssl", "speed", "-seconds", "2", "ecdsap256"], capture_output=True, text=True, check=True)
    line = [l for l in out.stdout.splitlines() if "nistp256" in l][-1]
    return 1e6 / float(line.split()[-2])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid, name):
    return int(re.search(rf"{name}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def folder_bytes(path):
    return sum(f.stat().st_blocks * 512 for f in path.rglob("*") if f.is_file())


def child(argv, home):
    """Wall milliseconds, CPU milliseconds and peak KB of one command."""
    row = json.loads(home.run(LOAD, "--run", *argv).stdout)
    return row["ms"], row["cpu_ms"], row["kb"]


def best_of(argv, home, times=9):
    """Medians of several runs."""
    runs = [child(argv, home) for _ in range(times)]
    return [sorted(column)[times // 2] for column in zip(*runs)]


def measure_server(title, program, init_step, load, counts, key_file):
    """Figures of one step-ca."""
    home = harness.Home(init_step)
    port = harness.free_port()
    home.init(port)
    key_file = key_file(home)
    config_path = home.steppath / "config/ca.json"
    config = json.loads(config_path.read_text())
    config.pop("logger", None)
    config_path.write_text(json.dumps(config))
    result = {"title": title}
    start = time.monotonic()
    with harness.Server(home, program) as server:
        result["start_ms"] = (time.monotonic() - start) * 1e3
        pid = server.process.pid
        time.sleep(0.5)
        result["idle_kb"] = memory_kb(pid, "VmRSS")
        common = [load, "--url", f"https://localhost:{port}", "--root", str(home.steppath / "certs/root_ca.crt"),
                  "--jwk", str(key_file), "--issuer", "admin", "--connections", str(CONNECTIONS)]
        home.run(*common, "--count", "64")  # Warm: pages mapped, threads started.
        disk = folder_bytes(home.steppath / "db")
        for kind, extra in (("keepalive", []), ("handshake", ["--handshake"])):
            before = cpu_seconds(pid)
            answer = json.loads(home.run(*common, "--count", str(counts[kind]), *extra, timeout=300).stdout)
            if answer["failed"] or answer["issued"] != counts[kind]:
                raise SystemExit(f"{title}: {answer}")
            result[kind] = {**answer, "cpu_us": (cpu_seconds(pid) - before) * 1e6 / answer["issued"]}
        result["peak_kb"] = memory_kb(pid, "VmHWM")
        issued = counts["keepalive"] + counts["handshake"]
        result["disk_per_cert"] = (folder_bytes(home.steppath / "db") - disk) / issued
    # Start again, without the first-run work, several times: exec to "Serving".
    starts = []
    for _ in range(5):
        start = time.monotonic()
        with harness.Server(home, program):
            starts.append((time.monotonic() - start) * 1e3)
    result["start_ms"] = sorted(starts)[2]
    home.close()
    return result


def measure_commands(step, home):
    rows = {}
    for name, argv in {
            "step version": [step, "version"],
            "step ca token": [step, "ca", "token", "bench.test", "--provisioner", "admin", "--password-file", str(home.password)],
    }.items():
        wall, cpu, kb = best_of(argv, home)
        rows[name] = {"ms": wall, "cpu_ms": cpu, "kb": kb}
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--quick", action="store_true", help="fewer certificates: rough figures")
    parser.add_argument("--json", help="write the figures there too")
    options = parser.parse_args()
    folder = pathlib.Path(options.bin).resolve()
    harness.OURS_STEP, harness.OURS_CA = str(folder / "step"), str(folder / "step-ca")
    global LOAD
    LOAD = load = str(folder / "step-load")
    counts = {"keepalive": 1000, "handshake": 500} if options.quick else {"keepalive": 5000, "handshake": 1500}
    u = [unit_us()]

    def key_of(home):
        home.run(load, "--open-jwk", str(home.steppath / "config/ca.json"), "--password-file", str(home.password),
                 "--out", "provisioner.json")
        return home.file("provisioner.json")

    servers = [measure_server("step++", harness.OURS_CA, harness.OURS_STEP, load, counts, key_of)]
    commands = {}
    home = harness.Home(harness.OURS_STEP)
    port = harness.free_port()
    home.init(port)
    with harness.Server(home, harness.OURS_CA):
        commands["step++"] = measure_commands(harness.OURS_STEP, home)
        try:
            commands["original"] = measure_commands(harness.original_step(), home)
        except unittest.SkipTest as reason:
            print(f"SKIP the original step: {reason}")
    home.close()
    try:
        fewer = {kind: max(300, count // 5) for kind, count in counts.items()}
        servers.append(measure_server("original", harness.original_ca(), harness.OURS_STEP, load, fewer, key_of))
    except unittest.SkipTest as reason:
        print(f"SKIP the original step-ca: {reason}")
    u.append(unit_us())
    unit = sum(u) / 2

    print(f"U = {unit:.1f} us (openssl speed ecdsap256: {u[0]:.1f} before, {u[1]:.1f} after); {CONNECTIONS} connections")
    print(f"{'':34}" + "".join(f"{s['title']:>14}" for s in servers) + f"{'ratio':>9}")

    def row(title, values, pattern="{:.1f}"):
        ratio = f"{values[1] / values[0]:.1f}x" if len(values) > 1 and values[0] else ""
        print(f"{title:34}" + "".join(f"{pattern.format(v):>14}" for v in values) + f"{ratio:>9}")

    for kind, title in (("keepalive", "/sign keep-alive, CPU in U"), ("handshake", "/sign with handshake, CPU in U")):
        row(title, [s[kind]["cpu_us"] / unit for s in servers])
        row("    certificates per second", [s[kind]["issued"] / s[kind]["seconds"] for s in servers], "{:.0f}")
        row("    p99, ms", [s[kind]["p99_ms"] for s in servers])
    row("start to serving, ms", [s["start_ms"] for s in servers])
    row("resident idle, MB", [s["idle_kb"] / 1024 for s in servers])
    row("resident peak, MB", [s["peak_kb"] / 1024 for s in servers])
    row("disk per certificate, bytes", [s["disk_per_cert"] for s in servers], "{:.0f}")
    for name in commands["step++"]:
        both = [c[name] for c in commands.values()]
        row(f"{name}, ms", [c["ms"] for c in both])
        row(f"{name}, MB", [c["kb"] / 1024 for c in both])
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"u_us": unit, "servers": servers, "commands": commands}, indent=1))


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
main()
