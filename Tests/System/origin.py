#!/usr/bin/env python3
"""An origin for the system tests: reads strictly, records every request, misbehaves when asked to.

origin.py PORT_FILE [CERTIFICATE KEY]: listens on a free port of 127.0.0.1 and writes its number to
PORT_FILE. What it does follows from the path (see ROUTES); /_origin/... tells what it recorded:

  /_origin/count?path=P    how many requests for P arrived (P "malformed": what a strict reader refuses)
  /_origin/last?path=P     the newest one, as "name: value" lines
  /_origin/wait?path=P&count=N  answers when N requests for P have ended (at most 20 s)
  /_origin/release?path=P  lets the requests for P below /stall go on; with &count=N the first N only
  /_origin/reset           forgets everything
"""
import asyncio
import base64
import hashlib
import re
import ssl
import sys
from urllib.parse import parse_qs

TOKEN = re.compile(rb"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$")
REQUEST_LINE = re.compile(rb"^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP/1\.([01])$")
PIECE = 65536
LAST_MODIFIED = "Wed, 01 Jan 2025 00:00:00 GMT"


class Malformed(Exception):
    pass


class Request:
    """One request as it was received; `complete` tells whether its body ended properly."""

    def __init__(self, head):
        lines = head.split(b"\r\n")
        if b"\r" in head.replace(b"\r\n", b"") or b"\n" in head.replace(b"\r\n", b"") or b"\0" in head:
            raise Malformed("bare CR, bare LF or NUL")
        match = REQUEST_LINE.match(lines[0])
        if not match:
            raise Malformed("request line %r" % lines[0][:60])
        self.method, self.target = match.group(1).decode(), match.group(2).decode()
        self.fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if not colon or not TOKEN.match(name):
                raise Malformed("field %r" % line[:60])
            self.fields.append((name.decode().lower(), value.strip(b" \t").decode("latin1")))
        self.path, _, query = self.target.partition("?")
        self.query = {k: v[-1] for k, v in parse_qs(query).items()}
        self.check_framing()
        self.bytes, self.sent, self.complete = 0, 0, False
        self.digest, self.trailers = hashlib.sha256(), []

    def all(self, name):
        return [v for n, v in self.fields if n == name]

    def get(self, name, otherwise=""):
        return ", ".join(self.all(name)) or otherwise

    def check_framing(self):
        coding, length = self.all("transfer-encoding"), self.all("content-length")
        if coding and length:
            raise Malformed("Transfer-Encoding and Content-Length")
        if len(length) > 1 or length and not re.match(r"^[0-9]{1,18}$", length[0]):
            raise Malformed("Content-Length %r" % length)
        if coding and coding != ["chunked"]:
            raise Malformed("Transfer-Encoding %r" % coding)
        if len(self.all("host")) != 1:
            raise Malformed("%d Host fields" % len(self.all("host")))
        self.chunked = bool(coding)
        self.length = int(length[0]) if length else 0

    def lines(self):
        yield f"method: {self.method}"
        yield f"target: {self.target}"
        yield f"complete: {'yes' if self.complete else 'no'}"
        yield f"bytes: {self.bytes}"
        yield f"sha256: {self.digest.hexdigest()}"
        yield f"sent: {self.sent}"
        for name, value in self.fields:
            yield f"field {name}: {value}"
        for name, value in self.trailers:
            yield f"trailer {name}: {value}"


RECORDS = {}  # path -> requests in the order of their arrival
ENDED = {}  # path -> how many of them have ended
RELEASED = {}  # paths below /stall -> how many of their requests may be read and answered


async def read_line(reader):
    line = await reader.readuntil(b"\r\n")
    if b"\r" in line[:-2] or b"\n" in line[:-2]:
        raise Malformed("bare CR or LF in %r" % line[:40])
    return line[:-2]


async def read_body(request, reader):
    """Reads the body to its proper end; anything else leaves `complete` false."""
    def take(data):
        request.bytes += len(data)
        request.digest.update(data)

    async def exactly(count):
        while count:
            data = await reader.read(min(count, PIECE))
            if not data:
                raise EOFError
            take(data)
            count -= len(data)

    if request.chunked:
        while True:
            line = await read_line(reader)
            match = re.match(rb"^([0-9A-Fa-f]{1,16})[ \t]*(;.*)?$", line)
            if not match:
                raise Malformed("chunk size %r" % line[:40])
            size = int(match.group(1), 16)
            if size == 0:
                break
            await exactly(size)
            if await reader.readexactly(2) != b"\r\n":
                raise Malformed("chunk end")
        while line := await read_line(reader):
            name, _, value = line.partition(b":")
            if not TOKEN.match(name):
                raise Malformed("trailer %r" % line[:40])
            request.trailers.append((name.decode().lower(), value.strip().decode("latin1")))
    else:
        await exactly(request.length)
    request.complete = True


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def head(self, status, *fields):
        self.writer.write("\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin1"))
        await self.writer.drain()

    async def answer(self, request, status, body, *fields):
        if isinstance(body, str):
            body = body.encode()
        await self.head(status, f"Content-Length: {len(body)}", *fields)
        if request.method != "HEAD":
            self.writer.write(body)
            await self.writer.drain()
            request.sent += len(body)

    async def chunk(self, request, data):
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await self.writer.drain()
        request.sent += len(data)


def cacheable(request):
    return f"Cache-Control: max-age={request.query.get('age', '60')}"


async def static(c, r):
    """A cacheable object of ?bytes=N with validators, Range left to the proxy."""
    name = r.query.get("etag", r.path)
    tag = '"%s"' % hashlib.sha1(name.encode()).hexdigest()[:12]
    fields = [cacheable(r), f"ETag: {tag}", f"Last-Modified: {LAST_MODIFIED}", "Content-Type: text/plain"]
    if tag in r.all("if-none-match"):
        return await c.head("304 Not Modified", *fields)
    count = int(r.query.get("bytes", 1024))
    line = b"0123456789abcdef" * 64
    await c.answer(r, "200 OK", (line * (count // len(line) + 1))[:count], *fields)


async def echo(c, r):
    """What arrived, as text; never stored."""
    await c.answer(r, "200 OK", "\n".join(r.lines()) + "\n", "Cache-Control: no-store", "Content-Type: text/plain")


async def upload(c, r):
    await c.answer(r, "200 OK", f"complete: yes\nbytes: {r.bytes}\nsha256: {r.digest.hexdigest()}\n"
                   + "".join(f"trailer {n}: {v}\n" for n, v in r.trailers), "Cache-Control: no-store",
                   f"X-Number: {r.number}")


async def stall(r):
    """Leaves the body unread until /_origin/release names the path, for a minute at most; then as /upload."""
    for _ in range(1200):
        if r.number <= RELEASED.get(r.path, 0):
            break
        await asyncio.sleep(0.05)


async def trailers(c, r):
    """A chunked body whose digest follows in a trailer."""
    await c.head("200 OK", "Transfer-Encoding: chunked", "Trailer: X-Checksum", "Cache-Control: no-store")
    digest = hashlib.sha256()
    for number in range(5):
        data = b"piece %d\n" % number
        digest.update(data)
        await c.chunk(r, data)
    c.writer.write(b"0\r\nX-Checksum: %s\r\n\r\n" % digest.hexdigest().encode())
    await c.writer.drain()


async def slow(c, r):
    """Thinks for ?seconds=S before it answers; ?tags is its Cache-Tag."""
    await asyncio.sleep(float(r.query.get("seconds", 1)))
    await c.answer(r, "200 OK", "slow but complete\n", cacheable(r),
                   *([f"Cache-Tag: {r.query['tags']}"] if "tags" in r.query else []))


async def drip(c, r):
    """Sends ?pieces=N, ?interval=S apart; cacheable when ?age is given."""
    await c.head("200 OK", "Transfer-Encoding: chunked",
                 cacheable(r) if "age" in r.query else "Cache-Control: no-store",
                 *([f"Content-Type: {r.query['type']}"] if "type" in r.query else []))
    for number in range(int(r.query.get("pieces", 10))):
        await c.chunk(r, b"piece %d\n" % number)
        await asyncio.sleep(float(r.query.get("interval", 0.1)))
    c.writer.write(b"0\r\n\r\n")
    await c.writer.drain()


async def tiny(c, r):
    """?bytes=N, each written alone: over TLS in a record of its own."""
    count = int(r.query.get("bytes", 10000))
    await c.head("200 OK", "Cache-Control: no-store", f"Content-Length: {count}")
    for number in range(count):
        c.writer.write(b"x")
        if number % 5000 == 4999:
            await c.writer.drain()


async def large(c, r):
    """?bytes=N of zeros, with a length or (?chunked=1) in chunks; never stored."""
    left, chunked = int(r.query.get("bytes", 1 << 30)), "chunked" in r.query
    await c.head("200 OK", "Cache-Control: no-store",
                 "Content-Type: " + r.query.get("type", "application/octet-stream"),
                 "Transfer-Encoding: chunked" if chunked else f"Content-Length: {left}")
    piece = bytes(4 * PIECE)
    while left:
        data = piece[:left] if left < len(piece) else piece
        if chunked:
            await c.chunk(r, data)
        else:
            c.writer.write(data)
            await c.writer.drain()
            r.sent += len(data)
        left -= len(data)
    if chunked:
        c.writer.write(b"0\r\n\r\n")
        await c.writer.drain()


async def broken(c, r):
    """Breaks off in the middle: ?how=length, chunked or head."""
    how = r.query.get("how", "length")
    if how == "length":
        await c.head("200 OK", cacheable(r), "Content-Length: 100000")
        c.writer.write(b"x" * 50000)
    elif how == "chunked":
        await c.head("200 OK", cacheable(r), "Transfer-Encoding: chunked", "Content-Type: text/plain")
        await c.chunk(r, b"x" * 50000)
    await c.writer.drain()
    await asyncio.sleep(0.2)
    raise ConnectionAbortedError


async def reject(c, r):
    await c.answer(r, "403 Forbidden", "not this one\n", "Connection: close")
    raise ConnectionAbortedError


async def vary(c, r):
    await c.answer(r, "200 OK", f"language {r.get('accept-language', 'none')}\n", cacheable(r),
                   "Vary: Accept-Language")


async def private(c, r):
    await c.answer(r, "200 OK", "yours alone\n", "Cache-Control: private, max-age=60")


async def websocket(c, r):
    """RFC 6455: accepts, then sends every frame back unmasked until the close frame."""
    key = r.get("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    await c.head("101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket",
                 f"Sec-WebSocket-Accept: {accept}")
    while True:
        first, second = await c.reader.readexactly(2)
        length = second & 127
        if length == 126:
            length = int.from_bytes(await c.reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await c.reader.readexactly(8), "big")
        mask = await c.reader.readexactly(4)
        data = bytearray(await c.reader.readexactly(length))
        for index in range(length):
            data[index] ^= mask[index & 3]
        head = bytes([first]) + (bytes([length]) if length < 126 else b"\x7e" + length.to_bytes(2, "big")
                                 if length < 65536 else b"\x7f" + length.to_bytes(8, "big"))
        c.writer.write(head + data)
        await c.writer.drain()
        if first & 15 == 8:
            raise ConnectionAbortedError


WORDS = b"harbour lighthouse tide keeper storm lantern gull rope anchor fog bell kelp pier wave ".split()


async def text(c, r):
    """Text of ?bytes=N that compresses like prose; ?type, ?tag, ?tags, ?keys, ?vary, ?control, ?coding, ?timing and ?extra set fields."""
    count, state, words = int(r.query.get("bytes", 20000)), 1, []
    while len(words) * 4 < count + 100:
        state = (state * 1103515245 + 12345) & 0x7fffffff
        words.append(WORDS[state >> 16 & 7] if state & 64 else b"%x" % (state >> 12))
    body = b" ".join(words)[:count].ljust(count, b".")
    q = r.query
    fields = ["Content-Type: " + q.get("type", "text/html; charset=utf-8"),
              "Cache-Control: " + q.get("control", "max-age=60"), "Accept-Ranges: bytes", "Content-MD5: AAAA"]
    for key, name in {"tag": "ETag", "vary": "Vary", "coding": "Content-Encoding", "extra": "X-Extra",
                      "cookie": "Set-Cookie", "tags": "Cache-Tag", "keys": "Surrogate-Key",
                      "timing": "Server-Timing"}.items():
        if key in q:
            fields.append(f"{name}: {q[key]}")
    if q.get("tag") and q["tag"] in r.all("if-none-match"):
        return await c.head("304 Not Modified", *fields)
    if "chunked" not in q:
        return await c.answer(r, q.get("status", "200 OK"), body, *fields)
    await c.head("200 OK", "Transfer-Encoding: chunked", *fields)
    for start in range(0, len(body), 1000):
        await c.chunk(r, body[start:start + 1000])
    c.writer.write(b"0\r\n\r\n")
    await c.writer.drain()


ROUTES = {"/text": text, "/static": static, "/echo": echo, "/upload": upload, "/stall": upload, "/trailers": trailers, "/slow": slow, "/drip": drip,
          "/large": large, "/tiny": tiny, "/broken": broken, "/vary": vary, "/private": private, "/websocket": websocket}


async def control(c, r):
    path = r.query.get("path", "")
    found = RECORDS.get(path, [])
    body = ""
    if r.path == "/_origin/count":
        body = f"{len(found)}\n"
    elif r.path == "/_origin/last":
        body = "\n".join(found[-1].lines()) + "\n" if found else ""
    elif r.path == "/_origin/wait":
        for _ in range(400):
            if ENDED.get(path, 0) >= int(r.query.get("count", 1)):
                break
            await asyncio.sleep(0.05)
        body = f"{ENDED.get(path, 0)}\n"
    elif r.path == "/_origin/release":
        RELEASED[path] = float(r.query.get("count", "inf"))
    elif r.path == "/_origin/reset":
        RECORDS.clear()
        ENDED.clear()
        RELEASED.clear()
    await c.answer(r, "200 OK", body)


async def serve_one(c, reader):
    """Reads and answers one request; false at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise Malformed("a head without its end: %r" % end.partial[:60]) from None
        return False
    r = Request(head[:-4])
    if r.path.startswith("/_origin/"):
        await control(c, r)
        return True
    RECORDS.setdefault(r.path, []).append(r)
    r.number = len(RECORDS[r.path])
    try:
        # "*" and "//..." are as good as "/".
        first = "/" + f"{r.path}/".split("/")[1]
        if first == "/reject":
            await reject(c, r)
        if first == "/early":
            await large(c, r)  # all of the answer goes before any of the request's body is read
        if r.get("expect").lower() == "100-continue":
            await c.head("100 Continue")
        if first == "/stall":
            await stall(r)
        await read_body(r, reader)
        await ROUTES.get(first, static)(c, r)
    finally:
        ENDED[r.path] = ENDED.get(r.path, 0) + 1
    return r.get("connection").lower() != "close"


async def serve(reader, writer):
    try:
        while await serve_one(Connection(reader, writer), reader):
            pass
    except (Malformed, asyncio.LimitOverrunError) as fault:
        found = Request(b"GET /malformed HTTP/1.1\r\nHost: origin")
        found.fields.append(("fault", str(fault)))
        RECORDS.setdefault("malformed", []).append(found)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    except (EOFError, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        pass
    finally:
        writer.transport.abort() if sys.exc_info()[0] else writer.close()


async def main(port_file, *certificate):
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 18, ssl=context, backlog=1000)
    with open(port_file, "w") as f:
        f.write(f"{server.sockets[0].getsockname()[1]}\n")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
