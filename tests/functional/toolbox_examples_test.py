"""The examples of the manuals are run, but those that manual_examples_test.py runs: each in bash, at a terminal
that answers questions, in a fresh copy of a folder with the files that the examples speak of.

SETUP makes those files. An example that needs a server or the network is named below, with the test that does the same.
"""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import BIN  # noqa: E402
from tests.support.manuals import examples  # noqa: E402

COMMANDS = ROOT / "src/commands"
INPUTS = ROOT / "tests/data/toolbox/inputs"

SETUP = r"""
set -e
none="--no-password --insecure"
for f in password.txt pass.txt old.txt new.txt; do echo password > $f; done
for f in hello.txt foo.txt bar.txt file.txt message.txt; do echo "hello world" > $f; done
printf 'one\ntwo\nthree\n' > words.txt
mkdir folder public no; echo x > folder/a; echo x > public/index.html; head -c 32 /dev/urandom > key.bin
step certificate create "Example Root" root.crt root.key --profile root-ca $none
step certificate create "Example Issuer" int.crt int.key --profile intermediate-ca --ca root.crt --ca-key root.key $none
step certificate create leaf.example leaf.crt leaf.key --ca int.crt --ca-key int.key --san leaf.example --bundle $none
step certificate create --csr leaf.example leaf.csr leaf2.key $none
step certificate create --csr "Another Issuer" issuer.csr issuer.key $none
cp root.crt root_ca.crt; cp root.key root_ca_key; cp int.crt intermediate_ca.crt; cp int.crt intermediate.crt
cp int.key intermediate_ca_key; cat int.crt root.crt > chain.crt; cp leaf.crt foo.crt; cp leaf.key foo.key; cp leaf.crt cert.crt
step certificate format leaf.crt --out leaf.der
step crypto jwk create jwk.pub.json jwk.json $none
step crypto jwk create p256.pub.json p256.priv.json $none
step crypto jwk create bob.pub.json bob.json --use enc $none
cp jwk.json key.jwk
step crypto keypair rsa.pub rsa.key --kty RSA $none
step crypto keypair pub.pem priv.pem $none; cp priv.pem key.pem
step crypto keypair ed.pub ed.key --kty OKP --curve Ed25519 $none
step crypto key format --ssh $none ed.key --out id_ed25519; step crypto key format --ssh ed.pub --out id_ed25519.pub
step crypto jws sign --key p256.priv.json message.txt > message.jws
step crypto jose format < message.jws > message.json
echo secret | step crypto jwe encrypt --key bob.pub.json > message.jwe
step crypto jwk keyset add jwks.json < jwk.pub.json; step crypto jwk keyset list jwks.json > kid
step crypto jwt sign --key p256.priv.json --iss joe@example.com --aud https://example.com --sub s --exp 4102444800 > token
printf %s password | step crypto kdf hash > hash.txt
step crypto rand 32 --format raw > key
echo message | step crypto nacl auth digest key > digest
step crypto nacl box keypair alice.pub alice.priv; step crypto nacl box keypair bob.pub bob.priv
step crypto nacl sign keypair nacl.pub nacl.priv
"""

# Before the examples of one manual, for what has one name and two meanings.
BEFORE = {
    "crypto/jwk_create": "rm -f jwk.json jwk.pub.json",
    "crypto/keypair": "rm -f foo.key",
    "certificate/p12": "rm -f foo.p12",
    "crypto/nacl_box_keypair": "rm -f nacl.*",
    "crypto/nacl_sign_keypair": "rm -f nacl.*",
    "crypto/nacl_box_open": "echo message | step crypto nacl box seal \"$NONCE\" bob.pub alice.priv > sealed.txt",
    "crypto/nacl_secretbox_open": "echo message | step crypto nacl secretbox seal \"$NONCE\" key > sealed.txt",
    "crypto/nacl_sign_open": "echo message | step crypto nacl sign sign nacl.priv > signed.txt",
    "crypto/key_format": "rm -f priv.der",
    "crypto/key_public": "rm -f pub.pem",
    "crypto/jws_verify#2": "step crypto jws sign --key rsa.key --alg PS256 message.txt > message.jws",
    "crypto/key_verify": "step crypto key sign --key priv.pem file.txt > file.sig",
    "crypto/key_verify#2": "step crypto key sign --key rsa.key --pss --alg sha512 --raw file.txt > file.sig",
    "crypto/otp_verify": f"cp {INPUTS}/otp.b32 mike.totp",
    "crypto/winpe_extract": f"cp {ROOT}/tests/data/x509/authenticode/signed64.exe app.exe",
    "completion": "mkdir -p ~/.config/fish/completions f; fpath=(f f)",
    "path": "mkdir -p $HOME/.step/config; echo '{}' > $HOME/.step/config/defaults.json",
}

# What a test elsewhere runs with the server, the network or the root rights that it takes: by manual, or by what stands in
# the line.
ELSEWHERE_BY_MANUAL = {
    "ca/": "interop_test.py, offline_test.py, init_test.py and their like",
    "context/": "contexts_test.py",
    "crl/": "manual_examples_test.py",
    "fileserver": "fileserver_test.py",
    **{f"certificate/{path.stem}": "manual_examples_test.py"
       for path in (COMMANDS / "certificate").glob("*.md") if path.stem != "p12"},
}
ELSEWHERE_BY_LINE = {
    "https://example.com/jwks": "jose_test.py",
    "step ca ": "offline_test.py",
}
TIMEOUT = 600
# What stands at the end when a question waits: marks of the terminal aside.
ANSWERS = ((rb"\[y/n\]\W*(\x1b\[[^a-z]*[a-zA-Z])*\s*$", b"y\r"),
           (rb"(password|Password|encrypt|decrypt|generate one)[^\n]*:\s*(\x1b\[[0-9;?]*[a-zA-Z]|\s)*$", b"password\r"),
           (rb"(?i)enter text[^\n]*:\s*$|hash[^\n]*:\s*$|compare[^\n]*:\s*$|please enter[^\n]*:\s*$", b"password\r"))


def at_terminal(script, folder, env):
    """Runs bash with a terminal of its own, types answers; exit code and what was shown."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "-c", script], env)
    shown, seen, end = b"", 0, time.monotonic() + TIMEOUT
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.3)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        elif time.monotonic() > end:
            os.killpg(process, signal.SIGKILL)
            break
        else:
            for pattern, answer in ANSWERS:
                if re.search(pattern, shown[seen:]):
                    seen = len(shown)
                    os.write(terminal, answer)
                    break
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


class Examples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="step-test-")
        cls.top = pathlib.Path(cls.folder.name)
        cls.made = cls.top / "made"
        cls.made.mkdir()
        cls.env = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(cls.top / "home"), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        (cls.top / "home").mkdir()
        done = subprocess.run(["bash", "-c", SETUP], cwd=cls.made, env=cls.env, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=False, timeout=1200)
        assert done.returncode == 0, done.stderr
        read = {name: (cls.made / name).read_text().strip() for name in ("kid", "token", "digest")}
        cls.env.update(KID=read["kid"], TOKEN=read["token"], DIGEST=read["digest"], NONCE="a nonce of 24 octets....", password="password")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_examples_of_the_manuals_run(self):
        wrong, ran, elsewhere = [], 0, 0
        for path in sorted(COMMANDS.rglob("*.md")):
            name = str(path.relative_to(COMMANDS))[:-3]
            if path.name == "README.md":
                continue
            lines = examples(path.read_text())
            if not lines:
                wrong.append(f"{name}: no examples")
            work = self.top / "work"
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(self.made, work)
            for number, line in enumerate(lines, 1):
                if name.startswith(tuple(ELSEWHERE_BY_MANUAL)) or any(part in line for part in ELSEWHERE_BY_LINE):
                    elsewhere += 1
                    continue
                missing = [word for word in ("jq", "oathtool") if word + " " in line and not shutil.which(word)]
                if missing:
                    print(f"SKIP: {missing[0]} is not installed: {line}")
                    continue
                before = BEFORE.get(f"{name}#{number}", BEFORE.get(name, "true") if number == 1 else "true")
                code, shown = at_terminal(f"set -o pipefail\n{before}\n{line}\n", work, self.env)
                ran += 1
                if code != 0:
                    wrong.append(f"{name}: $ {line}\n  exit {code}: {shown.strip()[-300:]}")
        print(f"{ran} examples run, {elsewhere} where there is a server for them")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
