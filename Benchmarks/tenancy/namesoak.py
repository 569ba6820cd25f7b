"""DNS while zones change all the time, as often as in an hour with 300 changes a second: nothing grows, and no answer mixes two states of a zone.

namesoak.py [CHANGES] [ZONES]       1,080,000 changes of 40 zones

Zones are written through the operator's API, many with each call, as fast as it takes them; every fourth is signed. Each has its state's number in all
its records, in its text and in a field of its HTTP responses. Meanwhile three threads ask over UDP, TCP and HTTP. Wanted: all records of an answer say
the same number, at least that which was acknowledged before the question, at most the one that is being written; at the end as much memory,
as many descriptors and threads as after a tenth, but for 16 MiB.
"""
import http.client
import http.server
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time

import lab
from dnsprobe import query

MEBIBYTES = 16
A, TXT = 1, 16


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=86400")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def zone(name, number, port):
    """All of a zone in one of its states."""
    bytes_of = f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    records = [{"name": "www", "type": "A", "content": f"{first}.{bytes_of}"} for first in (10, 11, 12)]
    records += [{"name": "say", "type": "TXT", "content": f'"{number}"'}, {"name": "@", "type": "NS", "content": f"ns.{name}."},
                {"name": "ns", "type": "A", "content": f"13.{bytes_of}"}]
    return {"name": name, "origins": [{"url": f"http://127.0.0.1:{port}"}], "responseFields": [{"name": "X-Rev", "value": str(number)}], "records": records,
            "dnssec": name.startswith("signed")}


def numbers(message):
    """The numbers in the A and TXT records of a response; nothing if it is none."""
    if len(message) < 12 or message[3] & 15:
        return []
    count, at, found = struct.unpack("!H", message[6:8])[0], 12, []
    while message[at]:
        at += message[at] + 1
    at += 5
    for _ in range(count):
        while message[at] and message[at] < 192:
            at += message[at] + 1
        at += 2 if message[at] >= 192 else 1
        kind, _, _, length = struct.unpack("!HHIH", message[at:at + 10])
        content = message[at + 10:at + 10 + length]
        if kind == A:
            found.append(int.from_bytes(content[1:], "big"))
        elif kind == TXT:
            found.append(int(content[1:]))
        at += 10 + length
    return found


class Soak:
    def __init__(self, space, changes, zones):
        self.space, self.changes = space, changes
        self.names = [f"{'signed' if n % 4 == 0 else 'plain'}{n}.test" for n in range(zones)]
        self.acknowledged, self.written = dict.fromkeys(self.names, 0), dict.fromkeys(self.names, 0)
        self.asked, self.faults, self.is_over = dict.fromkeys(("udp", "tcp", "http"), 0), [], False
        self.port, self.http = lab.free_port(), lab.free_port()
        self.origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
        threading.Thread(target=self.origin.serve_forever, daemon=True).start()
        self.folder = f"{space.directory}/edge"
        self.pid = space.start(
            [lab.BINARY, "edge", "--directory", self.folder, "--dns", f"127.0.0.1:{self.port}", "--http", f"127.0.0.1:{self.http}",
             "--dns-responses-per-second", 0, "--cpus", ",".join(map(str, range(os.cpu_count())))], set(range(os.cpu_count()))).pid
        space.wait_for(lambda: os.path.exists(f"{self.folder}/control.sock"))
        self.api = http.client.HTTPConnection("localhost", timeout=60)
        self.api.sock = socket.socket(socket.AF_UNIX)
        space.wait_for(self.connects)
        with open(f"{self.folder}/control.token", encoding="ascii") as f:
            self.fields = {"Authorization": f"Bearer {f.read().strip()}", "Content-Type": "application/json"}

    def connects(self):
        return self.api.sock.connect_ex(f"{self.folder}/control.sock") == 0

    def write(self, names):
        for name in names:
            self.written[name] += 1
        states = [zone(name, self.written[name], self.origin.server_port) for name in names]
        self.api.request("POST", "/v1/apply", json.dumps({"zones": states}), self.fields)
        answer = self.api.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"the change was refused: {body[:500]}")
        for name in names:
            self.acknowledged[name] = self.written[name]

    def check(self, way, name, before, found):
        self.asked[way] += 1
        if not found or len(set(found)) > 1 or not before <= found[0] <= self.written[name]:
            self.faults.append(f"{way} {name}: {found}, {before} was acknowledged and {self.written[name]} is being written")

    def ask(self, way, exchange):
        """Asks for random zones until the end."""
        chance = random.Random(way)
        while not self.is_over:
            name = chance.choice(self.names)
            before = self.acknowledged[name]
            question = query(1, f"{chance.choice(('www', 'say', 'ns'))}.{name}", chance.random() < 0.5)
            question = question[:-15] + struct.pack("!HH", TXT if b"\3say" in question else A, 1) + question[-11:]
            try:
                self.check(way, name, before, exchange(name, question))
            except OSError as error:
                self.faults.append(f"{way}: {error}")

    def datagrams(self):
        # Each socket is of one of the loops.
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
        for s in sockets:
            s.connect(("127.0.0.1", self.port))
            s.settimeout(5)

        def exchange(_, question):
            s = random.choice(sockets)
            s.send(question)
            return numbers(s.recv(4096))
        self.ask("udp", exchange)

    def streams(self):
        def exchange(_, question):
            with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                s.sendall(struct.pack("!H", len(question)) + question)
                data = b""
                while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
                    part = s.recv(4096)
                    if not part:
                        raise OSError("closed")
                    data += part
                return numbers(data[2:])
        self.ask("tcp", exchange)

    def requests(self):
        def exchange(name, _):
            connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=5)
            connection.request("GET", "/", headers={"Host": name})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return [int(answer.headers.get("X-Rev", -1))]
        self.ask("http", exchange)

    def reading(self):
        """Memory in MiB, descriptors and threads, at rest."""
        time.sleep(3)
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            memory = next(int(line.split()[1]) / 1024 for line in f if line.startswith("RssAnon"))
        return memory, len(os.listdir(f"/proc/{self.pid}/fd")), len(lab.threads(self.pid))

    def run(self):
        self.write(self.names)
        first = None
        chance, began, done = random.Random(1), time.monotonic(), 0
        askers = [threading.Thread(target=way) for way in (self.datagrams, self.streams, self.requests)]
        for asker in askers:
            asker.start()
        try:
            while done < self.changes and not self.faults:
                names = chance.sample(self.names, len(self.names) // 2)
                self.write(names)
                done += len(names)
                if first is None and done >= self.changes / 10:
                    first = self.reading()
        finally:
            self.is_over = True
            for asker in askers:
                asker.join()
        return done, time.monotonic() - began, first, self.reading()


def main(changes=1_080_000, zones=40):
    with lab.Lab() as space:
        soak = Soak(space, changes, zones)
        done, seconds, first, last = soak.run()
        os.kill(soak.pid, signal.SIGTERM)
    asked = ", ".join(f"{count:,} over {way}" for way, count in soak.asked.items())
    print(f"{done:,} changes of {zones} zones in {seconds:.0f} s, {done / seconds:.0f} a second; asked: {asked}; {len(soak.faults)} faults")
    for fault in soak.faults[:10]:
        print("  " + fault)
    grown = first is None or last[0] > first[0] + MEBIBYTES or last[1] > first[1] + 16 or last[2] > first[2]
    for title, reading in (("after a tenth", first), ("at the end", last)):
        if reading:
            print(f"{title}: {reading[0]:.1f} MiB, {reading[1]} descriptors, {reading[2]} threads")
    return 1 if soak.faults or grown else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
