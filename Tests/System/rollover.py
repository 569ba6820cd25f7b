#!/usr/bin/env python3
"""Takes an edge and two resolvers through a year of rollovers: rollover.py SKERRY DIRECTORY EDGE_PORT RESOLVER_PORT.

The resolver validates, keeps nothing, and asks another one that keeps everything for as long as its TTL: so what
it validates are mixtures of what was answered at different times. The zone above the zones is on the same edge; this
program takes CDS records over into it, days later. Prints what went wrong, and "COUNT checks, KINDS" at the end.
"""
import http.client
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time

skerry, directory, edge_port, resolver_port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
PARENT = "parent.test"
DAY = 86_400
A, SOA, AAAA, DNSKEY, CDS = 1, 6, 28, 48, 59
# A little more than the TTL of DNSKEY and DS records, and much less than that of the longest records.
AFTER = 3_660
dice = random.Random(7)
with open(f"{directory}/edge/control.token") as file:
    token = file.read().strip()
start, begun = int(time.time()), time.monotonic()
faults = []
checks = 0


# --- the clock ----------------------------------------------------------------------------------------

clock = open(f"{directory}/clock", "r+b", buffering=0)


def now():
    clock.seek(0)
    return int(time.time()) + struct.unpack("<q", clock.read(8))[0]


def jump(moment):
    before = now()
    clock.seek(0)
    clock.write(struct.pack("<q", max(moment, before) - int(time.time())))
    # A loop of the edge keeps the time for a twentieth of a second, which signatures must not be made for.
    if moment > before + 60:
        time.sleep(0.06)


# --- asking -------------------------------------------------------------------------------------------


def query(port, name, kind, stream=False):
    """The response's code, flags, and record contents of the type that was asked for."""
    number = dice.randrange(65_536)
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    # RD, AD, and EDNS with DO and 1,232 bytes.
    message = struct.pack(">6H", number, 0x0120, 1, 0, 0, 1) + labels + struct.pack(">2H", kind, 1)
    message += b"\0" + struct.pack(">2HIH", 41, 1_232, 0x8000, 0)
    for attempt in range(3):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(4)
            one.connect(("127.0.0.1", port))
            one.send(message)
            try:
                response = one.recv(4_096)
            except TimeoutError:
                continue
            if response[:2] == message[:2]:
                return read(response, kind)
    return None, 0, []


def skip_name(message, place):
    while message[place] and message[place] < 192:
        place += message[place] + 1
    return place + (2 if message[place] else 1)


def read(message, kind):
    flags, questions, answers = struct.unpack(">3H", message[2:8])
    place = 12
    for _ in range(questions):
        place = skip_name(message, place) + 4
    contents = []
    for _ in range(answers):
        place = skip_name(message, place)
        found, _, _, length = struct.unpack(">2HIH", message[place:place + 10])
        place += 10
        if found == kind:
            contents.append(message[place:place + length])
        place += length
    return flags & 15, flags, contents


def run(*arguments):
    result = subprocess.run([skerry, *arguments], capture_output=True, text=True, timeout=30)
    if result.returncode:
        faults.append(f"{' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout


# --- zones --------------------------------------------------------------------------------------------


class Zone:
    """A zone below, and what its parent has of it."""

    def __init__(self, label, is_seen):
        self.name = f"{label}.{PARENT}"
        # Whether the edge finds out by itself what the parent has, or is told.
        self.is_seen = is_seen
        self.delegations = []
        self.wanted = None
        self.adopts = None
        self.told = None
        self.leaves = False

    def state(self):
        """What `skerry dns keys --json` prints, without starting it."""
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(20)
            one.connect(f"{directory}/edge/control.sock")
            connection = http.client.HTTPConnection("edge")
            connection.sock = one
            connection.request(
                "GET", f"/v1/zones/{self.name}/dnssec", headers={"Authorization": f"Bearer {token}"})
            return json.loads(connection.getresponse().read())["result"]

    def look(self):
        """Notes what the zone wants above, and when the parent will take it over."""
        wanted = sorted(query(edge_port, self.name, CDS)[2])
        if wanted and wanted != self.wanted:
            self.wanted = wanted
            self.adopts = now() + dice.randrange(3_600, 3 * DAY)

    def adopt(self):
        self.adopts = None
        self.delegations = [] if self.wanted == [bytes(5)] else self.wanted
        self.told = now() + dice.randrange(60, DAY)
        write_parent()

    def tell(self):
        self.told = None
        if not self.is_seen and self.state().get("parentAskedAt", None) is None and self.awaits():
            run("dns", "keys", self.name, "--parent-has-ds" if self.delegations else "--parent-has-no-ds")

    def awaits(self):
        return any(one["awaitsParent"] for one in self.state().get("rollovers", []))


def write_parent():
    lines = ["$TTL 3600", "@ NS ns", "ns A 127.0.0.1"]
    for zone in zones:
        label = zone.name.split(".")[0]
        lines += [f"{label} NS ns.{label}", f"ns.{label} A 127.0.0.1"]
        for content in zone.delegations:
            tag, algorithm, digest = struct.unpack(">H2B", content[:4])
            lines.append(f"{label} DS {tag} {algorithm} {digest} {content[4:].hex()}")
    with open(f"{directory}/parent.zone", "w") as file:
        file.write("\n".join(lines) + "\n")
    run("dns", "import", PARENT, f"{directory}/parent.zone")


zones = [Zone("one", True), Zone("two", True), Zone("three", False), Zone("off", True)]
names = []


# --- checking -----------------------------------------------------------------------------------------


def check(label):
    """Everything validates: what nobody has asked for before, and what caches have kept of earlier checks."""
    global checks
    day = (now() - start) // DAY
    names.append(label)
    del names[:-6]
    for zone in zones:
        questions = [(zone.name, SOA), (zone.name, DNSKEY), (f"ns.{zone.name}", A), (f"ns.{zone.name}", AAAA)]
        for name in names:
            questions += [(f"{name}.{life}.{zone.name}", A) for life in ("minute", "hour", "day")]
        questions += [(f"{label}-none.{zone.name}", A)]
        for name, kind in questions:
            code, flags, _ = query(resolver_port, name, kind)
            checks += 1
            # Who is not signed says NXDOMAIN where others deny compactly.
            if code == 3 and zone.leaves and "-none." in name:
                continue
            if code != 0 or (not flags & 0x20 and not zone.leaves):
                faults.append(f"day {day}, {label}: {name} {kind}: code {code}, flags {flags:x}: {describe(zone)}")
        code, flags, contents = query(edge_port, zone.name, DNSKEY)
        if code != 0 or flags & 0x200:
            faults.append(f"day {day}, {label}: the keys of {zone.name} do not fit: {code} {flags:x} {len(contents)}")
    if time.monotonic() > begun + 240:
        faults.append(f"it takes too long: day {day}")
    if len(faults) > 5 or time.monotonic() > begun + 240:
        finish()


def describe(zone):
    state = zone.state()
    return json.dumps([state.get("rollovers"), [(k["tag"], k["state"]) for k in state.get("keys", [])]])


def settled():
    """Whether nothing is due any more."""
    moment = now()
    return all(zone.state().get("nextStepAt", moment + 1) > moment for zone in zones)


def settle():
    for _ in range(200):
        if settled():
            return
        time.sleep(0.05)
    faults.append(f"a step is not taken: {[describe(zone) for zone in zones]}")
    finish()


def finish():
    for fault in faults[:8]:
        print(fault[:700])
    print(f"{checks} checks, {' '.join(sorted(kinds))}, {(now() - start) // DAY} days")
    sys.exit(1 if faults else 0)


kinds = set()

# What the operator does, by day.
plan = [
    (20, lambda: run("dns", "keys", zones[0].name, "--roll", "csk")),
    (60, lambda: run("dns", "keys", zones[1].name, "--roll", "ksk")),
    (95, lambda: run("dns", "keys", zones[0].name, "--algorithm", "ed25519")),
    (110, lambda: kill()),
    (150, lambda: run("dns", "keys", zones[2].name, "--type", "split")),
    (180, lambda: run("dns", "keys", zones[1].name, "--algorithm", "ed25519")),
    (182, lambda: kill()),
    (230, lambda: run("dns", "keys", zones[0].name, "--algorithm", "ecdsap256sha256")),
    (250, lambda: leave()),
    (290, lambda: run("dns", "keys", zones[2].name, "--roll", "ksk")),
    (320, lambda: run("dns", "keys", zones[0].name, "--roll", "csk")),
]


def leave():
    run("dns", "sign", "--off", zones[3].name)
    zones[3].leaves = True


def kill():
    """The edge goes in the middle of everything, and another one comes up."""
    with open(f"{directory}/edge.pid") as file:
        os.kill(int(file.read()), signal.SIGKILL)
    time.sleep(0.1)
    with open(f"{directory}/restart", "w"):
        pass
    for _ in range(200):
        if subprocess.run([skerry, "status"], capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    faults.append("the edge does not come up again")


write_parent()
for zone in zones:
    zone.look()
    zone.adopt()
check("first")
step, states = 0, []
while now() < start + 365 * DAY:
    step += 1
    moment = now()
    before, states = states, [zone.state() for zone in zones]
    for state in states:
        kinds |= {one["kind"] for one in state.get("rollovers", [])}
    times = [state["nextStepAt"] for state in states if state.get("nextStepAt")]
    times += [zone.adopts for zone in zones if zone.adopts] + [zone.told for zone in zones if zone.told]
    # After what the parent had before has left the cache of whom the edge asks.
    times += [
        max(state["parentAskedAt"], zone.told or 0) for zone, state in zip(zones, states)
        if state.get("parentAskedAt") and zone.delegations == ([] if zone.wanted == [bytes(5)] else zone.wanted)
    ]
    times += [start + plan[0][0] * DAY] if plan else []
    times += [moment + 25 * DAY, start + 365 * DAY]
    target = max(min(times), moment)
    if target - 3 > moment + AFTER and any(state.get("rollovers") for state in states + before):
        # Keys have left the cache, and what they have signed is there still.
        jump(moment + AFTER)
        check(f"a{step}")
    if target - 3 > moment:
        jump(target - 3)
        check(f"b{step}")
    jump(target + 1)
    if plan and start + plan[0][0] * DAY <= now():
        plan.pop(0)[1]()
    for zone in zones:
        if zone.adopts and zone.adopts <= now():
            zone.adopt()
        if zone.told and zone.told <= now():
            zone.tell()
    settle()
    check(f"s{step}")
    for zone in zones:
        zone.look()
if zones[3].state().get("keys"):
    faults.append(f"{zones[3].name} is signed still: {describe(zones[3])}")
finish()
