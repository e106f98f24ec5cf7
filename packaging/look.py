#!/usr/bin/env python3
"""Looks at what is packed, with the tools of the systems that will take it in.

    packaging/look.py --program FILE     the sources: desktop entry, metainfo, and the unit with that program
    packaging/look.py --packages DIR     the same, and every package in the folder

The unit is judged without running it: `systemd-analyze verify`, and `security`, whose exposure must stay
under the mark below.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNIT = "liuhen-township.service"
SYSTEMD = Path("/usr/lib/systemd/system")
# Of 10; "OK" begins at 5, a service that opens a port to the network cannot reach 0.
MOST_EXPOSURE = 2.0
FONT = "fonts-noto-cjk"
DESK_NEEDS = ["libwebkit2gtk-4.1-0", "gstreamer1.0-libav", "gstreamer1.0-plugins-bad", "gstreamer1.0-plugins-good", FONT]
RPM_NEEDS = ["libwebkit2gtk-4.1.so.0", "font(:lang=zh-cn)", "gstreamer1-plugin-libav"]


class Wrong(Exception):
    """What is packed is not as it should be."""


def said(*command, good=(0,)):
    """What a tool says; an exit code that is not good is a fault."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode not in good:
        raise Wrong(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def unit(program):
    """Verifies the unit in a tree that holds it and its program, and prints how exposed it is."""
    with tempfile.TemporaryDirectory() as tree:
        for source, place in ((HERE / "debian" / UNIT, f"lib/systemd/system/{UNIT}"), (program, "usr/bin/liuhen-township")):
            place = Path(tree, place)
            place.parent.mkdir(parents=True)
            shutil.copy(source, place)
        # What it stands on: the targets of systemd itself.
        for target in SYSTEMD.glob("*.target"):
            shutil.copy(target, Path(tree, "lib/systemd/system", target.name))
        complaints = said("systemd-analyze", "verify", f"--root={tree}", "--man=no", UNIT)
        if UNIT in complaints:
            raise Wrong(complaints)
        table = said("systemd-analyze", "security", "--offline=true", f"--root={tree}", "--no-pager", UNIT, good=(0, 1))
    exposure = float(re.search(r"exposure level for \S+: ([0-9.]+)", table).group(1))
    left = [line.strip(" ✗") for line in table.splitlines() if line.startswith("✗")]
    print(f"unit: exposure {exposure}; left open:\n  " + "\n  ".join(left))
    if exposure >= MOST_EXPOSURE:
        raise Wrong(f"exposure {exposure}, less than {MOST_EXPOSURE} is wanted")


def desk():
    """The desktop entry and the metainfo, as the menus and software centres read them."""
    said("desktop-file-validate", HERE / "desk" / "liuhen-desktop.desktop")
    with tempfile.TemporaryDirectory() as folder:
        filled = Path(folder, "cn.liuhen.desktop.metainfo.xml")
        text = (HERE / "desk" / filled.name).read_text()
        filled.write_text(text.replace("@VERSION@", "0.0.1").replace("@DATE@", "2026-01-01"))
        said("appstreamcli", "validate", "--no-net", "--no-color", filled)
    print("desk: desktop entry and metainfo are valid")


def deb(path):
    """Fields and files of a .deb; lintian finds no error in it."""
    fields = said("dpkg-deb", "--field", path)
    files = said("dpkg-deb", "--contents", path)
    print(f"\n{path.name}\n{fields}")
    needed = ["usr/bin/", "copyright", "third-party.txt.gz"]
    if path.name.startswith("liuhen_"):
        needed += DESK_NEEDS + ["liuhen-desktop.desktop", "apps/liuhen.svg", "metainfo.xml", "liuhen/ui/index.html"]
    else:
        needed += [UNIT, "sysusers.d", "tmpfiles.d", "/etc/liuhen/township.env"]
    missing = [name for name in needed if name not in fields + files]
    if missing:
        raise Wrong(f"{path.name} lacks {missing}")
    # Tags that say only that a package is outside Debian's own archive, or how Rust links.
    quiet = "initial-upload-closes-no-bugs,no-manual-page,embedded-library"
    print(said("lintian", "--allow-root", "--fail-on=error", f"--suppress-tags={quiet}", path).strip())


def rpm(path):
    """What an .rpm says of itself, and what it needs."""
    needs = said("rpm", "-qp", "--requires", path)
    print(f"\n{path.name}\n{said('rpm', '-qp', '--info', path)}\nneeds:\n{needs}\nfiles:\n{said('rpm', '-qp', '--list', path)}")
    missing = [name for name in RPM_NEEDS if name not in needs]
    if missing:
        raise Wrong(f"{path.name} does not need {missing}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--program", type=Path)
    what.add_argument("--packages", type=Path)
    given = arguments.parse_args()
    try:
        desk()
        if given.program:
            unit(given.program)
            return 0
        debs, rpms = sorted(given.packages.glob("*.deb")), sorted(given.packages.glob("*.rpm"))
        if len(debs) != 2 or len(rpms) != 1:
            raise Wrong(f"{given.packages} holds {len(debs)} .deb and {len(rpms)} .rpm, not two and one")
        with tempfile.TemporaryDirectory() as folder:
            said("dpkg-deb", "--extract", next(given.packages.glob("liuhen-township_*.deb")), folder)
            unit(Path(folder, "usr/bin/liuhen-township"))
        for path in debs:
            deb(path)
        rpm(rpms[0])
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
