#!/usr/bin/env python3
"""Checks by others' tools of what Liuhen writes: builds a small world, then reads it with code that is not ours.

    run.py --bin DIR [--only NAME] [--keep DIR]

This driver starts our programs; the checkers (check_*.py, sumdb, bagit.py, sqlcipher3, tuspy,
cryptography) read only files and HTTP, and each must also refuse at least ten damaged copies.
"""

import argparse
import base64
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts" / "demo"))

import bagit  # noqa: E402
import damage  # noqa: E402
import matters  # noqa: E402
import media  # noqa: E402
from formats import Township as Note  # noqa: E402
from matters import identity  # noqa: E402
from world import Failed, Laptop, Township  # noqa: E402


def ends(command, **more):
    """Whether a program ends with 0, and what it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def good(command, **more):
    fine, said = ends(command, **more)
    if not fine:
        raise Failed(f"{Path(str(command[0])).name} {' '.join(map(str, command[1:]))}: {said[-2000:]}")
    return said


class World:
    """A township with two officers, a matter with everything in it, and its bundle."""

    def __init__(self, programs, folder):
        self.folder, self.target = Path(folder), Path(programs).parent
        self.township = Township(programs, self.folder / "township")
        self.first = Laptop(programs, self.folder / "laptop-1", matters.OFFICER_ONE, "第一个人的一个口令")
        self.second = Laptop(programs, self.folder / "laptop-2", matters.OFFICER_TWO, "第二个人的一个口令")
        self.bundle = self.folder / "bundle"

    def build(self):
        self.township.init()
        self.township.start()
        self.first.enrol(self.township, self.township.invite(matters.OFFICER_ONE, "DEMO-0001", matters.day(400)))
        self.second.enrol(self.township, self.township.invite(matters.OFFICER_TWO, "DEMO-0002", matters.day(400)))
        self.code = self.township.invite("外来工具", "DEMO-0003", matters.day(400))
        self.first.do("sync")
        self.early = self.folder / "early.checkpoint"
        self.early.write_text(good(["curl", "--silent", "--insecure", f"{self.township.url}/log/checkpoint"]) + "\n")
        matter = matters.start(self.first, matters.MATTERS[2], matters.OFFICER_TWO)
        self.first.do("matter", "rights", matter)
        taken = media.make(self.target / "demo-media", large=False)
        self.first.do("media", "import", *(path for path in media.files(taken) if path.name != media.LARGE), "--matter", matter)
        # More than 256 entries, so that the log has full tiles and two levels.
        many = self.folder / "many"
        many.mkdir()
        for number in range(150):
            (many / f"page {number:03}.txt").write_text(f"page {number}\n")
        other = matters.start(self.first, matters.MATTERS[0], None)
        self.first.do("media", "import", many, "--matter", other)
        draft = identity(self.first.do("draft", "new", "--matter", matter, "--title", "现场检查笔录"))
        self.first.do("draft", "set", draft, "现场情况", "--text", "东侧搭建砖混棚。")
        self.first.do("sync")
        self.second.do("sync")
        self.second.do("matter", "confirm", matter)
        self.second.do("sync")
        self.first.do("sync")
        self.first.do("export", "--matter", matter, "--out", self.bundle)
        self.note = Note((self.bundle / "data" / "township.note").read_text(), None)

    # One function a check; each returns a line of figures.

    def vectors(self):
        return good([sys.executable, HERE / "check_vectors.py"])

    def bundle_(self):
        checker = [sys.executable, HERE / "check_bundle.py"]
        said = good([*checker, self.bundle, "--root-pin", self.note.pin]).splitlines()[0]
        if ends([*checker, self.bundle, "--root-pin", base64.b64encode(bytes(32)).decode()])[0]:
            raise Failed("the bundle was accepted under another root pin")
        accepts = lambda copy: ends([*checker, copy, "--root-pin", self.note.pin])[0]  # noqa: E731
        return f"{said}; {self.all_missed(self.bundle, damage.BUNDLE, accepts, sealed=True)}"

    def bag(self):
        logging.getLogger("bagit").setLevel(logging.CRITICAL)

        def accepts(folder):
            try:
                return bagit.Bag(str(folder)).is_valid()
            except bagit.BagError:
                return False

        if not accepts(self.bundle):
            raise Failed("bagit.py refuses the bundle")
        return f"good: bagit.py {bagit.VERSION}; {self.all_missed(self.bundle, damage.BAG, accepts)}"

    def log(self):
        program = self.target / "sumdb"
        environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "CGO_ENABLED": "0"}
        good(["go", "build", "-o", program, "."], cwd=HERE / "sumdb", env=environment)
        key = next(
            line.removeprefix("log ") for line in (self.bundle / "data" / "township.note").read_text().splitlines()
            if line.startswith("log ")
        )
        saved = self.folder / "log"
        shared = ["-key", key, "-old", self.early, "-proofs", self.bundle / "data" / "receipts"]
        address = ["-url", f"{self.township.url}/log", "-pin", self.note.tls[0], "-save", saved]
        said = good([program, *address, *shared])
        if ends([program, "-url", f"{self.township.url}/log", "-pin", self.note.pin, *shared])[0]:
            raise Failed("the log was read from a server with another key")
        accepts = lambda copy: ends([program, "-dir", copy, *shared])[0]  # noqa: E731
        if not accepts(saved):
            raise Failed("the saved log is not good")
        return f"{said}; {self.all_missed(saved, damage.LOG, accepts)}"

    def upload(self):
        return good([sys.executable, HERE / "check_upload.py", self.township.url, self.code])

    def vault(self):
        paper = next(path for path in self.township.papers.iterdir() if "recovery" in path.name)
        home = [self.first.home, self.first.passphrase]
        return good([sys.executable, HERE / "check_vault.py", *home, paper, self.bundle])

    def database(self):
        return good([sys.executable, HERE / "check_database.py", self.first.home, self.first.passphrase])

    @staticmethod
    def all_missed(folder, damages, accepts, sealed=False):
        count, unnoticed = damage.missed(folder, damages, accepts, sealed)
        if unnoticed or count < 10:
            raise Failed(f"damaged copies were accepted: {', '.join(unnoticed)}")
        return f"{count} damaged copies refused"


CHECKS = ["vectors", "bundle", "bag", "log", "upload", "vault", "database"]
WITHOUT_WORLD = {"vectors"}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", type=Path, required=True)
    options.add_argument("--only", action="append", choices=CHECKS)
    options.add_argument("--keep", type=Path)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = [name for name in CHECKS if not given.only or name in given.only]
    failed = []
    with tempfile.TemporaryDirectory(prefix="liuhen-independent-") as folder:
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
        world = World(given.bin.resolve(), given.keep or folder)
        try:
            if set(wanted) - WITHOUT_WORLD:
                start = time.monotonic()
                world.build()
                print(f"world: {time.monotonic() - start:.0f} s", flush=True)
            for name in wanted:
                start = time.monotonic()
                try:
                    said = getattr(world, "bundle_" if name == "bundle" else name)()
                    print(f"{name}: {said}  [{time.monotonic() - start:.1f} s]", flush=True)
                except Failed as failure:
                    failed.append(name)
                    print(f"{name}: NOT GOOD: {failure}", flush=True)
        except Failed as failure:
            failed.append("world")
            print(f"world: NOT GOOD: {failure}", flush=True)
        finally:
            world.township.stop()
    print(json.dumps({"checked": wanted, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
