#!/usr/bin/env python3
"""Removes one defence at a time and sees whether its test notices.

    run.py --check                        every patch applies, every named test exists (seconds)
    run.py [--only NAME]... [--keep]      builds each mutant in a copy of the tree and runs its test; it must fail

The first lines of a patch say what it removes and which test must go red:

    # defence: only the owner may read a home
    # test: proof thief::another_user_cannot_use_the_desk_or_read_the_home

Kinds of tests: `proof MODULE::NAME`, `durability`, `cargo PACKAGE it|lib NAME`. The copy and what is built from it lie in
`<target>/mutants`, so that a second run compiles only what a patch touches. Before the mutants the unchanged copy
must pass every test that is named.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = Path(os.environ.get("LIUHEN_TARGET") or os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
TREE, BUILT = TARGET / "mutants" / "tree", TARGET / "mutants" / "built"
# A mutant leaves things unused; only its behaviour matters here.
ENVIRONMENT = {**os.environ, "CARGO_TARGET_DIR": str(BUILT), "RUSTFLAGS": "--cap-lints=warn", "CARGO_INCREMENTAL": "0"}


class Wrong(Exception):
    """The runner or a patch is not as it should be."""


class Mutant:
    """A patch, what it removes, and the test that must notice."""

    def __init__(self, path):
        self.path, self.name = path, path.stem
        text = path.read_text()
        said = dict(re.findall(r"(?m)^# (defence|test): (.+)$", text))
        if set(said) != {"defence", "test"}:
            raise Wrong(f"{path.name}: its first lines must say defence and test")
        self.defence, self.test = said["defence"], said["test"].split()
        self.files = re.findall(r"(?m)^\+\+\+ b/(\S+)", text)

    def applies(self, tree):
        """Whether it fits the tree; nothing is changed."""
        return self._patch(tree, "--dry-run").returncode == 0

    def apply(self, tree):
        done = self._patch(tree)
        if done.returncode != 0:
            raise Wrong(f"{self.name} does not apply: {done.stdout}{done.stderr}")

    def _patch(self, tree, *more):
        command = ["patch", "--strip=1", "--forward", "--silent", "--reject-file=-", "--no-backup-if-mismatch", *more]
        return subprocess.run([*command, "--input", str(self.path)], cwd=tree, capture_output=True, text=True)


def exists(test):
    """Whether a named test is there."""
    kind, *rest = test
    if kind == "durability":
        return not rest
    if kind == "proof":
        module, _, name = rest[0].partition("::")
        text = (ROOT / "tests" / "proof" / f"{module}.py").read_text()
        return f"def {name}(" in text and re.search(rf"\b{name}\b", text[text.rindex("TESTS = [") :]) is not None
    if kind == "cargo":
        package, place, name = rest
        folder = ROOT / "crates" / package.removeprefix("liuhen-") / ("tests/it" if place == "it" else "src")
        return any(f"fn {name}(" in path.read_text() for path in folder.rglob("*.rs"))
    return False


def check(mutants):
    """The quick check of all patches; returns what is wrong."""
    wrong = [f"{mutant.name}: the test {' '.join(mutant.test)} does not exist" for mutant in mutants if not exists(mutant.test)]
    return wrong + [f"{mutant.name}: does not apply; make it anew" for mutant in mutants if not mutant.applies(ROOT)]


def copy_tree():
    """Brings the copy up to date; files that did not change keep their time, so that cargo builds little."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    wanted = {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}
    for path in [path for path in TREE.rglob("*") if path.is_file()] if TREE.exists() else []:
        if str(path.relative_to(TREE)) not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)


def run(command, folder, said):
    """Runs a program; keeps what it said; returns its exit code."""
    with open(said, "ab") as out:
        out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        return subprocess.run([str(part) for part in command], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode


def build(test, said):
    """Compiles what a test needs; a mutant that does not compile proves nothing."""
    if test[0] == "cargo":
        package, place, _ = test[1:]
        command = ["cargo", "test", "--quiet", "--locked", "--package", package, *_target(place), "--no-run"]
    else:
        command = ["cargo", "build", "--quiet", "--locked", "--package", "liuhen-cli", "--package", "liuhen-server", "--bins"]
    if run(command, TREE, said) != 0:
        raise Wrong(f"does not compile: {Path(said).read_text()[-1500:]}")


def _target(place):
    return ["--lib"] if place == "lib" else ["--test", place]


def passes(test, said):
    """Whether a test is green, with what is built now."""
    kind, *rest = test
    if kind == "proof":
        return run([sys.executable, TREE / "tests/proof/run.py", "--bin", BUILT / "debug", "--only", rest[0]], TREE, said) == 0
    if kind == "durability":
        return run([sys.executable, TREE / "tests/durability/run.py", "--bin", BUILT / "debug"], TREE, said) == 0
    package, place, name = rest
    command = ["cargo", "test", "--quiet", "--locked", "--package", package, *_target(place), "--", name]
    before = Path(said).stat().st_size if Path(said).exists() else 0
    green = run(command, TREE, said) == 0
    told = Path(said).read_text(errors="replace")[before:]
    if green and re.search(r"test result: ok\. 0 passed", told):
        raise Wrong(f"{name} was not run")
    return green


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--only", action="append", default=[])
    options.add_argument("--unproved", action="store_true", help="do not run the tests on the unchanged copy first")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    mutants = [Mutant(path) for path in sorted(HERE.glob("*.patch"))]
    if given.only:
        mutants = [mutant for mutant in mutants if mutant.name in given.only]
    wrong = check(mutants)
    for line in wrong:
        print(line)
    if wrong or given.check:
        print(f"mutants: {len(mutants)} patches, {len(wrong)} wrong")
        return 1 if wrong else 0

    copy_tree()
    logs = TARGET / "mutants" / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    survived = []
    if not given.unproved:
        for test in sorted({tuple(mutant.test) for mutant in mutants}):
            said = logs / "unchanged.log"
            build(test, said)
            if not passes(test, said):
                print(f"{' '.join(test)}: red without any mutant; see {said}", flush=True)
                survived.append(" ".join(test))
    for mutant in mutants:
        began, said = time.monotonic(), logs / f"{mutant.name}.log"
        try:
            mutant.apply(TREE)
            build(mutant.test, said)
            noticed = not passes(mutant.test, said)
        except Wrong as reason:
            print(f"{mutant.name}: {reason}", flush=True)
            noticed = False
        finally:
            copy_tree()
        verdict = "noticed" if noticed else "SURVIVED"
        print(f"{mutant.name}: {verdict} by {' '.join(mutant.test)}  [{time.monotonic() - began:.0f} s]", flush=True)
        if not noticed:
            survived.append(mutant.name)
    print(f"mutants: {len(mutants)}, not noticed: {', '.join(survived) or 'none'}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
