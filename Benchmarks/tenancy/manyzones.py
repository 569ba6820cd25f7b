"""DNS of very many zones: how soon an edge with them answers, what an idle one costs, and how soon a change is answered.

manyzones.py [COUNT...]             100,000 and 1,000,000

For each count an edge on one core reads a list of zones, which share a file with twelve records, is stopped, and started again as it would be every day.
`start`: from exec to the first answer of a zone that nobody asked for before. `B/zone`: proportional set size then, beyond that of an edge with one
zone. `cold`: questions to zones that are not in memory, one after another. `live`: from sending a change of one zone to the API until questions over eight
sockets, which both loops have, are answered by it; `late`: answers after its acknowledgement that were not.
"""
import http.client
import json
import os
import random
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import lab
from dnsprobe import query
from fairness import quantile

CHANGES = 200
FILE = """$TTL 300
@ SOA ns1 admin 1 3600 600 86400 300
@ NS ns1
@ NS ns2
@ A 192.0.2.1
@ MX 10 mail
ns1 A 192.0.2.53
ns2 A 192.0.2.54
www A 192.0.2.80
www AAAA 2001:db8::80
mail A 192.0.2.25
api CNAME www
"""


class Edge:
    def __init__(self, folder):
        self.folder, self.port, self.process = folder, lab.free_port(), None
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
        for s in self.sockets:
            s.connect(("127.0.0.1", self.port))

    def start(self, last, *options, patience):
        """Seconds from exec until zone `last` is answered."""
        begun = time.monotonic()
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [lab.BINARY, "edge", "--directory", f"{self.folder}/edge", "--dns", f"127.0.0.1:{self.port}",
                 "--dns-responses-per-second", "0", "--cpus", "0,1", *options], stdout=log, stderr=log)
        while time.monotonic() < begun + patience:
            if self.process.poll() is not None:
                sys.exit(f"the edge ended: see {self.folder}/log")
            if self.answer(self.sockets[0], f"www.{last}", 0.002):
                return time.monotonic() - begun
            time.sleep(0.001)
        sys.exit("not ready in time")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)

    def answer(self, s, name, patience=5.0):
        """The address in the answer; nothing if there is none."""
        s.settimeout(patience)
        number = random.randrange(1 << 16)
        try:
            s.send(query(number, name))
            while True:
                message = s.recv(4096)
                if struct.unpack("!H", message[:2])[0] == number:
                    break
        except OSError:
            return None
        # The one record stands before OPT, which has 11 bytes, as long as no cookie is sent.
        return None if message[3] & 15 or message[7] != 1 else socket.inet_ntoa(message[-15:-11])

    @property
    def pss(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as f:
            return sum(int(line.split()[1]) << 10 for line in f if line.startswith("Pss:"))

    def connect(self):
        api = http.client.HTTPConnection("localhost", timeout=60)
        api.sock = socket.socket(socket.AF_UNIX)
        api.sock.connect(f"{self.folder}/edge/control.sock")
        with open(f"{self.folder}/edge/control.token", encoding="ascii") as f:
            return api, {"Authorization": f"Bearer {f.read().strip()}", "Content-Type": "application/json"}


def change(api, fields, zone, address):
    api.request("PATCH", f"/v1/zones/{zone}", json.dumps({"records": [
        {"name": "@", "type": "NS", "content": "ns1"}, {"name": "ns1", "type": "A", "content": "192.0.2.53"},
        {"name": "www", "type": "A", "content": address}]}), fields)
    answer = api.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"the change was refused: {body!r}")


def live(edge, zones):
    api, fields = edge.connect()
    times, late = [], 0
    for number, zone in enumerate(zones):
        address = f"198.51.{number >> 8}.{number & 255}"
        for s in edge.sockets:
            edge.answer(s, f"www.{zone}")
        begun = time.perf_counter()
        change(api, fields, zone, address)
        shown = [edge.answer(s, f"www.{zone}") for s in edge.sockets]
        times.append((time.perf_counter() - begun) * 1e3)
        late += sum(one != address for one in shown)
    return times, late


def measure(count, folder):
    os.makedirs(folder)
    name = "z{}.test".format
    with open(f"{folder}/zone", "w", encoding="ascii") as f:
        f.write(FILE)
    with open(f"{folder}/zones", "w", encoding="ascii") as f:
        f.writelines(f"{name(n)} {folder}/zone\n" for n in range(count))
    edge = Edge(folder)
    row = {"zones": count}
    try:
        row["load"] = edge.start(name(count - 1), "--dns-zones", f"{folder}/zones", patience=900)
        # The export is written.
        time.sleep(5 + count / 50_000)
        edge.stop()
        row["start"] = statistics.median(timed(edge, name(random.randrange(count))) for _ in range(3))
        edge.start(name(count - 1), patience=60)
        time.sleep(0.5)
        row["pss"] = edge.pss
        cold = []
        for number in random.sample(range(count), min(2_000, count - 1)):
            begun = time.perf_counter()
            if edge.answer(edge.sockets[0], f"www.{name(number)}") != "192.0.2.80":
                sys.exit(f"{name(number)} is not answered")
            cold.append((time.perf_counter() - begun) * 1e3)
        row["cold"] = quantile(cold, 0.5), quantile(cold, 0.99)
        times, row["late"] = live(edge, [name(random.randrange(count)) for _ in range(CHANGES)])
        row["live"] = quantile(times, 0.5), quantile(times, 0.99)
        edge.stop()
    finally:
        if edge.process and edge.process.poll() is None:
            edge.process.kill()
    return row


def timed(edge, last):
    seconds = edge.start(last, patience=60)
    edge.stop()
    return seconds


def main(counts):
    rows, missed = [], False
    with tempfile.TemporaryDirectory(prefix="skerry-zones-") as folder:
        base = measure(2, f"{folder}/2")
        for count in counts:
            row = measure(count, f"{folder}/{count}")
            size = (row["pss"] - base["pss"]) / count
            missed = missed or row["start"] > 1 or size > 200 or row["live"][1] > 20 or row["late"] > 0
            rows.append([f"{count:,}", f"{row['load']:.1f}", f"{row['start']:.3f}", f"{row['pss'] / 2**20:.1f}", f"{size:.0f}",
                         *(f"{value:.2f}" for value in row["cold"] + row["live"]), row["late"]])
    lab.table("Many zones (wanted: start 1 s, 200 bytes a zone, a change live in 20 ms, none late)",
              ["zones", "first load s", "start s", "PSS MiB", "B/zone", "cold ms p50", "p99", "live ms p50", "p99", "late"], rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main([int(count) for count in sys.argv[1:]] or [100_000, 1_000_000]))
