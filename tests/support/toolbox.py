"""The folder in which recorded command lines of the toolbox run, and how they run there: for the test that
compares (tests/functional/toolbox_cases_test.py) and the recorder (tools/record_cases.py).

A line that speaks of `unreadable` finds a file of that name that nobody may read, one that speaks of `locked/` a
folder that nobody may write to. Root could all the same, so such lines run without that privilege of root's."""
import functools
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/toolbox"
# What `<name>` stands for in a recorded output.
PATTERNS = {"go-duration": r"[0-9hmsµn.]+", "22 chars salt": r"[A-Za-z0-9+/]{22}", "43 chars": r"[A-Za-z0-9+/]{43}",
            "53 chars": r"[A-Za-z0-9./]{53}", "32 base32 chars": "[A-Z2-7]{32}"}


def prepare(work, argv=()):
    """Fills `work` with the inputs: those of the toolbox, and, for command lines that speak of x/, there every
    certificate, request and list of tests/data/inspect and the chain of tests/data/cli."""
    shutil.copytree(DATA / "inputs", work, copy_function=shutil.copyfile)
    if any("x/" in word for word in argv):
        (work / "x").mkdir()
        for folder in sorted((ROOT / "tests/data/inspect").iterdir()):
            if (folder / "input.pem").exists():
                shutil.copyfile(folder / "input.pem", work / "x" / f"{folder.name}.pem")
        for path in sorted((ROOT / "tests/data/cli/inputs").iterdir()):
            shutil.copyfile(path, work / "x" / path.name)
    if forbidden(argv):
        (work / "unreadable").write_text("secret\n")
        (work / "locked").mkdir()
    (work / "two.pem").write_bytes((work / "ec256.key").read_bytes() + (work / "ec384.key").read_bytes())
    for top, _, names in os.walk(work):
        os.chmod(top, 0o755)
        for name in names:
            os.chmod(os.path.join(top, name), 0o755 if name == "d.sh" else 0o644)
    (work / "set.json").chmod(0o600)  # As the original made it.
    if forbidden(argv):
        (work / "unreadable").chmod(0)
        (work / "locked").chmod(0o555)


def forbidden(argv):
    return any(word == "unreadable" or word.startswith("locked") for word in argv)


@functools.cache
def as_anybody():
    """Words before a command that take root's privilege to read and write every file; None if that cannot be."""
    if os.getuid() != 0:
        return ()
    words = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return words if done.returncode == 0 else None


def words(case):
    return [*case["argv"], case.get("stdinFile", "")]


def run(step, case, work):
    """Runs a case with this program in `work`, without a terminal; its home is the folder above."""
    with open(work / case["stdinFile"] if "stdinFile" in case else "/dev/null", "rb") as stdin:
        options = {"input": case["stdin"].encode()} if "stdin" in case else {"stdin": stdin}
        before = as_anybody() if forbidden(words(case)) else ()
        return subprocess.run([*before, step, *case["argv"][1:]], cwd=work, capture_output=True, timeout=120, check=False,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(work.parent), "TZ": "UTC"},
                              start_new_session=True, **options)


def snapshot(work):
    """Every file with its mode and contents."""
    return {str(path.relative_to(work)): (path.stat().st_mode & 0o777, path.read_bytes())
            for path in work.rglob("*") if path.is_file() and path.name != "unreadable"}


def changes(before, after):
    """What a command made or changed, and what it removed (None)."""
    made = {name: after[name] for name in after if before.get(name) != after[name]}
    return {**made, **{name: None for name in before if name not in after}}
