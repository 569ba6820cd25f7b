#!/usr/bin/env python3
"""What RFC 9113 and RFC 7541 say that a server must do or refuse, section by section, in raw frames.

http2_strict.py PORT HOST PATH [CA]   PATH has at least five bytes of content; with CA over TLS

Each case has a connection of its own. Prints what went wrong; exits with 0 only if nothing did.
"""
import concurrent.futures
import socket
import ssl
import struct
import sys

from smuggling import block, frame, text

PROTOCOL, FLOW, CLOSED, SIZE, REFUSED, COMPRESSION, CALM = 1, 3, 5, 6, 7, 9, 11
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
ACK = END = 1
END_HEADERS, PADDED, PRIORITIZED = 4, 8, 32
SECONDS = 20  # until an answer that must come is missed
HOST = PATH = SCHEME = b""


# --- frames -----------------------------------------------------------------------------------------

def word(number):
    return struct.pack("!I", number)


def fields(method=b"GET", *more):
    return [(b":method", method), (b":scheme", SCHEME), (b":path", PATH), (b":authority", HOST), *more]


def get(stream=1, *more, flags=END | END_HEADERS):
    return frame(HEADERS, flags, stream, block(fields(b"GET", *more)))


def post(stream=1, *more):
    """The head of a request whose content follows."""
    return frame(HEADERS, END_HEADERS, stream, block(fields(b"POST", *more)))


def head(*pairs, end=True):
    return frame(HEADERS, (END if end else 0) | END_HEADERS, 1, block(pairs))


def settings(*pairs, stream=0, flags=0):
    return frame(SETTINGS, flags, stream, b"".join(struct.pack("!HI", *pair) for pair in pairs))


def data(stream, content=b"test", flags=END):
    return frame(DATA, flags, stream, content)


def reset(stream, code=8):
    return frame(RESET, 0, stream, word(code))


def window(stream, increment):
    return frame(WINDOW, 0, stream, word(increment))


def priority(stream, on, weight=15):
    return frame(PRIORITY, 0, stream, word(on) + bytes([weight]))


def ping(payload=b"12345678", flags=0):
    return frame(PING, flags, 0, payload)


# --- expectations -----------------------------------------------------------------------------------
# Each looks at one received frame (kind, flags, stream, payload), or None when the connection ended,
# and says True (as it must be), False (a fault) or nothing (look on).

def connection_error(*codes):
    def look(seen):
        if seen is None:
            return True
        if seen[0] == GOAWAY:
            return struct.unpack("!I", seen[3][4:8])[0] in codes
    return look


def stream_error(*codes):
    connection = connection_error(*codes)

    def look(seen):
        if seen is not None and seen[0] == RESET:
            return struct.unpack("!I", seen[3])[0] in codes
        return connection(seen)
    return look


def answered(seen):
    """A response that ends."""
    if seen is None or seen[0] in (GOAWAY, RESET):
        return False
    if seen[0] in (HEADERS, DATA) and seen[1] & END:
        return True


def answered_or_calm(seen):
    """A response that ends, or the connection does, because there was too much of this."""
    return True if seen is None else connection_error(CALM)(seen) or (answered(seen) if seen[0] != GOAWAY else False)


def alive(seen):
    """The PING that every such case sends last is answered."""
    if seen is None or seen[0] == GOAWAY:
        return False
    if seen[0] == PING and seen[1] & ACK:
        return seen[3] == b"12345678"


def pieces(*lengths):
    """DATA frames of these lengths come first."""
    wanted = list(lengths)

    def look(seen):
        if seen is None or seen[0] in (GOAWAY, RESET):
            return False
        if seen[0] == DATA:
            if len(seen[3]) != wanted.pop(0):
                return False
            return True if not wanted else None
    return look


def acknowledged(seen):
    if seen is None:
        return False
    if seen[0] == SETTINGS and seen[1] & ACK:
        return True


def cases():
    """(what is sent, what must come of it, bytes or steps: each step's bytes go out once the step
    before is as it must be)"""
    block_of_get = block(fields())
    long = (b"x-long", b"a" * 9000)
    yield "3.4 the preface and a GET", answered, get()
    yield "4.1 an unknown frame type is ignored", alive, frame(0x16, 255, 0, b"12345678") + ping()
    yield "4.1 undefined flags are ignored", alive, ping(flags=0xFE)
    yield "4.1 the reserved bit is ignored", alive, frame(PING, 0, 0x80000000, b"12345678")
    yield "4.2 DATA of 2^14 bytes", answered, post() + data(1, b"x" * 16384)
    yield "4.2 DATA above SETTINGS_MAX_FRAME_SIZE", stream_error(SIZE), post() + data(1, b"x" * 16385)
    yield ("4.2 HEADERS above SETTINGS_MAX_FRAME_SIZE", connection_error(SIZE),
           get(1, long, long))
    yield "4.3 an invalid header block fragment", connection_error(COMPRESSION), frame(HEADERS, 5, 1, b"\x40")
    yield ("4.3 PRIORITY inside a header block", connection_error(PROTOCOL),
           get(flags=END) + priority(1, 0) + frame(CONTINUATION, 4, 1, block([(b"x", b"y")])))
    yield ("4.3 HEADERS of another stream inside a header block", connection_error(PROTOCOL), get(flags=END) + get(3))
    # 5.1 stream states
    yield "5.1 idle: DATA", connection_error(PROTOCOL), data(1)
    yield "5.1 idle: RST_STREAM", connection_error(PROTOCOL), reset(1)
    yield "5.1 idle: WINDOW_UPDATE", connection_error(PROTOCOL), window(1, 100)
    yield "5.1 idle: CONTINUATION", connection_error(PROTOCOL), frame(CONTINUATION, 4, 1, block_of_get)
    yield "5.1 idle: PRIORITY is allowed", alive, priority(1, 0) + ping()
    for name, before in (("half-closed", get()), ("half-closed by DATA", post() + data(1))):
        yield f"5.1 {name}: DATA", stream_error(CLOSED), before + data(1)
        yield f"5.1 {name}: HEADERS", stream_error(CLOSED), before + get()
        yield f"5.1 {name}: CONTINUATION", connection_error(CLOSED, PROTOCOL), before + frame(CONTINUATION, 4, 1, block_of_get)
        yield f"5.1 {name}: WINDOW_UPDATE, PRIORITY, RST_STREAM are allowed", alive, (
            before + window(1, 10) + priority(1, 0) + reset(1) + ping())
    for name, before in (("closed", [(answered, get())]), ("reset", [(alive, post() + reset(1) + ping())])):
        yield f"5.1 {name}: DATA", stream_error(CLOSED), before + [data(1)]
        yield f"5.1 {name}: HEADERS", connection_error(CLOSED), before + [get()]
        yield f"5.1 {name}: CONTINUATION", connection_error(CLOSED, PROTOCOL), before + [frame(CONTINUATION, 4, 1, block_of_get)]
        yield f"5.1 {name}: WINDOW_UPDATE, PRIORITY, RST_STREAM are allowed", alive, before + [
            window(1, 10) + priority(1, 0) + reset(1) + ping()]
    yield "5.1.1 an even stream", connection_error(PROTOCOL), get(2)
    yield "5.1.1 a stream below the highest", connection_error(PROTOCOL, CLOSED), get(5) + get(3)
    yield ("5.1.2 more streams than SETTINGS_MAX_CONCURRENT_STREAMS", stream_error(PROTOCOL, REFUSED),
           b"".join(post(2 * n + 1) for n in range(200)))
    yield "5.3.1 HEADERS that depends on itself", stream_error(PROTOCOL), frame(
        HEADERS, END | END_HEADERS | PRIORITIZED, 1, word(1) + b"\xff" + block_of_get)
    yield "5.3.1 PRIORITY that depends on itself", stream_error(PROTOCOL), get() + priority(3, 3)
    yield "5.4.1 a connection error closes the connection", lambda seen: True if seen is None else None, frame(PING, 0, 1, b"12345678")
    yield "5.4.1 GOAWAY comes before that", lambda seen: seen is not None if seen is None or seen[0] == GOAWAY else None, frame(
        PING, 0, 1, b"12345678")
    yield "5.5 an unknown frame inside a header block", connection_error(PROTOCOL), get(flags=END) + frame(0x16, 0, 0, b"x") + ping()
    # 6 frames
    yield "6.1 DATA on stream 0", connection_error(PROTOCOL), data(0)
    yield "6.1 DATA padded beyond its length", connection_error(PROTOCOL), post() + data(1, b"\x06test", END | PADDED)
    yield "6.1 padded DATA", answered, post() + data(1, b"\x02test\0\0", END | PADDED)
    yield "6.2 HEADERS on stream 0", connection_error(PROTOCOL), frame(HEADERS, 5, 0, block_of_get)
    yield "6.2 HEADERS padded beyond its length", connection_error(PROTOCOL), frame(
        HEADERS, END | END_HEADERS | PADDED, 1, bytes([255]) + block_of_get[:200])
    yield "6.2 HEADERS with padding and priority", answered, frame(
        HEADERS, END | END_HEADERS | PADDED | PRIORITIZED, 1, b"\x03" + word(0) + b"\x0f" + block_of_get + b"\0\0\0")
    yield "6.3 PRIORITY on stream 0", connection_error(PROTOCOL), priority(0, 1)
    yield "6.3 PRIORITY of four bytes", stream_error(SIZE), post() + frame(PRIORITY, 0, 1, word(0))
    yield "6.4 RST_STREAM on stream 0", connection_error(PROTOCOL), reset(0)
    yield "6.4 RST_STREAM of three bytes", connection_error(SIZE), post() + frame(RESET, 0, 1, b"\0\0\0")
    yield "6.5 SETTINGS ACK with content", connection_error(SIZE), settings((4, 1), flags=ACK)
    yield "6.5 SETTINGS on a stream", connection_error(PROTOCOL), settings((3, 100), stream=1)
    yield "6.5 SETTINGS of five bytes", connection_error(SIZE), frame(SETTINGS, 0, 0, b"\0\3\0\0\0")
    yield "6.5.2 ENABLE_PUSH of 2", connection_error(PROTOCOL), settings((2, 2))
    yield "6.5.2 INITIAL_WINDOW_SIZE above 2^31-1", connection_error(FLOW), settings((4, 0x80000000))
    yield "6.5.2 MAX_FRAME_SIZE below 2^14", connection_error(PROTOCOL), settings((5, 16383))
    yield "6.5.2 MAX_FRAME_SIZE above 2^24-1", connection_error(PROTOCOL), settings((5, 1 << 24))
    yield "6.5.2 an unknown setting", alive, settings((0xFF, 1)) + ping()
    yield "6.5.3 the last of two values counts", pieces(1), settings((4, 100), (4, 1)) + get()
    yield "6.5.3 SETTINGS is acknowledged", acknowledged, settings((3, 100))
    yield "6.7 PING is answered with its content", alive, ping()
    yield "6.7 PING with ACK is not answered", alive, ping(b"invalid!", ACK) + ping()
    yield "6.7 PING on a stream", connection_error(PROTOCOL), frame(PING, 0, 1, b"12345678")
    yield "6.7 PING of six bytes", connection_error(SIZE), ping(b"123456")
    yield "6.8 GOAWAY on a stream", connection_error(PROTOCOL), frame(GOAWAY, 0, 1, word(0) + word(0))
    yield "6.8 GOAWAY of four bytes", connection_error(SIZE), frame(GOAWAY, 0, 0, word(0))
    yield "6.9 a connection increment of 0", connection_error(PROTOCOL), window(0, 0)
    yield "6.9 a stream increment of 0", stream_error(PROTOCOL), post() + window(1, 0)
    yield "6.9 WINDOW_UPDATE of three bytes", connection_error(SIZE), frame(WINDOW, 0, 0, b"\0\0\1")
    yield "6.9.1 no more DATA than the window allows", pieces(1), settings((4, 1)) + get()
    yield "6.9.1 the connection's window above 2^31-1", connection_error(FLOW), window(0, 0x7FFFFFFF) + window(0, 0x7FFFFFFF)
    yield "6.9.1 a stream's window above 2^31-1", stream_error(FLOW), post() + window(1, 0x7FFFFFFF) + window(1, 0x7FFFFFFF)
    yield "6.9.2 a window that SETTINGS opens", pieces(1), settings((4, 0)) + get() + settings((4, 1))
    yield "6.9.2 a window that SETTINGS made negative", pieces(1), [
        (pieces(3), settings((4, 3)) + get()), settings((4, 2)) + window(1, 2)]
    yield "6.9.2 SETTINGS that opens a window too far", connection_error(FLOW), (
        settings((4, 65535)) + post() + window(1, 0x7FFF0000) + settings((4, 0x7FFFFFFF)))
    more = [frame(CONTINUATION, 0, 1, block([(b"x-%d" % n, b"y")])) for n in range(2)]
    yield "6.10 several CONTINUATIONs", answered, get(flags=END) + b"".join(more) + frame(CONTINUATION, 4, 1, block([(b"z", b"z")]))
    yield "6.10 CONTINUATION, then another frame", connection_error(PROTOCOL), get(flags=END) + more[0] + data(1)
    yield "6.10 CONTINUATION on stream 0", connection_error(PROTOCOL), get(flags=END) + frame(CONTINUATION, 4, 0, b"")
    yield "6.10 CONTINUATION after END_HEADERS", connection_error(PROTOCOL), post() + frame(CONTINUATION, 4, 1, block([(b"x", b"y")]))
    yield "6.10 CONTINUATION after CONTINUATION with END_HEADERS", connection_error(PROTOCOL), (
        frame(HEADERS, 0, 1, block(fields(b"POST"))) + frame(CONTINUATION, 4, 1, b"") + more[0])
    yield "6.10 CONTINUATION after DATA", connection_error(PROTOCOL), post() + data(1, flags=0) + more[0]
    yield "7 an unknown error code in RST_STREAM", alive, post() + reset(1, 0xFF) + ping()
    yield "7 an unknown error code in GOAWAY", lambda seen: True if seen is None or seen[0] == PING else None, (
        frame(GOAWAY, 0, 0, word(0) + word(0xFF)) + ping())
    # 8 messages
    yield "8.1 trailers without END_STREAM", stream_error(PROTOCOL), post() + data(1, flags=0) + head((b"x", b"y"), end=False)
    yield "8.1 trailers", answered, post() + data(1, flags=0) + head((b"x", b"y"))
    yield "8.1 trailers with a pseudo-header field", stream_error(PROTOCOL), post() + data(1, flags=0) + head((b":method", b"POST"))
    # The bound is 200 resets (HTTP2Limits.resets), and these earn none.
    yield "8.1 three hundred requests in a row whose trailers are refused", connection_error(CALM), [
        *((answered_or_calm, post(n) + frame(HEADERS, END | END_HEADERS, n, block([(b"host", b"x")]))) for n in range(1, 600, 2)), get(601)]
    for name, field in (("an upper-case name", (b"X-TEST", b"ok")), ("a connection field", (b"connection", b"keep-alive")),
                        ("keep-alive", (b"keep-alive", b"1")), ("proxy-connection", (b"proxy-connection", b"x")),
                        ("transfer-encoding", (b"transfer-encoding", b"chunked")), ("upgrade", (b"upgrade", b"x")),
                        ("te other than trailers", (b"te", b"trailers, deflate")), (":status", (b":status", b"200")),
                        ("an unknown pseudo-header field", (b":test", b"ok")), ("a second :method", (b":method", b"GET")),
                        ("a second :path", (b":path", b"/")), ("a second :scheme", (b":scheme", b"http")),
                        ("a name with a space", (b"x y", b"z")), ("a name with a colon", (b"x:y", b"z")), ("an empty name", (b"", b"z")),
                        ("a value with NUL", (b"x", b"\0")), ("a value with CR", (b"x", b"a\rb")), ("a value with LF", (b"x", b"a\nb")),
                        ("a value that starts with a space", (b"x", b" y")), ("a value that ends with a tab", (b"x", b"y\t"))):
        yield f"8.2, 8.3 {name}", stream_error(PROTOCOL), get(1, field)
    yield "8.2.2 te: trailers is allowed", answered, get(1, (b"te", b"trailers"))
    yield "8.3 a pseudo-header field after a regular one", stream_error(PROTOCOL), head(
        (b":method", b"GET"), (b":scheme", SCHEME), (b":authority", HOST), (b"x", b"y"), (b":path", PATH))
    pairs = fields()
    for missing in (0, 1, 2):
        yield f"8.3.1 no {pairs[missing][0].decode()}", stream_error(PROTOCOL), head(*pairs[:missing], *pairs[missing + 1:])
    yield "8.3.1 an empty :path", stream_error(PROTOCOL), head(*pairs[:2], (b":path", b""), pairs[3])
    for length in (b"1", b"9"):
        name = f"8.1.1 content-length {length.decode()} and four bytes of content"
        yield name, stream_error(PROTOCOL), post(1, (b"content-length", length)) + data(1)
        yield name + " in two frames", stream_error(PROTOCOL), (
            post(1, (b"content-length", length)) + data(1, b"te", 0) + data(1, b"st"))
    yield "8.1.1 content-length and no content", stream_error(PROTOCOL), get(1, (b"content-length", b"4"))
    yield "8.4 PUSH_PROMISE from a client", connection_error(PROTOCOL), frame(PUSH, 4, 1, word(2) + block_of_get)
    # RFC 7541, and each representation once
    def raw(more):
        return frame(HEADERS, 5, 1, block_of_get + more)
    for name, representation in (
            ("indexed", b"\x90"), ("literal with indexing", b"\x40" + text(b"x") + text(b"y")),
            ("literal with an indexed name", b"\x50" + text(b"y")), ("literal without indexing", b"\0" + text(b"x") + text(b"y")),
            ("literal never indexed", b"\x10" + text(b"x") + text(b"y")), ("Huffman", b"\x40\x81\xf3\x81\xf5"),
            ("indexed from the dynamic table", b"\x40" + text(b"x") + text(b"y") + b"\xbe")):
        yield f"HPACK 6 a field {name}", answered, raw(representation)
    yield "HPACK 4.2 a table size update first", answered, frame(HEADERS, 5, 1, b"\x20" + block_of_get)
    yield "HPACK 4.2 two table size updates first", answered, frame(HEADERS, 5, 1, b"\x20\x3f\xe1\x1f" + block_of_get)
    for name, fault in (
            ("2.3.3 an index outside the tables", b"\xc6"), ("2.3.3 a name index outside the tables", b"\x7e\x01y"),
            ("4.2 a table size update at the end", b"\x20"), ("5.1 an integer without end", b"\xff" + b"\x80" * 9 + b"\x01"),
            ("5.2 Huffman padding of eight bits", b"\0" + text(b"x") + b"\x82\xf5\xff"),
            ("5.2 Huffman padding of zeros", b"\0" + text(b"x") + b"\x81\xf0"), ("5.2 Huffman EOS", b"\0" + text(b"x") + b"\x84\xff\xff\xff\xff"),
            ("5.2 a string beyond the block", b"\0" + text(b"x") + b"\x7e" + b"y"), ("6.1 index 0", b"\x80"),
            ("6.3 a table size update above the limit", b"\x3f\xe2\x1f")):
        yield f"HPACK {name}", connection_error(COMPRESSION), raw(fault)
    yield "HPACK 6.3 a table size update above the limit first", connection_error(COMPRESSION), frame(HEADERS, 5, 1, b"\x3f\xff\xff\xff\x0f" + block_of_get)


# --- running ----------------------------------------------------------------------------------------

class Peer:
    """One connection."""

    def __init__(self, port, authority):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        if authority:
            context = ssl.create_default_context(cafile=authority)
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname=HOST.decode())
        self.received = b""
        self.send(PREFACE + settings())

    def send(self, content):
        try:
            self.socket.sendall(content)
        except OSError:
            pass  # ended by the server: reading says so

    def frame(self):
        """The next frame, or None at the end."""
        try:
            while len(self.received) < 9 or len(self.received) < 9 + int.from_bytes(self.received[:3], "big"):
                part = self.socket.recv(65536)
                if not part:
                    return None
                self.received += part
        except TimeoutError:
            raise
        except OSError:
            return None
        end = 9 + int.from_bytes(self.received[:3], "big")
        whole, self.received = self.received[:end], self.received[end:]
        return whole[3], whole[4], int.from_bytes(whole[5:9], "big") & 0x7FFFFFFF, whole[9:]

    def until(self, look):
        """Whether it came as it must, and what came last."""
        while True:
            try:
                seen = self.frame()
            except TimeoutError:
                return False, "silence"
            if seen and seen[0] == SETTINGS and not seen[1] & ACK:
                self.send(settings(flags=ACK))
            result = look(seen)
            if result is not None or seen is None:
                return result is True, seen


def run(case, port, authority):
    """None, or what is wrong."""
    name, last, content = case
    steps = content if isinstance(content, list) else [content]
    peer = Peer(port, authority)
    try:
        for step in steps:
            look, sent = step if isinstance(step, tuple) else (last, step)
            peer.send(sent)
            fine, seen = peer.until(look)
            if not fine:
                return f"{name}: {seen}"
    finally:
        peer.socket.close()


def main(port, host, path, authority=None):
    global HOST, PATH, SCHEME
    HOST, PATH, SCHEME = host.encode(), path.encode(), b"https" if authority else b"http"
    every = list(cases())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        faults = [fault for fault in pool.map(lambda case: run(case, int(port), authority), every) if fault]
    for fault in faults:
        print(fault)
    print(f"{len(every) - len(faults)} of {len(every)} as the RFCs say")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
