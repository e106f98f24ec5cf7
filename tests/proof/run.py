#!/usr/bin/env python3
"""Attacks the real programs: killed, damaged, stolen, starved, lied to, cut off.

    run.py --bin DIR [--only MODULE[::TEST]]... [--list] [--jobs N]

Each module has a list TESTS of functions; each gets an empty Lab in a folder of its own and returns a line
of figures, or raises. LIUHEN_LONG=1 draws more. Two modules run at a time.
"""

import argparse
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# Longest first, so that two workers end together.
MODULES = ["kills", "years", "network", "tamper", "storage", "lying", "thief", "history", "clock"]


def tests_of(module):
    return importlib.import_module(module).TESTS


def run_module(programs, module, wanted):
    """Runs the tests of one module; returns the names of those that failed."""
    from lab import Failed, Lab

    failed = []
    for test in tests_of(module):
        if wanted and test.__name__ not in wanted:
            continue
        folder = Path(tempfile.mkdtemp(prefix=f"liuhen-proof-{module}-"))
        lab, began = Lab(programs, folder), time.monotonic()
        try:
            said, good = test(lab), True
        except Failed as failure:
            said, good = f"NOT GOOD: {failure}", False
        except Exception:  # noqa: BLE001: a broken test is a failed test
            said, good = f"NOT GOOD: {traceback.format_exc()}", False
        finally:
            lab.close()
        print(f"{module}::{test.__name__}: {said}  [{time.monotonic() - began:.1f} s]", flush=True)
        if not good:
            failed.append(f"{module}::{test.__name__}")
        shutil.rmtree(folder, ignore_errors=True)
    return failed


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", type=Path, required=False)
    options.add_argument("--only", action="append", default=[])
    options.add_argument("--list", action="store_true")
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    if given.list:
        for module in MODULES:
            for test in tests_of(module):
                print(f"{module}::{test.__name__}: {(test.__doc__ or '').splitlines()[0]}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = {}
    for name in given.only or MODULES:
        module, _, test = name.partition("::")
        chosen.setdefault(module, set()).update([test] if test else [])
    known = {module: {test.__name__ for test in tests_of(module)} for module in chosen}
    for module, names in chosen.items():
        if names - known[module]:
            print(f"no such test: {names - known[module]}", file=sys.stderr)
            return 2
    programs = given.bin.resolve()
    if len(chosen) == 1 or given.jobs == 1:
        failed = [name for module, names in chosen.items() for name in run_module(programs, module, names)]
        return 1 if failed else 0
    # A process a module: each may enter namespaces of its own.
    waiting, running, bad = list(chosen.items()), {}, []
    try:
        while waiting or running:
            while waiting and len(running) < given.jobs:
                module, names = waiting.pop(0)
                only = [f"--only={module}::{name}" for name in sorted(names)] or [f"--only={module}"]
                running[module] = subprocess.Popen([sys.executable, __file__, "--bin", programs, *only])
            for module in [name for name, process in running.items() if process.poll() is not None]:
                if running.pop(module).returncode:
                    bad.append(module)
            time.sleep(0.05)
    finally:
        for process in running.values():
            process.terminate()
            process.wait()
    print(f"proof: {len(chosen)} modules, failed: {', '.join(bad) or 'none'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
