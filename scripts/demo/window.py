"""The demo for a person: a township on loopback, two officers, the demo matters, and the window."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import matters
import media
from world import Failed, Laptop, Township, call


def seed(programs, folder, source):
    """Makes the demo world once. Returns the township and the first officer's laptop."""
    folder = Path(folder)
    township = Township(programs, folder / "township")
    first = Laptop(programs, folder / "laptop-1", matters.OFFICER_ONE, matters.PASSPHRASE)
    second = Laptop(programs, folder / "laptop-2", matters.OFFICER_TWO, matters.PASSPHRASE)
    township.init()
    # The invitation holds no address: the port of the next start may be another.
    township.start()
    try:
        # A certificate that ends in twelve days is one of the findings the demo shows.
        first.enrol(township, township.invite(matters.OFFICER_ONE, "DEMO-0001", matters.day(400)))
        second.enrol(township, township.invite(matters.OFFICER_TWO, "DEMO-0002", matters.day(12)))
        first.do("sync")
        made = []
        for matter in matters.MATTERS:
            made.append((matter, matters.start(first, matter, matters.OFFICER_TWO)))
            print(f"  {matter[1]}", flush=True)
        first.do("sync")
        second.do("sync")
        for matter, number in made:
            if matter[6] and matter[5]:
                second.do("matter", "confirm", number)
        second.do("sync")
        first.do("sync")
        for matter, number in made:
            matters.close(first, matter, number)
        split = [Path(source) / name for name in media.SPLIT]
        first.do("media", "import", *split, Path(source) / "IMG_0001.jpg", "--matter", made[2][1])
        fast = Path(source) / media.FAST_CLOCK
        first.do("media", "import", fast, "--matter", made[3][1], f"--offset={media.FAST_CLOCK_OFFSET}")
        first.do("media", "import", Path(source) / "归属不明的片段.mp4", Path(source) / "没有EXIF 的照片.jpg")
    except BaseException:
        township.stop()
        raise
    return township, first


def run(programs, folder, source):
    """Opens the window and waits until it is closed. Returns its exit code."""
    folder = Path(folder)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    print("making the demo world:", flush=True)
    township, laptop = seed(programs, folder, source)
    print(f"township {township.url}; officer {laptop.officer}, passphrase {laptop.passphrase}", flush=True)
    environment = {**os.environ, "LIUHEN_HOME": str(laptop.home)}
    try:
        return subprocess.run([str(Path(programs) / "liuhen-desktop")], env=environment).returncode
    finally:
        township.stop()
