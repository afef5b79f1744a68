"""Joins network namespaces by TUN devices and plays the network between them.

Node cannot open a TUN device (it needs an ioctl), so this small program does. Each host has one line to the middle with a
delay, a loss, a rate and a switch; a packet from one host to another passes both their lines.

    forwarder.py NETNS=ADDRESS NETNS=ADDRESS ...

Makes the namespaces, writes "ready", then obeys one JSON object a line on standard input and answers each with "ok". Whoever
started it owns the other end of that pipe: when it closes, for whatever reason, everything is taken down again.
"""
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
UDP = 17
# A router's queue: what would wait longer than this behind a slow line is dropped.
QUEUE_SECONDS = 0.2


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def as_key(address):
    return bytes(int(part) for part in address.split("."))


class Host:
    def __init__(self, at, netns, address):
        self.netns = netns
        self.name = netns.rsplit("-", 1)[-1]
        self.address = address
        self.key = as_key(address)
        self.delay = self.loss = self.rate = 0.0
        self.cut = False
        self.free = {"up": 0.0, "down": 0.0}
        ip("netns", "add", netns)
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        # Made here and moved: the descriptor stays good, and the device goes with it.
        device = f"sc{os.getpid()}n{at}"
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN_NO_PI))
        ip("link", "set", device, "netns", netns, "name", "line")
        inside = ("-n", netns)
        ip(*inside, "link", "set", "lo", "up")
        ip(*inside, "link", "set", "line", "up", "mtu", "1500")
        self.settle(address)

    def settle(self, address):
        inside = ("-n", self.netns)
        ip(*inside, "address", "add", f"{address}/24", "dev", "line")
        # Chromium asks for the way to the internet to find which address is its own.
        ip(*inside, "route", "replace", "default", "dev", "line")

    def move(self, address):
        """Leaves one network and enters another, as a laptop does between two rooms: nothing sent to the old address arrives."""
        ip("-n", self.netns, "address", "flush", "dev", "line")
        self.address = address
        self.key = as_key(address)
        self.settle(address)

    def pass_line(self, way, at, size):
        """Returns when a packet of `size` bytes that enters this line at `at` leaves it, or None if it is lost."""
        if self.cut or random.random() < self.loss:
            return None
        if self.rate:
            start = max(at, self.free[way])
            if start - at > QUEUE_SECONDS:
                return None
            at = self.free[way] = start + size * 8 / self.rate
        return at + self.delay


class Network:
    def __init__(self, hosts):
        self.hosts = hosts
        self.by_address = {host.key: host for host in hosts}
        self.by_name = {host.name: host for host in hosts}
        self.blocked = {}
        self.underway = []
        self.count = 0

    def obey(self, order):
        if "block" in order:
            self.blocked[frozenset(order["block"])] = order["what"]
            return
        if "move" in order:
            host = self.by_name[order["move"]]
            del self.by_address[host.key]
            host.move(order["to"])
            self.by_address[host.key] = host
            return
        host = self.by_name[order["line"]]
        host.delay = order.get("delayMs", host.delay * 1000) / 1000
        host.loss = order.get("lossPercent", host.loss * 100) / 100
        host.rate = order.get("kilobits", host.rate / 1000) * 1000
        host.cut = order.get("cut", host.cut)

    def take(self, host):
        try:
            packet = os.read(host.fd, 65536)
        except BlockingIOError:
            return False
        other = self.by_address.get(packet[16:20]) if packet[0] >> 4 == 4 else None
        what = other and self.blocked.get(frozenset((host.name, other.name)))
        if other is None or what == "all" or (what == "udp" and packet[9] == UDP):
            return True
        at = host.pass_line("up", time.monotonic(), len(packet))
        at = at and other.pass_line("down", at, len(packet))
        if at:
            # The count keeps the order of packets that arrive at the same moment.
            self.count += 1
            heapq.heappush(self.underway, (at, self.count, other.fd, packet))
        return True

    def deliver(self):
        """Delivers what has arrived. Returns the seconds until the next, or None."""
        while self.underway:
            wait = self.underway[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, fd, packet = heapq.heappop(self.underway)
            try:
                os.write(fd, packet)
            except OSError:
                pass
        return None

    def run(self):
        stdin = sys.stdin.fileno()
        fds = {host.fd: host for host in self.hosts}
        rest = b""
        while True:
            ready, _, _ = select.select([stdin, *fds], [], [], self.deliver())
            for fd in ready:
                if fd != stdin:
                    while self.take(fds[fd]):
                        pass
                    continue
                words = os.read(stdin, 65536)
                if not words:
                    return
                *lines, rest = (rest + words).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))
                    print("ok", flush=True)


def hurry():
    """Comes before every other process, for the moments it runs: a network is not slower because the hosts are busy."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass  # Not every machine gives it to root; then the network is as late as the machine is busy.


def main():
    # Ctrl-C reaches the whole group; the end of the pipe is what counts.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wanted = [word.split("=") for word in sys.argv[1:]]
    hosts = []
    try:
        for at, (netns, address) in enumerate(wanted):
            hosts.append(Host(at, netns, address))
        hurry()
        print("ready", flush=True)
        Network(hosts).run()
    finally:
        for netns, _ in wanted:
            subprocess.run(["ip", "netns", "delete", netns], stderr=subprocess.DEVNULL, check=False)


main()
