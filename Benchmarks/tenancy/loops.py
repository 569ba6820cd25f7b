"""One loop on one core, and two loops on two: what does a request cost?

Cached 1 KiB responses over keep-alive connections. The load tool shares the cores with two loops, so CPU per
request counts, not requests per second, and one loop must share its core likewise: a loop that has its core to
itself finds dozens of requests whenever it wakes, one that shares it finds one. Each core that has a loop has a load
tool with 32 connections, so that what differs is what the loops do to each other. Wanted: at most 10 % more.

The row "2, own core's" has each connection served by the loop of the core that its packets come to (--incoming-cpu), as with a
network card that has a queue per core: on loopback that is the client's. Without it half of all requests cross cores.

The rows "alone" have the load tool on the other core, as in the measurements of one loop; nginx with as many workers
is measured in alternation.
"""
import statistics
import sys

import lab

ROUNDS, SECONDS, CONNECTIONS = 5, 2, 32
ONE, TWO = (lab.EDGE_CPU,), (lab.EDGE_CPU, lab.LOAD_CPU)


def cost(space, server, cpus):
    """CPU microseconds of the server per request, with a load tool on each of `cpus`."""
    before = server.cpu_seconds()
    tools = [lab.wrk(space, f"http://127.0.0.1:{server.port}/c/1k", CONNECTIONS, SECONDS, ["Host: a.test"],
                     cpus=(cpu,)) for cpu in cpus]
    requests = sum(lab.requests_of(tool)[0] for tool in tools)
    return (server.cpu_seconds() - before) * 1e6 / max(requests, 1)


def main(_):
    with lab.Lab() as space:
        origin = space.origin()
        makers = {"skerry": lambda cpus: space.edge([("a.test", origin)], cpus=cpus),
                  "nginx": lambda cpus: space.cache(origin, cpus)}
        steered = space.edge([("a.test", origin)], cpus=TWO, options=["--incoming-cpu"])
        cases = [("skerry", "2, own core's", steered, TWO)]
        for name, make in makers.items():
            one, two = make(ONE), make(TWO)
            cases += [(name, "1, alone", one, (lab.LOAD_CPU,)), (name, "1", one, ONE), (name, "2", two, TWO)]
        costs = [[] for _ in cases]
        for _ in range(ROUNDS):
            for (_, _, server, cpus), values in zip(cases, costs):
                values.append(cost(space, server, cpus))
    medians = {case[:2]: statistics.median(values) for case, values in zip(cases, costs)}
    lab.table("CPU per request, us (median of %d rounds in alternation)" % ROUNDS,
              ["server", "loops", "CPU us", "lowest..highest", "of one loop", "wanted"],
              [[name, loops, f"{medians[name, loops]:.2f}", f"{min(values):.2f}..{max(values):.2f}",
                f"{medians[name, loops] / medians[name, '1']:.2f}", "1.10" if name == "skerry" and loops.startswith("2") else ""]
               for (name, loops, *_), values in zip(cases, costs)])


if __name__ == "__main__":
    main(sys.argv[1:])
