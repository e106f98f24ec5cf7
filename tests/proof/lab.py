"""A small world to attack: a township, laptops, and ways to look at what they hold.

Everything is done through the programs' command lines and files, as a stranger would. Processes that
are started here are ended here, by their own ids.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "demo"))

from matters import day  # noqa: E402
from world import Failed, Laptop, Township, _environment, answers  # noqa: E402

LONG = os.environ.get("LIUHEN_LONG") == "1"
PASSPHRASE = "一个人的口令-甲乙丙"
OFFICER = "执法员一"
OTHER = "执法员二"


def holds(condition, words):
    """What must be so."""
    if not condition:
        raise Failed(words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)[:3000])


def rows(answer):
    """The lines of a list command."""
    if answer is None:
        return []
    return answer if isinstance(answer, list) else [answer]


def ident(answer):
    """The id of what a command made."""
    return answer["id"] if "id" in answer else answer["line"]["id"]


class Lab:
    """A township that serves and laptops that are enrolled, in a folder of their own."""

    def __init__(self, programs, folder, seed=1):
        self.programs, self.folder = Path(programs), Path(folder)
        self.random = random.Random(f"{folder.name} {seed}")
        self.township = Township(programs, self.folder / "township")
        self.laptops, self.extra, self.undo = [], [], []

    def open(self, laptops=1):
        self.township.init()
        self.township.start()
        for number in range(laptops):
            self.add_laptop()
        return self

    def add_laptop(self, passphrase=PASSPHRASE):
        number = len(self.laptops) + 1
        name = [OFFICER, OTHER, "执法员三"][number - 1]
        laptop = Laptop(self.programs, self.folder / f"laptop-{number}", name, passphrase)
        code = self.township.invite(name, f"DEMO-{number:04}", day(400))
        laptop.enrol(self.township, code)
        self.laptops.append(laptop)
        return laptop

    @property
    def laptop(self):
        return self.laptops[0]

    def matter(self, laptop=None, title="占道经营"):
        laptop = laptop or self.laptop
        return ident(laptop.do("matter", "start", "--start", "patrol", "--title", title, "--place", "一号路"))

    def file(self, name, size, seed=None):
        """A file that nothing compresses; the same seed gives the same bytes."""
        path = self.folder / "camera" / name
        path.parent.mkdir(exist_ok=True)
        source = random.Random(f"{name} {size} {seed}")
        with open(path, "wb") as out:
            for start in range(0, size, 1 << 20):
                out.write(source.randbytes(min(1 << 20, size - start)))
        return path

    def close(self):
        for process in self.extra:
            end(process)
        self.township.stop()
        for step in reversed(self.undo):
            step()


def end(process):
    """Ends a process that was started here."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def start(laptop, *arguments, before=(), **more):
    """A laptop's command, running."""
    command = [*before, laptop.program, "--home", laptop.home, "--officer", laptop.officer, "--json", *arguments]
    return subprocess.Popen(
        [str(part) for part in command], env=_environment({"LIUHEN_PASSPHRASE": laptop.passphrase, **more.pop("extra", {})}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )


def killed(process, after):
    """Kills a process by its id after so many seconds. Returns (its exit code, stdout, stderr)."""
    try:
        out, err = process.communicate(timeout=max(after, 0.0001))
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    return process.returncode, out, err


def measured(work, times=2):
    """How long it takes, on this machine, now."""
    spent = []
    for _ in range(times):
        began = time.monotonic()
        work()
        spent.append(time.monotonic() - began)
    return sorted(spent)[len(spent) // 2]


def sound(laptop, deep=True):
    """The laptop finds its home whole."""
    code, answer, said = laptop.attempt("verify", *(["--deep"] if deep else []))
    holds(code == 0 and answer["sound"] and not answer["faults"], f"{laptop.home.name} is not sound: {said[-1500:]}")
    return answer


def township_sound(township, deep=True):
    """The township finds its home whole."""
    answer = township.command("verify", *(["--deep"] if deep else []))
    holds(answer["sound"] and not answer["problems"], answer)
    return answer


def refused(laptop, *arguments, code=None):
    """A command that must fail, with a code and a sentence in Chinese; returns the error."""
    status, answer, said = laptop.attempt(*arguments)
    holds(status != 0, f"{arguments} was not refused: {said[-800:]}")
    answer = error_of(answer, said)
    if code:
        codes = {code} if isinstance(code, str) else set(code)
        holds(answer["code"] in codes, f"{arguments}: {answer} instead of {codes}")
    plain(answer)
    return answer


def error_of(answer, said):
    """The error object among what a failed command said."""
    found = answer[-1] if isinstance(answer, list) and answer else answer
    holds(isinstance(found, dict) and "code" in found and "message" in found, f"no plain error: {said[-1500:]}")
    return found


def plain(error):
    """A sentence for a person: Chinese, ended, without a place in the program."""
    message = error["message"]
    holds(any("\u4e00" <= letter <= "\u9fff" for letter in message), f"no Chinese sentence: {error}")
    holds(message.rstrip().endswith(("。", "！", "？")), f"not a whole sentence: {error}")
    holds("panicked" not in message and "::" not in message, f"not plain: {error}")


class Kept:
    """The files of a home as they are now, to be put back into the same folder (same inode)."""

    def __init__(self, home, aside):
        self.home, self.aside = Path(home), Path(aside)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(home, aside, symlinks=True)

    def back(self):
        for part in self.home.iterdir():
            shutil.rmtree(part) if part.is_dir() and not part.is_symlink() else part.unlink()
        shutil.copytree(self.aside, self.home, symlinks=True, dirs_exist_ok=True)


def flip(path, at, bit=1):
    """Changes one bit of a file."""
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bit]))


def settle(township):
    """Stops the township so that its files are at rest."""
    holds(township.stop() == 0, "the township did not end in order")


@contextlib.contextmanager
def serving(township):
    """The township, open for a while."""
    township.start()
    try:
        yield township
    finally:
        township.stop()


def json_lines(text):
    """The JSON lines among what a program said."""
    found = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


__all__ = [name for name in globals() if not name.startswith("_")]
