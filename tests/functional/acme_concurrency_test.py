#!/usr/bin/env python3
"""Many at once, and kill -9: an account's orders, one order's certificate, and nothing that a client holds is lost or stuck."""
import http.client
import itertools
import pathlib
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.acme_client import Key, Refused, b64, certificates, csr, identifiers  # noqa: E402
from tests.support.acme_site import SiteCase, ours_only  # noqa: E402
from tests.support.harness import PATIENCE, BIN, LONG  # noqa: E402

DUMP = str(BIN / "step-acme-dump")


def at_once(number, work):
    """What work(i) gives, of that many threads that begin together."""
    barrier, results = threading.Barrier(number), [None] * number

    def run(i):
        try:
            results[i] = work(i, barrier.wait)
        except Exception as error:  # Shown by the test.
            results[i] = error
            barrier.abort()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def on_record(site):
    """(serial, order id, status of the order, whether the order tells of this certificate) of each ACME certificate."""
    dump = site.home.run(DUMP, site.home.steppath / "db/step.mdb", timeout=2 * PATIENCE).stdout
    rows = [line.split() for line in dump.splitlines()]
    return [(int(serial), order, status, of_order == serial) for serial, order, status, of_order in rows]


class AtOnce(SiteCase):
    zone = "once.test"

    def test_a_hundred_new_orders_of_one_account_all_succeed(self):
        def order(_, start):
            client = self.client.clone()
            client.nonce()
            start()
            answer = client.ask("newOrder", {"identifiers": identifiers(["a.once.test"])}, expect=range(200, 600))
            client.close()
            return answer

        answers = at_once(100, order)
        self.assertEqual({201}, {getattr(a, "status", a) for a in answers})
        self.assertEqual(100, len({a.location for a in answers}))

    @ours_only("answers 500 to some, and signs several times")
    def test_fifty_finalizes_of_one_order_give_one_certificate(self):
        url, order = self.ready("b.once.test")
        requests = [csr(["b.once.test"], Key()) for _ in range(50)]

        def finalize(i, start):
            client = self.client.clone()
            client.nonce()
            start()
            answer = client.ask(order["finalize"], {"csr": b64(requests[i])}, expect=range(200, 600))
            client.close()
            return answer

        answers = at_once(50, finalize)
        self.assertTrue(all(getattr(a, "status", 0) == 200 or getattr(a, "problem", "") == "orderNotReady" for a in answers), answers)
        document = self.client.poll(url, ("valid",))
        self.assertEqual({document["certificate"]}, {a.json["certificate"] for a in answers if a.status == 200 and "certificate" in a.json})
        leaf = certificates(self.client.ask(document["certificate"]).body.decode())[0]
        identifier = url.rpartition("/")[2]
        self.assertEqual([leaf.serial_number], [serial for serial, of, _, _ in on_record(self.site) if of == identifier])

    @ours_only("answers 500 to some")
    def test_accounts_made_at_once_with_one_key_are_one_account(self):
        key = Key()

        def register(_, start):
            client = self.site.client(key, register=False)
            client.nonce()
            start()
            return client.ask("newAccount", {"termsOfServiceAgreed": True}, jwk=True, expect=range(200, 600))

        answers = at_once(20, register)
        self.assertEqual(1, len({getattr(a, "location", a) for a in answers}), answers)
        self.assertEqual([200] * 19 + [201], sorted(a.status for a in answers))


class Flow:
    """One order, seen through to its certificate whatever becomes of the server meanwhile."""

    def __init__(self, client, solve, name):
        self.client, self.solve, self.name = client, solve, name
        self.url, self.serials = None, set()
        self.request = csr([name], Key())

    def step(self):
        """One move; true once there is a certificate."""
        client = self.client
        if client.kid is None:
            client.register()
        if self.url is None:
            self.url, _ = client.order([self.name])
        order = client.get(self.url)
        if order["status"] == "pending":
            self.prove(order["authorizations"][0])
        elif order["status"] == "ready":
            # Not always the same request: an answer that was lost must not lead to a second certificate.
            self.request = random.choice([self.request, csr([self.name], Key())])
            client.finalize(order, self.request)
        elif order["status"] == "valid":
            pem = client.ask(order["certificate"]).body.decode()
            self.serials.add(certificates(pem)[0].serial_number)
            return True
        elif order["status"] == "invalid":
            raise AssertionError(f"{self.url} became invalid: {order}")
        return False

    def prove(self, url):
        authorization = self.client.get(url)
        challenge = next(c for c in authorization["challenges"] if c["type"] == "http-01")
        if challenge["status"] == "pending":
            self.solve("http-01", self.name, challenge["token"], self.client.key_authorization(challenge["token"]))
            self.client.ask(challenge["url"], {})
        elif challenge["status"] == "processing":
            time.sleep(0.01)


class Kills(SiteCase):
    zone = "kill.test"
    WORKERS = 4
    STUCK = PATIENCE  # Seconds: beyond the first waits between two tries of a challenge.

    def setUp(self):
        self.up, self.stop, self.failures = threading.Event(), threading.Event(), []
        self.flows, self.kills, self.last_start = [], 0, time.monotonic()

    def work(self, number):
        client = self.site.client(register=False)
        for i in itertools.count():
            if self.stop.is_set() or i >= number and self.kills > 5:
                break  # A fast machine goes on until there were enough kills.
            flow = Flow(client, self.solve, f"n{i}.kill.test")
            began = time.monotonic()
            self.flows.append(flow)
            while not self.stop.is_set():
                self.up.wait(1)
                try:
                    if flow.step():
                        break
                except (OSError, http.client.HTTPException):
                    client.close()  # It was killed under us; the next step sees what is left.
                    time.sleep(0.01)
                except (Refused, AssertionError) as error:
                    self.failures.append(f"{flow.url}: {error}")
                    break
                if time.monotonic() - max(began, self.last_start) > self.STUCK:
                    self.failures.append(f"{flow.url} is stuck: {client.get(flow.url)}")
                    break

    def test_after_kill_9_no_certificate_is_lost_none_is_double_and_no_order_is_stuck(self):
        seed = random.randrange(1 << 30)
        dice = random.Random(seed)
        print(f"seed {seed}", file=sys.stderr)
        total = 2000 if LONG else 240
        threads = [threading.Thread(target=self.work, args=(total // self.WORKERS,)) for _ in range(self.WORKERS)]
        for thread in threads:
            thread.start()
        self.up.set()
        try:
            while any(thread.is_alive() for thread in threads) and not self.failures:
                time.sleep(dice.uniform(0.02, 0.9))
                self.up.clear()
                self.site.server.stop(signal.SIGKILL)
                self.kills += 1
                self.site.start()
                self.last_start = time.monotonic()
                self.up.set()
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual([], self.failures[:3])
        self.site.server.stop()
        recorded = on_record(self.site)
        held = {serial: flow.url.rpartition("/")[2] for flow in self.flows for serial in flow.serials}
        print(f"{self.kills} kills, {len(self.flows)} flows, {len(held)} certificates held, {len(recorded)} on record", file=sys.stderr)
        self.assertGreater(self.kills, 5)
        self.assertEqual(len(self.flows), len(held))
        by_serial = {serial: order for serial, order, _, _ in recorded}
        self.assertEqual(held, {serial: by_serial.get(serial) for serial in held})
        self.assertEqual(len(recorded), len({order for _, order, _, _ in recorded}), "an order with two certificates")
        self.assertEqual([], [row for row in recorded if row[2] != "valid" or not row[3]])


if __name__ == "__main__":
    unittest.main()
