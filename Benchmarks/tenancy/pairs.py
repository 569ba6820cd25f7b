"""What a request costs, beside nginx's proxy_cache, in pairs of short rounds.

The host's speed changes by a half from second to second. So the two servers take turns of one second on one
core, each turn is compared with the one beside it, and the median of these ratios is what counts.

hit: cached 1 KiB; pass: 1 KiB that may not be stored, from a keep-alive origin. 64 keep-alive connections, one
load tool on another core, which the origin shares. disk-100k, disk-1m, disk-10m: 400 MiB of objects of that size,
one after the other, with 64 MiB of memory for the edge's own: all lie on its disk, and in the kernel's memory as
nginx's do.
"""
import contextlib
import os
import statistics
import sys
import time
import urllib.request

import lab

PAIRS = 20
CASES = {"hit": ("/c/1k", 64, 0.60), "pass": ("/n/1k", 64, 1.00), "disk-100k": ("/d/100k/", 64, 1.30),
         "disk-1m": ("/d/1m/", 16, 1.30), "disk-10m": ("/d/10m/", 4, 1.30)}
OBJECTS = {"/d/100k/": 4000, "/d/1m/": 400, "/d/10m/": 40}
TICKS = os.sysconf("SC_CLK_TCK")


class Turns:
    """One server's turns."""

    def __init__(self, name, server, pids):
        self.name, self.server, self.pids = name, server, pids
        self.costs, self.requests, self.ticks = [], 0, [0, 0]

    def take(self, space, path, connections):
        before, ticks = self.server.cpu_seconds(), self.processor_ticks()
        tool = lab.wrk(space, f"http://127.0.0.1:{self.server.port}{path}", connections, 1, ["Host: a.test"],
                       walk(space, path) if path in OBJECTS else None)
        with lab.burst(*self.pids, space.origin_pid, tool.pid):
            time.sleep(lab.BURST_SECONDS)
        requests, failed = lab.requests_of(tool)
        if failed:
            raise SystemExit("\n".join([f"{self.name}:", *failed]))
        self.costs.append((self.server.cpu_seconds() - before) * 1e6 / requests)
        self.requests += requests
        self.ticks = [sum(x) for x in zip(self.ticks, self.processor_ticks(), (-t for t in ticks))]

    def processor_ticks(self):
        """Of the program and of the kernel on its behalf."""
        fields = []
        for pid in self.pids:
            # nginx's cache loader ends after a minute.
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as file:
                fields.append(file.read().rsplit(")", 1)[1].split())
        return [sum(int(f[index]) for f in fields) for index in (11, 12)]

    def row(self):
        user, system = (ticks / TICKS * 1e6 / self.requests for ticks in self.ticks)
        return [self.name, f"{statistics.median(self.costs):.1f}", f"{min(self.costs):.1f}", f"{user:.1f}", f"{system:.1f}"]


def walk(space, path):
    """A script for wrk that asks for all objects under a path, on and on; where one begins is left to chance."""
    name, count = f"{space.directory}/walk{path.replace('/', '-')}.lua", OBJECTS[path]
    with open(name, "w") as file:
        file.write(f"""local at = os.time() * 7919 % {count}
function request()
  at = at % {count} + 1
  return wrk.format("GET", "{path}" .. at)
end
""")
    return name


def ask(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "a.test"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def origin_requests(origin):
    return int(ask(origin, "/count").split()[9])


def compare(space, name, servers, origin):
    path, connections, wanted = CASES[name]
    turns = [Turns(*server) for server in servers]
    for turn in turns:
        for number in range(1, OBJECTS.get(path, 0) + 1):
            ask(turn.server.port, f"{path}{number}")
        time.sleep(1 if path in OBJECTS else 0)  # What is written behind is there by now.
        turn.take(space, path, connections)
        turn.costs.clear()
    before = origin_requests(origin)
    for _ in range(PAIRS):
        for turn in turns:
            turn.take(space, path, connections)
    misses = origin_requests(origin) - before - 1
    if path in OBJECTS:
        print(f"\n{name}: {misses} of {sum(t.requests for t in turns)} requests went to the origin")
    peer, own = turns
    ratios = sorted(b / a for a, b in zip(peer.costs, own.costs))
    quarter = len(ratios) // 4
    lab.table(f"{name}: CPU per request, us", ["server", "median", "lowest", "program", "kernel"],
              [turn.row() for turn in turns])
    print(f"\nof nginx's: {statistics.median(ratios):.2f} by the median of {PAIRS} pairs (half of them between "
          f"{ratios[quarter]:.2f} and {ratios[-1 - quarter]:.2f}), {min(own.costs) / min(peer.costs):.2f} by the "
          f"lowest; wanted at most {wanted:.2f}", flush=True)


def main(names):
    with lab.Lab() as space:
        origin = space.origin()
        peer = space.cache(origin, (lab.EDGE_CPU,))
        edge = space.edge([("a.test", origin)], options=["--ram-mb", 64, "--disk-mb", 4096])
        for name in names or ("hit", "pass"):
            if name not in CASES:
                raise SystemExit(f"pairs: there is no {name}; there are {', '.join(CASES)}")
            compare(space, name, [("nginx", peer, peer.children()), ("skerry", edge, [edge.pid])], origin)


if __name__ == "__main__":
    main(sys.argv[1:])
