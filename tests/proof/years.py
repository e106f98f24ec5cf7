"""Years of work in one home: memory stays flat, and what is found by a short search stays found.

The form here is small: what it costs at 1,000,000 entries is measured in bench/. A home is filled through the desk, as the window
does it; then the same work is done with a quarter and with all of it, and the peaks of memory are compared.
"""

import http.client
import json
import os
import time
from urllib.parse import urlsplit

from lab import LONG, end, holds, rows, sound, township_sound
from storage import tmpfs
from thief import Desk
from world import Township

MATTERS, EACH = (2000, 10) if LONG else (100, 8)
LETTERS = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
# KiB. What a work takes beyond what was taken before it, for all of a home against a quarter; and what the desk takes in all: the
# program, 24 MiB of pages that SQLite keeps, and room for the largest step of a work.
ROOM, MOST = 12 << 10, 144 << 10


class Window(Desk):
    """A desk with one connection that is kept, for thousands of calls."""

    def __init__(self, lab, laptop):
        super().__init__(lab, laptop)
        self.enter()
        self.line = http.client.HTTPConnection("127.0.0.1", urlsplit(self.address).port, timeout=600)

    def does(self, name, value):
        if not hasattr(self, "line"):
            return super().does(name, value)
        status, text = self.ask(name, value)
        while status == 409 and b"job_running" in text:
            # It syncs by itself as well.
            time.sleep(0.1)
            status, text = self.ask(name, value)
        holds(status == 200, f"{name}: {status} {text[:500]!r}")
        return json.loads(text)

    def ask(self, name, value):
        body = json.dumps({"name": name, "input": value}).encode()
        self.line.request("POST", "/api/call", body, {"Content-Type": "application/json", "X-Liuhen": "1", "Cookie": self.cookie})
        answer = self.line.getresponse()
        return answer.status, answer.read()

    def finished(self, name, value):
        """A job, to its end."""
        job = self.does(name, value)
        while job["state"] in ("running", "stopping"):
            time.sleep(0.05)
            job = self.does("job", {"job": job["id"]})
        holds(job["state"] == "done", job)
        return job["result"]

    def peak(self, work):
        """What a work answers, its seconds, what it took of memory, and the most that the desk had then, in KiB."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")
        before, began = self.memory("VmRSS"), time.monotonic()
        answer = work()
        spent, most = time.monotonic() - began, self.memory("VmHWM")
        return answer, spent, most - before, most

    def memory(self, name):
        with open(f"/proc/{self.process.pid}/status") as file:
            (line,) = [line for line in file if line.startswith(name)]
        return int(line.split()[1])


def text(random, number):
    return f"第{number}条 " + "".join(random.choices(LETTERS, k=2500))


def write(lab, desk, matters, number):
    """So many matters with their notes."""
    for _ in range(matters):
        matter = desk.does("start_matter", {"start": "patrol", "title": f"第{number}事", "place": "一号路"})["line"]["id"]
        for _ in range(EACH):
            desk.does("add_note", {"matter": matter, "text": text(lab.random, number)})
            number += 1
    return number


def works(desk):
    """What is done with all of a home, by name."""
    return {
        "search": lambda: desk.does("search", {"text": "第1条"}),
        "matters": lambda: desk.does("matters", {}),
        "verify": lambda: desk.finished("verify", {"deep": True}),
        "rebuild": lambda: desk.does("rebuild", {}),
        "sync": lambda: desk.finished("sync", {}),
    }


def memory_stays_flat_over_years(lab):
    """A home filled to a quarter and to the whole: search, verify, rebuild and sync take no more memory for four times as much."""
    fast = lab.folder / "fast"
    tmpfs(lab, fast, "6g" if LONG else "1500m")
    (fast / "home").mkdir(mode=0o700)
    lab.folder.joinpath("laptop-1").symlink_to(fast / "home")
    lab.township = Township(lab.programs, fast / "township")
    laptop = lab.open().laptop
    desk, number, taken, spent, most = Window(lab, laptop), 0, {}, {}, 0
    began = time.monotonic()
    for part, matters in (("quarter", MATTERS // 4), ("whole", MATTERS - MATTERS // 4)):
        number = write(lab, desk, matters, number)
        for name, work in works(desk).items():
            answer, spent[name], took, peak = desk.peak(work)
            taken.setdefault(name, []).append(took)
            most = max(most, peak)
            if name == "search":
                holds(answer["hits"], "the first note is not found")
            if name == "verify":
                holds(not answer["faults"] if "faults" in answer else True, answer)
    written = time.monotonic() - began
    waiting = desk.does("status", {})["sync"]["waiting"]
    holds(waiting["entries"] == 0, waiting)
    end(desk.process)
    began = time.monotonic()
    sound(laptop, deep=False)
    opened = time.monotonic() - began
    township_sound(lab.township, deep=False)
    for name, (quarter, whole) in taken.items():
        holds(whole <= quarter + ROOM, f"{name} takes more for all of a home than for a quarter of it; KiB: {taken}")
    holds(most <= MOST, f"the desk took {most} KiB")
    bytes_here = os.path.getsize(laptop.home / "journal.db") >> 20
    said = ", ".join(f"{name} {whole} KiB (of a quarter {quarter}) {spent[name]:.1f} s" for name, (quarter, whole) in taken.items())
    return f"{MATTERS} matters, {number} notes, {bytes_here} MiB in {written:.0f} s: {said}; {most >> 10} MiB at most; opened and verified again in {opened:.1f} s"


TESTS = [memory_stays_flat_over_years]
