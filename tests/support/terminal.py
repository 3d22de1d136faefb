"""A process in a terminal of its own, for tests of prompts."""
import codecs
import fcntl
import os
import pty
import select
import subprocess
import termios
import time

from tests.support.harness import OURS_STEP, PATIENCE

DOWN, INTERRUPT = "\x1b[B", "\x03"
ENOUGH = PATIENCE


class Terminal:
    """A process whose controlling terminal is a pseudo-terminal."""

    def __init__(self, home, *words, stdin=None, env=None, program=OURS_STEP):
        self.outside, self.inside = pty.openpty()
        self.before = termios.tcgetattr(self.inside)
        self.seen, self._after = "", None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # A letter may come in two pieces.

        def own_terminal():
            os.setsid()
            fcntl.ioctl(self.inside, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [program, *words], cwd=home, preexec_fn=own_terminal, pass_fds=[self.inside],
            stdin=stdin if stdin is not None else self.inside, stdout=self.inside, stderr=self.inside,
            env={"TERM": "xterm", **(env or {"PATH": "/usr/bin:/bin", "HOME": str(home)})})

    def read(self, seconds):
        """Takes what is shown within that time; False if that is nothing."""
        if not select.select([self.outside], [], [], seconds)[0]:
            return False
        try:
            self.seen += self._decoder.decode(os.read(self.outside, 4096))
        except OSError:
            return False  # Nobody has the terminal open any more.
        return True

    def until(self, text):
        """Waits until `text` is on the screen, and forgets what came before."""
        end = time.monotonic() + ENOUGH
        while text not in self.seen:
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} in {self.seen!r}")
            self.read(0.2)
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def type(self, text):
        os.write(self.outside, text.encode())

    def finish(self):
        """The exit code; what is left on the screen is in `seen`."""
        end = time.monotonic() + ENOUGH
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        code = self.process.wait(1)
        self._after = termios.tcgetattr(self.inside)
        self._leave()
        while self.read(2):  # What the kernel still holds, to the last octet.
            pass
        return code

    def unchanged(self):
        return (self._after or termios.tcgetattr(self.inside)) == self.before

    def _leave(self):
        if self.inside is not None:
            os.close(self.inside)
            self.inside = None

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._leave()
        os.close(self.outside)
