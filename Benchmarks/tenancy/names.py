"""DNS: a quiet zone beside one whose random subdomains are asked for at full speed, and what is reflected at others.

`flood`: one zone is asked for names that are made up, open loop, by all of one core; another zone gets 500 questions a second, open loop, from the
same core. What such a flood does to the probe itself shows one that goes to a socket of nobody's. Wanted: p99 at most twice that alone, or beside
the other flood, and nothing lost. `reflect`: questions from an address that shows no cookie, at 10,000 a
second, with a resolver of the same network that retries over TCP. Wanted: no more bytes come back than were sent, once
response rate limiting acts, and the resolver has all its answers.
"""
import json
import os
import random
import socket
import statistics
import struct
import sys
import time

import lab
from dnsprobe import query
from fairness import quantile

RATE, BURSTS, BURST_SECONDS = 500, 6, 0.6
PROBE, FLOOD = (os.path.join(os.path.dirname(os.path.abspath(__file__)), name) for name in ("dnsprobe.py", "dnsflood.py"))


class NameServer:
    """An edge that answers for a.test, which is flooded, and b.test."""

    def __init__(self, space, signed, per_second):
        self.port = lab.free_port()
        folder = f"{space.directory}/edge-{self.port}"
        os.makedirs(folder)
        with open(f"{folder}/zones", "w", encoding="ascii") as zones:
            for zone in ("a.test", "b.test"):
                with open(f"{folder}/{zone}", "w", encoding="ascii") as f:
                    f.write("$TTL 300\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.80\n")
                    f.writelines(f"big TXT \"{'x' * 200}{n}\"\n" for n in range(4))
                zones.write(f"{zone} {folder}/{zone}\n")
        command = [lab.BINARY, "edge", "--directory", f"{folder}/edge", "--dns", f"127.0.0.1:{self.port}",
                   "--dns-zones", f"{folder}/zones", "--cpus", lab.EDGE_CPU, "--dns-responses-per-second", per_second]
        self.pid = space.start(command + (["--dns-signed"] if signed else []), set(range(os.cpu_count()))).pid
        space.wait_for(self.answers)

    def answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            s.connect(("127.0.0.1", self.port))
            try:
                for zone in ("a.test", "b.test"):
                    s.send(query(1, f"www.{zone}", True))
                    if s.recv(4096)[3] & 15:
                        return False
                return True
            except OSError:
                return False


def beside(space, server, flooded, signed):
    """Latencies of the quiet zone during each of several bursts, while the port `flooded` gets a flood (None: no flood); what it lost, the
    edge's use of its core, and the flood's questions a second."""
    latencies, lost, wrong, used, rates = [], 0, 0, 0.0, []
    for _ in range(BURSTS):
        probe = space.start([sys.executable, PROBE, server.port, "www.b.test", RATE, BURST_SECONDS, *(["DO"] if signed else [])],
                            {lab.LOAD_CPU}, stdin=lab.subprocess.PIPE, stdout=lab.subprocess.PIPE, text=True)
        probe.stdout.readline()
        # The flood has no real time: the kernel's thread for packets on its core would have none.
        lab.schedule(probe.pid, os.SCHED_FIFO, 10)
        tool = None
        if flooded:
            tool = space.start([sys.executable, FLOOD, flooded, "a.test", 2, *(["DO"] if signed else [])],
                               {lab.LOAD_CPU}, stdout=lab.subprocess.PIPE, text=True)
        time.sleep(0.7)
        before, began = lab.cpu_seconds(server.pid), time.monotonic()
        with lab.burst(server.pid):
            result = json.loads(probe.communicate("go\n")[0])
        used += (lab.cpu_seconds(server.pid) - before) / (time.monotonic() - began) / BURSTS
        latencies.append(result["latencies"])
        lost += result["lost"]
        wrong += result["wrong"]
        if tool:
            rates.append(float(tool.communicate()[0] or 0))
    return latencies, lost, wrong, used, sum(rates) / max(1, len(rates))


def favour():
    """Lets this session go before others, which build something, maybe; false where that is not allowed."""
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as f:
            f.write("-15")
        return True
    except OSError:
        return False


def flood():
    rows, missed, is_favoured = [], False, favour()
    with lab.Lab() as space, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        for signed in (False, True):
            server, base = NameServer(space, signed, 0), 0
            for title, port in (("nothing", None), ("flood of nobody", nobody.getsockname()[1]), ("flood", server.port)):
                bursts, lost, wrong, used, rate = beside(space, server, port, signed)
                # A burst that the machine itself disturbs counts as one of several.
                p99 = statistics.median(quantile(burst, 0.99) for burst in bursts)
                values = [value for burst in bursts for value in burst]
                if port == server.port:
                    missed = missed or lost + wrong > 0 or p99 > 2 * base
                rows.append(["signed" if signed else "plain", title, f"{quantile(values, 0.5):.3f}", f"{p99:.3f}",
                             f"{quantile(values, 0.99):.3f}", f"{max(values):.3f}", f"{p99 / base:.1f}" if base else "", lost, wrong,
                             len(values), f"{used:.2f}", f"{rate:.0f}"])
                base = max(base, p99)
    lab.table("A quiet zone beside a flood of random subdomains, ms" + ("" if is_favoured else " (other work on the machine counts)"),
              ["zones", "beside", "p50", "p99 of a burst", "p99 of all", "max", "p99 / most before", "lost", "wrong", "n", "edge cores", "flood/s"],
              rows)
    return missed


def ask_patiently(server, address, name, number):
    """As a resolver does: three times over UDP, then over TCP once it is told to. How it was answered, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((address, 0))
        s.settimeout(0.3)
        s.connect(("127.0.0.1", server.port))
        for _ in range(3):
            s.send(query(number, name))
            try:
                data = s.recv(4096)
            except OSError:
                continue
            if data[2] & 2 == 0:
                return "udp"
            with socket.socket() as stream:
                stream.bind((address, 0))
                stream.settimeout(3)
                stream.connect(("127.0.0.1", server.port))
                message = query(number, name)
                stream.sendall(struct.pack("!H", len(message)) + message)
                return "tcp" if len(stream.recv(4096)) > 14 else None
    return None


def spoof(server, names, seconds):
    """Bytes of questions and of what came back in a second, but for the first; and what a resolver beside got."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.1.5", 0))
        s.connect(("127.0.0.1", server.port))
        s.setblocking(False)
        sent = back = number = 0
        start, patient = time.monotonic(), []
        while (now := time.monotonic()) < start + seconds:
            for _ in range(100):
                message = query(number, next(names), True)
                number += 1
                try:
                    s.send(message)
                except OSError:
                    continue
                if now > start + 1:
                    sent += len(message)
            while True:
                try:
                    data = s.recv(4096)
                except OSError:
                    break
                if now > start + 1:
                    back += len(data)
            if len(patient) < 20 and now > start + 1 + len(patient) * 0.1:
                patient.append(ask_patiently(server, "127.0.1.6", "www.b.test", number))
            time.sleep(max(0, start + number / 10_000 - time.monotonic()))
    return sent, back, patient


def made_up():
    names = random.Random(5)
    while True:
        yield f"{names.getrandbits(60):x}.a.test"


def same(name):
    while True:
        yield name


def reflect():
    rows, missed = [], False
    with lab.Lab() as space:
        for signed in (False, True):
            server = NameServer(space, signed, 200)
            for title, names in (("one name", same("www.a.test")), ("random names", made_up())):
                sent, back, patient = spoof(server, names, 4)
                answered = sum(1 for how in patient if how)
                missed = missed or back > sent or answered < len(patient)
                rows.append(["signed" if signed else "plain", title, sent, back, f"{back / sent:.2f}", f"{answered} of {len(patient)}",
                             patient.count("tcp")])
    lab.table("What comes back to who shows no cookie, and a resolver of the same network",
              ["zones", "asks for", "bytes sent", "bytes back", "back / sent", "resolver answered", "over TCP"], rows)
    return missed


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["flood", "reflect"]
    outcomes = [{"flood": flood, "reflect": reflect}[name]() for name in wanted]
    sys.exit(1 if any(outcomes) else 0)
