"""`step certificate lint` beside zlint: the same verdict for each rule that we have, on our recorded
certificates and on made-up bad ones, of which there is one at least for each rule.

`lint_test.py --record` writes zlint's verdicts on the bad ones to tests/data/lint/verdicts.vec, which the
unit tests of src/lint hold us to without zlint.
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.bad_certificates import CASES  # noqa: E402
from tests.support.harness import OURS_STEP, peer  # noqa: E402

ZLINT = "zlint-v3.7.1"
VERDICTS = ROOT / "tests/data/lint/verdicts.vec"
# zlint cannot check this signature by the certificate's own key, and so takes the root for an issued one.
EXCEPT = {("tests/data/inspect/rsa-pss-sha384/input.pem", "e_ext_authority_key_identifier_no_key_identifier")}
# No certificate reaches these: our own reader, or zlint's, wants them whole.
UNREACHED = {"e_cert_unique_identifier_version_not_2_or_3", "e_generalized_time_does_not_include_seconds",
             "e_generalized_time_includes_fraction_seconds", "e_generalized_time_not_in_zulu", "e_rsa_exp_negative",
             "e_rsa_no_public_key", "e_subject_not_dn", "e_utc_time_does_not_include_seconds", "e_utc_time_not_in_zulu",
             "e_path_len_constraint_zero_or_less", "e_ext_ian_dns_not_ia5_string", "e_ext_ian_uri_not_ia5",
             "w_name_constraint_on_edi_party_name"}


def pem(der):
    return "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n"


def run(argv, text):
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(text)
        file.flush()
        return subprocess.run([*argv, file.name], capture_output=True, text=True, timeout=120, check=False)


def ours(text):
    done = run([OURS_STEP, "certificate", "lint"], text)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


def theirs(zlint, text):
    done = run([zlint], text)
    try:
        return {rule: finding["result"] for rule, finding in json.loads(done.stdout).items()}
    except json.JSONDecodeError:
        return done.stderr


def recorded_certificates():
    """Every certificate in tests/data, once."""
    found = {}
    for path in sorted((ROOT / "tests/data").rglob("*")):
        if not path.is_file() or path.suffix == ".vec":
            continue
        text = path.read_bytes().decode(errors="replace")
        for block in re.findall("-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n", text):
            found.setdefault(block, f"{path.relative_to(ROOT)}")
    return found


class Lint(unittest.TestCase):
    maxDiff = None

    def test_every_rule_is_listed_in_the_original_shape(self):
        text = pem(CASES[0][1])
        done = run([OURS_STEP, "certificate", "lint"], text)
        report = json.loads(done.stdout)
        self.assertFalse(done.stdout.endswith("\n"))
        self.assertTrue(done.stdout.startswith('{\n "version": 3,\n "timestamp": '))
        self.assertEqual(list(report), ["version", "timestamp", "lints", "notices_present", "warnings_present",
                                        "errors_present", "fatals_present"])
        self.assertEqual(list(report["lints"]), sorted(report["lints"]))
        self.assertGreaterEqual(len(report["lints"]), 80)
        for other in (text, pem(CASES[3][1]), pem(CASES[-1][1])):
            self.assertEqual(list(ours(other)["lints"]), list(report["lints"]))

    def test_present_flags_follow_the_findings(self):
        words = {"notices_present": "info", "warnings_present": "warn", "errors_present": "error", "fatals_present": "fatal"}
        for name, der in CASES:
            report = ours(pem(der))
            results = {finding["result"] for finding in report["lints"].values()}
            self.assertLessEqual(results, {"NA", "NE", "pass", "info", "warn", "error", "fatal"})
            for member, word in words.items():
                self.assertEqual(report[member], word in results, f"{name}: {member}")

    def test_each_rule_breaks_somewhere(self):
        broken, rules = set(), set()
        for _, der in CASES:
            lints = ours(pem(der))["lints"]
            rules |= set(lints)
            broken |= {rule for rule, finding in lints.items() if finding["result"] in ("info", "warn", "error")}
        self.assertEqual(rules - broken, UNREACHED)

    def test_verdicts_are_those_of_zlint(self):
        zlint = peer(ZLINT)
        wrong, compared, refused = [], 0, 0
        corpus = [(pem(der), name) for name, der in CASES] + list(recorded_certificates().items())
        for text, name in corpus:
            verdicts, report = theirs(zlint, text), ours(text)
            if isinstance(verdicts, str) or isinstance(report, str):
                refused += 1
                continue
            compared += 1
            for rule, finding in report["lints"].items():
                if finding["result"] != verdicts.get(rule) and (name, rule) not in EXCEPT:
                    wrong.append(f"{name}: {rule} is {finding['result']}, zlint says {verdicts.get(rule)}")
        print(f"{compared} certificates compared with zlint, {refused} that one of the two refuses")
        self.assertEqual(wrong, [])
        self.assertGreater(compared, len(CASES))

    def test_what_is_no_certificate_is_refused(self):
        for text, error in (("hello", "could not parse certificate file"),
                            (pem(b"\x30\x03\x02\x01\x01"), "x509: malformed certificate: "),
                            (pem(b""), "x509: malformed certificate: ")):
            done = run([OURS_STEP, "certificate", "lint"], text)
            self.assertEqual(done.returncode, 1)
            self.assertIn(error, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertEqual(done.stdout, "")


def record():
    zlint, rows = peer(ZLINT), []
    known = set(ours(pem(CASES[0][1]))["lints"])
    for name, der in CASES:
        if len(der) > 4096:
            continue
        verdicts = theirs(zlint, pem(der))
        bad = " ".join(f"{rule}={word}" for rule, word in sorted(verdicts.items())
                       if rule in known and word in ("info", "warn", "error", "fatal"))
        rows.append("\t".join(json.dumps(field) for field in (name, der.hex(), bad)))
    VERDICTS.parent.mkdir(exist_ok=True)
    VERDICTS.write_text("# zlint v3.7.1 on tests/support/bad_certificates.py (lint_test.py --record): name, DER, rules broken\n"
                        + "\n".join(rows) + "\n")


if __name__ == "__main__":
    if "--record" in sys.argv:
        record()
    else:
        unittest.main()
