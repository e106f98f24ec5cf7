#!/usr/bin/env python3
"""Writes what a package must say about the libraries inside its programs: which, by what licence, whose notices.

    packaging/notices.py --out FILE [--ui] CRATE…

Read from what was built: `cargo metadata` for the crates that are linked into the given ones, and
ui/package-lock.json for what Vite packed. A text that several libraries share is printed once.
"""

import argparse
import hashlib
import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTICE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense|patents)", re.IGNORECASE)
# What a library carries along of its own sources (SQLCipher, OpenSSL, zstd) has its notice further down.
DEPTH = 3


def crates(names):
    """Libraries of others that are linked into the named crates: (name, version, licence, folder)."""
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version=1", "--filter-platform", host()],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [ident for ident, package in packages.items() if package["name"] in names and not package["source"]]
    if len(waiting) != len(names):
        raise SystemExit(f"not all of {names} are crates of this tree")
    seen = set()
    while waiting:
        ident = waiting.pop()
        if ident in seen:
            continue
        seen.add(ident)
        for link in nodes[ident]["deps"]:
            # openssl-src and sqlcipher-src are needed to build only, but what they hold is linked.
            linked = any(kind["kind"] is None for kind in link["dep_kinds"]) or link["name"].endswith("_src")
            if linked:
                waiting.append(link["pkg"])
    for package in (packages[ident] for ident in seen):
        if package["source"]:
            licence = package["license"] or "see its text"
            yield package["name"], package["version"], licence, Path(package["manifest_path"]).parent


def host():
    """The machine's target, as rustc calls it."""
    told = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    return re.search(r"^host: (.+)$", told, re.MULTILINE).group(1)


def modules():
    """Libraries that may be packed into the user interface."""
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        folder = ROOT / "ui" / place
        if place and not package.get("dev") and not package.get("optional") and folder.is_dir():
            name = place.rsplit("node_modules/", 1)[-1]
            yield name, package["version"], str(package.get("license", "see its text")), folder


def texts(folder):
    """The notices in a library's folder."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        wanted = len(inside) <= DEPTH and NOTICE.match(path.name) and "node_modules" not in inside
        if wanted and path.is_file() and path.suffix.lower() in ("", ".md", ".txt", ".apache", ".mit"):
            yield path.read_text(encoding="utf-8", errors="replace").strip()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--ui", action="store_true")
    arguments.add_argument("crate", nargs="+")
    given = arguments.parse_args()
    both = [*crates(given.crate), *(modules() if given.ui else ())]
    # One library may lie in more than one folder of node_modules.
    found = sorted({(name, version): (name, version, *rest) for name, version, *rest in both}.values())
    shared, bare = {}, []
    for name, version, _, folder in found:
        own = list(texts(folder))
        if not own:
            bare.append(f"{name} {version}")
        for text in own:
            key = hashlib.sha256(" ".join(text.split()).encode()).digest()
            shared.setdefault(key, (text, []))[1].append(f"{name} {version}")
    with open(given.out, "w", encoding="utf-8") as out:
        out.write("Libraries inside these programs, and their licences.\n\n")
        out.writelines(f"{name} {version}: {licence}\n" for name, version, licence, _ in found)
        if bare:
            out.write("\nWithout a text of their own; the licence named above holds: " + ", ".join(bare) + "\n")
        for text, users in sorted(shared.values(), key=lambda entry: entry[1]):
            out.write(f"\n{'=' * 100}\n{', '.join(dict.fromkeys(users))}\n{'-' * 100}\n\n{text}\n")
    print(f"{given.out.name}: {len(found)} libraries, {len(shared)} texts, {len(bare)} without one")


if __name__ == "__main__":
    main()
