"""Reads a system call trace and says what was not yet safe on disk when something was acknowledged.

The rule for every file below a home: written → fsynced; renamed → fsynced before, and its folder
after; created → its folder fsynced. What is still open to loss at an acknowledgement is a fault.
"""

import os
import re
from dataclasses import dataclass, field

CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,"
    "rename,renameat,renameat2,link,linkat,mkdir,mkdirat,unlink,unlinkat,sendto,sendmsg"
)
LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+=\s+(-?\d+)(?:<(.*?)>)?")
UNFINISHED = re.compile(r"^(\d+)\s+(\w+)\((.*)<unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
DESCRIPTOR = re.compile(r"^(-?\d+|AT_FDCWD)<(.*?)>(?=,|$)")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WRITES = {"write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "copy_file_range", "sendfile"}
SENDS = {"write", "writev", "sendto", "sendmsg"}


@dataclass
class Call:
    """One finished system call."""

    process: int
    name: str
    text: str
    result: int
    made: str = ""

    def target(self):
        """What the first descriptor points to."""
        match = DESCRIPTOR.match(self.text)
        return match[2] if match else ""

    def paths(self):
        """Paths named in the arguments, made absolute by the descriptors before them."""
        found, place = [], 0
        for match in QUOTED.finditer(self.text):
            name = _unescape(match[1])
            before = re.findall(r"(?:AT_FDCWD|\d+)<([^>]*)>, $", self.text[place : match.start()])
            found.append(os.path.normpath(os.path.join(before[-1] if before else "", name)))
            place = match.end()
        return found


def _unescape(text):
    data = re.sub(rb"\\([0-7]{1,3})", lambda m: bytes([int(m[1], 8)]), text.encode())
    return data.replace(b'\\"', b'"').replace(b"\\\\", b"\\").decode("utf-8", "replace")


def read(path):
    """Finished calls in the order in which they finished."""
    open_calls = {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            line = line.rstrip("\n")
            if match := UNFINISHED.match(line):
                open_calls[(match[1], match[2])] = match[3]
                continue
            if match := RESUMED.match(line):
                start = open_calls.pop((match[1], match[2]), "")
                line = f"{match[1]} {match[2]}({start}{match[3]}"
            if match := LINE.match(line):
                yield Call(int(match[1]), match[2], match[3], int(match[4]), match[5] or "")


@dataclass
class Watch:
    """Follows the files below `home`; `ignore` names what may be lost (a lock, a shared memory index)."""

    home: str
    ignore: tuple = ("-shm", "/lock", ".log")
    unsynced: set = field(default_factory=set)
    folders: dict = field(default_factory=dict)  # folder -> names in it that are not durable
    faults: list = field(default_factory=list)
    order: list = field(default_factory=list)

    def inside(self, path):
        return path.startswith(self.home + "/") and not path.endswith(self.ignore)

    def see(self, call):
        if call.result < 0:
            return
        if call.name in WRITES and self.inside(call.target()):
            self.unsynced.add(call.target())
            self.order.append(("write", call.target()))
        elif call.name in ("fsync", "fdatasync"):
            self.unsynced.discard(call.target())
            self.folders.pop(call.target(), None)
            self.order.append(("sync", call.target()))
        elif call.name in ("open", "openat", "creat") and "O_CREAT" in call.text:
            path = call.made
            if self.inside(path) and path not in self._known:
                self._named(path)
        elif call.name in ("mkdir", "mkdirat"):
            for path in call.paths()[:1]:
                if self.inside(path):
                    self._named(path)
        elif call.name.startswith(("rename", "link")):
            self._renamed(call)
        elif call.name.startswith("unlink"):
            for path in call.paths()[:1]:
                self.unsynced.discard(path)
                self._gone(path)

    def _named(self, path):
        """A name that a power cut could still take away."""
        self.folders.setdefault(os.path.dirname(path), set()).add(path)
        self._known.add(path)

    def _gone(self, path):
        """A name that is no more needs no folder."""
        self._known.discard(path)
        names = self.folders.get(os.path.dirname(path), set())
        names.discard(path)
        if not names:
            self.folders.pop(os.path.dirname(path), None)

    def _renamed(self, call):
        paths = call.paths()
        if len(paths) < 2 or not self.inside(paths[1]):
            return
        source, target = paths[0], paths[1]
        if source in self.unsynced:
            self.faults.append(f"renamed before fsync: {os.path.basename(source)}")
            self.unsynced.discard(source)
            self.unsynced.add(target)
        self._gone(source)
        self._named(target)
        self.order.append(("rename", target))

    def acknowledged(self, what):
        for path in sorted(self.unsynced):
            self.faults.append(f"{what}: {path.removeprefix(self.home)} is written and not fsynced")
        for path in sorted(self.folders):
            self.faults.append(f"{what}: the folder {path.removeprefix(self.home) or '/'} is changed and not fsynced")

    def __post_init__(self):
        self._known = set()
        for folder, _, names in os.walk(self.home):
            self._known.update(os.path.join(folder, name) for name in names)


def follow(path, watch, acknowledges):
    """Feeds a trace to a watch; `acknowledges(call)` names an acknowledgement or gives None."""
    count = 0
    for call in read(path):
        what = acknowledges(call)
        if what:
            count += 1
            watch.acknowledged(what)
        watch.see(call)
    return count


def to_stdout(call):
    """The first thing a command says on its standard output."""
    if call.name in ("write", "writev") and call.text.startswith("1<"):
        return "answer of the command"
    return None


def to_socket(call):
    """What a server sends to somebody over TCP."""
    if call.name in SENDS and call.target().startswith("TCP:"):
        return "answer to a laptop"
    return None
