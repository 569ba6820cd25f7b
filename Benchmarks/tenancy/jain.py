"""Many tenants of equal load on one core: is the CPU shared equally?

Each of 1,000 zones has one connection that asks for a page that must be compressed on the fly, again
and again. Wanted: Jain's index (sum x)^2 / (n * sum x^2) of the CPU that the ledger gives the zones,
at least 0.99. In the second row every other tenant has four connections: with so much more load it
gets little more, as far as one connection can use a tenant's share at all.
"""
import json
import os
import select
import sys
import time

import lab

CROWD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crowd.py")
PATH, SECONDS = "/n/note", 20


def jain(values):
    squares = len(values) * sum(v * v for v in values)
    return sum(values) ** 2 / squares if squares else 0.0


def run_ahead(space, edge, crowd):
    """One burst, and a rest for everybody else; how long the burst was."""
    began = time.monotonic()
    with lab.burst(edge.pid, space.origin_pid, crowd.pid):
        time.sleep(lab.BURST_SECONDS)
    took = time.monotonic() - began
    time.sleep(0.25)
    return took


def row(space, edge, title, tenants, wanted):
    def cpu():
        zones = edge.get(f"/v1/ledger?limit={len(tenants)}")["zones"]
        return {z["name"]: z["cpuNanoseconds"] for z in zones}

    crowd = space.start([sys.executable, CROWD, edge.port, PATH, SECONDS], {lab.LOAD_CPU},
                        stdin=lab.subprocess.PIPE, stdout=lab.subprocess.PIPE, text=True)
    crowd.stdin.write("\n".join(tenants) + "\n\n")
    crowd.stdin.flush()
    while not select.select([crowd.stdout], [], [], 0)[0]:  # until all are connected and served
        run_ahead(space, edge, crowd)
    crowd.stdout.readline()
    before, used = cpu(), edge.cpu_seconds()
    busy = 0.0
    while crowd.poll() is None:
        busy += run_ahead(space, edge, crowd)
    out = crowd.communicate()[0]
    if crowd.returncode:
        with open(f"{space.directory}/log") as f:
            raise SystemExit(f.read()[-2000:])
    after, used = cpu(), edge.cpu_seconds() - used
    served = list(json.loads(out.splitlines()[-1]).values())
    got = [after[n] - before.get(n, 0) for n in after]
    return [title, f"{jain(got):.4f}", wanted, f"{jain(served):.4f}", len(got),
            f"{min(got) / 1e6:.1f}..{max(got) / 1e6:.1f}", f"{min(served)}..{max(served)}",
            f"{used / busy:.2f}"]


def main(arguments):
    count = int(arguments[0]) if arguments else 1000
    with lab.Lab() as space:
        origin = space.origin()
        names = [f"t{i}.test" for i in range(count)]
        edge = space.edge([(name, origin) for name in names])
        rows = [
            row(space, edge, "one connection each", [f"{n}:1" for n in names], "0.99"),
            row(space, edge, "one or four connections", [f"{n}:{1 + i % 2 * 3}" for i, n in enumerate(names)], ""),
        ]
    lab.table(f"{count} tenants on one core", [
        "load", "Jain's index of CPU", "wanted", "of requests", "zones", "CPU per zone, ms",
        "requests per zone", "edge cores"], rows)


if __name__ == "__main__":
    main(sys.argv[1:])
