"""The template engine beside Go's text/template and sprig: the corpus of tests/data/templates, which the
unit tests of src/tmpl hold us to without Go, and random templates.

`templates_test.py --seed N [COUNT]` looks at one seed only. tools/gen/template_corpus.py writes the corpus.
"""
import collections
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.support.harness import BIN, LONG, peer  # noqa: E402
from tests.support.template_maker import DATA, templates  # noqa: E402

GO = "go-templates-v3.3.0"
TOO_SLOW = {"unfinished": "too slow"}
OURS = str(BIN / "step-template-run")
# Maps that hold themselves and deep recursion: rows of docs/compat.md. Go goes on until it ends or its
# stack does.
LIMITS = ("dict would hold itself", "maximum template depth", "template makes a text", "template takes", "template uses")


def ask(program, questions):
    """Answers to all questions. Those that Go gave up waiting for it is asked again, each alone: on a busy
    machine two seconds may pass before it begins."""
    answers = ask_once(program, questions)
    for i in range(len(answers)):
        for _ in range(3):
            if answers[i] == TOO_SLOW:
                answers[i] = ask_once(program, questions[i:i + 1])[0]
    return answers


def ask_once(program, questions):
    """Answers to all questions. A program that dies at one is asked the rest anew; and so is one now and
    then anyway, for what Go gave up waiting for goes on for as long as the program lives."""
    lines = [json.dumps(q) + "\n" for q in questions]
    answers = []
    while len(answers) < len(lines):
        some = lines[len(answers):len(answers) + 250]
        done = subprocess.run([program], input="".join(some), capture_output=True, text=True, timeout=3600, check=False)
        got = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
        answers += got
        if len(got) < len(some):
            answers.append({"unfinished": f"died: {done.stderr[:200]}"})
    return answers


def go_on(question):
    """Go's answer to what it did not finish in two seconds: the machine may have been busy."""
    done = subprocess.run([peer(GO)], input=json.dumps(question) + "\n", capture_output=True, text=True, check=False,
                          env={**os.environ, "STEP_PATIENCE": "60"})
    return json.loads(done.stdout) if done.stdout else {"unfinished": "died"}


def differ(ours, go):
    """True if ours is not what Go says; where Go never answers, we must have met a limit."""
    if ours.get("limit"):
        return not any(limit in ours["error"] for limit in LIMITS)
    return ours != go


class Templates(unittest.TestCase):
    def compare(self, questions, note):
        go, ours = ask(peer(GO), questions), ask(OURS, questions)
        go = [go_on(q) if "unfinished" in g and not o.get("limit") else g for q, g, o in zip(questions, go, ours)]
        different = [f"{q['template']!r}\n    Go   {g}\n    ours {o}" for q, g, o in zip(questions, go, ours) if differ(o, g)]
        kinds = collections.Counter("limit" if o.get("limit") else "error" if "error" in g else "text" for g, o in zip(go, ours))
        print(f"{note}: {len(questions)} templates, {dict(kinds)}", file=sys.stderr)
        self.assertEqual([], different[:5], f"{len(different)} of {len(questions)} differ; {note}")
        self.assertLess(kinds["limit"], 1 + len(questions) // 50)
        return kinds

    def test_the_corpus_is_still_what_go_says(self):
        for path in sorted((ROOT / "tests/data/templates").glob("*.json")):
            if path.name == "different.json":  # What differs on purpose, for the unit test.
                continue
            recorded = json.loads(path.read_text())
            questions = [{"template": row["template"], "data": recorded["data"]} for row in recorded["cases"]]
            for row, answer in zip(recorded["cases"], ask(peer(GO), questions)):
                with self.subTest(file=path.name, template=row["template"]):
                    if "unfinished" in answer and "unfinished" not in row:
                        answer = go_on({"template": row["template"], "data": recorded["data"]})
                    self.assertEqual({k: v for k, v in row.items() if k != "template"}, answer)

    def test_random_templates_give_what_go_gives(self):
        # Every day the same ones: a hunt for others is for --long and by hand (--seed).
        seed = random.randrange(1_000_000) if LONG else 20261122
        kinds = self.compare([{"template": t, "data": DATA} for t in templates(seed, 20_000 if LONG else 600)], f"seed {seed}")
        self.assertGreater(kinds["text"], kinds["error"])

    def test_templates_that_want_too_much_end_soon(self):
        lines = [t for t in (ROOT / "tests/data/templates/hostile.txt").read_text().splitlines() if not t.startswith("#")]
        data = {"l": list(range(1000)), "s": "a" * 1000, "js": "[" * 100_000 + "]" * 100_000}
        for template in lines if LONG else lines[::7]:
            with self.subTest(template=template):
                question = json.dumps({"template": template, "data": data}) + "\n"
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                done = subprocess.run([OURS], input=question, capture_output=True, text=True, timeout=120, check=False,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)))
                spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before.ru_utime
                self.assertEqual(0, done.returncode, done.stderr)
                answer = json.loads(done.stdout)
                self.assertTrue(answer.get("limit") or "error" in answer or len(answer["output"]) <= 1 << 20)
                self.assertLess(spent, 30)  # Builds without optimisation take some calls that long.


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--seed":
        made = templates(int(sys.argv[2]), int((sys.argv[3:] or ["1000"])[0]))
        Templates().compare([{"template": t, "data": DATA} for t in made], f"seed {sys.argv[2]}")
    else:
        unittest.main()
