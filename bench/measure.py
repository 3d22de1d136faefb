"""What the kernel knows about a process, and one command's cost. For the benches."""
import json
import os
import pathlib
import re
import subprocess


def unit_us():
    """Microseconds of CPU for one P-256 signature."""
    out = subprocess.run(["openssl", "speed", "-seconds", "2", "ecdsap256"], capture_output=True, text=True, check=True)
    line = [l for l in out.stdout.splitlines() if "nistp256" in l][-1]
    return 1e6 / float(line.split()[-2])


def cpu_seconds(pid):
    """User and system time of all threads, in steps of a clock tick."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def needs_root():
    """step-ca forbids anyone else to look at its memory and threads."""
    if os.geteuid() != 0:
        raise SystemExit("bench: run it as root: step-ca lets nobody else count its memory")


def cpu_seconds_exact(pid):
    """The same by the scheduler's nanoseconds; threads that ended meanwhile are left out."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def status_kb(pid, name):
    return int(re.search(rf"{name}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def resident_kb(pid):
    """Resident memory without the mapped pages of the database, which the kernel can drop."""
    total, counts = 0, True
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            counts = "step.mdb" not in line
        elif counts and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def folder_bytes(path):
    return sum(f.stat().st_blocks * 512 for f in path.rglob("*") if f.is_file())


def child(load, argv, home):
    """Wall milliseconds, CPU milliseconds and peak KB of one command."""
    row = json.loads(home.run(load, "--run", *argv).stdout)
    return row["ms"], row["cpu_ms"], row["kb"]


def medians(load, argv, home, times=9):
    runs = [child(load, argv, home) for _ in range(times)]
    return [sorted(column)[times // 2] for column in zip(*runs)]
