"""One loop on one core, and two loops on two: what does a request cost?

Cached 1 KiB responses over keep-alive connections; the load tool shares the cores with two loops, so
CPU per request counts, not requests per second. Wanted: at most 10 % more.
"""
import statistics
import sys

import lab

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 64


def cost(space, edge):
    """CPU microseconds of the edge per request."""
    before = edge.cpu_seconds()
    tool = lab.wrk(space, f"http://127.0.0.1:{edge.port}/c/1k", CONNECTIONS, SECONDS, ["Host: a.test"],
                   cpus=(lab.EDGE_CPU, lab.LOAD_CPU))
    requests, _ = lab.requests_of(tool)
    return (edge.cpu_seconds() - before) * 1e6 / max(requests, 1)


def main(_):
    with lab.Lab() as space:
        origin = space.origin()
        edges = [space.edge([("a.test", origin)], cpus=cpus)
                 for cpus in ((lab.EDGE_CPU,), (lab.EDGE_CPU, lab.LOAD_CPU))]
        costs = [[], []]
        for _ in range(ROUNDS):
            for edge, values in zip(edges, costs):
                values.append(cost(space, edge))
    one, two = (statistics.median(v) for v in costs)
    lab.table("CPU per request, us (median of %d rounds in alternation)" % ROUNDS,
              ["loops", "CPU us", "lowest..highest", "of one loop", "wanted"],
              [["1", f"{one:.2f}", f"{min(costs[0]):.2f}..{max(costs[0]):.2f}", "1.00", ""],
               ["2", f"{two:.2f}", f"{min(costs[1]):.2f}..{max(costs[1]):.2f}", f"{two / one:.2f}", "1.10"]])


if __name__ == "__main__":
    main(sys.argv[1:])
