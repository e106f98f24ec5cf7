#!/usr/bin/env python3
"""Watches the system calls of the real programs: nothing is acknowledged before it is on disk.

    run.py --bin DIR

First the watch itself is tried on small programs that do it right and wrong; then a note and an import
on a laptop, and a push with media at the township.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "demo"))

import matters  # noqa: E402
from calls import CALLS, Watch, follow, to_socket, to_stdout  # noqa: E402
from world import Failed, Laptop, Township  # noqa: E402

# A program that keeps a file in the right order; each step can be left out.
KEEP = """
import os, sys
home, without = sys.argv[1], sys.argv[2:]
folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
file = os.open(home + "/part", os.O_CREAT | os.O_WRONLY)
os.write(file, b"kept")
if "fsync" not in without: os.fsync(file)
os.rename(home + "/part", home + "/whole")
if "folder" not in without: os.fsync(folder)
if "late" in without: os.write(file, b"more")
os.write(1, b"done\\n")
"""


def traced(command, trace, **more):
    strace = ["strace", "-f", "-yy", "-s", "200", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)]
    return subprocess.run([*strace, *map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)


def holds(condition, words):
    if not condition:
        raise Failed(words)


def the_watch_sees(folder):
    """The right order passes, and each step left out is noticed."""
    for without in ([], ["fsync"], ["folder"], ["late"]):
        home = folder / ("watch-" + "-".join(without))
        home.mkdir()
        done = traced([sys.executable, "-c", KEEP, home, *without], folder / "trace")
        holds(done.returncode == 0, done.stderr)
        watch = Watch(str(home))
        holds(follow(folder / "trace", watch, to_stdout) == 1, "the trace shows no acknowledgement")
        holds(bool(watch.faults) == bool(without), f"without {without}: {watch.faults}")
    return "the right order passes, 3 wrong ones are noticed"


def command(laptop, folder, *arguments):
    """Runs a laptop's command under the watch; returns the watch."""
    environment = {**os.environ, "LIUHEN_PASSPHRASE": laptop.passphrase}
    watch = Watch(str(laptop.home))
    full = [laptop.program, "--home", laptop.home, "--officer", laptop.officer, "--json", *arguments]
    done = traced(full, folder / "trace", env=environment)
    holds(done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr[-1500:]}")
    holds(follow(folder / "trace", watch, to_stdout) >= 1, "the command said nothing")
    holds(not watch.faults, "; ".join(watch.faults[:8]))
    holds(any(kind == "sync" for kind, _ in watch.order), "nothing was fsynced at all")
    return watch


def a_note(laptop, folder, matter):
    watch = command(laptop, folder, "note", "add", "--matter", matter, "--text", "持久")
    journal = [kind for kind, path in watch.order if "journal.db" in path]
    holds("write" in journal and "sync" in journal, f"the journal was not written: {journal}")
    return f"{len(watch.order)} writes and syncs, the journal synced before the answer"


def an_import(laptop, folder, matter):
    film = folder / "film.mp4"
    film.write_bytes(os.urandom(3 << 20))
    watch = command(laptop, folder, "media", "import", film, "--matter", matter)
    vault = str(laptop.home / "vault")
    steps = [(at, kind, path) for at, (kind, path) in enumerate(watch.order)]
    renamed = [(at, path) for at, kind, path in steps if kind == "rename" and path.startswith(vault)]
    holds(renamed, "no file was renamed into the vault")
    at, path = renamed[0]
    holds(any(kind == "sync" and place > at and where == os.path.dirname(path) for place, kind, where in steps), "folder not fsynced")
    settled = next(place for place, kind, where in steps if kind == "sync" and place > at and where == os.path.dirname(path))
    entries = [place for place, kind, where in steps if kind == "write" and "journal.db" in where and place > settled]
    holds(entries, "no entry was written after the file was safe")
    return "write, fsync, rename, fsync of the folder, entry, fsync, answer"


def a_push(township, laptop, folder):
    """The township under the watch, while a laptop pushes entries and a film."""
    trace = folder / "township-trace"
    strace = ["strace", "-f", "-yy", "-s", "64", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)]
    server = [township.program, "--home", township.home, "serve", "--listen", f"127.0.0.1:{township.port}"]
    watch = Watch(str(township.home))
    with open(folder / "strace.log", "wb") as out:
        process = subprocess.Popen([*strace, *map(str, server)], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            for _ in range(600):
                if laptop.attempt("sync")[0] == 0:
                    break
                holds(process.poll() is None, "the township ended")
                time.sleep(0.1)
            else:
                raise Failed("the laptop could not sync")
        finally:
            # The server is to end, and strace with it.
            for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGTERM)
            process.wait(30)
    answers = follow(trace, watch, to_socket)
    holds(answers > 3, f"the township answered {answers} times")
    holds(not watch.faults, "; ".join(sorted(set(watch.faults))[:8]))
    writes = sum(kind == "write" for kind, _ in watch.order)
    renames = sum(kind == "rename" for kind, _ in watch.order)
    holds(writes and renames, f"{writes} writes, {renames} renames")
    return f"{answers} answers, {writes} writes, {renames} renames, none of them open at an answer"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", type=Path, required=True)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="liuhen-durability-") as folder:
        folder = Path(folder)
        township = Township(given.bin.resolve(), folder / "township")
        laptop = Laptop(given.bin.resolve(), folder / "laptop", matters.OFFICER_ONE, "一个人的一个口令")
        try:
            print(f"the watch: {the_watch_sees(folder)}", flush=True)
            township.init()
            township.start()
            laptop.enrol(township, township.invite(matters.OFFICER_ONE, "DEMO-0001", matters.day(400)))
            laptop.do("sync")
            township.stop()
            matter = matters.start(laptop, matters.MATTERS[0], None)
            print(f"a note: {a_note(laptop, folder, matter)}", flush=True)
            print(f"an import: {an_import(laptop, folder, matter)}", flush=True)
            print(f"a push: {a_push(township, laptop, folder)}", flush=True)
        except Failed as failure:
            print(f"NOT GOOD: {failure}", flush=True)
            return 1
        finally:
            township.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
