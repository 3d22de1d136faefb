"""The folder in which recorded command lines of the toolbox run, and how they run there: for the test that
compares (tests/functional/toolbox_cases_test.py) and the recorder (tools/record_cases.py)."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/toolbox"


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
    (work / "two.pem").write_bytes((work / "ec256.key").read_bytes() + (work / "ec384.key").read_bytes())
    for top, _, names in os.walk(work):
        os.chmod(top, 0o755)
        for name in names:
            os.chmod(os.path.join(top, name), 0o755 if name == "d.sh" else 0o644)
    (work / "set.json").chmod(0o600)  # As the original made it.


def words(case):
    return [*case["argv"], case.get("stdinFile", "")]


def run(step, case, work):
    """Runs a case with this program in `work`, without a terminal; its home is the folder above."""
    with open(work / case["stdinFile"] if "stdinFile" in case else "/dev/null", "rb") as stdin:
        options = {"input": case["stdin"].encode()} if "stdin" in case else {"stdin": stdin}
        return subprocess.run([step, *case["argv"][1:]], cwd=work, capture_output=True, timeout=60, check=False,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(work.parent), "TZ": "UTC"},
                              start_new_session=True, **options)


def snapshot(work):
    """Every file with its mode and contents."""
    return {str(path.relative_to(work)): (path.stat().st_mode & 0o777, path.read_bytes())
            for path in work.rglob("*") if path.is_file()}


def changes(before, after):
    """What a command made or changed, and what it removed (None)."""
    made = {name: after[name] for name in after if before.get(name) != after[name]}
    return {**made, **{name: None for name in before if name not in after}}
