"""What many certificates do to our step-ca: memory, disk and start."""
import json
import sys
import time

from measure import folder_bytes, resident_kb
from tests.support import harness

ISSUED = 50_000
ON_DISK = 400_000
LARGE = 1_000_000


def measure(step_ca, step, load):
    """Texts by title."""
    fill = load.replace("step-load", "step-ledger-fill")
    home = harness.Home(step)
    port = harness.free_port()
    home.init(port)
    config_path = home.steppath / "config/ca.json"
    config = json.loads(config_path.read_text())
    config.pop("logger", None)
    config_path.write_text(json.dumps(config))
    home.run(load, "--open-jwk", config_path, "--password-file", home.password, "--out", "provisioner.json")
    rows = {}
    with harness.Server(home, step_ca) as server:
        pid = server.process.pid
        before = resident_kb(pid)
        for _ in range(ISSUED // 5000):
            done = json.loads(home.run(load, "--url", f"https://localhost:{port}", "--root", home.steppath / "certs/root_ca.crt",
                                       "--jwk", home.file("provisioner.json"), "--issuer", "admin", "--count", "5000",
                                       timeout=600).stdout)
            if done["issued"] != 5000:
                raise SystemExit(f"issued {done}")
            print(f"    resident, MB: {resident_kb(pid) / 1024:.1f}", file=sys.stderr)
        rows[f"resident after {ISSUED} certificates, MB ({before / 1024:.1f} before)"] = f"{resident_kb(pid) / 1024:.1f}"
    home.close()

    home = harness.Home(step)
    port = harness.free_port()
    home.init(port)
    database = home.steppath / "db/step.mdb"
    with harness.Server(home, step_ca):
        pass  # Makes the file.
    empty = folder_bytes(database.parent)
    home.run(fill, database, str(ON_DISK), "-1", timeout=1200)
    rows[f"disk per certificate at {ON_DISK}, bytes (leaf of 700)"] = f"{(folder_bytes(database.parent) - empty) / ON_DISK:.0f}"
    home.run(fill, database, str(LARGE - ON_DISK), "-2", timeout=1200)
    starts = []
    for _ in range(5):
        start = time.monotonic()
        with harness.Server(home, step_ca) as server:
            starts.append((time.monotonic() - start) * 1e3)
            memory = resident_kb(server.process.pid)
    rows[f"start to serving with {LARGE} certificates, ms"] = f"{sorted(starts)[2]:.1f}"
    rows[f"resident with {LARGE} certificates, MB"] = f"{memory / 1024:.1f}"
    home.close()
    return rows
