"""A fleet of edges on loopback: fleet.py SCENARIO SKERRY FOLDER. Prints what went wrong, and then exits with 1.

The origin answers /o/... with content of the path, counts what it is asked, waits where the path says slow, and
sends what the path calls big in pieces.
"""
import asyncio
import collections
import json
import os
import signal
import socket
import subprocess
import sys
import time

scenario, skerry, folder = sys.argv[1:4]
faults = []


def check(condition, text):
    if not condition:
        faults.append(text)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Origin:
    """Counts requests by path."""

    PIECE = b"x" * 65536

    def __init__(self):
        self.counts = collections.Counter()
        self.heads = {}
        self.pieces = 16
        self.pause = 0.1
        self.wait = 1
        self.version = 1

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=4096)
        self.port = self.server.sockets[0].getsockname()[1]

    def content(self, path):
        return (f"{path} {self.version}\n".encode()) * 50

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                self.counts[path] += 1
                self.heads[path] = head
                body = self.content(path)
                if "slow" in path:
                    await asyncio.sleep(self.wait)
                length = len(self.PIECE) * self.pieces if "big" in path else len(body)
                lifetime = "private" if "private" in path else "max-age=3600\r\nCDN-Cache-Control: max-age=3000"
                writer.write((f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nCache-Control: {lifetime}\r\n"
                              f'ETag: "{path}-{self.version}"\r\nCache-Tag: all, t{len(path)}\r\n\r\n').encode())
                if "big" in path:
                    for _ in range(self.pieces):
                        writer.write(self.PIECE)
                        await writer.drain()
                        await asyncio.sleep(self.pause)
                else:
                    writer.write(body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


class Relay:
    """Connects to a port of this host. What comes from there arrives `delay` seconds later."""

    def __init__(self, port):
        self.target, self.delay = port, 0

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        try:
            answers, requests = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(self.forward(reader, requests, lambda: 0),
                                 self.forward(answers, writer, lambda: self.delay))
        except (OSError, asyncio.CancelledError):
            writer.close()

    async def forward(self, reader, writer, delay):
        pieces = asyncio.Queue()

        async def write():
            while True:
                due, piece = await pieces.get()
                await asyncio.sleep(max(0, due - time.monotonic()))
                writer.write(piece)
                if not piece:
                    return writer.close()

        writing = asyncio.create_task(write())
        piece = b"-"
        while piece:
            try:
                piece = await reader.read(65536)
            except OSError:
                piece = b""
            pieces.put_nowait((time.monotonic() + delay(), piece))
        await writing


class Answer:
    """A response: `status` is 0 if none came whole."""

    def __init__(self):
        self.status, self.fields, self.body, self.seconds = 0, [], b"", 0.0

    def all(self, name):
        return [value for key, value in self.fields if key == name]

    @property
    def hops(self):
        """The caches that the response passed, nearest the origin first."""
        return [value.split(";")[0].removeprefix("skerry/") for value in self.all("cache-status")]


async def get(port, path, fields="", host="a.test"):
    answer, begun = Answer(), time.monotonic()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n".encode())
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1").split("\r\n")
        answer.fields = [tuple(x.strip() for x in line.split(":", 1)) for line in head[1:] if ":" in line]
        answer.fields = [(key.lower(), value) for key, value in answer.fields]
        answer.body = await asyncio.wait_for(reader.read(-1), 60)
        length = answer.all("content-length")
        if not length or int(length[0]) == len(answer.body) or head[0].split(" ")[1] == "304":
            answer.status = int(head[0].split(" ")[1])
        writer.close()
    except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
        pass
    answer.seconds = time.monotonic() - begun
    return answer


async def output(*command):
    """What a command prints, while the origin goes on."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    return printed.decode()


class Fleet:
    """Edges by name. `pops` has (name, tier, servers, parents or None)."""

    def __init__(self, pops, origin):
        self.pops, self.origin = pops, origin
        self.names = [name for pop in pops for name in pop[2]]
        ports = free_ports(2 * len(self.names))
        self.peers = dict(zip(self.names, ports))
        self.http = dict(zip(self.names, ports[len(self.names):]))
        self.processes = {}
        self.write_topology("topology.yaml")
        run = lambda *args: subprocess.run([skerry, *args], check=True, stdout=subprocess.DEVNULL)
        run("ca", "create", f"{folder}/ca")
        for name in self.names:
            run("ca", "issue", f"{folder}/ca", "--host", name, "--out", f"{folder}/ca/{name}")
        self.write_zone("smart")

    def write_topology(self, file, weights={}, drained=(), without=(), ports={}):
        lines = ["pops:"]
        for name, tier, servers, parents in self.pops:
            servers = [server for server in servers if server not in without]
            if not servers:
                continue
            lines += [f"- name: {name}", f"  tier: {tier}"]
            if parents:
                lines.append(f"  parents: [{', '.join(parents)}]")
            lines.append("  servers:")
            for server in servers:
                lines += [f"  - name: {server}", f"    address: 127.0.0.1:{ports.get(server, self.peers[server])}",
                          f"    weight: {weights.get(server, 1)}", f"    drain: {str(server in drained).lower()}"]
        with open(f"{folder}/new", "w") as output:
            output.write("\n".join(lines) + "\n")
        os.rename(f"{folder}/new", f"{folder}/{file}")

    def write_zone(self, tiers):
        with open(f"{folder}/zones.yaml", "w") as output:
            output.write(f"zones:\n- name: a.test\n  origins:\n  - url: http://127.0.0.1:{self.origin.port}\n"
                         f"  tiers: {tiers}\n")

    async def differs(self, name, others):
        """Waits until a server knows that these others have another topology, and that the rest have its own."""
        for _ in range(200):
            known = {server["name"]: server.get("hasOtherTopology") for server in (await self.tiers(name))["servers"]}
            if {server for server, differs in known.items() if differs} >= others and (
                    others or all(differs is False for server, differs in known.items() if differs is not None)):
                return
            await asyncio.sleep(0.2)
        check(False, f"{name} takes for another topology: {known}")

    def connections(self, name, to):
        """How many connections one server has to another, as the kernel counts them."""
        files = f"/proc/{self.processes[name].pid}/fd"
        sockets = {os.readlink(f"{files}/{file}") for file in os.listdir(files)}
        with open("/proc/net/tcp") as lines:
            words = [line.split() for line in lines]
        return sum(line[2].endswith(f":{self.peers[to]:04X}") and f"socket:[{line[9]}]" in sockets for line in words[1:])

    async def command(self, name, *words):
        """What a command says to the edge of that name."""
        process = await asyncio.create_subprocess_exec(
            skerry, *words, "--control", f"{folder}/{name}/control.sock", stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        printed, _ = await process.communicate()
        check(process.returncode == 0, f"skerry {' '.join(words)}: {printed.decode()}")
        return printed.decode()

    def start(self, name, topology="topology.yaml", more=()):
        log = open(f"{folder}/{name}.log", "a")
        self.processes[name] = subprocess.Popen(
            [skerry, "edge", "--directory", f"{folder}/{name}", "--http", f"127.0.0.1:{self.http[name]}",
             "--zones", f"{folder}/zones.yaml", "--ram-mb", "64", "--topology", f"{folder}/{topology}",
             "--server", name, "--peer-certificate", f"{folder}/ca/{name}.pem", "--peer-key",
             f"{folder}/ca/{name}.key", "--peer-authority", f"{folder}/ca/ca.pem", *more], stdout=log, stderr=log)

    async def start_all(self, topologies={}, more=()):
        for name in self.names:
            self.start(name, topologies.get(name, "topology.yaml"), more)
        for name in self.names:
            await self.serves(name)
        for name in self.names:
            await self.knows_parents(name)

    async def knows_parents(self, name):
        """Until the edge has found those that were started after it."""
        for _ in range(150):
            shown = await self.tiers(name) or {"servers": [{"pop": "", "tier": "upper", "well": False, "drain": False}],
                                               "parents": []}
            above = [s for s in shown["servers"] if s["pop"] in shown["parents"] or s["tier"] == "upper"]
            if all(s["well"] and s["connections"] for s in above if "isThis" not in s and not s["drain"]):
                return
            await asyncio.sleep(0.1)
        raise SystemExit(f"{name} does not reach its parents: {shown}")

    async def serves(self, name):
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.http[name])
                return writer.close()
            except OSError:
                await asyncio.sleep(0.1)
        raise SystemExit(f"{name} does not serve: {open(f'{folder}/{name}.log').read()}")

    def signal(self, name, number):
        os.kill(self.processes[name].pid, number)

    async def get(self, name, path, fields=""):
        return await get(self.http[name], path, fields)

    async def tiers(self, name, *more):
        process = await asyncio.create_subprocess_exec(
            skerry, "tiers", *more, "--json", "--control", f"{folder}/{name}/control.sock",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        output, _ = await process.communicate()
        return json.loads(output) if process.returncode == 0 else None

    def stop(self):
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()


def eight(origin):
    """Four PoPs of two, two regional servers, an upper one."""
    edges = [(f"pop{i}", "edge", [f"edge-{2 * i}", f"edge-{2 * i + 1}"], None) for i in range(4)]
    return Fleet(edges + [("west", "regional", ["west-0"], None), ("east", "regional", ["east-0"], None),
                          ("up", "upper", ["up-0"], None)], origin)


def small(origin, edges=1):
    return Fleet([("pop", "edge", [f"edge-{i}" for i in range(edges)], None),
                  ("west", "regional", ["west-0"], None), ("east", "regional", ["east-0"], None),
                  ("up", "upper", ["up-0"], None)], origin)


async def once(origin):
    fleet = eight(origin)
    try:
        await fleet.start_all()
        paths = [f"/o/slow-{i}" for i in range(10)] + [f"/o/{i}" for i in range(40)]
        asked = [(name, path) for name in fleet.names[:8] for path in paths for _ in range(3)]
        answers = await asyncio.gather(*[fleet.get(*one) for one in asked])
        for (name, path), answer in zip(asked, answers):
            check(answer.status == 200 and answer.body == origin.content(path), f"{name} {path}: {answer.status}")
            check(answer.hops[:1] == ["up-0"] and answer.hops[-1] == name, f"{name} {path} passed {answer.hops}")
        check(all(origin.counts[path] == 1 for path in paths), f"the origin was asked {dict(origin.counts)}")
    finally:
        fleet.stop()


async def unharmed(origin):
    """Validators, Age, ranges, tags and targeted fields; what is private; what a client says of peers."""
    fleet = small(origin)
    try:
        await fleet.start_all()
        path = "/o/one"
        first = await fleet.get("edge-0", path)
        check(first.all("etag") == [f'"{path}-1"'], f"ETag {first.fields}")
        check(not first.all("cache-tag"), "a client got tags")
        await asyncio.sleep(1.1)
        part = await fleet.get("edge-0", path, "Range: bytes=2-4\r\n")
        check(part.status == 206 and part.body == origin.content(path)[2:5], f"a range: {part.status} {part.body}")
        same = await fleet.get("edge-0", path, f'If-None-Match: "{path}-1"\r\n')
        check(same.status == 304, f"a validation: {same.status}")
        later = await fleet.get("west-0", path)
        check(later.all("age")[-1:] >= ["1"], f"Age {later.fields}")
        # The tag is known at the edge, whose copy came from a parent.
        purge = subprocess.run([skerry, "purge", "a.test", "--tag", f"t{len(path)}", "--control",
                                f"{folder}/edge-0/control.sock"], capture_output=True, text=True)
        check(purge.returncode == 0, purge.stderr)
        again = await fleet.get("edge-0", path)
        check("; hit" not in again.all("cache-status")[-1], f"after a purge by tag: {again.fields}")
        ttl = [int(x.split("ttl=")[1]) for x in later.all("cache-status") if "hit" in x]
        check(ttl and 2900 < ttl[0] <= 3000, f"CDN-Cache-Control was lost: {later.fields}")
        for _ in range(2):
            private = await fleet.get("edge-0", "/o/private")
            check(private.status == 200, f"private: {private.status}")
        check(origin.counts["/o/private"] == 2, f"private: {origin.counts['/o/private']}")
        liar = await fleet.get("edge-0", "/o/liar",
                               'Skerry-Peer: hops="edge-0", proto=https, id=1, for=192.0.2.7\r\n')
        check(liar.status == 200, f"a client's Skerry-Peer: {liar.status}")
        check("skerry-peer" not in origin.heads["/o/liar"].lower(), "the origin heard of peers")
        check("127.0.0.1" in origin.heads["/o/liar"] and "192.0.2.7" not in origin.heads["/o/liar"],
              f"the client's address: {origin.heads['/o/liar']}")
    finally:
        fleet.stop()


async def killed(origin):
    fleet = eight(origin)
    try:
        await fleet.start_all()
        warm = await asyncio.gather(*[fleet.get(name, "/o/warm") for name in fleet.names[:8]])
        regions = collections.Counter(hop for answer in warm for hop in answer.hops if hop in ("west-0", "east-0"))
        parent = regions.most_common(1)[0][0]
        clients = [asyncio.create_task(fleet.get(name, "/o/big")) for name in fleet.names[:8]]
        await asyncio.sleep(0.5)
        fleet.signal(parent, signal.SIGKILL)
        answers = await asyncio.gather(*clients)
        length = len(origin.PIECE) * origin.pieces
        broken = [a for a in answers if a.status == 0]
        check(broken, f"{parent} was nobody's parent: {[a.hops for a in answers]}")
        check(all(a.fields for a in broken), "an error where nothing had been sent")
        check(all(len(a.body) < length for a in broken), "a break that can't be seen")
        check(all(len(a.body) == length for a in answers if a.status == 200), "a short body that seems whole")
        check(all(a.status in (0, 200) for a in answers), f"statuses {[a.status for a in answers]}")
        check(origin.counts["/o/big"] <= 2, f"the origin was asked {origin.counts['/o/big']} times")
        # Who comes now notices nothing.
        paths = [f"/o/after-{i}" for i in range(20)] + ["/o/big"]
        later = await asyncio.gather(*[fleet.get(name, path) for name in fleet.names[:8] for path in paths])
        check(all(a.status == 200 for a in later), f"afterwards {[a.status for a in later if a.status != 200]}")
        check(all(origin.counts[path] == 1 for path in paths[:-1]), f"afterwards {dict(origin.counts)}")
        check(origin.counts["/o/big"] <= 2, f"the origin was asked {origin.counts['/o/big']} times")
    finally:
        fleet.stop()


async def orphaned(origin):
    """The server of the upper tier that fetches is killed: in mid-stream, and before the origin's head has come."""
    edges = [(f"pop{i}", "edge", [f"edge-{2 * i}", f"edge-{2 * i + 1}"], None) for i in range(4)]
    fleet = Fleet(edges + [("west", "regional", ["west-0"], None), ("east", "regional", ["east-0"], None),
                           ("up", "upper", ["up-0", "up-1"], None)], origin)
    try:
        await fleet.start_all()
        holders = {path: (await fleet.tiers("west-0", f"http://a.test{path}"))["asked"][-1]["servers"][0]
                   for kind in ("big", "slow-big") for path in [f"/o/{kind}-{i}" for i in range(24)]}
        check(set(holders.values()) == {"up-0", "up-1"}, f"one has all keys: {holders}")
        victim = holders["/o/big-0"]
        begun = [path for path in holders if holders[path] == victim and "slow" not in path][:3]
        waiting = [path for path in holders if holders[path] == victim and "slow" in path][:3]
        asked = [(name, path) for path in begun + waiting for name in fleet.names[:8]]
        clients = [asyncio.create_task(fleet.get(name, path)) for name, path in asked]
        await asyncio.sleep(0.5)
        check(all(origin.counts[path] == 1 for path in begun + waiting), f"before: {dict(origin.counts)}")
        fleet.signal(victim, signal.SIGKILL)
        answers = dict(zip(asked, await asyncio.gather(*clients)))
        length = len(origin.PIECE) * origin.pieces
        broken = [a for a in answers.values() if a.status == 0]
        check(broken, f"{victim} was nobody's parent: {[a.hops for a in answers.values()]}")
        check(all(a.hops[:1] == [victim] for a in broken), f"others broke: {[a.hops for a in broken]}")
        check(all(len(a.body) < length for a in broken), "a break that can't be seen")
        check(all(a.status in (0, 200) for a in answers.values()), f"statuses {[a.status for a in answers.values()]}")
        check(all(len(a.body) == length for a in answers.values() if a.status == 200), "a short body that seems whole")
        for (name, path), answer in answers.items():
            if path in waiting:
                check(answer.status == 200 and answer.hops[:1] != [victim], f"{name} {path}, of which nothing was sent: {answer.fields}")
        check(all(origin.counts[path] <= 2 for path in begun + waiting), f"the origin was asked {dict(origin.counts)}")
        # Who comes now notices nothing.
        paths = [f"/o/after-{i}" for i in range(20)] + begun + waiting
        later = await asyncio.gather(*[fleet.get(name, path) for name in fleet.names[:8] for path in paths])
        check(all(a.status == 200 for a in later), f"afterwards {[a.status for a in later if a.status != 200]}")
        check(all(origin.counts[path] == 1 for path in paths[:20]), f"afterwards {dict(origin.counts)}")
        check(all(origin.counts[path] <= 2 for path in paths[20:]), f"afterwards {dict(origin.counts)}")
    finally:
        fleet.stop()


async def stopped(origin):
    """Parents that hang, and that are not there at all."""
    fleet = small(origin)
    try:
        await fleet.start_all()
        await fleet.get("edge-0", "/o/warm")
        nearest = next(hop for hop in (await fleet.get("edge-0", "/o/near")).hops if hop in ("west-0", "east-0"))
        fleet.signal(nearest, signal.SIGSTOP)
        answers = await asyncio.gather(*[fleet.get("edge-0", f"/o/hang-{i}") for i in range(50)])
        check(all(a.status == 200 for a in answers), f"hanging: {[a.status for a in answers]}")
        check(max(a.seconds for a in answers) < 5, f"hanging: {max(a.seconds for a in answers):.1f} s")
        check(all(a.hops[0] == "up-0" for a in answers), "a parent that hangs was not skipped for the next one")
        next_one = await fleet.get("edge-0", "/o/hang-next")
        check(nearest not in next_one.hops and next_one.seconds < 1, f"left alone: {nearest}, {next_one.hops}, {next_one.seconds}")
        fleet.signal(nearest, signal.SIGCONT)
        for name in ("west-0", "east-0"):
            fleet.signal(name, signal.SIGKILL)
        answers = await asyncio.gather(*[fleet.get("edge-0", f"/o/dead-{i}") for i in range(50)])
        check(all(a.status == 200 and a.hops[0] == "up-0" for a in answers), "no regional parent")
        fleet.signal("up-0", signal.SIGKILL)
        answers = await asyncio.gather(*[fleet.get("edge-0", f"/o/alone-{i}") for i in range(50)])
        check(all(a.status == 200 and a.hops == ["edge-0"] for a in answers), "no parent at all")
        check(all(count == 1 for count in origin.counts.values()), f"the origin was asked {dict(origin.counts)}")
        fleet.start("west-0")
        fleet.start("up-0")
        await fleet.serves("up-0")
        for _ in range(100):
            back = await fleet.get("edge-0", f"/o/back-{time.monotonic()}")
            if back.hops[0] == "up-0":
                break
            await asyncio.sleep(0.2)
        check(back.hops[0] == "up-0", f"parents that are back are not asked: {back.hops}")
    finally:
        fleet.stop()


async def hedges(fleet):
    """Of all servers: how often one was asked since another was slow, and how often it was the first to answer."""
    shown = [s for name in fleet.names for s in (await fleet.tiers(name))["servers"]]
    return sum(s["hedges"] for s in shown), sum(s["hedgesWon"] for s in shown)


async def sluggish(origin):
    """A parent that lives, and is slow: the next one is asked as well, now and then."""
    fleet = small(origin)
    relay = Relay(fleet.peers["west-0"])

    async def west():
        return next(s for s in (await fleet.tiers("edge-0"))["servers"] if s["name"] == "west-0")

    try:
        await relay.start()
        fleet.write_topology("relayed.yaml", ports={"west-0": relay.port})
        fleet.write_zone("[west]")
        await fleet.start_all({"edge-0": "relayed.yaml"})
        usual = [await fleet.get("edge-0", f"/o/usual-{i}") for i in range(120)]
        check(all(a.hops == ["up-0", "west-0", "edge-0"] for a in usual), "the parent was not asked")
        # The relay was up before the parent behind it.
        blamed = (await west())["failures"]
        relay.delay = 0.3
        before, slow = (await hedges(fleet))[1], []
        while len(slow) < 40 and (await hedges(fleet))[1] == before:
            slow.append(await fleet.get("edge-0", f"/o/late-{len(slow)}"))
        check((await hedges(fleet))[1] == before + 1, "no other server was asked")
        check(slow[-1].hops == ["up-0", "edge-0"], f"the other server's answer: {slow[-1].hops}")
        slow += await asyncio.gather(*[fleet.get("edge-0", f"/o/many-{i}") for i in range(100)])
        check(all(a.status == 200 for a in slow), f"statuses {[a.status for a in slow]}")
        check((await hedges(fleet))[0] <= 2 * 2 + 260 / 20, f"{await hedges(fleet)} hedges")
        after = await west()
        check(after["well"] and after["failures"] == blamed, f"it was blamed for slowness: {after}")
        check(all(count == 1 for count in origin.counts.values()), f"the origin was asked {dict(origin.counts)}")
    finally:
        fleet.stop()


async def patient(origin):
    """A slow origin behind parents that are well: whoever else is asked comes to the server that asks it already."""
    fleet = Fleet([("pop", "edge", ["edge-0", "edge-1"], None), ("far", "edge", ["edge-2"], None),
                   ("west", "regional", ["west-0", "west-1"], None), ("east", "regional", ["east-0"], None),
                   ("up", "upper", ["up-0", "up-1"], None), ("top", "upper", ["top-0"], None)], origin)
    try:
        await fleet.start_all()
        origin.wait = 2
        for attempt in range(3):
            paths = [f"/o/slow-{attempt}-{i}" for i in range(12)]
            answers = await asyncio.gather(*[fleet.get(name, path) for path in paths for name in fleet.names[:3]])
            check(all(a.status == 200 for a in answers), f"statuses {[a.status for a in answers]}")
        check((await hedges(fleet))[0] > 0, "no other server was asked")
        check(all(count == 1 for count in origin.counts.values()), f"the origin was asked {dict(origin.counts)}")
    finally:
        fleet.stop()


async def nearest(origin):
    """The servers of the upper tier tell each other how far they are from an origin, and all say the same. As near as
    both PoPs are here nobody fetches through the other."""
    fleet = Fleet([("pop", "edge", ["edge-0"], None), ("up", "upper", ["up-0", "up-1"], None),
                   ("top", "upper", ["top-0"], None)], origin)
    uppers = {"up-0": "up", "up-1": "up", "top-0": "top"}

    async def agreed():
        for attempt in range(150):
            await fleet.get("edge-0", f"/o/{time.monotonic()}")
            shown = [await fleet.tiers(name, "http://a.test/o/x") for name in uppers]
            orders = [[way["pop"] for way in (one or {}).get("toOrigin", [])] for one in shown]
            if sorted(orders[0]) == ["top", "up"] and all(order == orders[0] for order in orders):
                return orders[0][0]
            await asyncio.sleep(0.2)
        raise SystemExit(f"the upper tier does not agree: {orders}")

    try:
        await fleet.start_all()
        first = await agreed()
        paths = [f"/o/{i}" for i in range(40)]
        answers = await asyncio.gather(*[fleet.get("edge-0", path) for path in paths])
        check(all(len(a.hops) == 2 for a in answers), f"a way through another PoP: {[a.hops for a in answers]}")
        check({uppers.get(a.hops[0]) for a in answers} == {"up", "top"}, "one PoP has all keys")
        said = await fleet.command("top-0", "tiers", "http://a.test/o/x")
        check(f"Nearest to the origin: {first} (1.0ms), then " in said, said)
        check("upper tier nearest to the origin" not in said, said)
        # Who comes back hears what the others know.
        fleet.signal("top-0", signal.SIGKILL)
        fleet.processes["top-0"].wait()
        fleet.start("top-0")
        await fleet.serves("top-0")
        check(await agreed() == first, "another PoP is the nearest")
        check(all(origin.counts[path] == 1 for path in paths), f"the origin was asked {dict(origin.counts)}")
        for name in [name for name in uppers if uppers[name] == first]:
            fleet.signal(name, signal.SIGKILL)
        later = await asyncio.gather(*[fleet.get("edge-0", f"/o/later-{i}") for i in range(20)])
        check(all(a.status == 200 for a in later), "where the nearest PoP is gone nobody answers")
    finally:
        fleet.stop()


async def disagreeing(origin):
    """Two servers of a PoP, each of which takes the other for the one that has all keys."""
    fleet = small(origin, edges=2)
    try:
        fleet.write_topology("a.yaml", {"edge-1": 16})
        fleet.write_topology("b.yaml", {"edge-0": 16})
        await fleet.start_all({"edge-0": "a.yaml", "edge-1": "b.yaml"})
        paths = [f"/o/slow-{i}" for i in range(40)]
        answers = await asyncio.gather(
            *[fleet.get(name, path) for path in paths for name in ("edge-0", "edge-1") for _ in range(3)])
        check(all(a.status == 200 for a in answers), f"statuses {[a.status for a in answers]}")
        check(max(a.seconds for a in answers) < 10, f"{max(a.seconds for a in answers):.1f} s")
        check(all(origin.counts[path] == 1 for path in paths), f"the origin was asked {dict(origin.counts)}")
        # They notice, and those whom they ask; and when they have the same again.
        await fleet.differs("edge-0", {"edge-1", "west-0", "up-0"})
        await fleet.differs("west-0", {"edge-0", "edge-1"})
        said = await fleet.command("edge-0", "tiers")
        check("Another topology than this server's: edge-1" in said, said)
        for file in ("a.yaml", "b.yaml"):
            fleet.write_topology(file)
        await fleet.differs("edge-0", set())
        await fleet.differs("west-0", set())
    finally:
        fleet.stop()


async def strangers(origin):
    fleet = small(origin)
    try:
        subprocess.run([skerry, "ca", "issue", f"{folder}/ca", "--host", "west-0", "--days", "20", "--out", f"{folder}/ca/west-0"],
                       check=True, stdout=subprocess.DEVNULL)
        await fleet.start_all()
        ends = "the certificate for peers (--peer-certificate) ends in"
        check(ends in await fleet.command("west-0", "status"), "nobody is told of a certificate that ends soon")
        check(ends not in await fleet.command("edge-0", "status"), "of one that lasts for a year that is told as well")
        subprocess.run([skerry, "ca", "create", f"{folder}/other"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([skerry, "ca", "issue", f"{folder}/other", "--host", "edge-0", "--out",
                        f"{folder}/other/edge-0"], check=True, stdout=subprocess.DEVNULL)
        url = f"https://west-0:{fleet.peers['west-0']}/o/x"
        curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--http2", "--max-time", "10", "--cacert",
                f"{folder}/ca/ca.pem", "--resolve", f"west-0:{fleet.peers['west-0']}:127.0.0.1", url,
                "-H", "Host: a.test"]
        field = ["-H", 'Skerry-Peer: hops="edge-0", proto=http, id=1']
        asked = {
            "nobody": [], "a stranger": ["--cert", f"{folder}/other/edge-0.pem", "--key", f"{folder}/other/edge-0.key"],
            "a peer": ["--cert", f"{folder}/ca/edge-0.pem", "--key", f"{folder}/ca/edge-0.key"],
        }
        for who, more in asked.items():
            result = await output(*curl, *field, *more)
            check(result == ("200" if who == "a peer" else "000"), f"{who} got {result}")
        bare = await output(*curl, *asked["a peer"])
        check(bare == "400", f"a request without the field got {bare}")
        loop = await output(*curl, *asked["a peer"], "-H", 'Skerry-Peer: hops="west-0 edge-0", proto=http, id=1')
        liar = await output(*curl, *asked["a peer"], "-H", 'Skerry-Peer: hops="up-0", proto=http, id=1')
        check(liar == "400", f"who said that it was another got {liar}")
        check(loop == "508", f"a request that was there before got {loop}")
    finally:
        fleet.stop()


async def crowd(origin, more=()):
    fleet = Fleet([("pop", "edge", ["edge-0"], None), ("far", "edge", ["edge-1"], None), ("west", "regional", ["west-0"], None),
                   ("east", "regional", ["east-0"], None), ("up", "upper", ["up-0"], None)], origin)
    try:
        await fleet.start_all(more=more)
        paths = [f"/o/slow-{i}" for i in range(1000)]
        answers = asyncio.gather(*[fleet.get(name, path) for path in paths for name in ("edge-0", "edge-1")])
        await asyncio.sleep(1)
        during = {s["name"]: s["connections"] for s in (await fleet.tiers("edge-0"))["servers"]}
        standing = [fleet.connections("edge-0", to=name) for name in ("west-0", "east-0", "up-0")]
        answers = await answers
        check(all(a.status == 200 for a in answers), f"{sum(a.status != 200 for a in answers)} failed")
        check(all(a.hops[0] == "up-0" for a in answers), f"came by {collections.Counter(a.hops[0] for a in answers)}")
        check(all(count <= 4 for count in during.values()), f"connections {during}")
        check(all(0 < count <= 4 for count in standing), f"the kernel counts {standing}")
        check(all(origin.counts[path] == 1 for path in paths),
              f"{sum(origin.counts[p] != 1 for p in paths)} objects came more than once")
    finally:
        fleet.stop()


async def cores(origin):
    """Loops behind the first four use those loops' connections."""
    core = str(min(os.sched_getaffinity(0)))
    await crowd(origin, ("--cpus", ",".join([core] * 7)))


async def changes(origin):
    """The topology's file and the zone's choice, while the edges serve."""
    fleet = small(origin)
    try:
        await fleet.start_all()
        shown = await fleet.tiers("edge-0", "http://a.test/o/x")
        steps = [(step["reason"], step["servers"]) for step in shown["asked"]]
        check(steps == [("nearestParent", ["west-0"]), ("furtherParent", ["east-0"]), ("upperTier", ["up-0"])],
              f"skerry tiers says {steps}")
        fleet.write_topology("topology.yaml", drained=("west-0", "east-0"))
        for attempt in range(150):
            answer = await fleet.get("edge-0", f"/o/drained-{attempt}")
            if answer.hops == ["up-0", "edge-0"]:
                break
            await asyncio.sleep(0.2)
        check(answer.hops == ["up-0", "edge-0"], f"drained servers are asked: {answer.hops}")
        with open(f"{folder}/topology.yaml", "w") as output:
            output.write("pops: nonsense\n")
        for _ in range(150):
            log = open(f"{folder}/edge-0.log").read()
            if "stays in use" in log:
                break
            await asyncio.sleep(0.2)
        check("topology.yaml:1:7: pops is a text. Give a list." in log, f"a wrong file: {log}")
        still = await fleet.get("edge-0", "/o/still")
        check(still.hops == ["up-0", "edge-0"], f"after a wrong file: {still.hops}")
        fleet.write_topology("topology.yaml")
        await asyncio.sleep(0)
        for tiers, hops in (("flat", ["edge-0"]), ("[east]", ["up-0", "east-0", "edge-0"])):
            fleet.write_zone(tiers)
            applied = subprocess.run([skerry, "apply", f"{folder}/zones.yaml", "--control",
                                      f"{folder}/edge-0/control.sock"], capture_output=True, text=True)
            check(applied.returncode == 0, applied.stderr)
            for attempt in range(150):
                answer = await fleet.get("edge-0", f"/o/{tiers}-{attempt}")
                if answer.hops == hops:
                    break
                await asyncio.sleep(0.2)
            check(answer.hops == hops, f"tiers {tiers}: {answer.hops}")
            shown = await fleet.tiers("edge-0", "http://a.test/o/x")
            steps = [(step["reason"], step["servers"]) for step in shown["asked"]]
            expected = [("pinned", ["east-0"]), ("upperTier", ["up-0"])] if len(hops) == 3 else []
            check(steps == expected, f"skerry tiers says {steps}")
    finally:
        fleet.stop()


async def purged(origin):
    """A purge at any server is in force on all when the command returns, whatever they ask each other meanwhile."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        paths = [f"/o/{i}" for i in range(20)]
        stopping, late = False, []

        async def client(name):
            """Asks all the time; what was asked for after a purge was acknowledged must be new."""
            while not stopping:
                for path in paths:
                    least = acknowledged
                    answer = await fleet.get(name, path)
                    if answer.status == 200 and int(answer.body.split()[1]) < least:
                        late.append((name, path, answer.all("cache-status")))

        acknowledged = 1
        clients = [asyncio.create_task(client(name)) for name in fleet.names[:8] for _ in range(2)]
        await asyncio.sleep(1)
        for number, (name, what) in enumerate([
                ("edge-3", ["--everything"]), ("up-0", ["--tag", "all"]), ("west-0", ["--host", "a.test"]),
                ("edge-0", ["--prefix", "a.test/o/"]), ("east-0", ["--everything"]), ("edge-6", ["--tag", "all", "--soft"]),
                ("edge-5", [word for path in paths for word in ("--url", f"http://a.test{path}")])]):
            origin.version += 1
            said = await fleet.command(name, "purge", "a.test", *what)
            check("Not reached" not in said, said)
            acknowledged = origin.version
            await asyncio.sleep(0.5)
        stopping = True
        await asyncio.gather(*clients)
        check(not late, f"{len(late)} answers were stale after the purge was acknowledged: {late[:2]}")
        for name in fleet.names:
            answer = await fleet.get(name, paths[0])
            check(answer.body == origin.content(paths[0]), f"{name} has {answer.body[:20]}")
    finally:
        fleet.stop()


async def herd(origin):
    """After everything is purged under load the origin is asked once for each key."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        paths = [f"/o/{i}" for i in range(50)]
        edges = fleet.names[:8]
        await asyncio.gather(*[fleet.get(name, path) for name in edges for path in paths])
        check(all(origin.counts[path] == 1 for path in paths), f"filling: {dict(origin.counts)}")
        origin.counts.clear()
        crowd = [asyncio.create_task(fleet.get(name, path)) for path in paths for name in edges for _ in range(5)]
        await fleet.command("up-0", "purge", "a.test", "--everything")
        answers = await asyncio.gather(*crowd)
        answers += await asyncio.gather(*[fleet.get(name, path) for path in paths for name in edges])
        check(all(a.status == 200 for a in answers), f"statuses {collections.Counter(a.status for a in answers)}")
        check(all(count <= 1 for count in origin.counts.values()), f"the origin was asked {dict(origin.counts)}")
    finally:
        fleet.stop()


async def kept_and_gone(fleet, gone):
    """A path that all servers have, on their disks, and one of them stops."""
    path = "/o/kept"
    for name in fleet.names:
        await fleet.get(name, path)
    await asyncio.sleep(2)
    fleet.signal(gone, signal.SIGTERM)
    fleet.processes[gone].wait()
    return path


async def away(origin):
    """A server that was away has the purges that it missed before it answers anybody."""
    fleet = small(origin)
    try:
        await fleet.start_all(more=("--disk-mb", "64"))
        path = await kept_and_gone(fleet, "west-0")
        origin.version += 1
        said = await fleet.command("edge-0", "purge", "a.test", "--url", f"http://a.test{path}")
        check("Not reached, and purged as soon as they are: west-0" in said, said)
        fleet.signal("edge-0", signal.SIGKILL)
        fleet.processes["edge-0"].wait()
        fleet.start("edge-0", more=("--disk-mb", "64"))
        await fleet.serves("edge-0")
        fleet.start("west-0", more=("--disk-mb", "64"))
        await fleet.serves("west-0")
        answer = await fleet.get("west-0", path)
        check(answer.body == origin.content(path), f"west-0 answered {answer.body[:20]} {answer.fields}")
        kept = await fleet.get("west-0", path)
        check("; hit" in kept.all("cache-status")[-1], f"{kept.fields}")
        await asyncio.sleep(2.5)
        again = await fleet.get("west-0", path)
        check("; hit" in again.all("cache-status")[-1], f"a purge was made twice: {again.fields}")
    finally:
        fleet.stop()


async def returned(origin):
    """A server that the topology had no more comes back with its disk, and answers nothing of before."""
    fleet = small(origin, edges=2)
    try:
        await fleet.start_all(more=("--disk-mb", "64"))
        path = await kept_and_gone(fleet, "west-0")
        fleet.write_topology("topology.yaml", without=("west-0",))
        await told(fleet, "edge-0", lambda shown: all(s["name"] != "west-0" for s in shown["servers"]))
        await told(fleet, "up-0", lambda shown: all(s["name"] != "west-0" for s in shown["servers"]))
        origin.version += 1
        said = await fleet.command("edge-0", "purge", "a.test", "--url", f"http://a.test{path}")
        check("west-0" not in said, said)
        fleet.write_topology("topology.yaml")
        await told(fleet, "edge-0", lambda shown: any(s["name"] == "west-0" for s in shown["servers"]))
        await told(fleet, "up-0", lambda shown: any(s["name"] == "west-0" for s in shown["servers"]))
        asked = origin.counts[path]
        fleet.start("west-0", more=("--disk-mb", "64"))
        await fleet.serves("west-0")
        answer = await fleet.get("west-0", path)
        check(answer.body == origin.content(path), f"west-0 answered {answer.body[:20]} {answer.fields}")
        other = await fleet.get("edge-1", path)
        check(other.body == origin.content(path) and origin.counts[path] <= asked + 1,
              f"the others lost what they had: {other.fields}, {origin.counts[path] - asked} fetches")
    finally:
        fleet.stop()


async def told(fleet, name, condition):
    """Until an edge's picture of the fleet is as it should be."""
    for _ in range(100):
        shown = await fleet.tiers(name)
        if shown and condition(shown):
            return
        await asyncio.sleep(0.1)
    check(False, f"{name} does not take the topology: {shown}")


def main(scenarios, origin):
    """Plays the scenario that the command names before that origin."""
    async def play():
        await origin.start()
        await scenarios[scenario](origin)

    asyncio.run(play())
    if faults:
        print("\n".join(fault[:400] for fault in faults[:10]))
        sys.exit(1)


if __name__ == "__main__":
    main(globals(), Origin())
