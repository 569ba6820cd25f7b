#!/usr/bin/env python3
"""Clients for what curl can't do: raw bytes, WebSocket, trailers, aborted uploads, one connection for
several hosts, HTTP/2 frames by hand. Exits with 0 only if all went as expected; says what it saw.

client.py raw PORT                      sends standard input, prints everything until the end or 5 s
client.py statuses PORT [half]          the same; prints the status of each answer, then "closed" or "open";
                                        half: ends its own side once the answer begins
client.py half-close PORT [CA HOST]     sends standard input and ends its own side at once (over TLS by close_notify); prints
                                        the status of each answer, then "closed", "reset" or "open"
client.py websocket PORT HOST PATH [CA]  frames of every size come back; over TLS if there is an authority to trust
client.py trailers PORT HOST PATH       uploads chunks and a trailer; prints the answer
client.py abort PORT HOST PATH length|chunked   goes away in the middle of an upload
client.py early-close PORT HOST PATH    sends a request and goes away without reading the answer
client.py early-close-tls PORT CA HOST PATH   the same over TLS, without close_notify
client.py forget PORT HOST PATH         sends a request and closes in order, as if it waited for the answer
client.py hosts PORT PATH HOST...       one connection, keep-alive; prints "HOST STATUS X-ZONE" each
client.py keep PORT HOST PATH FILE      one request, waits until FILE exists, one more; prints both X-Revs
client.py h2-hosts PORT CA PATH HOST... one TLS connection to the first host; prints "HOST STATUS X-ZONE" each
client.py h2-bytes HOST PATH            prints what a client sends first: the preface, SETTINGS, a GET
client.py h2-abort PORT CA HOST PATH    resets the stream in the middle of an upload
client.py h2-stay PORT HOST PATH [OTHER]   asks for PATH, and for OTHER every half second, until the connection ends; prints
                                        how many GOAWAYs came, and the status of PATH
client.py smuggle PORT HOST             every case of CASES; fails if one is answered by 2xx
client.py cases PORT HOST FILE          every case of a JSON list of {id, raw}: refused, or waits for the rest; what a strict
                                        reader takes for a request is answered, and what is behind it is refused or waits
"""
import base64
import concurrent.futures
import hashlib
import json
import os
import re
import select
import socket
import ssl
import struct
import sys
import time

import hpack
import strict_reader


def connect(port, timeout=20):
    s = socket.create_connection(("127.0.0.1", int(port)), timeout=timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def over_tls(s, authority_file, host, *protocols):
    """TLS over s if there is an authority to trust, else s itself."""
    if not authority_file:
        return s
    context = ssl.create_default_context(cafile=authority_file)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context.wrap_socket(s, server_hostname=host)


def connect_tls(port, authority_file, host):
    return over_tls(connect(port), authority_file, host)


def read_all(s, seconds=5):
    """Everything until the peer closes or is silent for that long; and whether it closed."""
    s.settimeout(seconds)
    data = b""
    try:
        while part := s.recv(65536):
            data += part
        return data, True
    except socket.timeout:
        return data, False
    except ConnectionResetError:
        return data, True


class Reader:
    """Reads answers one by one from a connection."""

    def __init__(self, s):
        self.s, self.data = s, b""

    def fill(self):
        part = self.s.recv(65536)
        if not part:
            raise EOFError("the connection ended early")
        self.data += part

    def until(self, mark):
        while mark not in self.data:
            self.fill()
        head, _, self.data = self.data.partition(mark)
        return head

    def ahead(self, count):
        """The next bytes, which stay to be read."""
        while len(self.data) < count:
            self.fill()
        return self.data[:count]

    def exactly(self, count):
        part = self.ahead(count)
        self.data = self.data[count:]
        return part

    def response(self, head_only=False):
        """(status, fields, body, trailers) of the next final response."""
        while True:
            lines = self.until(b"\r\n\r\n").decode("latin1").split("\r\n")
            status = int(lines[0].split()[1])
            if status >= 200 or status == 101:
                break
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        body, trailers = b"", []
        if head_only or status in (101, 204, 304):
            pass
        elif fields.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.until(b"\r\n").split(b";")[0], 16):
                body += self.exactly(size)
                if self.exactly(2) != b"\r\n":
                    raise ValueError("a chunk without its end")
            while line := self.until(b"\r\n"):
                trailers.append(line.decode("latin1"))
        elif "content-length" in fields:
            body = self.exactly(int(fields["content-length"]))
        return status, fields, body, trailers


def request(method, path, host, *fields):
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode()


def raw(port):
    s = connect(port)
    s.sendall(sys.stdin.buffer.read())
    sys.stdout.buffer.write(read_all(s)[0])


def statuses(port, how=""):
    s = connect(port)
    s.sendall(sys.stdin.buffer.read())
    begun = s.recv(65536)
    if how == "half":
        s.shutdown(socket.SHUT_WR)
    data, closed = read_all(s)
    print(*status_codes(begun + data), "closed" if closed else "open")


def half_close(port, authority_file=None, host=None):
    content, s = sys.stdin.buffer.read(), connect(port)
    if authority_file:
        receive = close_notify(s, content, authority_file, host)
    else:
        s.sendall(content)
        s.shutdown(socket.SHUT_WR)
        receive = s.recv
    data, end = b"", "closed"
    try:
        while part := receive(65536):
            data += part
    except ssl.SSLZeroReturnError:
        pass  # both sides have said their close_notify
    except TimeoutError:
        end = "open"
    except ConnectionResetError:
        end = "reset"
    print(*status_codes(data), end)


def close_notify(s, content, authority_file, host):
    """Sends content and close_notify over TLS; how to receive. An SSLSocket would drop what comes meanwhile."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context(cafile=authority_file).wrap_bio(incoming, outgoing, server_hostname=host)

    def whole(verb, *arguments):
        while True:
            try:
                return verb(*arguments)
            except ssl.SSLWantReadError:
                s.sendall(outgoing.read())
                if part := s.recv(65536):
                    incoming.write(part)
                else:
                    incoming.write_eof()

    whole(tls.do_handshake)
    tls.write(content)
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        s.sendall(outgoing.read())
    return lambda count: whole(tls.read, count)


def status_codes(data):
    """The status of every answer in what was received."""
    return [code.decode("latin1") for code in re.findall(rb"HTTP/1\.1 ([0-9]{3})", data)]


def websocket(port, host, path, authority_file=None):
    s = connect_tls(port, authority_file, host) if authority_file else connect(port)
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall(request("GET", path, host, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                      f"Sec-WebSocket-Key: {key}"))
    reader = Reader(s)
    status, fields, _, _ = reader.response()
    expected = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
    if status != 101 or fields.get("sec-websocket-accept") != expected.decode():
        sys.exit(f"no upgrade: {status} {fields}")
    for length in (0, 5, 125, 126, 4096, 65535, 65536, 1_000_000):
        data, mask = os.urandom(length), os.urandom(4)
        head = bytes([0x82]) + (bytes([128 | length]) if length < 126 else b"\xfe" + struct.pack("!H", length)
                                if length < 65536 else b"\xff" + struct.pack("!Q", length))
        masked = bytes(b ^ mask[i & 3] for i, b in enumerate(data))
        s.sendall(head + mask + masked)
        first, second = reader.exactly(2)
        got = second & 127
        if got == 126:
            got = struct.unpack("!H", reader.exactly(2))[0]
        elif got == 127:
            got = struct.unpack("!Q", reader.exactly(8))[0]
        if first != 0x82 or reader.exactly(got) != data:
            sys.exit(f"the echo of {length} bytes differs")
    s.sendall(bytes([0x88, 0x80]) + os.urandom(4))
    if reader.exactly(2)[0] != 0x88:
        sys.exit("no close frame came back")
    print("all frames came back")


def trailers(port, host, path):
    s = connect(port)
    s.sendall(request("POST", path, host, "Transfer-Encoding: chunked", "Trailer: X-Sum", "TE: trailers"))
    for piece in (b"first ", b"second ", b"third"):
        s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
    s.sendall(b"0\r\nX-Sum: 42\r\n\r\n")
    status, _, body, found = Reader(s).response()
    print(status, body.decode(), *found, sep="\n")


def abort(port, host, path, how):
    s = connect(port)
    if how == "length":
        s.sendall(request("POST", path, host, "Content-Length: 100000") + b"x" * 50000)
    else:
        s.sendall(request("POST", path, host, "Transfer-Encoding: chunked") + b"c350\r\n" + b"x" * 50000 + b"\r\n")
    time.sleep(0.5)  # the part that was sent is on its way to the origin
    s.close()


def early_close(port, host, path):
    s = connect(port)
    s.sendall(request("GET", path, host))
    time.sleep(0.3)  # the request has reached the origin
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def early_close_tls(port, authority_file, host, path):
    """As early_close, but by FIN: what the edge has sent is read."""
    s = connect_tls(port, authority_file, host)
    s.sendall(request("GET", path, host))
    time.sleep(0.3)  # the request has reached the origin
    s.settimeout(0)
    try:
        s.recv(1)
    except ssl.SSLWantReadError:
        pass  # session tickets
    s.close()


def forget(port, host, path):
    s = connect(port)
    s.sendall(request("GET", path, host))
    s.close()


def hosts(port, path, *names):
    s = connect(port)
    reader = Reader(s)
    for name in names:
        s.sendall(request("GET", path, name))
        status, fields, _, _ = reader.response()
        print(name, status, fields.get("x-zone", "-"), flush=True)
        if fields.get("connection", "").lower() == "close":
            s.close()
            s = connect(port)
            reader = Reader(s)


def keep(port, host, path, stop):
    s = connect(port)
    reader = Reader(s)
    s.sendall(request("GET", path, host))
    print("before", reader.response()[1].get("x-rev", "-"), flush=True)
    for _ in range(400):
        if os.path.exists(stop):
            break
        time.sleep(0.05)
    s.sendall(request("GET", path, host))
    status, fields, _, _ = reader.response()
    print("after", fields.get("x-rev", "-"), status, flush=True)


class HTTP2:
    """Enough of RFC 9113 to send requests by hand; field names and values go out as plain literals."""

    def __init__(self, port, authority_file=None, name=None, s=None):
        """Over TLS if there is an authority to trust, else by prior knowledge; over s if it is connected already."""
        self.s, self.opens_windows = over_tls(s or connect(port), authority_file, name, "h2"), True
        self.scheme = "https" if authority_file else "http"
        if authority_file and self.s.selected_alpn_protocol() != "h2":
            sys.exit("h2 was not chosen by ALPN")
        self.s.sendall(self.opening())
        self.reader, self.stream = Reader(self.s), -1

    @staticmethod
    def frame(kind, flags, stream, payload):
        return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload

    @staticmethod
    def literal(name, value):
        return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()

    @classmethod
    def opening(cls):
        # SETTINGS_HEADER_TABLE_SIZE of 0, so that fields can be read without remembering any.
        return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + cls.frame(4, 0, 0, struct.pack("!HI", 1, 0))

    def get(self, host, path):
        """The status of a GET, as text."""
        return self.wait(self.send("GET", host, path)).get(":status", "reset")

    @classmethod
    def request(cls, stream, method, scheme, host, path, end=True):
        fields = [(":method", method), (":scheme", scheme), (":authority", host), (":path", path)]
        return cls.frame(1, 5 if end else 4, stream, b"".join(cls.literal(*f) for f in fields))

    def send(self, method, host, path, end=True):
        self.stream += 2
        self.s.sendall(self.request(self.stream, method, self.scheme, host, path, end))
        return self.stream

    @staticmethod
    def head(flags, payload):
        """The fields of a HEADERS frame, behind what may come before them."""
        return hpack.fields(payload[(1 if flags & 8 else 0) + (5 if flags & 32 else 0):])

    def frame_in(self):
        """The next frame: kind, flags, stream, payload. Settings are acknowledged, windows opened again. After a
        timeout it can be called again."""
        length = int.from_bytes(self.reader.ahead(9)[:3], "big")
        whole = self.reader.exactly(9 + length)
        kind, flags, payload = whole[3], whole[4], whole[9:]
        number = int.from_bytes(whole[5:9], "big") & 0x7FFFFFFF
        if kind == 4 and not flags & 1:
            self.s.sendall(self.frame(4, 1, 0, b""))
        elif kind == 0 and length and self.opens_windows:
            grown = struct.pack("!I", length)
            # A stream that has ended needs no more room.
            more = b"" if flags & 1 else self.frame(8, 0, number, grown)
            self.s.sendall(self.frame(8, 0, 0, grown) + more)
        return kind, flags, number, payload

    def ended(self):
        """Reads to the end of the connection; whether a GOAWAY came before it."""
        went = False
        try:
            while True:
                went = self.frame_in()[0] == 7 or went
        except EOFError:
            return went

    def wait(self, stream):
        """The fields of a stream's response once it has ended; none if it was reset."""
        found = None
        while True:
            kind, flags, number, payload = self.frame_in()
            if kind == 7:
                sys.exit(f"GOAWAY {payload!r}")
            if number != stream:
                continue
            if kind == 1 and found is None:
                found = self.head(flags, payload)
            if kind == 3:
                return {}
            if flags & 1 and kind in (0, 1):
                return found


def h2_hosts(port, authority_file, path, *names):
    connection = HTTP2(port, authority_file, names[0])
    for name in names:
        fields = connection.wait(connection.send("GET", name, path))
        print(name, fields.get(":status", "reset"), fields.get("x-zone", "-"), flush=True)


def h2_bytes(host, path):
    sys.stdout.buffer.write(HTTP2.opening() + HTTP2.request(1, "GET", "https", host, path))


def h2_stay(port, host, path, other=None):
    connection, status, lines, due = HTTP2(port), "none", 0, 0
    first = connection.send("GET", host, path)
    try:
        while True:
            if other and time.monotonic() >= due:
                connection.send("GET", host, other)
                due = time.monotonic() + 0.5
            if not connection.reader.data and not select.select([connection.s], [], [], 0.1)[0]:
                continue
            kind, flags, number, payload = connection.frame_in()
            lines += kind == 7
            if (kind, number) == (1, first):
                status = connection.head(flags, payload)[":status"]
    except (EOFError, ConnectionError):
        print(lines, "GOAWAYs", status)


def h2_abort(port, authority_file, host, path):
    connection = HTTP2(port, authority_file, host)
    stream = connection.send("POST", host, path, end=False)
    connection.s.sendall(connection.frame(0, 0, stream, b"x" * 16000))
    time.sleep(0.5)  # the part that was sent is on its way to the origin
    connection.s.sendall(connection.frame(3, 0, stream, struct.pack("!I", 8)))
    time.sleep(0.3)  # the reset has been read
    connection.s.close()


def case(line, *fields, body=b""):
    return "\r\n".join([line, *fields, "", ""]).encode("latin1") + body


HOST = "Host: {host}"
POST = "POST /smuggled HTTP/1.1"
GET = "GET /smuggled HTTP/1.1"
INNER = b"GET /inner HTTP/1.1\r\nHost: {host}\r\n\r\n"
CASES = [
    ("Content-Length and Transfer-Encoding", case(POST, HOST, "Content-Length: 6", "Transfer-Encoding: chunked",
                                                  body=b"0\r\n\r\nX" + INNER)),
    ("Transfer-Encoding, then Content-Length", case(POST, HOST, "Transfer-Encoding: chunked", "Content-Length: 3",
                                                    body=b"0\r\n\r\n" + INNER)),
    ("two different Content-Lengths", case(POST, HOST, "Content-Length: 5", "Content-Length: 6", body=b"hello!")),
    ("two equal Content-Lengths in a list", case(POST, HOST, "Content-Length: 5, 6", body=b"hello!")),
    ("a signed Content-Length", case(POST, HOST, "Content-Length: +5", body=b"hello")),
    ("a negative Content-Length", case(POST, HOST, "Content-Length: -5", body=b"hello")),
    ("a hexadecimal Content-Length", case(POST, HOST, "Content-Length: 0x5", body=b"hello")),
    ("an empty Content-Length", case(POST, HOST, "Content-Length: ", body=b"hello")),
    ("a huge Content-Length", case(POST, HOST, "Content-Length: 99999999999999999999", body=b"hello")),
    ("a space before the colon", case(POST, HOST, "Content-Length : 5", body=b"hello")),
    ("a folded field line", case(POST, HOST, "X-Folded: a", " b", "Content-Length: 0")),
    ("a folded Transfer-Encoding", case(POST, HOST, "Transfer-Encoding:", " chunked", body=b"0\r\n\r\n")),
    ("an unknown coding", case(POST, HOST, "Transfer-Encoding: xchunked", body=b"0\r\n\r\n")),
    ("identity after chunked", case(POST, HOST, "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n")),
    ("chunked twice", case(POST, HOST, "Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n")),
    ("two Transfer-Encodings", case(POST, HOST, "Transfer-Encoding: chunked", "Transfer-Encoding: identity",
                                    body=b"0\r\n\r\n")),
    ("a vertical tab in Transfer-Encoding", case(POST, HOST, "Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n")),
    ("Transfer-Encoding in HTTP/1.0", case("POST /smuggled HTTP/1.0", HOST, "Transfer-Encoding: chunked",
                                           body=b"0\r\n\r\n")),
    ("a bare LF as line end", b"GET /smuggled HTTP/1.1\nHost: {host}\n\n"),
    ("a bare LF inside a field", b"GET /smuggled HTTP/1.1\r\nHost: {host}\r\nX: a\nContent-Length: 5\r\n\r\nhello"),
    ("a bare CR inside a field", case(GET, HOST, "X: a\rContent-Length: 5")),
    ("a NUL in a value", case(GET, HOST, "X: a\0b")),
    ("a NUL in a name", case(GET, HOST, "X\0Y: a")),
    ("an empty name", case(GET, HOST, ": a")),
    ("a line without colon", case(GET, HOST, "nonsense")),
    ("a name with a bracket", case(GET, HOST, "X[1]: a")),
    ("no Host", case(GET)),
    ("two Hosts", case(GET, HOST, "Host: other.example")),
    ("a Host list", case(GET, "Host: {host}, other.example")),
    ("a Host with a path", case(GET, "Host: {host}/x")),
    ("a Host with user information", case(GET, "Host: a@{host}")),
    ("another host in the target", case("GET http://other.example/smuggled HTTP/1.1", HOST)),
    ("a relative target", case("GET smuggled HTTP/1.1", HOST)),
    ("a space in the target", case("GET /smuggled x HTTP/1.1", HOST)),
    ("a control in the target", case("GET /smug\x01gled HTTP/1.1", HOST)),
    ("two spaces in the request line", case("GET  /smuggled HTTP/1.1", HOST)),
    ("a tab in the request line", case("GET\t/smuggled HTTP/1.1", HOST)),
    ("HTTP/2.0 in a request line", case("GET /smuggled HTTP/2.0", HOST)),
    ("HTTP/1.1 with a sign", case("GET /smuggled HTTP/+1.1", HOST)),
    ("lower-case http", case("GET /smuggled http/1.1", HOST)),
    ("no version", case("GET /smuggled", HOST)),
    ("a method with a separator", case("GE(T /smuggled HTTP/1.1", HOST)),
    ("a space before the first field", b"GET /smuggled HTTP/1.1\r\n Host: {host}\r\n\r\n"),
    ("a signed chunk size", case(POST, HOST, "Transfer-Encoding: chunked", body=b"+5\r\nhello\r\n0\r\n\r\n")),
    ("a chunk size with 0x", case(POST, HOST, "Transfer-Encoding: chunked", body=b"0x5\r\nhello\r\n0\r\n\r\n")),
    ("a chunk size that overflows", case(POST, HOST, "Transfer-Encoding: chunked",
                                         body=b"10000000000000005\r\nhello\r\n0\r\n\r\n")),
    ("an empty chunk size", case(POST, HOST, "Transfer-Encoding: chunked", body=b"\r\nhello\r\n0\r\n\r\n")),
    ("a chunk size with an underscore", case(POST, HOST, "Transfer-Encoding: chunked",
                                             body=b"0_5\r\nhello\r\n0\r\n\r\n")),
    ("a chunk without its line end", case(POST, HOST, "Transfer-Encoding: chunked", body=b"5\r\nhelloX\r\n0\r\n\r\n")),
    ("a chunk line ended by LF", case(POST, HOST, "Transfer-Encoding: chunked", body=b"5\nhello\r\n0\r\n\r\n")),
    ("a bare CR in a chunk extension", case(POST, HOST, "Transfer-Encoding: chunked",
                                            body=b"5;a\rb\r\nhello\r\n0\r\n\r\n")),
    ("a space in a trailer's name", case(POST, HOST, "Transfer-Encoding: chunked",
                                         body=b"5\r\nhello\r\n0\r\nX : y\r\n\r\n")),
    ("an endless header", case(GET, HOST, "X: " + "a" * 200_000)),
    ("ten thousand fields", case(GET, HOST, *(f"X-{n}: a" for n in range(10_000)))),
    ("an endless request line", case("GET /" + "a" * 200_000 + " HTTP/1.1", HOST)),
]


def exchange(port, data, seconds):
    s = connect(port)
    try:
        s.sendall(data)
    except ConnectionError:
        pass  # refused before all of it was sent
    try:
        return read_all(s, seconds)
    finally:
        s.close()


def each(port, named, seconds, fine):
    """Sends every (name, bytes) on a connection of its own, some at a time; returns what is not fine."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda entry: exchange(port, entry[1], seconds), named)
        bad = 0
        for (name, data), (answer, closed) in zip(named, answers):
            codes = status_codes(answer)
            if not fine(data, codes, closed):
                bad += 1
                print(f"{name}: answered {codes or 'nothing'}, {'closed' if closed else 'left open'}: {data[:100]!r}")
    return bad


def smuggle(port, host):
    named = [(name, data.replace(b"{host}", host.encode())) for name, data in CASES]
    # What is no HTTP at all may be closed without an answer.
    bad = each(port, named, 5, lambda _, codes, closed: closed and not codes or is_refusal(codes, closed))
    sys.exit(1 if bad else 0)


def is_refusal(codes, closed):
    """Whether one error is all that came, and the connection has ended."""
    return closed and len(codes) == 1 and codes[0][0] in "45"


def cases(port, host, file):
    with open(file) as f:
        known = json.load(f)
    named = []
    for entry in known:
        data = entry["raw"].encode("latin1")
        for name in (b"www.example.com", b"example.com", b"localhost"):
            data = data.replace(b"Host: " + name, b"Host: " + host.encode())
        named.append((entry["id"], data))

    def fine(data, codes, closed):
        wanted = strict_reader.verdict(data, host.encode())
        answered = wanted == strict_reader.OK and codes[:1] and codes[0][0] == "2"
        rest, waits = codes[1:] if answered else codes, answered or wanted == strict_reader.WAITS
        return is_refusal(rest, closed) or waits and not rest and not closed

    bad = each(port, named, 1, fine)
    print(f"{len(known) - bad} of {len(known)} refused, or waited for the rest")
    sys.exit(1 if bad else 0)


COMMANDS = {"raw": raw, "statuses": statuses, "websocket": websocket, "trailers": trailers, "abort": abort,
            "half-close": half_close, "forget": forget, "early-close": early_close, "early-close-tls": early_close_tls, "hosts": hosts, "keep": keep, "h2-hosts": h2_hosts,
            "h2-bytes": h2_bytes, "h2-stay": h2_stay, "h2-abort": h2_abort, "smuggle": smuggle, "cases": cases}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
