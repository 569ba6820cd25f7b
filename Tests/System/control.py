#!/usr/bin/env python3
"""The control API on one open connection, where starting a command for each call would take too long.

control.py ledger CONTROL TOKEN ZONE KEY             a value of the zone's ledger (-: the zone is not in memory)
control.py churn CONTROL TOKEN PORT ORIGIN COUNT     adds a zone, asks it on four connections, removes it; COUNT times.
                                                     Prints the resident KiB after a tenth of that, and at the end
control.py readers PORT HOST PATH COUNT STOPFILE     COUNT clients that ask and do not read, until STOPFILE exists
"""
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
    clients = [client.Reader(client.connect(port)) for _ in range(4)]

    def resident():
        """Without the file of the store, which is mapped."""
        with open(f"/proc/{process}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))

    def statuses(host):
        found = []
        for reader in clients:
            reader.s.sendall(client.request("GET", "/static/churn", host))
            found.append(reader.response()[0])
        return found

    for number in range(count):
        host = f"churn-{number}.test"
        api.ask("PUT", f"/v1/zones/{host}", {"origins": [origin]})
        if statuses(host) != [200] * 4:
            sys.exit(f"{host} is not served")
        api.ask("DELETE", f"/v1/zones/{host}")
        if statuses(host) != [421] * 4:
            sys.exit(f"{host} is served after its end")
        if number == count // 10:
            print(resident(), end=" ", flush=True)
    print(resident())


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


COMMANDS = {"ledger": ledger, "churn": churn, "readers": readers}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
