"""A bad network between two namespaces: delay, loss, a narrow line, cuts. Needs root and /dev/net/tun.

Each side has a TUN device in a network namespace of its own; a thread carries the packets between them, so
that real TCP on both sides sees them late, lost or not at all. Nothing of this machine's network is touched.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

from lab import Failed

CLONE_NEWNET, TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x40000000, 0x400454CA, 0x0001, 0x1000
libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Weather:
    """How bad it is: one-way delay (s), loss (share), rate (bit/s, 0 = any), a cut of `out` seconds every `every`."""

    delay: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    every: float = 0.0
    out: float = 0.0
    queue: int = 60


@dataclass
class Side:
    """One end: its namespace, its device, and when its line is free again."""

    name: str
    address: str
    device: int = -1
    free: float = 0.0
    waiting: int = 0
    carried: int = 0
    lost: int = 0
    cuts: set = field(default_factory=set)


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")


class BadNetwork:
    """Two namespaces and the thread between them."""

    def __init__(self, seed=1):
        self.sides = (Side(f"lhp{os.getpid()}a", "10.87.3.1"), Side(f"lhp{os.getpid()}b", "10.87.3.2"))
        self.random, self.weather = random.Random(seed), Weather()
        self.over, self.began = threading.Event(), time.monotonic()

    def __enter__(self):
        for side in self.sides:
            _run("ip", "netns", "add", side.name)
            _run("ip", "-n", side.name, "link", "set", "lo", "up")
            side.device = self._tun(side)
        for side, peer in (self.sides, self.sides[::-1]):
            _run("ip", "-n", side.name, "addr", "add", side.address, "peer", peer.address, "dev", "tun0")
            _run("ip", "-n", side.name, "link", "set", "tun0", "mtu", "1400", "up")
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for side in self.sides:
            os.close(side.device)
            subprocess.run(["ip", "netns", "del", side.name], capture_output=True)

    @staticmethod
    def _tun(side):
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{side.name}", os.O_RDONLY)
        try:
            if libc.setns(there, CLONE_NEWNET) != 0:
                raise Failed("setns: these tests need root")
            device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22s", b"tun0", IFF_TUN | IFF_NO_PI, b""))
        finally:
            libc.setns(here, CLONE_NEWNET)
            os.close(here)
            os.close(there)
        return device

    def set(self, weather):
        self.weather, self.began = weather, time.monotonic()

    def cuts(self):
        """How many cuts there were since the weather was set."""
        weather = self.weather
        return int((time.monotonic() - self.began) // weather.every) if weather.every else 0

    def _carry(self):
        queue, number = [], 0
        other = {id(self.sides[0]): self.sides[1], id(self.sides[1]): self.sides[0]}
        while not self.over.is_set():
            now = time.monotonic()
            pause = min(0.2, max(0.0, queue[0][0] - now)) if queue else 0.2
            ready, _, _ = select.select([side.device for side in self.sides], [], [], pause)
            for side in self.sides:
                while side.device in ready:
                    try:
                        packet = os.read(side.device, 65536)
                    except BlockingIOError:
                        break
                    number += 1
                    arrival = self._arrival(side, len(packet))
                    if arrival is not None:
                        heapq.heappush(queue, (arrival, number, id(side), packet))
            now = time.monotonic()
            while queue and queue[0][0] <= now:
                _, _, source, packet = heapq.heappop(queue)
                target = other[source]
                other[id(target)].waiting -= 1
                try:
                    os.write(target.device, packet)
                except OSError:
                    pass

    def _arrival(self, side, length):
        """When a packet comes out at the other end; None when it does not."""
        weather, now = self.weather, time.monotonic()
        since = now - self.began
        cut = weather.every and since > weather.every and since % weather.every < weather.out
        if cut or self.random.random() < weather.loss or side.waiting >= weather.queue:
            side.lost += 1
            return None
        side.free = max(now, side.free) + (length * 8 / weather.rate if weather.rate else 0)
        side.waiting += 1
        side.carried += length
        return side.free + weather.delay
