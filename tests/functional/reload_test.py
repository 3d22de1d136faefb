"""SIGHUP: a new configuration whole, or the old one; and what a service manager sees."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.harness import PATIENCE, BIN, Case, free_port  # noqa: E402

LOAD = str(BIN / "step-load")
KEPT = "Continuing to run with the original configuration."


class Reload(Case):
    def setUp(self):
        self.port = free_port()
        self.ca = self.home()
        self.ca.init(self.port)
        self.config = self.ca.steppath / "config/ca.json"
        self.ca.run(LOAD, "--open-jwk", self.config, "--password-file", self.ca.password, "--out", "provisioner.json")

    def load(self, count, port=None):
        return subprocess.Popen(
            [LOAD, "--url", f"https://localhost:{port or self.port}", "--root",
             str(self.ca.steppath / "certs/root_ca.crt"), "--jwk", str(self.ca.file("provisioner.json")),
             "--issuer", "admin", "--count", str(count), "--connections", "4"], stdout=subprocess.PIPE, text=True)

    def issued(self, load):
        return json.loads(load.communicate(timeout=2 * PATIENCE)[0])

    def edit(self, change):
        value = json.loads(self.config.read_text())
        change(value)
        self.config.write_text(json.dumps(value))

    def hup(self, server, end="reloaded "):
        server.process.send_signal(signal.SIGHUP)
        return server.wait_for(end)

    def test_no_request_fails_while_the_configuration_is_read_anew_again_and_again(self):
        server = self.serve(self.ca)
        load = self.load(1500)
        reloads = 0
        while load.poll() is None or reloads < 3:
            self.hup(server)
            reloads += 1
            time.sleep(0.05)
        result = self.issued(load)
        self.assertEqual((result["issued"], result["failed"]), (1500, 0))
        self.assertEqual(server.stop(), 0)

    def test_a_broken_configuration_keeps_the_old_one(self):
        server = self.serve(self.ca)
        good = self.config.read_text()
        for broken in (good[:-20], good.replace("intermediate_ca.crt", "none.crt"), good.replace("badger", "bbolt")):
            self.config.write_text(broken)
            self.hup(server, KEPT)
            self.assertEqual(self.issued(self.load(5))["issued"], 5)
        self.config.write_text(good)
        self.hup(server)

    def test_a_provisioner_that_was_added_to_the_file_is_served(self):
        server = self.serve(self.ca)

        def rename(value):
            first = value["authority"]["provisioners"][0]
            value["authority"]["provisioners"].append({"type": "JWK", "name": "second", "key": first["key"]})
        url = ["--ca-url", f"https://localhost:{self.port}", "--root", self.ca.steppath / "certs/root_ca.crt"]
        self.assertNotIn('"second"', self.ca.s("ca", "provisioner", "list", *url).stdout)
        self.edit(rename)
        self.hup(server)
        self.assertIn('"second"', self.ca.s("ca", "provisioner", "list", *url).stdout)

    def test_the_listener_moves_with_the_address(self):
        server = self.serve(self.ca)
        load = self.load(50)
        self.assertEqual(self.issued(load)["issued"], 50)
        other = free_port()
        self.edit(lambda value: value.update(address=f"127.0.0.1:{other}"))
        self.hup(server, f"Serving HTTPS on 127.0.0.1:{other} ...")
        server.wait_for("reloaded ")
        with socket.create_connection(("127.0.0.1", other), timeout=PATIENCE):
            pass
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                time.sleep(0.05)
            except ConnectionRefusedError:
                break
        else:
            self.fail("the old address is still served")
        self.assertEqual(server.stop(), 0)

    def test_a_service_manager_and_a_pid_file_follow_the_process(self):
        pid_file = self.ca.file("ca.pid")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            name = f"step-reload-test-{os.getpid()}"
            manager.bind("\0" + name)
            manager.settimeout(PATIENCE)
            self.ca.env["NOTIFY_SOCKET"] = "@" + name
            server = self.serve(self.ca, arguments=("--pidfile", str(pid_file)))
            self.assertEqual(manager.recv(200), b"READY=1\n")
            self.assertEqual(pid_file.read_text(), f"{server.process.pid}\n")
            self.assertEqual(pid_file.stat().st_mode & 0o777, 0o644)
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self.hup(server)
            said = manager.recv(200).decode()
            self.assertRegex(said, r"\ARELOADING=1\nMONOTONIC_USEC=\d+\n\Z")
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self.assertTrue(before <= int(said.split("=")[2]) <= now)
            self.assertEqual(manager.recv(200), b"READY=1\n")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(manager.recv(200), b"STOPPING=1\n")
        self.assertFalse(pid_file.exists())


if __name__ == "__main__":
    unittest.main()
