#!/usr/bin/env python3
"""Requests without a pause until STOPFILE exists, two minutes at most; the last line says how many failed. Once
STOPFILE.refused exists, a connection that is refused is the end, too, and no failure.

load.py http PORT HOST PATH STOPFILE        HTTP/1.1, connections that are renewed every 20 requests
load.py https PORT CA HOST PATH STOPFILE    the same over TLS
load.py upload PORT HOST PATH STOPFILE      HTTP/1.1, uploads in pieces, connections that are renewed every 20
load.py upload-tls PORT CA HOST PATH STOPFILE
                                            the same over TLS
load.py upload-h2 PORT CA HOST PATH STOPFILE
                                            the same over HTTP/2 and TLS, one at a time
load.py h2 PORT CA HOST PATH STOPFILE       HTTP/2 over TLS, eight streams at a time, renewed every 200

A connection that is closed between two requests, or a stream that GOAWAY names as not taken, is no failure: the
request is sent again on a new connection (RFC 9112 section 9.3.1, RFC 9113 section 6.8). An upload that has begun
to be sent over HTTP/1.1 may not be sent again.
"""
import os
import ssl
import sys
import time

import client

LONGEST = 120
# An upload.
PIECES, PIECE = 4, 10_000


class Load:
    def __init__(self, stop):
        self.stop, self.end, self.done, self.failed, self.goaways = stop, time.monotonic() + LONGEST, 0, 0, 0

    def goes_on(self):
        return not os.path.exists(self.stop) and time.monotonic() < self.end

    def count(self, status):
        self.done += 1
        if self.done % 20 == 1:
            print("begun", flush=True)
        if status != 200:
            self.fail(f"status {status}")

    def fail(self, what):
        self.failed += 1
        print("failed", what, flush=True)

    def run(self, connection):
        """Runs `connection`, which serves one connection, again and again."""
        while self.goes_on():
            try:
                connection()
            except ConnectionRefusedError as fault:
                if os.path.exists(self.stop + ".refused"):
                    break
                self.fail(repr(fault))
                time.sleep(0.05)
            except (OSError, EOFError, ValueError) as fault:
                self.fail(repr(fault))
                time.sleep(0.05)
        if time.monotonic() >= self.end:
            print(f"nobody said stop within {LONGEST} s")
        print(f"done {self.done} goaways {self.goaways} failed {self.failed}")


def http1(load, connect, host, path, upload=False):
    s = connect()
    reader = client.Reader(s)
    for number in range(20):
        try:
            if upload:
                post(s, host, path)
            else:
                s.sendall(client.request("GET", path, host))
            while b"\r\n\r\n" not in reader.data:
                reader.fill()
        except (EOFError, ConnectionError):
            if number and not upload and not reader.data:
                break
            raise
        status, fields, _, _ = reader.response()
        load.count(status)
        if fields.get("connection", "").lower() == "close":
            break
    s.close()


def post(s, host, path):
    s.sendall(client.request("POST", path, host, f"Content-Length: {PIECES * PIECE}"))
    for _ in range(PIECES):
        s.sendall(bytes(PIECE))
        time.sleep(0.005)


def upload_http2(load, port, authority, host, path):
    """Less than any window at a time, and than the connection's in all."""
    connection, before = client.HTTP2(port, authority, host), load.goaways
    for _ in range(20):
        stream, sent, ended, last = connection.send("POST", host, path, end=False), 0, False, None
        while not ended and last is None:
            if sent < PIECES:
                sent += 1
                connection.s.sendall(connection.frame(0, sent == PIECES, stream, bytes(PIECE)))
                time.sleep(0.005)
                if sent < PIECES:
                    continue
            kind, flags, number, payload = connection.frame_in()
            if kind == 7:
                load.goaways += 1
                last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
                last = None if last >= stream else last
            elif number == stream and kind in (0, 1, 3):
                if kind == 1:
                    load.count(int(connection.head(flags, payload)[":status"]))
                if kind == 3:
                    load.fail(f"stream {stream} was reset: {payload!r}")
                ended = kind == 3 or flags & 1
        if load.goaways != before:
            break
    connection.s.close()


def http2(load, port, authority, host, path):
    connection = client.HTTP2(port, authority, host)
    open_streams, last, begun = set(), None, 0
    while True:
        while last is None and begun < 200 and len(open_streams) < 8 and load.goes_on():
            open_streams.add(connection.send("GET", host, path))
            begun += 1
        if not open_streams:
            break
        kind, flags, stream, payload = connection.frame_in()
        if kind == 7:
            load.goaways += 1
            last = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
            open_streams = {number for number in open_streams if number <= last}
        elif stream in open_streams:
            if kind == 1:
                load.count(int(connection.head(flags, payload)[":status"]))
            if kind == 3:
                load.fail(f"stream {stream} was reset: {payload!r}")
            if kind == 3 or flags & 1:
                open_streams.discard(stream)
    connection.s.close()


def main(kind, *arguments):
    *arguments, stop = arguments
    load = Load(stop)
    if kind == "h2":
        port, authority, host, path = arguments
        load.run(lambda: http2(load, port, authority, host, path))
    elif kind == "upload-h2":
        port, authority, host, path = arguments
        load.run(lambda: upload_http2(load, port, authority, host, path))
    elif kind in ("https", "upload-tls"):
        port, authority, host, path = arguments
        context = ssl.create_default_context(cafile=authority)
        load.run(lambda: http1(load, lambda: context.wrap_socket(client.connect(port, 10), server_hostname=host), host, path,
                               kind == "upload-tls"))
    else:
        port, host, path = arguments
        load.run(lambda: http1(load, lambda: client.connect(port, 10), host, path, kind == "upload"))


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
