"""A township and its laptops as programs: started, called and stopped as a person would do it.

Talks to them only through their command lines (docs/cli.md). A process that was started here is
ended here, by its own id.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
from pathlib import Path


class Failed(Exception):
    """A program did not do what it was asked; the message holds what it said."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIUHEN_")}
    return {**kept, **extra}


def call(program, arguments, extra=None, stdin=None, timeout=1800):
    """Runs a program to its end. Returns (exit code, stdout, stderr)."""
    done = subprocess.run(
        [str(program), *map(str, arguments)], env=_environment(extra or {}), input=stdin, text=True,
        capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL if stdin is None else None,
    )
    return done.returncode, done.stdout, done.stderr


def answers(text):
    """What a program said in JSON: one value for one object, else the list of its lines."""
    text = text.strip()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


class Township:
    """A township server with its embedded store, on loopback."""

    def __init__(self, binaries, home, name="观海卫镇"):
        self.program = Path(binaries) / "liuhen-township"
        self.home, self.name, self.process = Path(home), name, None
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.log = self.home.parent / f"{self.home.name}.log"

    def command(self, *arguments):
        code, out, err = call(self.program, ["--home", self.home, "--json", *arguments])
        if code != 0:
            raise Failed(f"liuhen-township {' '.join(map(str, arguments))}: {out}{err}")
        return answers(out)

    def init(self):
        """Makes the township; its root and recovery keys go to a folder beside it, as on a USB stick."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.papers = self.home.parent / f"{self.home.name}-papers"
        return self.command("init", "--name", self.name, "--keys-to", self.papers)

    def invite(self, name, certificate, valid_until, role="officer"):
        answer = self.command(
            "invite", "--name", name, "--certificate", certificate, "--valid-until", valid_until, "--role", role
        )
        return answer["code"]

    def start(self):
        """Serves, and waits for the line that says the door is open."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "--home", str(self.home), "serve", "--listen", f"127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=_environment({}), start_new_session=True,
            )
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.stop()
            raise Failed(f"the township does not open its door: {self.log.read_text()[-2000:]}")
        self.ready = json.loads(line)

    def stop(self):
        """Asks it to end, and returns its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        code, self.process = self.process.returncode, None
        return code

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Laptop:
    """A laptop's home and the officer who sits at it."""

    def __init__(self, binaries, home, officer, passphrase):
        self.program = Path(binaries) / "liuhen"
        self.home, self.officer, self.passphrase = Path(home), officer, passphrase

    def attempt(self, *arguments, stdin=None, passphrase=None):
        """Runs a command. Returns (exit code, answer or None, everything said)."""
        secret = {"LIUHEN_PASSPHRASE": self.passphrase if passphrase is None else passphrase}
        officer = ["--officer", self.officer] if self.officer else []
        code, out, err = call(self.program, ["--home", self.home, *officer, "--json", *arguments], secret, stdin)
        try:
            answer = answers(out)
        except ValueError:
            answer = None
        return code, answer, out + err

    def do(self, *arguments, stdin=None):
        code, answer, said = self.attempt(*arguments, stdin=stdin)
        if code != 0:
            raise Failed(f"liuhen {' '.join(map(str, arguments))}: exit {code}: {said.strip()[-2000:]}")
        return answer

    def enrol(self, township, code):
        return self.do("enrol", "--township", township.url, "--code", code)


def binaries(root):
    """The folder of the built programs."""
    target = Path(os.environ.get("LIUHEN_TARGET") or os.environ.get("CARGO_TARGET_DIR") or Path(root) / "target")
    folder = target / "debug"
    for name in ("liuhen", "liuhen-township"):
        if not (folder / name).exists() and shutil.which(str(folder / name)) is None:
            raise Failed(f"{name} is not built: cargo build --bins")
    return folder


def size_of(path):
    """Bytes in a file or in all files of a folder."""
    path = Path(path)
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def readable(count):
    """A number of bytes for people."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"
