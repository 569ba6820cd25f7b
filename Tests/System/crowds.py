#!/usr/bin/env python3
"""Clients that are too many or too slow.

crowds.py crowd PORT HOST PATH COUNT    COUNT connections of one address that say nothing, then a request of another
crowds.py full PORT HOST PATH COUNT     COUNT of two addresses, a request of a third that waits, and is answered once
                                        they are gone; prints "waits STATUS"
crowds.py shares PORT HOST PATH COUNT [OTHER PATH]
                                        COUNT connections of several networks ask once each and stay; prints how many got which
                                        status, and what OTHER answers then
crowds.py full-stop PORT HOST PATH COUNT PID
                                        COUNT connections and a request that waits, as above; then PID is told to end; prints
                                        "waits STATUS"
crowds.py ask PORT HOST PATH COUNT SECONDS
                                        COUNT connections ask once each and stay; prints the statuses, each once, and then
                                        holds the connections for SECONDS
crowds.py leader PORT HOST PATH FILE    asks once, and resets the connection as soon as there is FILE
crowds.py own PORT HOST PATH COUNT FIELD
                                        COUNT connections ask once each; prints the statuses, each once, and how many values
                                        of FIELD came
crowds.py hits PORT HOST PATH COUNT [CA]
                                        asks COUNT times, one after the other; prints how many were answered by which status,
                                        and on a second line how long that took
crowds.py slow-head PORT [CA HOST]      a byte of a head every second (over TLS with an authority to trust); prints the status of
                                        the answer, and how the connection is left
crowds.py slow KIND PORT [CA HOST]      begins something of KINDS (over TLS with an authority to trust) and goes on by a byte
                                        a second; prints "begun", and then how its connection ends, and whether in time
crowds.py unread PORT HOST PATH [CA]    asks for PATH and reads nothing; prints how the connection ends
crowds.py unread-more PORT HOST PATH    the same of a client that asks for PATH many times, and then again every two seconds
crowds.py unread-post PORT HOST PATH    the same with a request whose body goes on as long as it is taken
crowds.py pipeline PORT HOST PREFIX COUNT PID [CA]
                                        sends COUNT requests for objects of PREFIX on one connection, reads nothing until it
                                        can send no more or has sent all, and then everything; prints what came, and whether
                                        in order and within MEBIBYTES of the memory of the edge, which is PID
crowds.py unread-h2 PORT HOST PATH OTHER [CA]
                                        over HTTP/2; lets little of PATH come, and asks for OTHER now and then; prints what
                                        becomes of the first stream, and the status of one more request
crowds.py unread-h2-socket PORT HOST PATH [CA]
                                        over HTTP/2; opens every window as far as it goes, asks for PATH on several streams and
                                        reads nothing; prints how the connection ends
crowds.py purge PORT HOST PREFIX KEYS COUNT SKERRY
                                        COUNT connections ask for PREFIX1 to PREFIXKEYS over and over, while SKERRY purges
                                        everything of HOST
"""
import asyncio
import os
import random
import resource
import select
import signal
import socket
import ssl
import struct
import sys
import time

import client
import floods


def crowd(port, host, path, count):
    refused, silent = 0, [socket.create_connection(("127.0.0.1", int(port))) for _ in range(int(count))]
    time.sleep(1)  # the edge has seen them all
    for s in silent:
        s.setblocking(False)
        try:
            refused += s.recv(1) == b""
        except BlockingIOError:
            pass
        except ConnectionResetError:
            refused += 1
    other = socket.create_connection(("127.0.0.1", int(port)), 20, ("127.0.1.1", 0))
    other.sendall(client.request("GET", path, host))
    print("some refused" if 0 < refused < len(silent) else f"{refused} refused", client.Reader(other).response()[0])


def full(port, host, path, count, pid=None):
    crowd = [socket.create_connection(("127.0.0.1", int(port)), 20, (f"127.0.{n % 2}.1", 0)) for n in range(int(count))]
    other = socket.create_connection(("127.0.0.1", int(port)), 2, ("127.0.2.1", 0))
    other.sendall(client.request("GET", path, host))
    try:
        return print("not kept waiting", other.recv(65536))
    except TimeoutError:
        print("waits", end=" ")
    if pid:
        os.kill(int(pid), signal.SIGTERM)
    else:
        for s in crowd:
            s.close()
    other.settimeout(20)
    print(client.Reader(other).response()[0])


def shares(port, host, path, count, *other):
    crowd = [socket.create_connection(("127.0.0.1", int(port)), 20, (f"127.0.{n % 8}.1", 0)) for n in range(int(count))]
    statuses = []
    for s in crowd:
        s.sendall(client.request("GET", path, host))
        statuses.append(client.Reader(s).response()[0])
    said = ", ".join(f"{statuses.count(status)} {status}" for status in sorted(set(statuses)))
    if other:
        s = socket.create_connection(("127.0.0.1", int(port)), 20, ("127.0.9.1", 0))
        s.sendall(client.request("GET", other[1], other[0]))
        said += f"; {client.Reader(s).response()[0]}"
    print(said)


def ask(port, host, path, count, seconds):
    # A descriptor each.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowd = [client.connect(port) for _ in range(int(count))]
    for s in crowd:
        s.sendall(client.request("GET", path, host))
    print(*sorted({str(client.Reader(s).response()[0]) for s in crowd}), flush=True)
    time.sleep(float(seconds))


def leader(port, host, path, file):
    s = client.connect(port)
    s.sendall(client.request("GET", path, host))
    while not os.path.exists(file):
        time.sleep(0.05)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def own(port, host, path, count, field):
    crowd = [client.connect(port) for _ in range(int(count))]
    for s in crowd:
        s.sendall(client.request("GET", path, host))
        s.settimeout(60)
    answers = [client.Reader(s).response() for s in crowd]
    print(*sorted({answer[0] for answer in answers}), len({answer[1].get(field.lower()) for answer in answers}))


def hits(port, host, path, count, authority=None):
    s, statuses, taken = client.over_tls(client.connect(port), authority, host), [], []
    reader = client.Reader(s)
    for _ in range(int(count)):
        begun = time.monotonic()
        s.sendall(client.request("GET", path, host))
        statuses.append(reader.response()[0])
        taken.append(1000 * (time.monotonic() - begun))
    taken.sort()
    print(*(f"{statuses.count(status)} {status}" for status in sorted(set(statuses))))
    print(f"p50 {taken[len(taken) // 2]:.1f} ms, p99 {taken[len(taken) * 99 // 100]:.1f} ms, longest {taken[-1]:.1f} ms")


def slow_head(port, authority=None, host="alpha.test"):
    s, begun = client.over_tls(client.connect(port), authority, host), time.monotonic()
    s.settimeout(1)
    s.sendall(b"GET / HTTP/1.1\r\nX: ")
    while time.monotonic() - begun < 30:
        try:
            answer = s.recv(65536)
            return print(*client.status_codes(answer), "closed" if client.read_all(s)[1] else "open")
        except TimeoutError:
            s.sendall(b"y")
    print("still open after 30 s")


def client_hello(host):
    sent = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=host).do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()


def frame_head(kind, length, stream):
    return client.HTTP2.frame(kind, 0, stream, bytes(length))[:9]


PREFACE = client.HTTP2.opening()
# A field whose value of 16,000 bytes begins (RFC 7541 section 6.2.2, its length as of section 5.1).
LONG_FIELD = b"\0\1x\x7f" + bytes([0x80 | (16000 - 127) & 0x7F, (16000 - 127) >> 7])
# What is sent at once, and then a byte a second (each in a frame of its own, if there is one to wrap it in).
KINDS = {
    "hello": lambda hello: (hello[:len(hello) // 2], b"", None),
    "hello-drip": lambda hello: (b"", hello, None),
    "preface": lambda _: (b"", PREFACE, None),
    "headers": lambda _: (PREFACE + frame_head(1, 16000, 1), bytes(60), None),
    "continuation": lambda _: (PREFACE + client.HTTP2.frame(1, 0, 1, LONG_FIELD), bytes(60),
                               lambda piece: client.HTTP2.frame(9, 0, 1, piece)),
}
# The edge's bound of each is 10 s (handshakeNanoseconds, headNanoseconds).
SOON, LATE = 8, 20


def slow(kind, port, authority=None, host="alpha.test"):
    first, rest, wrap = KINDS[kind](client_hello(host))
    s, begun, answer = client.connect(port), time.monotonic(), b""
    s = client.over_tls(s, authority, host, "h2")
    s.settimeout(1)
    s.sendall(first)
    print("begun", flush=True)
    pieces, how = iter(rest), "open"
    while how == "open" and time.monotonic() - begun < 2 * LATE:
        try:
            part = s.recv(65536)
            answer += part
            how = how if part else "closed"
        except TimeoutError:
            piece = bytes([octet]) if (octet := next(pieces, None)) is not None else b""
            how = how if sent(s, wrap(piece) if wrap and piece else piece) else "closed"
        except (ConnectionError, ssl.SSLError):
            how = "closed"
    seconds = time.monotonic() - begun
    print(how, "in time" if SOON <= seconds <= LATE else f"after {seconds:.1f} s; last came {answer[-60:]!r}")


def sent(s, data):
    try:
        s.sendall(data)
        return True
    except (ConnectionError, ssl.SSLError):
        return False


# So long a client reads nothing, in seconds; the edge's bound is 60 and a little.
UNREAD = 110


def deaf(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    s.connect(("127.0.0.1", int(port)))
    return s


def end_unread(s):
    poll = select.poll()
    poll.register(s, 0)  # errors alone: nothing is read
    print("reset" if poll.poll(UNREAD * 1000) else "open")


def unread(port, host, path, authority=None):
    s = client.over_tls(deaf(port), authority, host)
    s.sendall(client.request("GET", path, host))
    end_unread(s)


def unread_more(port, host, path):
    s, begun = deaf(port), time.monotonic()
    s.sendall(client.request("GET", path, host) * 1000)
    poll = select.poll()
    poll.register(s, 0)
    while time.monotonic() - begun < UNREAD:
        if poll.poll(2000):
            return print("reset")
        s.sendall(client.request("GET", path, host))
    print("open")


def unread_post(port, host, path):
    s = socket.create_connection(("127.0.0.1", int(port)))
    s.sendall(client.request("POST", path, host, "Content-Length: 400000000"))
    s.settimeout(3)
    try:
        while True:
            s.sendall(bytes(65536))
    except TimeoutError:
        pass
    end_unread(s)


# Windows as wide as RFC 9113 section 6.9.1 allows.
WIDEST = 2 ** 31 - 1


def unread_h2_socket(port, host, path, authority=None):
    connection = client.HTTP2(port, authority, host, deaf(port))
    connection.s.sendall(connection.frame(4, 0, 0, struct.pack("!HI", 4, WIDEST))
                         + connection.frame(8, 0, 0, struct.pack("!I", WIDEST - 65535)))
    for _ in range(4):
        connection.send("GET", host, path)
    end_unread(connection.s)


def unread_h2(port, host, path, other, authority=None):
    connection, left, begun = client.HTTP2(port, authority, host), "open", time.monotonic()
    connection.opens_windows = False
    connection.s.sendall(connection.frame(4, 0, 0, struct.pack("!HI", 4, 1000)))
    stream = connection.send("GET", host, path)
    while left == "open" and time.monotonic() - begun < UNREAD:
        asked, answered = connection.send("GET", host, other), False
        while not answered:
            kind, flags, number, _ = connection.frame_in()
            left = "reset" if (kind, number) == (3, stream) else left
            answered = number == asked and kind in (0, 1) and flags & 1
        time.sleep(5)
    print(left, connection.get(host, other))


MEBIBYTES = 8


def pipeline(port, host, prefix, count, pid, authority=None):
    def path(number):
        return f"{prefix}{number % 7}?bytes={100 + number % 7}"

    def ask(number):
        return client.request("GET", path(number), host)

    def begin():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", int(port)))
        return client.over_tls(s, authority, "alpha.test")

    s, edge = begin(), floods.Edge(pid)
    for number in range(7):
        s.sendall(ask(number))
        client.Reader(s).response()
    edge.forget_peak()
    resident, unsent, last = edge.memory("VmRSS"), memoryview(b"".join(map(ask, range(int(count))))), time.monotonic()
    s.settimeout(0)
    while unsent and time.monotonic() - last < 3:
        if part := some(lambda: s.send(unsent[:65536])):
            unsent, last = unsent[part:], time.monotonic()
        else:
            time.sleep(0.01)
    # The edge has done what it does with what it was sent.
    used = -1
    while edge.cpu() - used > 0.01:
        used = edge.cpu()
        time.sleep(1)
    grown, seen, in_order, received, last = edge.memory("VmHWM") - resident, {}, True, b"", time.monotonic()
    while sum(seen.values()) < int(count) and time.monotonic() - last < 10:
        unsent = unsent[some(lambda: s.send(unsent[:65536])) if unsent else 0:]
        if part := some(lambda: s.recv(1 << 20)):
            received, last = received + part, time.monotonic()
        elif part == b"":
            break
        at = 0
        while (end := received.find(b"\r\n\r\n", at)) >= 0:
            head = received[at:end].lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            if end + 4 + length > len(received):
                break
            at, status = end + 4 + length, int(head[9:12])
            in_order &= status != 200 or length == 100 + sum(seen.values()) % 7
            seen[status] = seen.get(status, 0) + 1
        received = received[at:]
    print(*(f"{count} x {status}" for status, count in seen.items()), "in order" if in_order else "out of order",
          "within bounds" if grown < MEBIBYTES else f"and {grown:.1f} MiB")


def some(attempt):
    """What came of it: 0 if nothing can be sent or received now."""
    try:
        return attempt()
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return 0


def purge(port, host, prefix, keys, count, skerry):
    begun, purged = 0, asyncio.Event()

    async def one(number):
        nonlocal begun
        # Of several networks: one has not as many connections.
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port), local_addr=(f"127.0.{number % 8 + 1}.1", 0))
        rest = None
        while rest != 0:
            path = f"{prefix}{random.randint(1, int(keys))}"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.1 200 "), head
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            begun += 1
            # Ten more once it is done.
            if purged.is_set():
                rest = 10 if rest is None else rest - 1
        writer.close()

    async def main():
        clients = [asyncio.create_task(one(number)) for number in range(int(count))]
        while begun < 2 * int(count):
            await asyncio.sleep(0.01)
        process = await asyncio.create_subprocess_exec(skerry, "purge", host, "--everything", stdout=-3)
        assert await process.wait() == 0
        purged.set()
        await asyncio.gather(*clients)

    asyncio.run(main())


COMMANDS = {"crowd": crowd, "full": full, "full-stop": full, "shares": shares, "ask": ask, "leader": leader, "own": own, "hits": hits,
            "slow-head": slow_head, "slow": slow, "unread": unread, "unread-more": unread_more, "unread-post": unread_post,
            "unread-h2": unread_h2, "unread-h2-socket": unread_h2_socket, "pipeline": pipeline, "purge": purge}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
