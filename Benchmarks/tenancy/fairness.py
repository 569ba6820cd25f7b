"""A quiet tenant beside one at overload, on one core.

Tenant A: 64 connections, each fetching 1 MiB over TLS, or a 250 KB page that is compressed on the
fly. Tenant B: 100 small hits a second, open loop. Wanted: B's p99 at most 3 ms, and at most 4 times
its p99 alone. `same` puts both into one zone: a tenant's small requests beside its own downloads.
"""
import json
import os
import sys
import time

import lab

RATE, BURSTS, CONNECTIONS = 100, 6, 64
PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
LOADS = {
    "nothing": None,
    "tls-1m": ("https", "/c/1m", []),
    "plain-1m": ("http", "/c/1m", []),
    "gzip-page": ("http", "/n/page", ["Accept-Encoding: gzip"]),
}


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * q))] if values else float("nan")


def start_probe(space, port, host):
    """A probe that is connected and waits for its start; it goes ahead of the load tool."""
    process = space.start([sys.executable, PROBE, port, host, "/c/1k", RATE, lab.BURST_SECONDS], {lab.LOAD_CPU},
                          fifo=10, stdin=lab.subprocess.PIPE, stdout=lab.subprocess.PIPE, text=True)
    process.stdout.readline()
    return process


def beside(space, edge, load, host):
    """Latencies of B during several bursts of A's load; what A was given and the edge used."""
    latencies, requests, used, realtime = [], 0, 0.0, True
    for _ in range(BURSTS):
        tool = None
        if load:
            scheme, path, headers = load
            port = edge.tls_port if scheme == "https" else edge.port
            tool = lab.wrk(space, f"{scheme}://127.0.0.1:{port}{path}", CONNECTIONS, 3,
                           ["Host: a.test", *headers])
            time.sleep(1)  # until all are connected
        process = start_probe(space, edge.port, host)
        before, began = edge.cpu_seconds(), time.monotonic()
        with lab.burst(edge.pid, space.origin_pid, *([tool.pid] if tool else [])) as allowed:
            realtime = realtime and allowed
            result = json.loads(process.communicate("go\n")[0])
        latencies += result["latencies"]
        if result["failed"]:
            print(f"{result['failed']} requests of the probe failed", file=sys.stderr)
        used += (edge.cpu_seconds() - before) / (time.monotonic() - began) / BURSTS
        if tool:
            count, failed = lab.requests_of(tool)
            requests += count
            if failed:
                print(*failed, sep="\n", file=sys.stderr)
        time.sleep(0.3)
    return latencies, requests / BURSTS / 3, used, realtime


def main(names):
    chosen = [n for n in (names or LOADS) if n in LOADS and n != "nothing"]
    with lab.Lab() as space:
        origin = space.origin()
        edge = space.edge([("a.test", origin), ("b.test", origin)], certificate=True)
        for host in ("a.test", "b.test"):
            lab.answers(edge.port, host, "/c/1k")
        rows, realtime = [], True
        alone = None
        for name in ["nothing", *chosen]:
            for place, host in (("own zone", "b.test"), ("same zone", "a.test")):
                if name == "nothing" and host == "a.test":
                    continue
                before = edge.get("/v1/ledger?limit=1")["longJobCount"]
                values, rate, used, allowed = beside(space, edge, LOADS[name], host)
                named = edge.get("/v1/ledger?limit=1")["longJobCount"] - before
                realtime = realtime and allowed
                p99 = quantile(values, 0.99)
                alone = alone or p99
                rows.append([name, place, f"{quantile(values, 0.5):.2f}", f"{p99:.2f}", f"{max(values):.2f}",
                             f"{p99 / alone:.1f}", "3 ms, 4 x" if LOADS[name] else "", len(values),
                             f"{rate:.0f}", f"{used:.2f}", named])
        lab.table("B's latency beside A's load, ms" + ("" if realtime else " (no real-time bursts: not allowed)"),
                  ["A's load", "B is in", "p50", "p99", "max", "p99 / alone", "wanted", "n", "A req/s",
                   "edge cores", "long jobs"], rows)


if __name__ == "__main__":
    main(sys.argv[1:])
