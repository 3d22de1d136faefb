#!/usr/bin/env python3
"""Speed of the ACME server beside the original's, in U: one P-256 signature on this machine.

usage: acme.py BIN_DIR [--quick | --long] [--only ours|original] [--json FILE]

A flow is new-order, authorization, challenge, finalize, certificate, over kept connections, P-256, http-01 on loopback with a
name server beside it (step-acme-load), durable storage. CPU is the server's user and system time as /proc says, of all it
did for these flows. --long measures 10,000 orders of one account and 1,000 pending ones of the original; without it, 2,000 and 300.
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
from measure import cpu_seconds, cpu_seconds_exact, folder_bytes, needs_root, unit_us  # noqa: E402
from tests.support import harness  # noqa: E402

CLIENTS = (1, 5, 8, 10, 25, 50)


class Site:
    """One step-ca with an ACME provisioner, and the load on it."""

    def __init__(self, title, program, step, load):
        self.title, self.program, self.load = title, program, load
        self.home = harness.Home(step)
        self.port, self.http_port, self.dns_port = (harness.free_port() for _ in range(3))
        self.home.init(self.port)
        path = self.home.steppath / "config/ca.json"
        config = json.loads(path.read_text())
        config.pop("logger", None)
        config["authority"]["provisioners"].append({"type": "ACME", "name": "acme"})
        config["acmeValidation"] = {"allow": ["127.0.0.0/8"]}
        path.write_text(json.dumps(config))

    def __enter__(self):
        self.server = harness.Server(self.home, self.program, arguments=[
            "--resolver", f"127.0.0.1:{self.dns_port}", "--insecure", "--acme-http-port", str(self.http_port)])
        self.pid = self.server.process.pid
        return self

    def __exit__(self, *_):
        self.server.stop()
        self.home.close()

    def db_bytes(self):
        return folder_bytes(self.home.steppath / "db")

    def run(self, *counts, clients=8, allow_failures=False, extra=(), cpu=cpu_seconds):
        """For each count, what step-acme-load says, with `cpu_us` of the server per thing done."""
        process = subprocess.Popen(
            [self.load, "--directory", f"https://localhost:{self.port}/acme/acme/directory", "--root",
             str(self.home.steppath / "certs/root_ca.crt"), "--http-port", str(self.http_port), "--dns-port", str(self.dns_port),
             "--clients", str(clients), "--counts", ",".join(map(str, counts)), *extra],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        found = []
        for _ in counts:
            if not process.stdout.readline():
                break
            before = cpu(self.pid)
            process.stdin.write("\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or '{"done":0,"failed":1}')
            # What the server does behind its answers belongs to them.
            time.sleep(0.1)
            answer["cpu_us"] = (cpu(self.pid) - before) * 1e6 / max(1, answer["done"])
            found.append(answer)
        _, errors = process.communicate()
        if len(found) != len(counts) or process.returncode or (any(a["failed"] for a in found) and not allow_failures):
            raise SystemExit(f"{self.title}: {found} {errors}")
        return found

    def warm(self):
        self.run(100)


def levels(site, count):
    """At each number of clients, an account each."""
    return {n: site.run(max(count, n * 8), clients=n, extra=["--serials", str(site.home.file("issued.txt"))])[0] for n in CLIENTS}


def new_order_cost(site, pending):
    """CPU of a new-order, in µs, on an account with that many pending orders: the median of three accounts."""
    # The original's orders cost so much, and its next ones so much more, that fewer must do.
    count, times = (100, 3) if site.title != "original" else (25, 1 if pending > 100 else 3)
    return sorted(site.run(count, clients=1, extra=["--orders-only", "--pending", str(pending)], cpu=cpu_seconds_exact)[0]["cpu_us"]
                  for _ in range(times))[times // 2]


def measure(title, program, step, load, options):
    count = 200 if options.quick else 500
    result = {"title": title}
    with Site(title, program, step, load) as site:
        site.warm()
        disk, flows = site.db_bytes(), 0
        result["levels"] = levels(site, count)
        flows = sum(level["done"] for level in result["levels"].values())
        result["disk_per_flow"] = (site.db_bytes() - disk) / flows
        result["one_account"] = site.run(count, extra=["--one-account"], allow_failures=True)[0]
    # A database of its own each: what one account has gathered must not weigh on the next.
    total = 10_000 if options.long else 2_000
    ends = 500 if options.long else 200
    with Site(title, program, step, load) as site:
        site.warm()
        first, _, last = site.run(ends, total - 2 * ends, ends, clients=4, extra=["--one-account"], allow_failures=True)
        result["many_orders"] = {"total": total, "first_us": first["cpu_us"], "last_us": last["cpu_us"]}
    with Site(title, program, step, load) as site:
        site.warm()
        most = 1000 if options.long or title != "original" else 300
        result["pending"] = {str(n): new_order_cost(site, n) for n in (0, 100, most)}
    return result


def rows(unit, server):
    """(title, value, pattern) of everything measured."""
    found = []
    for n, level in server["levels"].items():
        found += [(f"{n} clients: CPU per flow, U", level["cpu_us"] / unit, "{:.0f}"),
                  ("    flows per second", level["done"] / level["seconds"], "{:.0f}"),
                  ("    p50, ms", level["p50_ms"], "{:.1f}"), ("    p99, ms", level["p99_ms"], "{:.1f}")]
    one = server["one_account"]
    found += [("8 clients on one account: failed flows, percent", 100 * one["failed"] / (one["failed"] + one["done"]), "{:.1f}"),
              ("    CPU per flow, U", one["cpu_us"] / unit, "{:.0f}")]
    many = server["many_orders"]
    found += [(f"one account, first of {many['total']} orders: CPU, U", many["first_us"] / unit, "{:.0f}"),
              ("    the last of them", many["last_us"] / unit, "{:.0f}")]
    least = min(server["pending"], key=int)
    for n, cost in server["pending"].items():
        found.append((f"new-order with {n} pending: CPU, U", cost / unit, "{:.1f}"))
        if n != least:
            found.append((f"    times that with {least}", cost / server["pending"][least], "{:.2f}"))
    found.append(("bytes on disk per flow", server["disk_per_flow"], "{:.0f}"))
    return found


def print_table(unit, servers):
    """Rows need not be the same for both: the original may have been measured with less."""
    names, columns = [], []
    for server in servers:
        column, head = {}, ""
        for title, value, pattern in rows(unit, server):
            head = head if title.startswith(" ") else title
            name = (head, title)
            column[name] = pattern.format(value)
            if name not in names:
                names.append(name)
        columns.append(column)
    print(f"{'':52}" + "".join(f"{s['title']:>14}" for s in servers) + f"{'ratio':>9}")
    for name in names:
        values = [column.get(name, "") for column in columns]
        ratio = ""
        if len(values) == 2 and all(values) and float(values[0]):
            ratio = f"{float(values[1]) / float(values[0]):.1f}x"
        print(f"{name[1]:52}" + "".join(f"{v:>14}" for v in values) + f"{ratio:>9}")


def goals(unit, servers):
    """Each goal of issue 7 with what was measured, and whether it holds."""
    ours = servers[0]
    eight = ours["levels"][8]
    many, pending = ours["many_orders"], ours["pending"]
    flat = max(pending.values()) / pending["0"]
    found = [("CPU per flow, 8 clients: at most 76 U", f"{eight['cpu_us'] / unit:.0f} U", eight["cpu_us"] / unit <= 76),
             ("no failed flow, 8 clients on one account", f"{ours['one_account']['failed']}", ours["one_account"]["failed"] == 0),
             ("new-order within 10 % with 1,000 pending", f"{flat:.2f}", flat <= 1.10),
             (f"last of {many['total']} orders of an account within 10 %", f"{many['last_us'] / many['first_us']:.2f}",
              many["last_us"] / many["first_us"] <= 1.10),
             ("at most 3,000 bytes on disk per flow before purge", f"{ours['disk_per_flow']:.0f}", ours["disk_per_flow"] <= 3000)]
    if len(servers) > 1:
        other = servers[1]["levels"][8]
        found += [("at most 1/6 of the original's CPU", f"1/{other['cpu_us'] / eight['cpu_us']:.1f}", other["cpu_us"] >= 6 * eight["cpu_us"]),
                  ("p99 at 50 clients below the original's p50", f"{ours['levels'][50]['p99_ms']:.1f} ms, {servers[1]['levels'][50]['p50_ms']:.1f} ms at 50, "
                   f"{other['p50_ms']:.1f} ms at 8", ours["levels"][50]["p99_ms"] < servers[1]["levels"][50]["p50_ms"])]
    for title, value, holds in found:
        print(f"{'goal met' if holds else 'GOAL MISSED':12}{title}: {value}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--quick", action="store_true", help="fewer flows: rough figures")
    parser.add_argument("--long", action="store_true", help="10,000 orders of one account: minutes")
    parser.add_argument("--only", choices=["ours", "original"])
    parser.add_argument("--json", help="write the figures there too")
    options = parser.parse_args()
    needs_root()
    folder = pathlib.Path(options.bin).resolve()
    step, load = str(folder / "step"), str(folder / "step-acme-load")
    u = [unit_us()]
    servers = []
    if options.only != "original":
        servers.append(measure("step++", str(folder / "step-ca"), step, load, options))
    if options.only != "ours":
        try:
            servers.append(measure("original", harness.original_ca(), step, load, options))
        except unittest.SkipTest as reason:
            print(f"SKIP the original step-ca: {reason}")
    u.append(unit_us())
    unit = sum(u) / 2
    print(f"U = {unit:.1f} us (openssl speed ecdsap256: {u[0]:.1f} before, {u[1]:.1f} after)")
    print_table(unit, servers)
    if options.only != "original":
        goals(unit, servers)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"u_us": unit, "servers": servers}, indent=1))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    main()
