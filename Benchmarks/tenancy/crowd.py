"""Many tenants that ask as fast as they are answered: each has connections of its own, and each
connection sends its next request when the response to the last is complete.

crowd.py PORT PATH SECONDS HOST:CONNECTIONS... prints "ready" when every connection has had an answer,
and then counts: the responses per host, as JSON. Hosts may be given on standard input as well, one
per line, with an empty line behind them.
"""
import json
import select
import socket
import sys
import time


class Connection:
    def __init__(self, port, host, path):
        self.host = host
        self.request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setblocking(False)
        self.tail, self.left, self.served = b"", None, False

    def ask(self):
        self.tail, self.left = b"", None
        self.socket.send(self.request)

    def feed(self, data):
        """True when the response is complete: its length has come, or its last chunk."""
        if self.left is None:
            self.tail += data
            head, end, body = self.tail.partition(b"\r\n\r\n")
            if not end:
                return False
            lower = head.lower()
            if b"content-length:" in lower:
                self.left = int(lower.split(b"content-length:")[1].split(b"\r\n")[0]) - len(body)
                return self.left <= 0
            self.left, data = float("inf"), body
        if self.left != float("inf"):
            self.left -= len(data)
            return self.left <= 0
        self.tail = (self.tail + data)[-5:]
        return self.tail == b"0\r\n\r\n"


def main(port, path, seconds, tenants):
    poll, connections, served = select.epoll(), {}, {}
    pending = [(host, int(count or 1)) for host, _, count in (t.partition(":") for t in tenants)]
    pending = [host for host, count in pending for _ in range(count)]
    fresh, end = len(pending), None
    while end is None or time.monotonic() < end:
        for host in pending[:50]:  # few at a time, so that the others are answered meanwhile
            c = Connection(port, host, path)
            connections[c.socket.fileno()] = c
            poll.register(c.socket.fileno(), select.EPOLLIN)
            c.ask()
        del pending[:50]
        for number, _ in poll.poll(0 if pending else 0.2, 1024):
            c = connections[number]
            try:
                data = c.socket.recv(1 << 18)
            except ConnectionError:
                data = b""
            if not data:
                if c.served:
                    raise SystemExit(f"the edge closed a connection of {c.host}")
                # It had to wait too long for its first turn: again.
                del connections[number]
                c.socket.close()
                pending.append(c.host)
                continue
            if c.feed(data):
                served[c.host] = served.get(c.host, 0) + 1
                fresh -= not c.served
                c.served = True
                c.ask()
        if not fresh and end is None:  # all have had an answer: now it counts
            print("ready", flush=True)
            served, end = dict.fromkeys(served, 0), time.monotonic() + seconds
    print(json.dumps(served))


if __name__ == "__main__":
    port, path, seconds, *tenants = sys.argv[1:]
    if not tenants:
        tenants = [line.strip() for line in iter(sys.stdin.readline, "\n")]
    main(int(port), path, float(seconds), tenants)
