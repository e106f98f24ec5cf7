"""What scripts/run does once everything is installed and built.

    main.py [--headless] [--media DIR] [--keep DIR]
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

import headless
import media
import window
import world


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--headless", action="store_true")
    options.add_argument("--media", type=Path)
    options.add_argument("--keep", type=Path, help="folder for the homes, kept afterwards")
    given = options.parse_args()
    # A terminated run ends through its `finally` blocks, so that no township is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    root = Path(__file__).resolve().parents[2]
    programs = world.binaries(root)
    cache = Path(os.environ.get("LIUHEN_TARGET") or root / "target") / "demo-media"
    source = given.media or media.make(cache, large=given.headless)
    if not source.is_dir():
        print(f"{source} is no folder", file=sys.stderr)
        return 2
    if not given.headless:
        return window.run(programs, given.keep or root / ".run", source if not given.media else media.make(cache, large=False))
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        return headless.run(root, programs, given.keep, source)
    with tempfile.TemporaryDirectory(prefix="liuhen-run-") as folder:
        return headless.run(root, programs, folder, source)


if __name__ == "__main__":
    sys.exit(main())
