"""Does the ledger add up? A mixed run of 50 zones: hits, misses, TLS, downloads, compression.

Wanted: the CPU of all zones and system lanes is within 3 % of the process's CPU time.
"""
import sys
import time

import lab

SECONDS = 6


def main(_):
    with lab.Lab() as space:
        origin = space.origin()
        names = [f"t{i}.test" for i in range(50)]
        edge = space.edge([(n, origin) for n in names], cpus=sorted({lab.EDGE_CPU, lab.LOAD_CPU}),
                          certificate=True)
        before = edge.get("/v1/ledger?limit=50")
        tools = []
        plain, secure = f"http://127.0.0.1:{edge.port}", f"https://127.0.0.1:{edge.tls_port}"
        kinds = [(f"{plain}/c/1k", 4), (f"{plain}/n/note", 2), (f"{secure}/c/1m", 1), (f"{plain}/c/1m", 1)]
        for i, name in enumerate(names):
            url, connections = kinds[i % len(kinds)]
            if url.startswith("https"):
                name = names[0]  # wrk names no server in TLS: the default zone's certificate answers
            tools.append(lab.wrk(space, url, connections, SECONDS, [f"Host: {name}", "Accept-Encoding: gzip"]))
        time.sleep(SECONDS + 0.5)
        requests = sum(lab.requests_of(tool)[0] for tool in tools)
        after = edge.get("/v1/ledger?limit=50")
        slow = edge.get("/v1/slow")
    since = lambda key: (after[key] - before[key]) / 1e9
    charged, process = since("chargedCPUNanoseconds"), since("processCPUNanoseconds")
    old = {z["name"]: z["cpuNanoseconds"] for z in before["systemLanes"]}
    system = sum(z["cpuNanoseconds"] - old.get(z["name"], 0) for z in after["systemLanes"]) / 1e9
    lab.table("the ledger over 50 zones", ["figure", "measured", "wanted"], [
        ["zones and system lanes / process CPU", f"{charged / process:.4f}", "0.97..1.03"],
        ["process CPU, s", f"{process:.2f}", ""],
        ["of it system lanes and threads, s", f"{system:.2f}", ""],
        ["requests", requests, ""],
        ["jobs that held a loop for 2 ms or more", len(slow["longJobs"]), 0],
        ["windows that name who used the CPU", len([w for w in slow["windows"] if w["byCPU"]]), ""],
    ])


if __name__ == "__main__":
    main(sys.argv[1:])
