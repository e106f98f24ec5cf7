"""A bad line: 300 ms there and back, 5 % lost, 200 kbit/s, cut for 3 s every 20 s.

Text arrives before media, media go on where they stopped, and no byte is sent again but those that a cut caught.
"""

import json
import re
import subprocess
import time

from badnet import BadNetwork, Weather
from lab import LONG, Failed, _environment, day, end, holds, sound, start, township_sound
from world import Laptop, Township

BAD = Weather(delay=0.15, loss=0.05, rate=200_000, every=20.0, out=3.0)
CHUNK = 4 << 20


def inside(lab, name, program):
    """A program that runs in a namespace of the bad network."""
    script = lab.folder / f"{name}-{program.name}"
    script.write_text(f'#!/bin/sh\nexec ip netns exec {name} {program} "$@"\n')
    script.chmod(0o755)
    return script


def far_apart(lab, network):
    """The township on one side, a laptop on the other; they meet while the line is good."""
    near, far = network.sides
    township = lab.township
    township.init()
    control = township.program
    township.program = inside(lab, far.name, control)
    # `serve` listens on loopback in this class; here it listens where the bad line ends.
    township.url = f"https://{far.address}:{township.port}"
    serving = subprocess.Popen(
        [str(township.program), "--home", str(township.home), "serve", "--listen", f"{far.address}:{township.port}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(township.log, "ab"), env=_environment({}),
    )
    township.process = serving
    holds(serving.stdout.readline(), f"the township does not open its door: {township.log.read_text()[-800:]}")
    township.program = control
    laptop = Laptop(lab.programs, lab.folder / "laptop-1", "执法员一", "一个人的口令-甲乙丙")
    laptop.program = inside(lab, near.name, laptop.program)
    laptop.enrol(township, township.invite("执法员一", "DEMO-0001", day(400)))
    lab.laptops.append(laptop)
    return laptop


def metrics(lab, network):
    """The township's own figures, read over loopback in its namespace."""
    done = subprocess.run(
        ["ip", "netns", "exec", network.sides[1].name, "curl", "--silent", "--insecure", f"{lab.township.url}/metrics"],
        capture_output=True, text=True,
    )
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) ([0-9.e+]+)$", done.stdout, re.M)}


def a_bad_line_carries_text_first_and_resumes_media(lab):
    """Everything arrives over the bad line, once, text first; bytes sent twice are only those that a cut caught."""
    with BadNetwork() as network:
        laptop = far_apart(lab, network)
        matter = lab.matter()
        size = (3 << 20) if LONG else 300_000
        laptop.do("media", "import", lab.file("film.bin", size), "--matter", matter)
        texts = [f"第{number}条 " + "内容" * 200 for number in range(8)]
        for text in texts:
            laptop.do("note", "add", "--matter", matter, "--text", text)
        before = metrics(lab, network)
        network.set(BAD)
        carried, began, runs = network.sides[0].carried, time.monotonic(), 0
        while runs < 20:
            runs += 1
            code, _, said = laptop.attempt("sync")
            if code == 0:
                break
        holds(code == 0, f"after {runs} tries: {said[-800:]}")
        spent, cuts = time.monotonic() - began, network.cuts()
        sent = network.sides[0].carried - carried
        lost = sum(side.lost for side in network.sides)
        network.set(Weather())
        after = metrics(lab, network)
        state = laptop.do("status")["sync"]["waiting"]
        holds(state["entries"] == 0 and state["media"] == 0, state)
        # A blob is dated by the township's own entry: it must lie behind every text in the log.
        bundle = lab.folder / "bundle"
        laptop.do("export", "--matter", matter, "--out", bundle)
        entries = json.loads((bundle / "data" / "index.json").read_text())["entries"]
        notes = [int(line["index"]) for line in entries if line["kind"] == "matter.note_added"]
        received = [int(line["index"]) for line in entries if line["kind"] == "blob.received"]
        holds(len(notes) == len(texts) and received, f"{notes} {received}")
        holds(max(notes) < min(received), f"media before text: {notes} {received}")
        grew = {name: after[name] - before.get(name, 0) for name in after if "upload" in name and "bytes" in name}
        for name, count in grew.items():
            holds(count <= size + (cuts + runs) * CHUNK, f"{name}: {count} bytes for {size}")
        # Headers, acknowledgements and what TCP itself sends again over a line that loses 5 %.
        holds(sent <= 1.5 * size + 200_000 + cuts * 150_000, f"{sent} bytes on the line for a file of {size}, {cuts} cuts")
        sound(laptop)
    township_sound(lab.township)
    return f"{size >> 10} KiB and {len(texts)} notes in {spent:.0f} s, {cuts} cuts, {runs} run(s), {lost} packets lost; {sent >> 10} KiB on the line; text first"


def a_line_that_dies_keeps_what_arrived(lab):
    """The line is cut for good in the middle of a film: a plain sentence; the next sync goes on where it stopped."""
    with BadNetwork() as network:
        laptop = far_apart(lab, network)
        size = 6 << 20
        laptop.do("media", "import", lab.file("film.bin", size), "--matter", lab.matter())
        network.set(Weather(delay=0.01, rate=8_000_000))
        carried = network.sides[0].carried
        process = subprocess.Popen(
            [str(laptop.program), "--home", str(laptop.home), "--json", "sync"], env=_environment({"LIUHEN_PASSPHRASE": laptop.passphrase}),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        while process.poll() is None and network.sides[0].carried - carried < size * 2 // 3:
            time.sleep(0.02)
        holds(process.poll() is None, "the film was sent before the line could be cut")
        first = network.sides[0].carried - carried
        network.set(Weather(loss=1.0))
        process.kill()
        process.communicate()
        network.set(Weather(delay=0.01, rate=8_000_000))
        carried = network.sides[0].carried
        again = start(laptop, "sync")
        try:
            _, said = again.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            raise Failed(f"no end: {(network.sides[0].carried - carried) >> 10} KiB for a film of {size >> 10}") from None
        finally:
            end(again)
        holds(again.returncode == 0, said[-800:])
        second = network.sides[0].carried - carried
        waiting = laptop.do("status")["sync"]["waiting"]
        holds(waiting["media"] == 0, waiting)
        holds(first + second <= 1.1 * size + CHUNK, f"{first} + {second} bytes for a film of {size}")
        holds(second < size, f"the film was sent again from its beginning: {second} bytes")
        sound(laptop)
    township_sound(lab.township)
    return f"cut after {first >> 10} KiB of {size >> 10}, {second >> 10} KiB afterwards"


TESTS = [a_bad_line_carries_text_first_and_resumes_media, a_line_that_dies_keeps_what_arrived]
