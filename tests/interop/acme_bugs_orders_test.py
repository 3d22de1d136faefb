#!/usr/bin/env python3
"""The other half of acme_bugs_test.py: validation, orders, revocation, accounts."""
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from cryptography import x509  # noqa: E402
from tests.support import acme_client  # noqa: E402
from tests.support.acme_client import LEFT_OUT, Key, b64, csr, identifiers  # noqa: E402
from tests.support.harness import PATIENCE  # noqa: E402
from tests.support.acme_site import SERVER, Responder, Site, SiteCase, ours_only, self_signed, tls_context  # noqa: E402


class Validation(SiteCase):
    zone = "bugs.test"

    def challenge(self, name, kind="http-01", client=None):
        """(authorization URL, challenge) of a new order."""
        client = client or self.client
        _, order = client.order([name])
        url = order["authorizations"][0]
        return url, next(c for c in client.get(url)["challenges"] if c["type"] == kind)

    def failed(self, url, kind="http-01", seconds=PATIENCE):
        """The challenge once it has an error."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = next(c for c in self.client.get(url)["challenges"] if c["type"] == kind)
            if "error" in found or found["status"] == "valid":
                return found
            time.sleep(0.05)
        raise AssertionError(f"no error: {self.client.get(url)}")

    def test_08_a_redirect_to_https_with_a_bad_certificate_is_followed(self):
        address = self.site.address("eight.test")
        web = self.site.responder(address)
        secure = Responder(address, self.site.tls_port, context=tls_context(*self_signed(["wrong.test"])))
        self.addCleanup(secure.close)
        url, challenge = self.challenge("eight.test")
        path = f"/.well-known/acme-challenge/{challenge['token']}"
        web.pages[path] = (301, {"Location": f"https://eight.test:{self.site.tls_port}{path}"}, b"")
        secure.put(challenge["token"], self.client.key_authorization(challenge["token"]))
        self.client.ask(challenge["url"], {})
        self.assertEqual("valid", self.client.poll(url, ("valid", "invalid"))["status"])

    @ours_only("connects to any address")
    def test_09_a_redirect_to_a_filtered_address_is_not_followed(self):
        address = self.site.address("nine.test")
        web = self.site.responder(address)
        self.site.dns.set("metadata.nine.test", "A", "169.254.169.254")
        for target in ("http://169.254.169.254/latest/", "http://[fe80::1]/", "http://metadata.nine.test/", "file:///etc/passwd"):
            url, challenge = self.challenge("nine.test")
            web.pages[f"/.well-known/acme-challenge/{challenge['token']}"] = (302, {"Location": target}, b"")
            self.client.ask(challenge["url"], {})
            error = self.failed(url)["error"]
            self.assertIn(error["type"].rpartition(":")[2], ("connection", "rejectedIdentifier", "dns"), error)

    @ours_only("connects to any address")
    def test_09_without_leave_the_CA_does_not_ask_its_own_machine(self):
        site = Site(self, change=lambda config: config.pop("acmeValidation"))
        address = site.address("closed.test")
        web = site.responder(address)
        client = site.client()
        _, order = client.order(["closed.test"])
        challenge = next(c for c in client.get(order["authorizations"][0])["challenges"] if c["type"] == "http-01")
        web.put(challenge["token"], client.key_authorization(challenge["token"]))
        client.ask(challenge["url"], {})
        time.sleep(1)
        self.assertNotEqual("valid", client.get(order["authorizations"][0])["status"])
        self.assertEqual([], web.asked)

    def test_09_what_was_fetched_is_not_repeated_and_has_a_limit(self):
        address = self.site.address("limit.test")
        web = self.site.responder(address)
        for body in (b"SECRET-OF-ANOTHER-SERVER", b"SECRET" * 10_000_000)[:1 if SERVER == "original" else 2]:
            url, challenge = self.challenge("limit.test")
            web.pages[f"/.well-known/acme-challenge/{challenge['token']}"] = body
            self.client.ask(challenge["url"], {})
            self.assertNotIn("SECRET", json.dumps(self.failed(url)["error"]))

    def test_09_redirects_end_after_a_few(self):
        address = self.site.address("loop.test")
        web = self.site.responder(address)
        url, challenge = self.challenge("loop.test")
        path = f"/.well-known/acme-challenge/{challenge['token']}"
        web.pages[path] = (302, {"Location": f"http://loop.test:{self.site.http_port}{path}"}, b"")
        self.client.ask(challenge["url"], {})
        self.failed(url)
        self.assertLessEqual(len(web.asked), 12)

    def test_10_a_problem_document_has_no_null_in_it(self):
        answers = [self.client.post("newOrder", {"identifiers": []}), self.client.post("newOrder", {}, nonce="x"),
                   self.client.post("newOrder", {"identifiers": [{"type": "unheard", "value": "of"}]})]
        for answer in answers:
            self.assertNotIn(b"null", answer.body)
            self.assertIsInstance(answer.json.get("subproblems", []), list)

    @ours_only("answers 500 to some")
    def test_19_polling_while_a_challenge_is_tried_disturbs_nobody(self):
        address = self.site.address("slow.test")
        web = self.site.responder(address)
        url, challenge = self.challenge("slow.test")
        text = self.client.key_authorization(challenge["token"]).encode()

        def late(_):
            time.sleep(1)
            return 200, {}, text

        web.pages[f"/.well-known/acme-challenge/{challenge['token']}"] = late
        answers = []

        def poll():
            other = self.client.clone()
            while not answers or answers[-1].json.get("status") == "pending":
                answers.append(other.post(url))
                answers.append(other.post(challenge["url"], {}))
                if answers[-1].status != 200:
                    break
                answers.append(other.post(url))
            other.close()

        threads = [threading.Thread(target=poll) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({200}, {a.status for a in answers}, [a for a in answers if a.status != 200])
        self.assertEqual("valid", self.client.poll(url, ("valid", "invalid"))["status"])

    @ours_only("validates inside the request")
    def test_26_a_challenge_that_takes_long_does_not_keep_the_client_waiting(self):
        address = self.site.address("late.test")
        web = self.site.responder(address)
        url, challenge = self.challenge("late.test")
        text = self.client.key_authorization(challenge["token"]).encode()
        answered = threading.Event()
        self.addCleanup(answered.set)
        web.pages[f"/.well-known/acme-challenge/{challenge['token']}"] = lambda _: (answered.wait(PATIENCE), (200, {}, text))[1]
        answer = self.client.ask(challenge["url"], {})
        self.assertEqual("processing", answer.json["status"])
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        waiting = self.client.ask(url)
        self.assertEqual("pending", waiting.json["status"])
        answered.set()
        self.assertEqual("valid", self.client.poll(url, ("valid", "invalid"))["status"])


class Orders(SiteCase):
    zone = "bugs.test"

    def test_15_orders_for_one_name_with_two_keys_side_by_side_both_finish(self):
        results = []

        def run(kind):
            client = self.client.clone()
            results.append(client.issue(["fifteen.bugs.test"], self.solve, key=Key(kind))[0])
            client.close()

        threads = [threading.Thread(target=run, args=(kind,)) for kind in ("P-256", "RSA-2048")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(2, len({self.leaf(pem).serial_number for pem in results}))

    @ours_only("answers 500 to one, now and then")
    def test_15_two_finalizes_at_once_give_one_certificate(self):
        url, order = self.ready("twice.bugs.test")
        request, answers = csr(["twice.bugs.test"], Key()), []
        barrier = threading.Barrier(2)

        def run():
            client = self.client.clone()
            client.nonce()
            barrier.wait()
            answers.append(client.post(order["finalize"], {"csr": b64(request)}))
            client.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(all(a.status == 200 or a.problem == "orderNotReady" for a in answers), answers)
        found = {a.json.get("certificate") for a in answers if a.status == 200} - {None}
        self.assertEqual({self.client.poll(url, ("valid",))["certificate"]}, found)

    def test_16_finalize_of_a_valid_order_changes_nothing(self):
        _, key, url = self.issue(["sixteen.bugs.test"])
        before = self.client.get(url)
        for request in (csr(["sixteen.bugs.test"], key), csr(["sixteen.bugs.test"], Key())):
            self.assertEqual(before, self.client.finalize(before, request).json)

    def test_17_a_new_order_has_no_authorization_that_failed(self):
        address = self.site.address("seventeen.test")
        web = self.site.responder(address)
        _, order = self.client.order(["seventeen.test"])
        url = order["authorizations"][0]
        challenge = next(c for c in self.client.get(url)["challenges"] if c["type"] == "http-01")
        web.put(challenge["token"], "wrong")
        self.client.ask(challenge["url"], {})
        if SERVER != "original":
            self.client.poll(url, ("invalid",))
        _, again = self.client.order(["seventeen.test"])
        self.assertNotIn(url, again["authorizations"])
        self.assertEqual("pending", self.client.get(again["authorizations"][0])["status"])

    def test_20_the_list_of_orders_stays_whole_when_the_last_pending_one_turns_ready(self):
        client = self.site.client()
        listing = client.get(client.kid)["orders"]
        self.ready("twenty.bugs.test", client)
        answer = client.ask(listing)
        self.assertEqual("application/json", answer.headers["Content-Type"])
        self.assertIsInstance(answer.json, list)  # Bare, as the original's.
        for url in answer.json:
            client.get(url)

    def test_21_whoever_asks_for_a_revocation_must_have_a_right_to_it(self):
        pem, key, _ = self.issue(["revoke.bugs.test"])
        der = acme_client.der(self.leaf(pem))
        stranger = self.site.client()
        self.assertEqual("unauthorized", stranger.revoke(der).problem)
        self.assertIn(stranger.revoke(der, kid=self.client.kid).problem, ("unauthorized", "malformed"))  # A forged kid.
        self.assertIn(stranger.revoke(der, key=Key(), jwk=True).problem, ("unauthorized", "malformed"))  # Another key.
        owner = self.site.client(key, register=False)
        self.assertEqual(200, owner.revoke(der, jwk=True).status)

    @ours_only("does not look at authorizations")
    def test_21_an_account_that_holds_the_authorizations_may_revoke(self):
        pem, key, _ = self.issue(["held.bugs.test", "also.bugs.test"])
        holder = self.site.client()
        for name in ("held.bugs.test", "also.bugs.test"):
            self.assertEqual("unauthorized", holder.revoke(acme_client.der(self.leaf(pem))).problem)
            self.ready(name, holder)
        self.assertEqual(200, holder.revoke(acme_client.der(self.leaf(pem))).status)
        self.assertTrue(self.site.is_revoked(self.leaf(pem), key.pem()))

    @ours_only("has no renewal information")
    def test_22_what_was_replaced_once_cannot_be_replaced_again(self):
        pem, _, _ = self.issue(["ari.bugs.test"])
        leaf = self.leaf(pem)
        serial = leaf.serial_number.to_bytes(leaf.serial_number.bit_length() // 8 + 1, "big")
        issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        name = f"{b64(issuer)}.{b64(serial)}"
        window = self.client.http("GET", f"{self.client.directory['renewalInfo']}/{name}")
        self.assertEqual(200, window.status, window)
        self.assertLess(window.json["suggestedWindow"]["start"], window.json["suggestedWindow"]["end"])
        self.assertGreater(int(window.headers["Retry-After"]), 0)
        _, _, order = self.issue(["ari.bugs.test"], replaces=name)
        self.assertEqual(name, self.client.get(order)["replaces"])
        again = self.client.post("newOrder", {"identifiers": identifiers(["ari.bugs.test"]), "replaces": name})
        self.assertEqual((409, "alreadyReplaced"), (again.status, again.problem))
        self.issue(["ari.bugs.test"])  # Clients go on without it.

    @ours_only("has no key-change")
    def test_25_key_change(self):
        client, new = self.site.client(), Key("P-384")
        url = client.url("keyChange")
        inner = client.jws(url, {"account": client.kid, "oldKey": client.key.jwk}, key=new, jwk=True, header={"nonce": LEFT_OUT})
        self.assertEqual(200, client.post(url, inner).status)
        self.assertEqual("malformed", client.post(client.kid).problem)  # As any signature that does not verify.
        client.key = new
        self.issue(["changed.bugs.test"], client=client)

    @ours_only("deactivates no authorizations")
    def test_25_authorizations_and_accounts_can_be_deactivated(self):
        client = self.site.client()
        url, order = self.ready("gone.bugs.test", client)
        authorization = order["authorizations"][0]
        self.assertEqual("deactivated", client.ask(authorization, {"status": "deactivated"}).json["status"])
        self.assertEqual("invalid", client.get(url)["status"])
        self.assertEqual("deactivated", client.ask(client.kid, {"status": "deactivated"}).json["status"])
        self.assertEqual((401, "unauthorized"), (lambda a: (a.status, a.problem))(client.post(client.kid)))


if __name__ == "__main__":
    unittest.main()
