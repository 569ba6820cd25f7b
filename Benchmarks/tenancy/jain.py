"""Many tenants of equal load on one core: is the CPU shared equally?

Each of 1,000 zones has one connection that asks for a page that must be compressed on the fly, again
and again. Wanted: Jain's index (sum x)^2 / (n * sum x^2) of the CPU that the ledger gives the zones,
at least 0.99. The second row gives every other tenant four connections: it gets no more for that.
"""
import json
import os
import sys

import lab

CROWD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "crowd.py")
PATH, SECONDS = "/n/note", 12


def jain(values):
    squares = len(values) * sum(v * v for v in values)
    return sum(values) ** 2 / squares if squares else 0.0


def row(space, edge, title, tenants):
    def cpu():
        zones = edge.get(f"/v1/ledger?limit={len(tenants)}")["zones"]
        return {z["name"]: z["cpuNanoseconds"] for z in zones}

    crowd = space.start([sys.executable, CROWD, edge.port, PATH, SECONDS], {lab.LOAD_CPU},
                        stdin=lab.subprocess.PIPE, stdout=lab.subprocess.PIPE, text=True)
    crowd.stdin.write("\n".join(tenants) + "\n\n")
    crowd.stdin.flush()
    crowd.stdout.readline()
    before, used = cpu(), edge.cpu_seconds()
    out = crowd.communicate()[0]
    if crowd.returncode:
        with open(f"{space.directory}/log") as f:
            raise SystemExit(f.read()[-2000:])
    after, used = cpu(), edge.cpu_seconds() - used
    served = list(json.loads(out.splitlines()[-1]).values())
    got = [after[n] - before.get(n, 0) for n in after]
    return [title, f"{jain(got):.4f}", "0.99", f"{jain(served):.4f}", len(got),
            f"{min(got) / 1e6:.1f}..{max(got) / 1e6:.1f}", f"{min(served)}..{max(served)}",
            f"{used / SECONDS:.2f}"]


def main(arguments):
    count = int(arguments[0]) if arguments else 1000
    with lab.Lab() as space:
        origin = space.origin()
        names = [f"t{i}.test" for i in range(count)]
        edge = space.edge([(name, origin) for name in names])
        rows = [
            row(space, edge, "one connection each", [f"{n}:1" for n in names]),
            row(space, edge, "one or four connections", [f"{n}:{1 + i % 2 * 3}" for i, n in enumerate(names)]),
        ]
    lab.table(f"{count} tenants on one core", [
        "load", "Jain's index of CPU", "wanted", "of requests", "zones", "CPU per zone, ms",
        "requests per zone", "edge cores"], rows)


if __name__ == "__main__":
    main(sys.argv[1:])
