#!/usr/bin/env python3
"""The control API on one open connection, where starting a command for each call would take too long.

control.py ledger CONTROL TOKEN ZONE KEY             a value of the zone's ledger (-: the zone is not in memory)
control.py churn CONTROL TOKEN PORT ORIGIN COUNT     adds a zone, asks it on four connections, removes it; COUNT times.
                                                     Prints the resident KiB after a tenth of that, and at the end
control.py churn-h2 CONTROL TOKEN PORT ORIGIN COUNT  the same with one HTTP/2 connection for each zone, which the edge must end
control.py retired CONTROL TOKEN PORT ORIGIN         a removed zone's idle connections; prints how each ended
control.py flight PORT HOST PATH COUNT               COUNT requests at once; prints how many were answered with each status
control.py shared CONTROL TOKEN PORT                 alpha's bound, met by a connection that was beta's first; prints statuses
control.py shared-output CONTROL TOKEN PORT          the same with a response that nobody reads; prints waiting bytes of both
control.py readers PORT HOST PATH COUNT STOPFILE     COUNT clients that ask and do not read, until STOPFILE exists
"""
import collections
import http.client
import json
import os
import socket
import sys
import time

import client


class Control(http.client.HTTPConnection):
    def __init__(self, path, token):
        super().__init__("skerry", timeout=30)
        self.path = path
        with open(token) as f:
            self.fields = {"Authorization": f"Bearer {f.read().strip()}", "Content-Type": "application/json"}

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        self.request(method, path, json.dumps(body) if body else None, self.fields)
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text)["result"]


def ledger(control, token, zone, key):
    zones = Control(control, token).ask("GET", f"/v1/ledger?zone={zone}")["zones"]
    print(zones[0][key] if zones else "-")


def churn(control, token, port, origin, count):
    api, count = Control(control, token), int(count)
    process = api.ask("GET", "/v1/status")["processID"]
    # Several connections, so that every loop has the zone in its memory.
    clients = []

    def statuses(host):
        found = []
        for reader in clients:
            reader.s.sendall(client.request("GET", "/static/churn", host))
            found.append(reader.response()[0])
        return found

    for number in range(count):
        host = f"churn-{number}.test"
        api.ask("PUT", f"/v1/zones/{host}", {"origins": [origin]})
        clients = [client.Reader(client.connect(port)) for _ in range(4)]
        if statuses(host) != [200] * 4:
            sys.exit(f"{host} is not served")
        api.ask("DELETE", f"/v1/zones/{host}")
        if statuses(host) != [421] * 4:
            sys.exit(f"{host} is served after its end")
        for reader in clients:
            reader.s.close()
        if number == count // 10:
            print(anonymous_kib(process), end=" ", flush=True)
    print(anonymous_kib(process))


def anonymous_kib(process):
    """Resident without the file of the store, which is mapped."""
    with open(f"/proc/{process}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


def until(condition, what):
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not within the time: {what}")
        time.sleep(0.05)


def churn_h2(control, token, port, origin, count):
    api, batches = Control(control, token), 5
    process = api.ask("GET", "/v1/status")["processID"]
    for batch in range(batches):
        connections = []
        for number in range(int(count) // batches):
            host = f"churn-{batch}-{number}.test"
            api.ask("PUT", f"/v1/zones/{host}", {"origins": [origin]})
            connection = client.HTTP2(port)
            if connection.get(host, "/static/churn") != "200":
                sys.exit(f"{host} is not served")
            api.ask("DELETE", f"/v1/zones/{host}")
            connections.append(connection)
        for connection in connections:
            if not connection.ended():
                sys.exit("a connection of a removed zone ended without GOAWAY")
            connection.s.close()
        if batch == 0:
            # After the first turns of the allocator.
            print(anonymous_kib(process), end=" ", flush=True)
    print(anonymous_kib(process), end=" ")
    until(lambda: api.ask("GET", "/v1/status")["connections"] == 0, "no connection is left")
    sockets = sum(os.readlink(f"/proc/{process}/fd/{n}").startswith("socket:") for n in os.listdir(f"/proc/{process}/fd"))
    print(sockets)


def retired(control, token, port, origin):
    api = Control(control, token)
    for host in ("leaving.test", "staying.test"):
        api.ask("PUT", f"/v1/zones/{host}", {"origins": [origin]})
    idle, asks, h2, shared = client.Reader(client.connect(port)), client.Reader(client.connect(port)), \
        client.HTTP2(port), client.HTTP2(port)
    for reader in (idle, asks):
        reader.s.sendall(client.request("GET", "/static/retired", "leaving.test"))
        if reader.response()[0] != 200:
            sys.exit("leaving.test is not served")
    hosts = [(h2, "leaving.test"), (shared, "staying.test"), (shared, "leaving.test")]
    if [c.get(host, "/static/retired") for c, host in hosts] != ["200"] * 3:
        sys.exit("leaving.test is not served over HTTP/2")
    api.ask("DELETE", "/v1/zones/leaving.test")
    asks.s.sendall(client.request("GET", "/static/retired", "leaving.test"))
    status, fields, _, _ = asks.response()
    print("asks:", status, fields.get("connection"), "then", "end" if client.read_all(asks.s)[1] else "open")
    print("idle:", "end" if client.read_all(idle.s, 15) == (b"", True) else "open")
    print("h2:", "GOAWAY, end" if h2.ended() else "end")
    statuses = [shared.get(host, "/static/retired") for host in ("leaving.test", "staying.test")]
    print("shared:", *statuses)


def flight(port, host, path, count):
    sockets = []
    for number in range(int(count)):
        sockets.append(client.connect(port))
    for number, s in enumerate(sockets):
        s.sendall(client.request("GET", f"{path}&n={number}", host))
    found = collections.Counter(client.Reader(s).response()[0] for s in sockets)
    print(*[f"{status}: {number}" for status, number in sorted(found.items())], sep=", ")


def used(api, host, key):
    zones = api.ask("GET", f"/v1/ledger?zone={host}")["zones"]
    return zones[0][key] if zones else 0


def shared(control, token, port):
    api, connection = Control(control, token), client.HTTP2(port)
    until(lambda: used(api, "alpha.test", "connections") == 0, "alpha has no connection")

    def other():
        s = client.connect(port)
        s.sendall(client.request("GET", "/static/shared", "alpha.test", "Connection: close"))
        return client.Reader(s).response()[0]

    for host in ("beta.test", "alpha.test", "alpha.test"):
        print(host, connection.get(host, "/1k"))
    print("counted", used(api, "alpha.test", "connections"), used(api, "beta.test", "connections"))
    print("another connection", other())
    connection.s.close()
    until(lambda: used(api, "alpha.test", "connections") == 0, "the connection is gone")
    print("afterwards", other())


def shared_output(control, token, port):
    api, connection = Control(control, token), client.HTTP2(port)
    print(connection.get("beta.test", "/1k"), end=" ")
    connection.opens_windows = False
    connection.send("GET", "alpha.test", "/large?bytes=10000000")
    until(lambda: used(api, "alpha.test", "waitingBytes") > 200_000, "alpha's bytes wait")
    print("alpha has bytes, beta", used(api, "beta.test", "waitingBytes"), end=" ")
    connection.s.close()
    until(lambda: used(api, "alpha.test", "waitingBytes") == 0, "alpha's bytes are gone")
    print("afterwards none")


def readers(port, host, path, count, stop):
    sockets = []
    for number in range(int(count)):
        s = socket.socket()
        # What the client does not read shall wait in the edge, not in the kernel.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", int(port)))
        s.sendall(client.request("GET", f"{path}&n={number}", host))
        sockets.append(s)
        time.sleep(0.02)
    end = time.monotonic() + 60
    while not os.path.exists(stop) and time.monotonic() < end:
        time.sleep(0.05)
    for s in sockets:
        s.close()


COMMANDS = {"ledger": ledger, "churn": churn, "churn-h2": churn_h2, "retired": retired, "flight": flight,
            "shared": shared, "shared-output": shared_output, "readers": readers}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
