#!/usr/bin/env python3
"""Floods against the edge: each must end in GOAWAY ENHANCE_YOUR_CALM or a closed connection, and cost little.

floods.py PORT HOST PID [CA]    PID is the edge's; with CA over TLS

Prints a line per flood: how it ended, the edge's CPU seconds, the growth of its resident memory in MiB
at the peak. Exits with 0 only if each stayed within the bounds.
"""
import pathlib
import socket
import ssl
import sys
import threading

import http2_strict as h2
from http2_strict import CONTINUATION, HEADERS, PREFACE, data, frame, get, ping, post, priority, reset, settings, window, word
from smuggling import block, text

CPU_SECONDS, MEBIBYTES = 0.05, 5


def floods():
    """(name, bytes in pieces): the piece is repeated that often, or is a list of pieces."""
    many = 100_000
    yield "rapid reset", (get(2 * n + 1, flags=5) + reset(2 * n + 1) for n in range(20_000))
    yield "rapid reset of uploads", (post(2 * n + 1) + reset(2 * n + 1) for n in range(20_000))
    yield "resets that we are made to send", (post(2 * n + 1) + window(2 * n + 1, 0) for n in range(20_000))
    yield "resets by content-length", (
        post(2 * n + 1, (b"content-length", b"1")) + data(2 * n + 1) for n in range(20_000))
    yield "trailers that are refused", (
        post(2 * n + 1) + frame(HEADERS, 5, 2 * n + 1, block([(b"host", b"x")])) for n in range(20_000))
    yield "requests that are refused", (get(2 * n + 1, (b"host", b"x")) for n in range(20_000))
    yield "streams beyond the limit", (post(2 * n + 1) for n in range(20_000))
    yield "16 MiB of CONTINUATION", start_block(frame(CONTINUATION, 0, 1, block([(b"x" * 8, b"y" * 8)]) * 800), 1_024)
    yield "empty CONTINUATION", start_block(frame(CONTINUATION, 0, 1), many)
    yield "SETTINGS", (settings() for _ in range(many))
    yield "SETTINGS with 2,000 values", (settings(*[(4, n) for n in range(2_000)]) for n in range(1_000))
    yield "SETTINGS acknowledgements", (settings(flags=1) for _ in range(many))
    yield "PING", (ping() for _ in range(many))
    yield "PING acknowledgements", (ping(flags=1) for _ in range(many))
    yield "PRIORITY", (priority(2 * n + 1, 0) for n in range(many))
    yield "PRIORITY_UPDATE", (frame(0x10, 0, 0, word(2 * n + 1) + b"u=1") for n in range(many))
    yield "WINDOW_UPDATE of the connection", (window(0, 1) for _ in range(many))
    yield "WINDOW_UPDATE of a stream", [post(), *(window(1, 1) for _ in range(many))]
    yield "empty DATA", [post(), *(data(1, b"", 0) for _ in range(many))]
    yield "padding instead of DATA", [post(), *(data(1, b"\xff" + bytes(255), 8) for _ in range(many))]
    yield "unknown frames", (frame(0x42, 0, 0, b"x") for _ in range(many))
    yield "GOAWAY", (frame(7, 0, 0, word(0) + word(0)) for _ in range(many))
    yield "a HPACK bomb", hpack_bomb(4_000, 16_000)
    yield "a HPACK bomb of small fields", hpack_bomb(1, 16_000)
    yield "a HPACK bomb of cookies", (
        frame(HEADERS, 5, 2 * n + 1, block(h2.fields()) + b"\x60\0" + b"\xbe" * 16_000) for n in range(1_000))
    yield "requests for content behind a shut window", [
        settings((4, 0)), *(get(2 * n + 1) for n in range(20_000))]


def start_block(piece, count):
    return [frame(HEADERS, 1, 1, block(h2.fields())), *(piece for _ in range(count))]


def hpack_bomb(size, references):
    """A dynamic entry, and requests that refer to it again and again."""
    first = frame(HEADERS, 5, 1, block(h2.fields()) + b"\x40" + text(b"x") + text(b"y" * size))
    return [first, *(frame(HEADERS, 5, 2 * n + 3, block(h2.fields()) + b"\xbe" * references) for n in range(100))]


class Edge:
    """The process as /proc shows it."""

    def __init__(self, pid):
        self.folder = pathlib.Path("/proc", pid)

    def cpu(self):
        return sum(int((task / "schedstat").read_text().split()[0]) for task in (self.folder / "task").iterdir()) / 1e9

    def memory(self, name):
        for line in (self.folder / "status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024

    def forget_peak(self):
        (self.folder / "clear_refs").write_text("5")


def connect(port, authority):
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    if not authority:
        return plain
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(plain, server_hostname=h2.HOST.decode())


def attack(port, authority, pieces):
    """Sends it all; how the edge ended it."""
    content = PREFACE + settings() + b"".join(pieces)
    connection = connect(port, authority)

    def send():
        try:
            connection.sendall(content)
        except OSError:
            pass

    sender = threading.Thread(target=send, daemon=True)
    # Read and write at once is more than one ssl.SSLSocket does; records are small enough to alternate.
    received = b""
    if authority:
        connection.settimeout(5)
        send()
    else:
        sender.start()
    try:
        while part := connection.recv(65536):
            received += part
        ended = "closed"
    except TimeoutError:
        ended = "left open"
    except OSError:
        ended = "reset"
    connection.close()
    calm = frame(7, 0, 0, b"")[3:5]
    at = 0
    while at + 9 <= len(received):
        length, kind = int.from_bytes(received[at:at + 3], "big"), received[at + 3:at + 5]
        if kind == calm and length >= 8:
            ended += f", GOAWAY {int.from_bytes(received[at + 13:at + 17], 'big')}"
        at += 9 + length
    return ended


def main(port, host, pid, authority=None):
    h2.HOST, h2.PATH, h2.SCHEME = host.encode(), b"/1k", b"https" if authority else b"http"
    edge, bad = Edge(pid), 0
    for name, pieces in floods():
        pieces = list(pieces)
        edge.forget_peak()
        resident, cpu = edge.memory("VmRSS"), edge.cpu()
        ended = attack(int(port), authority, pieces)
        cpu, grown = edge.cpu() - cpu, edge.memory("VmHWM") - resident
        fine = ended != "left open" and cpu <= CPU_SECONDS and grown <= MEBIBYTES
        bad += not fine
        print(f"{'' if fine else 'NOT FINE '}{name}: {ended}; {cpu:.4f} CPU s, {grown:.2f} MiB")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
