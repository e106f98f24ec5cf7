#!/usr/bin/env python3
"""Removes one defence at a time and sees whether its test notices.

    run.py --check                    every patch applies, every named test exists (seconds)
    run.py [--only NAME]... [--new] [--at COMMIT] [--unproved]
                                      builds each mutant in a copy of the tree and runs its test; it must fail
    run.py --report                   when each mutant was last seen, and how it ended

The first lines of a patch say what it removes and which test must go red:

    # defence: only the owner may read a home
    # test: proof thief::another_user_cannot_use_the_desk_or_read_the_home

Kinds of tests: `proof MODULE::NAME`, `durability`, `cargo PACKAGE lib|TARGET NAME`. The copy is made from the last commit, so
that half an edit disturbs nobody; it and what is built from it lie in `<target>/mutants`, so that a second run compiles only
what a patch touches. The unchanged copy must first pass every test that is named. What was seen is kept there too, by patch
and by tree: an interrupted run goes on where it stopped. `--new` leaves out patches that were noticed in any tree,
`--at` takes another commit, `--unproved` believes that the unchanged tests are green.
"""

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = Path(os.environ.get("LIUHEN_TARGET") or os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
TREE, BUILT, LOGS, SEEN = (TARGET / "mutants" / name for name in ("tree", "built", "logs", "seen.jsonl"))
# Nobody debugs a mutant, and the next one differs by a line.
ENVIRONMENT = {
    **os.environ, "CARGO_TARGET_DIR": str(BUILT), "CARGO_INCREMENTAL": "1", "CARGO_PROFILE_DEV_DEBUG": "0",
    "CARGO_PROFILE_TEST_DEBUG": "0", "CARGO_TERM_COLOR": "never", "LIUHEN_LONG": "0", "RUST_BACKTRACE": "0",
}
# What each crate needs comes before it, so that neighbours in this order share what is built.
CRATES = ["core", "protocol", "store", "app", "sync", "server", "desk", "cli"]
# No bearing on what a program or a test does.
ASIDE = ("docs/", "ui/", "bench/", "tests/mutants/", "tests/window/", ".ci/")
PATIENCE = 900


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
        self.defence, self.test = said["defence"], tuple(said["test"].split())
        self.files = re.findall(r"(?m)^\+\+\+ b/(\S+)", text)
        self.digest = hashlib.sha256(text.encode()).hexdigest()

    def place(self):
        """Where it stands in the order of building."""
        crates = [CRATES.index(found[1]) for file in self.files if (found := re.match(r"crates/(\w+)/", file))]
        return (min(crates, default=0), self.test, self.name)

    def applies(self, tree):
        """Whether it fits the tree; nothing is changed."""
        return self._patch(tree, "--dry-run").returncode == 0

    def apply(self, tree):
        done = self._patch(tree)
        if done.returncode != 0:
            raise Wrong(f"does not apply: {done.stdout}{done.stderr}")

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
        folder = ROOT / "tests" if package == "liuhen-tests" else ROOT / "crates" / package.removeprefix("liuhen-")
        inside = "src" if place == "lib" else place if package == "liuhen-tests" else f"tests/{place}"
        return any(f"fn {name}(" in path.read_text() for path in (folder / inside).rglob("*.rs"))
    return False


def check(mutants, tree):
    """The quick check of all patches; returns what is wrong, by name."""
    wrong = {mutant.name: f"the test {' '.join(mutant.test)} does not exist" for mutant in mutants if not exists(mutant.test)}
    return wrong | {mutant.name: "does not apply; make it anew" for mutant in mutants if not mutant.applies(tree)}


class Copy:
    """The tree as it was committed; files that did not change keep their time, so that cargo builds little."""

    def __init__(self, commit):
        archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True).stdout
        self.commit = subprocess.run(["git", "rev-parse", "--short", commit], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            self.files = {part.name: (tar.extractfile(part).read(), part.mode) for part in tar if part.isfile()}
        bearing = [(name, data) for name, (data, _) in sorted(self.files.items()) if not name.startswith(ASIDE) and not name.endswith(".md")]
        self.digest = hashlib.sha256(b"".join(name.encode() + hashlib.sha256(data).digest() for name, data in bearing)).hexdigest()
        for path in [path for path in TREE.rglob("*") if path.is_file()] if TREE.exists() else []:
            if str(path.relative_to(TREE)) not in self.files:
                path.unlink()
        self.restore(self.files)

    def restore(self, names):
        """Puts files back as they were committed."""
        for name in names:
            data, mode = self.files[name]
            target = TREE / name
            if target.exists() and target.read_bytes() == data:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(mode & 0o777)


def seed():
    """Takes over what others' code was compiled to; ours is compiled here, without what a debugger needs."""
    built = TARGET / "debug"
    if BUILT.exists() or not built.exists():
        return
    kinds = {"deps": (".rlib", ".rmeta", ".so", ".d"), "build": None, ".fingerprint": None}
    for folder, endings in kinds.items():
        (BUILT / "debug" / folder).mkdir(parents=True, exist_ok=True)
        for path in (built / folder).iterdir():
            to = BUILT / "debug" / folder / path.name
            if "liuhen" in path.name or (endings and path.suffix not in endings):
                continue
            shutil.copytree(path, to, symlinks=True) if path.is_dir() else shutil.copy2(path, to)


class Seen:
    """What became of mutants and of unchanged tests, in this run and earlier ones."""

    def __init__(self):
        self.lines = [json.loads(line) for line in SEEN.read_text().splitlines()] if SEEN.exists() else []

    def add(self, **line):
        self.lines.append(line)
        SEEN.parent.mkdir(parents=True, exist_ok=True)
        with open(SEEN, "a") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")

    def noticed(self, mutant, tree=None):
        """The line that says a patch was noticed, in this tree or in any."""
        return next((line for line in self.lines if line.get("patch") == mutant.digest and line["how"] == "noticed" and tree in (None, line["tree"])), None)

    def green(self, test, tree):
        return any(line.get("unchanged") == " ".join(test) and line["tree"] == tree and line["how"] == "green" for line in self.lines)

    def last(self, mutant):
        return next((line for line in reversed(self.lines) if line.get("mutant") == mutant.name), None)


def run(command, said):
    """Runs a program in the copy, with an end; returns its exit code and what it said."""
    with open(said, "ab") as out:
        out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        start = out.tell()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=TREE, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        try:
            code = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"did not end within {PATIENCE} s") from None
        finally:
            if process.poll() is None:
                # Its group is what it started; runners of ours end their own programs on TERM.
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)
    with open(said, "rb") as file:
        file.seek(start)
        return code, file.read().decode(errors="replace")


def group(test):
    """Tests that one call can run together."""
    return test[:3] if test[0] == "cargo" else test[:1]


def build(test, said):
    """Compiles what a test needs; a mutant that does not compile proves nothing."""
    if test[0] == "cargo":
        command = ["cargo", "test", "--quiet", "--locked", "--package", test[1], *target(test[2]), "--no-run"]
    else:
        command = ["cargo", "build", "--quiet", "--locked", "--package", "liuhen-cli", "--package", "liuhen-server", "--bins"]
    code, told = run(command, said)
    if code != 0:
        raise Wrong(f"does not compile: {told[-1500:]}")


def target(place):
    return ["--lib"] if place == "lib" else ["--test", place]


def outcomes(tests, said):
    """What each of the tests of one group says with what is built now: {test: None if green, else why not}."""
    kind = tests[0][0]
    if kind == "durability":
        code, told = run([sys.executable, TREE / "tests/durability/run.py", "--bin", BUILT / "debug"], said)
        return {tests[0]: None if code == 0 else last_words(told)}
    if kind == "proof":
        only = [part for test in tests for part in ("--only", test[1])]
        _, told = run([sys.executable, TREE / "tests/proof/run.py", "--bin", BUILT / "debug", *only], said)
        lines = {name: words for name, words in re.findall(r"(?m)^(\w+::\w+): (.*)$", told)}
        return {test: missing_or(lines.get(test[1]), lambda words: words.removeprefix("NOT GOOD: ") if words.startswith("NOT GOOD") else None) for test in tests}
    _, package, place, _ = tests[0]
    names = [test[3] for test in tests]
    _, told = run(["cargo", "test", "--locked", "--package", package, *target(place), "--", *names], said)
    ended = {name: how for name, how in re.findall(r"(?m)^test (?:\S+::)?(\w+)(?: - should panic)? \.\.\. (\w+)", told)}
    return {test: missing_or(ended.get(test[3]), lambda how: None if how == "ok" else panic_of(told, test[3])) for test in tests}


def missing_or(found, judge):
    if found is None:
        raise Wrong("the test was not run")
    return judge(found)


def panic_of(told, name):
    words = re.search(rf"---- (?:\S+::)?{name} stdout ----\n(.*?)(?:\n\n|\Z)", told, re.S)
    return words[1].strip() if words else last_words(told)


def last_words(told):
    return "\n".join(told.strip().splitlines()[-4:])


def unchanged(mutants, copy, seen):
    """Runs the named tests on the copy as it is; returns those that are red without any mutant."""
    said, red, groups = LOGS / "unchanged.log", {}, {}
    said.unlink(missing_ok=True)
    for test in sorted({mutant.test for mutant in mutants}):
        if not seen.green(test, copy.digest):
            groups.setdefault(group(test), []).append(test)
    for tests in groups.values():
        try:
            build(tests[0], said)
            ended = outcomes(tests, said)
        except Wrong as reason:
            ended = {test: " ".join(str(reason).split()) for test in tests}
        for test, why in ended.items():
            name = " ".join(test)
            seen.add(unchanged=name, tree=copy.digest, how="green" if why is None else "red")
            if why is not None:
                red[test] = why
                print(f"RED WITHOUT ANY MUTANT: {name}: {why[:240]}", flush=True)
    return red


def try_one(mutant, copy, seen, red):
    """Builds one mutant and runs its test; says how it ended."""
    began, said = time.monotonic(), LOGS / f"{mutant.name}.log"
    said.unlink(missing_ok=True)
    try:
        if mutant.test in red:
            raise Wrong("its test is red without it")
        mutant.apply(TREE)
        build(mutant.test, said)
        (why,) = outcomes([mutant.test], said).values()
        how = "noticed" if why else "SURVIVED"
    except Wrong as reason:
        how, why = "WRONG", str(reason)
    finally:
        copy.restore(mutant.files)
    seen.add(mutant=mutant.name, patch=mutant.digest, tree=copy.digest, commit=copy.commit, how=how, why=(why or "")[:600], test=" ".join(mutant.test))
    why = " ".join((why or "").split())
    print(f"{mutant.name}: {how} by {' '.join(mutant.test)}  [{time.monotonic() - began:.0f} s]  {why[:240]}", flush=True)
    return how


def report(mutants, seen):
    """How each mutant ended when it was last built."""
    for mutant in mutants:
        line = seen.last(mutant)
        state = "never built" if line is None else f"{line['how']} at {line['commit']}" + ("" if line["patch"] == mutant.digest else ", by an older patch")
        print(f"{mutant.name}: {state} by {' '.join(mutant.test)}")
    print(f"mutants: {len(mutants)}, noticed: {sum(1 for mutant in mutants if seen.noticed(mutant))}")
    return 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--report", action="store_true")
    options.add_argument("--only", action="append", default=[])
    options.add_argument("--new", action="store_true")
    options.add_argument("--at", default="HEAD")
    options.add_argument("--unproved", action="store_true")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    mutants = sorted((Mutant(path) for path in HERE.glob("*.patch")), key=Mutant.place)
    if set(given.only) - {mutant.name for mutant in mutants}:
        print(f"no such mutant: {set(given.only) - {mutant.name for mutant in mutants}}")
        return 2
    mutants = [mutant for mutant in mutants if not given.only or mutant.name in given.only]
    seen = Seen()
    if given.report:
        return report(mutants, seen)
    if given.check:
        wrong = check(mutants, ROOT)
        for name, why in wrong.items():
            print(f"{name}: {why}")
        print(f"mutants: {len(mutants)} patches, {len(wrong)} wrong")
        return 1 if wrong else 0

    seed()
    copy = Copy(given.at)
    LOGS.mkdir(parents=True, exist_ok=True)
    wrong = check(mutants, TREE)
    for name, why in wrong.items():
        print(f"{name}: {why}", flush=True)
    known = [mutant for mutant in mutants if seen.noticed(mutant, None if given.new else copy.digest)]
    waiting = [mutant for mutant in mutants if mutant not in known and mutant.name not in wrong]
    print(f"commit {copy.commit}: {len(waiting)} mutants to build, {len(known)} noticed before", flush=True)
    red = {} if given.unproved else unchanged(waiting, copy, seen)
    ended = {mutant.name: try_one(mutant, copy, seen, red) for mutant in waiting}
    left = [f"{name} ({how})" for name, how in ended.items() if how != "noticed"] + [f"{name} ({why})" for name, why in wrong.items()]
    print(f"mutants: {len(mutants)}, noticed: {len(mutants) - len(left)}, not noticed: {', '.join(left) or 'none'}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
