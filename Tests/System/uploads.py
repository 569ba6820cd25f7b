#!/usr/bin/env python3
"""Uploads that curl can't send: held back by their origin, too slow, with trailers over HTTP/2.

uploads.py held PORT HOST PATH BYTES        HTTP/1.1; prints "held N" once nothing more is taken after N bytes, then
                                            goes on until all is sent, and prints the answer
uploads.py held-h2 PORT CA HOST PATH BYTES  the same over HTTP/2 and TLS
uploads.py drip PORT HOST PATH [CA]         HTTP/1.1 (over TLS with an authority to trust); a byte each second; prints the
                                            status and how the connection is left
uploads.py drip-h2 PORT HOST PATH [CA]      the same over HTTP/2, beside a malformed request; prints the status and that
                                            of a later request
uploads.py excess PORT HOST PATH            HTTP/1.1; the last request, of a body that is too large and goes on behind the answer;
                                            prints the answer's status, and whether all could be sent
uploads.py expect-h2 PORT HOST PATH         HTTP/2; sends its body once it is asked for it; prints both statuses and the answer
uploads.py tiny PORT CA HOST PATH BYTES     HTTP/1.1 over TLS, each byte in a record of its own, thousands of them at once;
                                            prints status and body of the answer
uploads.py trailers-h2 PORT CA HOST PATH    HTTP/2; sends a trailer; prints status, body and trailers of the answer
"""
import ssl
import struct
import sys
import time

import client

# So long nothing is taken before a client says that it is held back, and so long it waits then, in seconds.
SILENT, PATIENT = 2, 60
# So long a drip goes on, in seconds; the edge's bounds are 30 and a little.
DRIPPING = 75


def held(port, host, path, count):
    total, sent, told = int(count), 0, False
    s, piece = client.connect(port, SILENT), bytes(65536)
    s.sendall(client.request("POST", path, host, f"Content-Length: {total}"))
    while sent < total:
        try:
            sent += s.send(piece[:total - sent])
        except TimeoutError:
            if told:
                raise
            told = True
            s.settimeout(PATIENT)
            print("held", sent, flush=True)
    status, _, body, _ = client.Reader(s).response()
    print(status, body.decode(), sep="\n")


class Upload(client.HTTP2):
    """An upload that keeps to the windows of RFC 9113 section 5.2."""

    def __init__(self, *place):
        super().__init__(*place)
        self.room, self.initial, self.grown, self.status, self.body, self.trailers = 65535, 65535, {}, None, b"", []
        self.done = False

    def left(self):
        return min(16384, self.room, self.initial + self.grown.get(self.stream, 0))

    def begin(self, method, host, path, *more, end=False):
        self.stream += 2
        fields = [(":method", method), (":scheme", self.scheme), (":authority", host), (":path", path), *more]
        self.s.sendall(self.frame(1, 5 if end else 4, self.stream, b"".join(self.literal(*f) for f in fields)))

    def data(self, content, end=False):
        self.room -= len(content)
        self.grown[self.stream] = self.grown.get(self.stream, 0) - len(content)
        self.s.sendall(self.frame(0, 1 if end else 0, self.stream, content))

    def take(self):
        """Reads a frame, and what it says of windows and of the answer."""
        kind, flags, stream, payload = self.frame_in()
        if kind == 4 and not flags & 1:
            for start in range(0, len(payload), 6):
                name, value = struct.unpack("!HI", payload[start:start + 6])
                self.initial = value if name == 4 else self.initial
        elif kind == 8:
            grown = struct.unpack("!I", payload)[0]
            if stream:
                self.grown[stream] = self.grown.get(stream, 0) + grown
            else:
                self.room += grown
        elif kind == 7:
            sys.exit(f"GOAWAY {payload!r}")
        elif stream == self.stream and kind in (0, 1, 3):
            self.answer(kind, flags, payload)

    def answer(self, kind, flags, payload):
        if kind == 1 and self.status is None:
            self.status = self.head(flags, payload)[":status"]
        elif kind == 1:
            self.trailers = [f"{name}: {value}" for name, value in self.head(flags, payload).items()]
        elif kind == 0:
            self.body += payload
        self.done = kind == 3 or bool(flags & 1)

    def finish(self):
        while not self.done:
            self.take()
        return self.status or "reset"


def held_h2(port, authority_file, host, path, count):
    total, sent, told = int(count), 0, False
    upload = Upload(port, authority_file, host)
    upload.begin("POST", host, path, ("content-length", count))
    upload.s.settimeout(SILENT)
    while sent < total:
        room = min(upload.left(), total - sent)
        if room > 0:
            upload.data(bytes(room), sent + room == total)
            sent += room
            continue
        try:
            upload.take()
        except TimeoutError:
            if told:
                raise
            told = True
            upload.s.settimeout(PATIENT)
            print("held", sent, flush=True)
    print(upload.finish(), upload.body.decode(), sep="\n")


def dripping(s, piece, receive):
    """What is received at last; until then piece is sent each second."""
    s.settimeout(1)
    for _ in range(DRIPPING):
        try:
            return receive()
        except TimeoutError:
            pass
        try:
            s.sendall(piece)
        except OSError:
            pass  # the answer may have come before the end
    sys.exit(f"no answer in {DRIPPING} s")


def drip(port, host, path, authority_file=None):
    s = client.over_tls(client.connect(port), authority_file, host)
    s.sendall(client.request("POST", path, host, "Content-Length: 100000"))
    answer = dripping(s, b"x", lambda: s.recv(65536))
    print(*client.status_codes(answer), "closed" if client.read_all(s)[1] else "open")


def drip_h2(port, host, path, authority_file=None):
    upload = Upload(port, authority_file, host)
    upload.begin("POST", host, path, ("content-length", "100000"))
    # A malformed request beside it ends alone, not the connection ten seconds later.
    upload.s.sendall(upload.frame(1, 5, upload.stream + 2, upload.literal("no", "request")))
    status = dripping(upload.s, upload.frame(0, 0, upload.stream, b"x"), upload.finish)
    upload.s.settimeout(20)
    upload.done, upload.status = False, None
    upload.stream += 2
    upload.begin("GET", host, "/static/later", end=True)
    print(status, upload.finish())


def trailers_h2(port, authority_file, host, path):
    upload = Upload(port, authority_file, host)
    upload.begin("POST", host, path, ("te", "trailers"), ("trailer", "x-sum"))
    upload.data(b"first second third")
    # A malformed head of another stream just before them: what it was is forgotten by then.
    other = upload.frame(1, 5, upload.stream + 2, upload.literal(":method", "GET") + upload.literal("x", "y"))
    upload.s.sendall(other + upload.frame(1, 5, upload.stream, upload.literal("x-sum", "42")))
    print(upload.finish(), upload.body.decode(), *upload.trailers, sep="\n")


def excess(port, host, path):
    s, sent = client.connect(port), "all sent"
    s.sendall(client.request("POST", path, host, "Transfer-Encoding: chunked", "Connection: close") + b"100000\r\n")
    try:
        for _ in range(6):
            s.sendall(bytes(1000))
            time.sleep(0.05)
    except OSError as error:
        sent = str(error)
    print(client.Reader(s).response()[0], sent)


def expect_h2(port, host, path):
    upload = Upload(port)
    upload.begin("POST", host, path, ("expect", "100-continue"), ("content-length", "7"))
    while upload.status is None:
        upload.take()
    interim, upload.status = upload.status, None
    upload.data(b"content", end=True)
    print(interim, upload.finish(), upload.body.decode())


def tiny(port, authority_file, host, path, count):
    s, received, ready = client.connect(port), ssl.MemoryBIO(), ssl.MemoryBIO()
    session = ssl.create_default_context(cafile=authority_file).wrap_bio(received, ready, server_hostname=host)

    def call(step):
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                result = None
            s.sendall(ready.read())
            if result is not None:
                return result
            received.write(s.recv(65536))

    call(lambda: session.do_handshake() or True)
    for byte in client.request("POST", path, host, f"Content-Length: {count}", "Connection: close") + b"x" * int(count):
        session.write(bytes([byte]))
    answer = b""
    while part := call(lambda: session.read(65536)):
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    print(head.split()[1].decode(), body.decode(), sep="\n")


COMMANDS = {"held": held, "excess": excess, "expect-h2": expect_h2, "tiny": tiny, "held-h2": held_h2, "drip": drip, "drip-h2": drip_h2, "trailers-h2": trailers_h2}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
