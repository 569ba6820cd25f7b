"""An open-loop probe: small requests at a constant rate, whatever the answers take.

probe.py PORT HOST PATH RATE SECONDS says that it is ready, waits for a line on its standard input,
and prints the latencies in milliseconds and the number of failures as JSON. It waits on no answer: while one is late, the next request goes over another connection.
"""
import gc
import json
import selectors
import socket
import sys
import time


def main(port, host, path, rate, seconds):
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    idle, busy, latencies, failed = [], {}, [], 0

    def connect():
        s = socket.create_connection(("127.0.0.1", port))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.setblocking(False)
        selector.register(s, selectors.EVENT_READ)
        return s

    idle += [connect() for _ in range(4)]
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    start, sent, total = time.monotonic() + 0.02, 0, int(rate * seconds)
    while (sent < total or busy) and time.monotonic() < start + seconds + 10:
        now = time.monotonic()
        if sent < total and now >= start + sent / rate:
            sent += 1
            s = idle.pop(0) if idle else connect()
            busy[s] = [time.monotonic(), b""]
            s.send(request)
            continue
        wait = start + sent / rate - now if sent < total else 1
        for key, _ in selector.select(max(0, wait)):
            s = key.fileobj
            data = s.recv(1 << 16)
            if s not in busy or not data:
                failed += s in busy
                busy.pop(s, None)
                selector.unregister(s)
                continue
            entry = busy[s]
            entry[1] += data
            head, _, body = entry[1].partition(b"\r\n\r\n")
            if b"\r\n\r\n" in entry[1]:
                lower = head.lower()
                length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
                if len(body) >= length:
                    latencies.append((time.monotonic() - entry[0]) * 1e3)
                    failed += head[9:12] != b"200"
                    del busy[s]
                    idle.append(s)
    print(json.dumps({"latencies": latencies, "failed": failed + len(busy)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
