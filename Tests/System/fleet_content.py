"""What passes a fleet, whom it is charged to and how many may ask: fleet_content.py SCENARIO SKERRY FOLDER, as fleet.py.

The origin answers as the first part of the path says: /hint, /fields, /vary, /short, /dated, /aged, /wide, /large, /slow; all else is
fresh for an hour.
"""
import asyncio
import collections
import gzip
import json
import shutil
import signal
import sys
import time

import client
from fleet import Fleet, Origin, check, eight, folder, get, hedges, main, skerry, small


class Caller(asyncio.Protocol):
    """A connection that is kept, for one request at a time."""

    def __init__(self):
        self.received, self.waiter, self.transport = b"", None, None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        if len(body) >= int(length or 0):
            self.received = b""
            self.end((int(head[9:12]), body))

    def connection_lost(self, error):
        self.end((0, b""))

    def end(self, result):
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(result)

    def ask(self, path, host="a.test"):
        """What comes of a request: its status, 0 for a lost connection, and the content."""
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        return self.waiter


class Content(Origin):
    """Keeps all requests in `log`, as (path, fields), and counts bytes of bodies in `sent`."""

    LARGE = bytes(range(256)) * 4096 * 8

    def __init__(self):
        super().__init__()
        self.log, self.sent, self.under_way, self.most = [], 0, collections.Counter(), collections.Counter()
        self.seconds = 1

    def asked(self, path):
        return [fields for other, fields in self.log if other == path]

    async def serve(self, reader, writer):
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1]
                fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                self.log.append((path, fields))
                self.counts[path] += 1
                host = fields.get("host", "")
                self.under_way[host] += 1
                self.most[host] = max(self.most[host], self.under_way[host])
                try:
                    status, more, body = await self.answer(path, fields, writer)
                finally:
                    self.under_way[host] -= 1
                self.sent += len(body)
                more = [f"Content-Length: {len(body)}"] * (status != 304) + more
                writer.write((f"HTTP/1.1 {status} X\r\n" + "\r\n".join(more) + "\r\n\r\n").encode() + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def answer(self, path, fields, writer):
        kind, body = path.split("/")[1], self.content(path)
        hour, tag = "Cache-Control: max-age=3600", f'ETag: "{self.version}"'
        if kind == "hint":
            await asyncio.sleep(0.3)
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n")
            await asyncio.sleep(0.3)
        if kind == "slow":
            await asyncio.sleep(self.seconds)
        if kind == "vary":
            coding = "gzip" if "gzip" in fields.get("accept-encoding", "") else "identity"
            body = f"{fields.get('accept-language')} {coding}".encode()
            vary = [hour, "Vary: Accept-Language, Accept-Encoding"]
            return 200, vary + ["Content-Encoding: gzip"] * (coding == "gzip"), gzip.compress(body) if coding == "gzip" else body
        if kind in ("short", "dated"):
            date = f"Last-Modified: Mon, 01 Jun 2026 00:00:0{self.version} GMT"
            mark, asked = (tag, "if-none-match") if kind == "short" else (date, "if-modified-since")
            is_same = fields.get(asked) == mark.partition(": ")[2]
            return 304 if is_same else 200, ["Cache-Control: max-age=2", mark], b"" if is_same else body
        if kind == "aged":
            return 200, [hour, "Age: 100", tag], body
        if kind == "fields":
            return 200, [hour] + [f"X-Field-{n}: {n}" for n in range(int(path.split("/")[2]))], body
        if kind == "wide":
            return 200, ["Cache-Control: max-age=30"], self.LARGE[:60_000]
        if kind == "large":
            return self.part(fields, [hour, tag, "Accept-Ranges: bytes"])
        return 200, [hour, tag, f"Cache-Tag: all, {path.split('/')[-1]}"], body

    def part(self, fields, more):
        if "range" not in fields:
            return 200, more, self.LARGE
        first, last = fields["range"].removeprefix("bytes=").split("-")
        first, last = int(first), min(int(last or len(self.LARGE)), len(self.LARGE) - 1)
        return 206, more + [f"Content-Range: bytes {first}-{last}/{len(self.LARGE)}"], self.LARGE[first:last + 1]


async def heads(origin):
    """The longest heads that clients and origins may send pass all tiers, with what servers add, and keep nobody from
    a parent."""
    fleet = small(origin)
    try:
        await fleet.start_all()
        blamed = await failures(fleet)
        # Of 128 lines of an HTTP/1.1 head: Host and Connection are the others.
        answer = await fleet.get("edge-0", "/o/asked", "".join(f"X-Field-{n}: {n}\r\n" for n in range(126)))
        check(answer.status == 200 and answer.hops == ["up-0", "west-0", "edge-0"], f"the request's: {answer.status} {answer.hops}")
        check(len([name for name in origin.asked("/o/asked")[0] if name.startswith("x-field-")]) == 126, "fields were lost")
        # Content-Length and Cache-Control are the others.
        answer = await fleet.get("edge-0", "/fields/126/a")
        check(answer.status == 200 and answer.hops == ["up-0", "west-0", "edge-0"], f"the response's: {answer.status} {answer.hops}")
        check(len([name for name, _ in answer.fields if name.startswith("x-field-")]) == 126, "fields were lost")
        # What nobody can read is told as that, and says nothing of a parent.
        for number in range(20):
            answer = await fleet.get("edge-0", f"/fields/127/{number}")
            check(answer.status == 502, f"too many fields: {answer.status}")
            answer = await fleet.get("edge-0", f"/o/beside-{number}")
            check(answer.hops == ["up-0", "west-0", "edge-0"], f"a parent is passed by: {answer.hops}")
        check(await failures(fleet) == blamed, f"{await failures(fleet)} failures, {blamed} before")
    finally:
        fleet.stop()


async def failures(fleet):
    """Of all servers, as all see them."""
    shown = [await fleet.tiers(name) for name in fleet.names]
    return sum(s["failures"] for one in shown for s in one["servers"])


EDGES = 8
CONNECTIONS = 1000


async def callers(fleet, name, count):
    """So many connections to an edge."""
    loop, found = asyncio.get_running_loop(), []
    for _ in range(0, count, 100):
        found += [caller for _, caller in await asyncio.gather(
            *[loop.create_connection(Caller, "127.0.0.1", fleet.http[name]) for _ in range(100)])]
    return found


async def everybody(origin):
    """8,000 clients at once after a purge of everything, and during one: the origin sees each key once."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        paths = [f"/o/{i}" for i in range(50)]
        edges = fleet.names[:EDGES]
        await asyncio.gather(*[fleet.get(name, path) for name in edges for path in paths])
        crowd = [one for name in edges for one in await callers(fleet, name, CONNECTIONS)]
        check(len(crowd) == EDGES * CONNECTIONS, f"{len(crowd)} connections")
        asked = [paths[number % len(paths)] for number in range(len(crowd))]

        async def ask(purge):
            origin.counts.clear()
            origin.version += 1
            purged = fleet.command("edge-5", "purge", "a.test", "--everything")
            if purge == "before":
                await purged
            answers = asyncio.gather(*[one.ask(path) for one, path in zip(crowd, asked)])
            if purge == "meanwhile":
                await purged
            return await asyncio.wait_for(answers, 60)

        for purge in ("before", "meanwhile"):
            answers = await ask(purge)
            check(all(status == 200 for status, _ in answers),
                  f"{purge}: statuses {collections.Counter(status for status, _ in answers)}")
            if purge == "meanwhile":
                # Those that asked when it was acknowledged: all once more.
                answers = await asyncio.gather(*[one.ask(path) for one, path in zip(crowd, asked)])
            old = sum(body != origin.content(path) for path, (_, body) in zip(asked, answers))
            check(old == 0, f"{purge}: {old} of {len(answers)} got what was purged")
            many = {path: count for path, count in origin.counts.items() if count > 1}
            check(not many, f"{purge}: the origin was asked {many}")
            check(sum(origin.counts.values()) <= len(paths), f"{purge}: {sum(origin.counts.values())} requests at the origin")
            check(sum(origin.counts.values()) == len(paths), f"{purge}: not all was fetched anew")
        print(f"{len(crowd)} connections")
    finally:
        fleet.stop()


def hints_h2(port, path):
    """The heads of one stream, by HTTP/2 without TLS."""
    connection, heads = client.HTTP2(port), []
    stream = connection.send("GET", "a.test", path)
    while True:
        kind, flags, number, payload = connection.frame_in()
        if number == stream and kind == 1:
            heads.append(connection.head(flags, payload))
        if number == stream and (kind == 3 or flags & 1 and kind in (0, 1)):
            return heads


async def hints_h1(port, path, version="1.1"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/{version}\r\nHost: a.test\r\nConnection: close\r\n\r\n".encode())
    text = (await asyncio.wait_for(reader.read(-1), 20)).decode("latin-1")
    writer.close()
    return text


async def hints(origin):
    """103 passes all tiers while the response is fetched, to those who can take it."""
    fleet = small(origin)
    try:
        await fleet.start_all()
        port = fleet.http["edge-0"]
        heads = await asyncio.to_thread(hints_h2, port, "/hint/two")
        check([h.get(":status") for h in heads] == ["103", "200"], f"HTTP/2: {heads}")
        check(heads[0].get("link") == "</style.css>; rel=preload; as=style", f"HTTP/2: {heads[0]}")
        text = await hints_h1(port, "/hint/one")
        check(text.startswith("HTTP/1.1 103 "), f"HTTP/1.1: {text[:200]}")
        check("\r\nlink: </style.css>; rel=preload; as=style\r\n" in text.split("HTTP/1.1 200")[0].lower(), f"HTTP/1.1: {text[:300]}")
        check(text.count("HTTP/1.1 ") == 2 and text.lower().count("\r\ncache-status: ") == 3, f"HTTP/1.1: {text[:900]}")
        old = await hints_h1(port, "/hint/zero", "1.0")
        check(old.startswith("HTTP/1.1 200 ") and " 103 " not in old, f"HTTP/1.0: {old[:200]}")
        # Several wait for the same, on two servers.
        texts = await asyncio.gather(*[hints_h1(fleet.http[name], "/hint/many") for name in ("edge-0", "east-0") for _ in range(5)])
        check(all(" 103 " in text and "HTTP/1.1 200" in text for text in texts), "not all who waited got the hint")
        check(all(origin.counts[f"/hint/{name}"] == 1 for name in ("one", "two", "zero", "many")), f"{dict(origin.counts)}")
        again = await hints_h1(port, "/hint/one")
        check(again.startswith("HTTP/1.1 200 "), f"a hit: {again[:200]}")
    finally:
        fleet.stop()


async def variants(origin):
    """Each variant comes from the origin once, and the right one to everybody: with codings of the edge's own (the origin
    is asked for none), and without."""
    fleet = eight(origin)
    with open(f"{folder}/zones.yaml", "a") as zones:
        zones.write(f"- name: plain.test\n  origins:\n  - url: http://127.0.0.1:{origin.port}\n  compression:\n    enabled: false\n")
    try:
        await fleet.start_all()
        wanted = [(language, coding) for language in ("fr", "de") for coding in ("gzip", "identity")]
        hosts = {"a.test": len(wanted) // 2, "plain.test": len(wanted)}

        async def ask(name, host, language, coding):
            answer = await get(fleet.http[name], f"/vary/{host}",
                               f"Accept-Language: {language}\r\nAccept-Encoding: {coding}\r\n", host=host)
            coded = answer.all("content-encoding")
            body = gzip.decompress(answer.body) if coded == ["gzip"] else answer.body
            # Too short for a coding of the edge's own.
            right = f"{language} {coding if host == 'plain.test' else 'identity'}"
            check(answer.status == 200 and body == right.encode() and coded == ["gzip"] * right.endswith("gzip"),
                  f"{name} {host} {language} {coding}: {answer.status} {body} {answer.fields}")
            return answer

        for _ in range(2):
            await asyncio.gather(*[ask(name, host, *one) for host in hosts for name in fleet.names[:EDGES] for one in wanted
                                   for _ in range(3)])
        for host, count in hosts.items():
            asked = [(f.get("accept-language"), f.get("accept-encoding")) for f in origin.asked(f"/vary/{host}")]
            check(len(asked) == len(set(asked)) == count, f"{host}: the origin was asked {asked}")
            for one in wanted:
                answer = await ask("edge-1", host, *one)
                check("; hit" in answer.all("cache-status")[-1], f"{host} {one} is no hit: {answer.fields}")
    finally:
        fleet.stop()


async def tags(origin):
    """A purge by tag at an edge that never saw the response voids it in every tier, and nothing else."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        asked = [(name, path) for name in fleet.names[:EDGES - 1] for path in ("/o/void", "/o/kept")]
        await asyncio.gather(*[fleet.get(*one) for one in asked])
        check(dict(origin.counts) == {"/o/void": 1, "/o/kept": 1}, f"{dict(origin.counts)}")
        check(all(not a.all("cache-tag") for a in [await fleet.get(*one) for one in asked]), "a client got tags")
        origin.version += 1
        for server in fleet.names[EDGES:]:
            before = await fleet.get(server, "/o/void")
            check(before.body == b"/o/void 1\n" * 50, f"{server}: {before.body[:20]}")
        await fleet.command(fleet.names[EDGES - 1], "purge", "a.test", "--tag", "void")
        for server in reversed(fleet.names):
            void, kept = await fleet.get(server, "/o/void"), await fleet.get(server, "/o/kept")
            check(void.body == origin.content("/o/void"), f"{server} has {void.body[:20]} {void.fields}")
            check(kept.body == b"/o/kept 1\n" * 50, f"{server} lost {kept.fields}")
        check(dict(origin.counts) == {"/o/void": 2, "/o/kept": 1}, f"{dict(origin.counts)}")
    finally:
        fleet.stop()


async def validated(origin):
    """What is stale everywhere is validated once at the origin, by its tag or its date."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        paths = {"/short/x": ("if-none-match", '"1"'), "/dated/x": ("if-modified-since", "Mon, 01 Jun 2026 00:00:01 GMT")}
        asked = [(name, path) for name in fleet.names[:EDGES] for path in paths for _ in range(3)]
        for round in range(1, 3):
            answers = await asyncio.gather(*[fleet.get(*one) for one in asked])
            for (name, path), answer in zip(asked, answers):
                check(answer.status == 200 and answer.body == origin.content(path), f"{round} {name} {path}: {answer.status}")
                check(all(age in ("0", "1", "2") for age in answer.all("age")), f"{round} {name} {path}: {answer.fields}")
            await asyncio.sleep(3.2)
            for path, (field, value) in paths.items():
                conditions = [fields.get(field) for fields in origin.asked(path)]
                check(conditions == [None, value][:round], f"{round} {path}: the origin was asked with {conditions}")
        # Another version is not mistaken for the one that was stored.
        origin.version += 1
        for path in paths:
            answers = await asyncio.gather(*[fleet.get(name, path) for name in fleet.names[:EDGES]])
            check(all(a.body == origin.content(path) for a in answers), f"{path}: {[a.body[:12] for a in answers]}")
            check(origin.counts[path] == 3, f"{path}: {origin.counts[path]} requests for a new version")
    finally:
        fleet.stop()


async def ages(origin):
    """Age counts the time in all caches and what the origin says, and never goes back."""
    fleet = eight(origin)
    try:
        await fleet.start_all()
        least, begun = {"/aged/x": 100, "/o/young": 0}, time.monotonic()
        last = dict(least)
        for name in fleet.names[:EDGES] + fleet.names:
            for path in least:
                before = int(time.monotonic() - begun)
                answer = await fleet.get(name, path)
                age, most = int((answer.all("age") or ["0"])[-1]), least[path] + int(time.monotonic() - begun) + 1
                # A whole second may hide in each rounding, no more, and in another server's more than in the last one's.
                check(max(last[path] - 1, least[path] + before - 1) <= age <= most,
                      f"{name} {path}: Age {age} after {last[path]} and {before} s, at most {most}: {answer.fields}")
                last[path] = max(last[path], age)
            await asyncio.sleep(0.25)
        for path in least:
            check(last[path] >= least[path] + 3 and origin.counts[path] == 1, f"{path}: {last[path]}, {origin.counts[path]} requests")
    finally:
        fleet.stop()


async def slices(origin):
    """Ranges of a large response: the origin sends each slice once, whatever server is asked for which bytes."""
    fleet = eight(origin)
    try:
        await fleet.start_all(more=("--disk-mb", "64"))
        mebibyte = 1 << 20

        async def part(name, first, last):
            answer = await fleet.get(name, "/large/x", f"Range: bytes={first}-{last}\r\n")
            check(answer.status == 206 and answer.body == origin.LARGE[first:last + 1],
                  f"{name} {first}-{last}: {answer.status}, {len(answer.body)} bytes {answer.fields}")
            return answer

        # Bytes of the second, third and fourth slice of 1 MiB, overlapping, at all edges at once.
        await asyncio.gather(*[part(name, mebibyte + 1000 * n, 4 * mebibyte - 1000 * n - 1) for n, name in enumerate(fleet.names[:EDGES])])
        ranges = [fields.get("range") for fields in origin.asked("/large/x")]
        check(origin.sent <= 3 * mebibyte, f"the origin sent {origin.sent / mebibyte:.2f} MiB of 3: {ranges}")
        check(len(ranges) == len(set(ranges)), f"ranges came twice: {ranges}")
        again = await part("edge-6", 2 * mebibyte + 5, 2 * mebibyte + 500_000)
        check("; hit" in again.all("cache-status")[-1], f"{again.fields}")
        check(len(origin.asked("/large/x")) == len(ranges), "what all have came once more")
        whole = await fleet.get("edge-2", "/large/x")
        check(whole.status == 200 and whole.body == origin.LARGE, f"the whole: {whole.status} {len(whole.body)}")
        check(origin.sent <= 9 * mebibyte, f"the whole of 8 MiB cost {origin.sent / mebibyte:.2f} MiB at the origin")
    finally:
        fleet.stop()


class TwoZones(Fleet):
    """b.test beside a.test, which may have `bound` requests at once on each server."""

    bound = 200

    def write_zone(self, tiers):
        with open(f"{folder}/zones.yaml", "w") as output:
            output.write("zones:\n")
            for name in ("a.test", "b.test"):
                output.write(f"- name: {name}\n  origins:\n  - url: http://127.0.0.1:{self.origin.port}\n  tiers: {tiers}\n")
                if name == "a.test":
                    output.write(f"  bounds:\n    exchanges: {self.bound}\n")

    async def ledger(self, name):
        """What each zone used; the CPU time that is charged and that the process took under "cpu", and what of it is nobody's
        of the work for peers under "peers"."""
        found = json.loads(await self.command(name, "top", "--once", "--json"))
        zones = {zone["name"]: zone for zone in found["zones"]}
        peers = sum(lane["cpuNanoseconds"] for lane in found["systemLanes"] if lane["name"] == "peers")
        return zones | {"cpu": (found["chargedCPUNanoseconds"], found["processCPUNanoseconds"]), "peers": peers}


def two_zones(origin, edges):
    """So many edges of one server each below one parent and one server of the upper tier."""
    return TwoZones([(f"pop{i}", "edge", [f"edge-{i}"], None) for i in range(edges)]
                    + [("west", "regional", ["west-0"], None), ("up", "upper", ["up-0"], None)], origin)


async def accounts(origin):
    """What an edge asks its parents for is the zone's there: requests, bytes, CPU."""
    fleet = two_zones(origin, 1)
    try:
        await fleet.start_all()

        async def ask(host, paths):
            """By fifties, so that no server has as many at once as a zone may have there."""
            parts = [paths[i:i + 50] for i in range(0, len(paths), 50)]
            return [a for part in parts for a in await asyncio.gather(*[get(fleet.http["edge-0"], path, host=host) for path in part])]

        # What the first requests of a zone cost beside is not of this.
        counts = {"a.test": 600, "b.test": 100}
        for host in counts:
            await ask(host, [f"/o/first-{i}" for i in range(50)])
        before, hedged = {name: await fleet.ledger(name) for name in ("west-0", "up-0")}, (await hedges(fleet))[0]
        answers = {host: await ask(host, [f"/o/{i}" for i in range(count)]) for host, count in counts.items()}
        # On a machine that is busy with something else the edge asks up-0 beside west-0, now and then, and leaves the
        # answer that comes second.
        hedged = (await hedges(fleet))[0] - hedged
        ways = collections.Counter(str(a.hops) for of_host in answers.values() for a in of_host)
        check(all(a.status == 200 for of_host in answers.values() for a in of_host), f"statuses by {ways}")
        check(ways["['up-0', 'west-0', 'edge-0']"] >= sum(counts.values()) - hedged, f"{hedged} hedges, {ways}")
        for name in before:
            after = await fleet.ledger(name)
            used = {host: {key: after[host][key] - before[name][host][key]
                           for key in ("requests", "cpuNanoseconds", "bytesIn", "bytesOut")} for host in counts}
            beside = hedged if name == "up-0" else 0
            for host, count in counts.items():
                check(count <= used[host]["requests"] <= count + beside, f"{name} {host}: {used[host]}, {hedged} hedges")
                # At least a head of 50 bytes each way, with what a peer tells.
                check(used[host]["bytesIn"] > 50 * count, f"{name} {host}: {used[host]}")
                content = sum(layer["bytes"] * sign for sign, ledger in ((1, after), (-1, before[name]))
                              for layer in ledger[host]["layers"].values())
                sizes = [len(origin.content(f"/o/{i}")) for i in range(count)]
                check(abs(content - sum(sizes)) <= hedged * max(sizes), f"{name} {host}: {content}, {used[host]}, {hedged} hedges")
                check(used[host]["bytesOut"] > content + 50 * (count - hedged), f"{name} {host}: {content}, {used[host]}")
            # Six times as many of the same cost about six times as much: twice at least.
            check(used["a.test"]["cpuNanoseconds"] > 2 * used["b.test"]["cpuNanoseconds"] > 0, f"{name}: {used}")
            charged, process = (after["cpu"][n] - before[name]["cpu"][n] for n in range(2))
            check(0.95 < charged / process < 1.05, f"{name}: {charged} of {process} ns are charged to somebody")
            zones, peers = sum(zone["cpuNanoseconds"] for zone in used.values()), after["peers"] - before[name]["peers"]
            # Connections carry what is both zones', which pay for it.
            check(peers < 0.15 * zones, f"{name}: {peers} ns of the work for peers are nobody's, {zones} ns are the zones'")
            print(name, used, f"{charged / process:.3f} of the CPU time is charged, {peers / zones:.3f} beside the zones'")
    finally:
        fleet.stop()


async def flood(origin):
    """A zone that floods the parents with misses is bounded there; another has all that it asks for."""
    fleet = two_zones(origin, 6)
    try:
        origin.seconds = 4
        await fleet.start_all()
        edges = fleet.names[:6]
        crowd = [one for name in edges for one in await callers(fleet, name, 200)]
        flooded = asyncio.gather(*[one.ask(f"/slow/{n}") for n, one in enumerate(crowd)])
        await asyncio.sleep(1.5)
        during = {name: await fleet.ledger(name) for name in ("west-0", "up-0")}
        paths = [f"/o/calm-{i}" for i in range(300)]
        calm = await asyncio.gather(*[get(fleet.http[edges[n % 6]], path, host="b.test") for n, path in enumerate(paths)])
        later = {name: await fleet.ledger(name) for name in ("west-0", "up-0")}
        flooded = collections.Counter(status for status, _ in await flooded)
        for reading in (during, later):
            for name, zones in reading.items():
                check(zones["a.test"]["inFlight"] <= fleet.bound, f"{name}: {zones['a.test']['inFlight']} of a.test")
        check(all(later[name]["a.test"]["shed"] > 0 for name in later), "no parent refused the zone that floods")
        check(all(later[name]["b.test"]["shed"] == 0 for name in later), "a parent refused the other zone")
        check(all(a.status == 200 for a in calm), f"the other zone: {collections.Counter(a.status for a in calm)}")
        check(all(a.hops[:2] == ["up-0", "west-0"] for a in calm), f"the other zone passed {collections.Counter(map(str, (a.hops for a in calm)))}")
        check(all(origin.counts[path] == 1 for path in paths), "the other zone's objects came more than once")
        print(flooded, {name: (z["a.test"]["inFlight"], z["a.test"]["shed"]) for name, z in during.items()})
    finally:
        fleet.stop()


class Shelved(Fleet):
    """Zones that keep what they get in the reserve, `when` that is; servers of the upper tier have one: the store's URL, and
    the file of its credentials are the command's last words."""

    when, identity = "evicted", ""

    def write_zone(self, tiers):
        self.write_zones("zones.yaml", 0)

    def write_zones(self, file, others):
        """The zone, and so many others that nobody asks for: each takes a number."""
        with open(f"{folder}/{file}", "w") as output:
            output.write(f"zones:\n- name: a.test\n  origins:\n  - url: http://127.0.0.1:{self.origin.port}\n{self.identity}"
                         f"  cache:\n    reserve:\n      enabled: true\n      minimumSeconds: 60\n      when: {self.when}\n")
            for number in range(others):
                output.write(f"- name: other{number}.test\n  origins:\n  - url: http://127.0.0.1:1\n")

    async def start_all(self, topologies={}, more=()):
        store, credentials = sys.argv[4:]
        options = ["--reserve-endpoint", store, "--reserve-bucket", "shelf", "--reserve-credentials", credentials,
                   "--reserve-wait-ms", "2000", "--ram-mb", "2"]
        for name in self.names:
            self.start(name, more=options if name.startswith("up") else ())
        for name in self.names:
            await self.serves(name)
        for name in self.names:
            await self.knows_parents(name)

    async def restart(self, lost="/cache"):
        """All anew, with nothing in their caches, or without that of their folders."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()
        for name in self.names:
            shutil.rmtree(f"{folder}/{name}{lost}", ignore_errors=True)
        await self.start_all()

    async def counters(self, name):
        return json.loads(await self.command(name, "status", "--json"))["reserve"]["counts"]

    async def written(self, name):
        for _ in range(200):
            before = await self.counters(name)
            if before["waiting"] == 0:
                await asyncio.sleep(0.3)
                if (await self.counters(name))["written"] == before["written"]:
                    return before["written"]
            await asyncio.sleep(0.1)
        check(False, f"{name} does not come to an end with writing: {before}")


async def reserve(origin):
    """What the upper tier had to let go comes back through all tiers, when all of them have lost everything."""
    fleet = Shelved([("pop", "edge", ["edge-0"], None), ("west", "regional", ["west-0"], None), ("up", "upper", ["up-0"], None)],
                    origin)
    try:
        await fleet.start_all()
        paths = [f"/kept/{i}" for i in range(60)]
        await asyncio.gather(*[fleet.get("edge-0", path) for path in paths])
        # Others take their place in the memory of the upper tier.
        for i in range(0, 400, 20):
            await asyncio.gather(*[fleet.get("up-0", f"/wide/{i + n}") for n in range(20)])
        put = await fleet.written("up-0")
        check(put and put >= len(paths), f"{put} objects were written")
        status = json.loads(await fleet.command("edge-0", "status", "--json"))
        check(not status.get("reserve"), f"an edge has a reserve: {status.get('reserve')}")
        await fleet.restart()
        origin.counts.clear()
        answers = await asyncio.gather(*[fleet.get("edge-0", path) for path in paths])
        for path, answer in zip(paths, answers):
            check(answer.status == 200 and answer.body == origin.content(path), f"{path}: {answer.status}")
            check(answer.hops == ["up-0", "west-0", "edge-0"] and "detail=reserve" in answer.all("cache-status")[0],
                  f"{path}: {answer.all('cache-status')}")
        check(not origin.counts, f"the origin was asked {dict(origin.counts)}")
        # What was purged at an edge meanwhile does not.
        origin.version += 1
        await fleet.command("edge-0", "purge", "a.test", "--url", "http://a.test/kept/1")
        await fleet.restart()
        again = await fleet.get("edge-0", "/kept/1")
        check(again.body == origin.content("/kept/1") and origin.counts["/kept/1"] == 1, f"after a purge: {again.fields}")
        other = await fleet.get("edge-0", "/kept/2")
        check("detail=reserve" in other.all("cache-status")[0], f"beside a purge: {other.fields}")
    finally:
        fleet.stop()


async def reserves(origin):
    """Two servers with one bucket, each of which counts purges for itself: what was purged comes from neither, also when
    both have lost all that they know."""
    Shelved.when, Shelved.identity = "stored", "  id: 0123456789abcdef0123456789abcdef\n"
    fleet = Shelved([("pop", "edge", ["edge-0"], None), ("up", "upper", ["up-0", "up-1"], None)], origin)
    try:
        await fleet.start_all()
        purge = lambda path: fleet.command("edge-0", "purge", "a.test", "--url", f"http://a.test{path}")

        async def count_on(name, others):
            """The server's numbers go ahead of the others'."""
            fleet.write_zones("more.yaml", others)
            await fleet.command(name, "apply", f"{folder}/more.yaml")
            await purge("/o/nothing")

        await count_on("up-1", 100)
        paths = [f"/o/{i}" for i in range(20)]
        for path in paths:
            await fleet.get("up-1", path)
        await fleet.written("up-1")
        await fleet.written("up-0")
        origin.version += 1
        for path in paths:
            await purge(path)
        await count_on("up-0", 300)
        fleet.signal("up-1", signal.SIGKILL)
        for path in paths:
            answer = await fleet.get("up-0", path)
            check(answer.body == origin.content(path), f"{path} was purged, and is there: {answer.all('cache-status')}")
        # Nobody knows any more what was purged.
        await fleet.written("up-0")
        origin.version += 1
        for path in paths:
            await purge(path)
        await fleet.restart(lost="")
        for path in paths:
            answer = await fleet.get("edge-0", path)
            check(answer.body == origin.content(path), f"{path} is there without its purge: {answer.all('cache-status')}")
    finally:
        fleet.stop()


if __name__ == "__main__":
    main(globals(), Content())
