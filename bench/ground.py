"""Where the work is done: programs, a folder on a real disk, townships and laptops, and a clock around a command.

Processes that are started here are ended here, by their own ids.
"""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts" / "demo"))

from world import Failed, Township, free_port  # noqa: E402

PASSPHRASE = "足够长的口令一二三"
OFFICER = "执法员一"
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("LIUHEN_")}


def say(words):
    print(words, file=sys.stderr, flush=True)


def disk_of(folder):
    """Device and kind of file system under a folder; memory is refused."""
    found = subprocess.run(
        ["findmnt", "-no", "SOURCE,FSTYPE", "-T", folder], capture_output=True, text=True, check=True
    ).stdout.split()
    if found[1] in ("tmpfs", "ramfs"):
        raise Failed(f"{folder} is in memory: give --folder on a disk")
    return f"{found[0]} ({found[1]})"


def machine():
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // (1 << 20)
    return f"{len(names)} × {names[0] if names else 'unknown'}, {memory} GiB of memory, Linux {os.uname().release}"


class Ground:
    """A folder, the programs, and what was started."""

    def __init__(self, programs, folder, quick):
        self.programs, self.folder, self.quick = Path(programs), Path(folder), quick
        self.folder.mkdir(parents=True, exist_ok=True)
        self.disk = disk_of(self.folder)
        self.bench = self.programs / "liuhen-bench"
        self.started = contextlib.ExitStack()

    def size(self, usual, quick):
        return quick if self.quick else usual

    def run(self, *arguments):
        """A call of `liuhen-bench`: its JSON."""
        command = [str(part) for part in (self.bench, *arguments)]
        done = subprocess.run(command, env=PLAIN, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Failed(f"{' '.join(command)}: {done.stderr.strip()[-2000:]}")
        return json.loads(done.stdout)

    def stages(self, name, rounds):
        """A township and its laptop for each round, made outside the clock: (folder, township, laptop's home, officer)."""
        for number in range(rounds):
            folder = self.fresh(f"{name}-{number}")
            with self.township(folder) as township:
                yield folder, township, folder / "laptop", self.laptop(township, folder / "laptop")

    def fresh(self, name):
        """An empty folder; what an earlier run left there goes."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @contextlib.contextmanager
    def township(self, folder):
        """A township that serves for a while: a new one, or the one that was made there, at its old address."""
        township, kept = Township(self.programs, folder / "township"), folder / "port"
        if kept.exists():
            township.port = int(kept.read_text())
            township.url = f"https://127.0.0.1:{township.port}"
        else:
            township.init()
            kept.write_text(str(township.port))
        township.start()
        try:
            yield township
        finally:
            self.peak = peak_mib(township.process.pid)
            township.stop()

    def laptop(self, township, home, officer=None):
        """An enrolled laptop's home; the officer is new, or the one of that id."""
        if officer:
            code = township.command("invite", "--officer", officer)["code"]
        else:
            code = township.invite(OFFICER, "DEMO-0001", "2099-12-31")
        return self.run("enrol", "--home", home, "--township", township.url, "--code", code)["officer"]

    def serving(self, *arguments):
        """A baseline that says its address and stays until the end."""
        process = subprocess.Popen(
            [str(part) for part in (self.bench, "baseline", *arguments)], stdout=subprocess.PIPE, text=True, env=PLAIN
        )
        self.started.callback(end, process)
        return process.stdout.readline().strip()

    def rsync(self, target):
        """An rsync daemon over a folder: its address."""
        port, config = free_port(), target.parent / "rsyncd.conf"
        config.write_text(f"use chroot = no\n[there]\npath = {target}\nread only = no\nuid = {os.getuid()}\n")
        process = subprocess.Popen(
            ["rsync", "--daemon", "--no-detach", f"--port={port}", f"--config={config}", "--address=127.0.0.1"],
            stdin=subprocess.DEVNULL,
        )
        self.started.callback(end, process)
        for _ in range(100):
            if subprocess.run(["rsync", f"rsync://127.0.0.1:{port}/"], capture_output=True).returncode == 0:
                return f"rsync://127.0.0.1:{port}/there/"
            time.sleep(0.05)
        raise Failed("the rsync daemon does not answer")


def end(process):
    process.terminate()
    process.wait()


def peak_mib(pid):
    """The largest resident size of a running process so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def settled():
    """What others wrote is on disk, so that it weighs on nobody's clock."""
    os.sync()


def timed(*commands, cwd=None):
    """Seconds of shell commands, one after another."""
    settled()
    began = time.monotonic()
    for command in commands:
        subprocess.run(["bash", "-c", command], check=True, cwd=cwd, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def liuhen_peak(ground, home, *arguments):
    """Seconds and peak MiB of the real program `liuhen`, with the passphrase and all."""
    settled()
    began = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in (ground.programs / "liuhen", "--home", home, "--json", *arguments)],
        env={**PLAIN, "LIUHEN_PASSPHRASE": PASSPHRASE}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"liuhen {arguments[0]}: exit {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def film(path, size):
    """A file that a camera could have made: an MP4 header before bytes that nothing compresses."""
    if path.exists() and path.stat().st_size == size:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (24).to_bytes(4, "big") + b"ftypisom" + bytes(4) + b"isommp42"
    head += (1).to_bytes(4, "big") + b"mdat" + (size - len(head)).to_bytes(8, "big")
    with open(path, "wb") as out:
        out.write(head)
        left = size - len(head)
        while left > 0:
            piece = os.urandom(min(left, 1 << 22))
            out.write(piece)
            left -= len(piece)
    return path


def small_files(folder, count, size=8192):
    """So many files of random bytes."""
    if not folder.exists() or len(os.listdir(folder)) != count:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"IMG_{number:06}.JPG").write_bytes(os.urandom(size))
    return folder


median = statistics.median
