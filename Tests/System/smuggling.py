#!/usr/bin/env python3
"""Thousands of requests that two readers could understand in two ways, made by combination.

smuggling.py h1 PORT HOST    as HTTP/1.1, a connection each
smuggling.py h2 PORT HOST    as HTTP/2 by prior knowledge, a connection each

Every request hides "GET /inner", which no origin may ever see as a request of its own: where a
reader that follows RFC 9112 does see a second request, it is "GET /pipelined". Prints how many were
sent and how they were answered, and fails if one was answered otherwise than `strict_reader` says (HTTP/1.1) or than
is told with it (HTTP/2), not at all, or by 5xx; what reached the origin is for the origin to tell.
"""
import collections
import concurrent.futures
import re
import socket
import struct
import sys

import hpack
import strict_reader

SECONDS = 0.4  # of silence, after which nothing more is expected
LONGEST = 10  # until the first answer
HOST = b""
# Of requests that may be answered or refused.
EITHER = "answered or refused"
CRLF = b"\r\n"


# --- HTTP/1.1 ---------------------------------------------------------------------------------------

def message(line, fields, body=b"", end=CRLF):
    return end.join([line, *fields, b"", b""]) + body


def hidden(path=b"/inner"):
    return b"GET " + path + b" HTTP/1.1\r\nHost: {host}\r\n\r\n"


def behind(line):
    """The request behind a message with this line beside a sound Content-Length: a second request if
    the line is some other field, which says nothing about the content."""
    parts = line.split(CRLF)
    other = all(re.fullmatch(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*", part)
                and part.split(b":")[0].lower() not in (b"transfer-encoding", b"content-length") for part in parts)
    return hidden(b"/pipelined" if other else b"/inner")


def spellings(name, value):
    """Field lines that some reader takes for `name: value` and another does not."""
    join = b": "
    yield from (name + separator + value for separator in (
        b":", b":\t", b" : ", b"\t: ", b":\r\n ", b":\r\n\t", b" :", b"\0: ", b"\x0b: ", b"\xa0: ", b":\x0b", b":\x0c",
        b":\0", b":\xa0", b":\x85", b":\n", b":\r", b":\n ", b"::", b";", b"=", b" ", b""))
    yield from (before + name + join + value for before in (
        b" ", b"\t", b"\0", b"\x0b", b"\xef\xbb\xbf", b"X: y\n", b"X: y\r", b"X: y\r\n ", b"X: y\n\r", b"X: y\0\n", b"\r",
        b"\n", b":", b"X", b"_", b"-"))
    yield from (name + join + before + value + after for before, after in (
        (b"", b" "), (b"", b"\t"), (b"", b"\0"), (b"", b"\x0b"), (b"", b"\r"), (b"", b"\n"), (b"", b"\r\n x"), (b"", b","),
        (b",", b""), (b", ", b""), (b"", b", "), (b"", b";"), (b"", b";a=b"), (b'"', b'"'), (b"'", b"'"), (b"(a)", b""),
        (b"", b" x"), (b"x", b""), (b"", b"x"), (b"", b"\xff"), (b"\xef\xbb\xbf", b""), (b"[", b"]"), (b"{", b"}"),
        (b"", b"\x85"), (b"", b"\xc2\xa0"), (b"%20", b""), (b"\\", b"")))
    yield name.upper() + join + value.upper()
    yield name.replace(b"-", b"_") + join + value
    yield name.replace(b"-", b"") + join + value
    yield name.replace(b"-", b" ") + join + value
    yield name.replace(b"-", b"\xe2\x80\x90") + join + value
    yield name.replace(b"n", b"\xc5\x84") + join + value
    yield name + join
    yield name


TE = b"Transfer-Encoding"
CL = b"Content-Length"
OTHER_CODINGS = [b"identity", b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"chunked, identity",
                 b"identity, chunked", b"x, chunked", b"chunked;a=b", b"Chunked", b"CHUNKED", b"chunke", b"chunkedd",
                 b"trailers", b"", b"*", b"chunked\r\nTransfer-Encoding: chunked",
                 b"chunked\r\nTransfer-Encoding: identity", b"identity\r\nTransfer-Encoding: chunked",
                 b"gzip\r\nTransfer-Encoding: chunked", b"\r\nTransfer-Encoding: chunked"]
OTHER_LENGTHS = [b"+{n}", b"-{n}", b"0x{n}", b"{n}.0", b"{n}e0", b"{n},{n}", b"{n}, {n}", b"{n}, 0", b"0, {n}", b"{n} {n}",
                 b"{n}_", b"1_0", b"0{n}", b"00000000000000000000{n}", b"18446744073709551616", b"18446744073709551621",
                 b"9223372036854775808", b"-1", b"-0", b"NaN", b"{n}\r\nContent-Length: {n}",
                 b"{n}\r\nContent-Length: 0", b"0\r\nContent-Length: {n}", b"\xd9\xa5", b"\xef\xbc\x95", b"0b1", b"0o7",
                 b"{n};", b"'{n}'"]


def framing():
    """Spellings of both framing fields, alone and beside a sound one."""
    for line in [*spellings(TE, b"chunked"), *(TE + b": " + coding for coding in OTHER_CODINGS)]:
        # Where this is a sound Transfer-Encoding, the hidden request is a second one.
        alone = hidden(b"/pipelined")
        chunks = b"0\r\n\r\n" + behind(line)
        for start in (b"POST", b"GET"):
            for version in (b"1.1", b"1.0"):
                first = start + b" /outer HTTP/" + version
                yield message(first, [b"Host: {host}", line], b"0\r\n\r\n" + alone)
                for length in (b"0", b"5", b"%d" % (len(chunks) - len(b"{host}") + 10)):
                    yield message(first, [b"Host: {host}", CL + b": " + length, line], chunks)
                    yield message(first, [b"Host: {host}", line, CL + b": " + length], chunks)
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", TE + b": chunked", line], chunks)
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", line, TE + b": chunked"], chunks)
    for line in [*spellings(CL, b"{n}"), *(CL + b": " + length for length in OTHER_LENGTHS)]:
        for start in (b"POST", b"GET", b"HEAD"):
            for version in (b"1.1", b"1.0"):
                first = start + b" /outer HTTP/" + version
                body = b"x" * 5 + hidden(b"/pipelined")
                yield message(first, [b"Host: {host}", line.replace(b"{n}", b"5")], body)
                nine = line.replace(b"{n}", b"9")
                # Where the other is the length, the nine letters spoil the method of what follows.
                yield message(first, [b"Host: {host}", CL + b": 0", nine], b"\r\n" * 4 + b"x" + behind(nine))
                yield message(first, [b"Host: {host}", nine, CL + b": 0"], b"\r\n" * 4 + b"x" + behind(nine))


def bytes_everywhere():
    """Every byte at every interesting place of a field line, a value and the request line."""
    for code in range(256):
        odd = bytes([code])
        for line in (odd + TE + b": chunked", TE[:5] + odd + TE[5:] + b": chunked", TE + odd + b": chunked",
                     TE + b":" + odd + b"chunked", TE + b": chun" + odd + b"ked", TE + b": chunked" + odd):
            yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", CL + b": 5", line], b"0\r\n\r\n" + behind(line))
        for line in (CL + odd + b": 5", CL + b":" + odd + b"5", CL + b": 5" + odd, CL + b": " + odd + b"5" + odd):
            yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", line], b"xxxxx" + hidden(b"/pipelined"))
        yield message(b"GET /outer HTTP/1.1", [b"Host: {host}", b"X: a" + odd + b"Y: b", b"X: " + odd])
        yield message(b"GET /ou" + odd + b"ter HTTP/1.1", [b"Host: {host}"])
        yield message(b"GE" + odd + b"T /outer HTTP/1.1", [b"Host: {host}"])
        yield message(b"GET /outer HTTP/1.1" + odd, [b"Host: {host}"])
        yield message(b"GET /outer" + odd + b"HTTP/1.1", [b"Host: {host}"])
        yield message(b"GET /outer HTTP/1." + odd, [b"Host: {host}"])
        yield message(b"GET /outer HTTP/1.1", [b"Host: {host}" + odd])
        yield message(b"GET /outer HTTP/1.1", [b"Host: " + odd + b"{host}"])
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", TE + b": chunked"],
                      b"5" + odd + b"\r\nhello\r\n0\r\n\r\n" + hidden(b"/pipelined"))
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", TE + b": chunked"],
                      b"5;a" + odd + b"\r\nhello\r\n0\r\nX" + odd + b": " + odd + b"\r\n\r\n" + hidden(b"/pipelined"))


def chunks():
    """Chunk heads, chunk ends, last chunks and trailers."""
    sizes = [b"5", b"05", b"000000000000005", b"0000000000000000000000005", b"+5", b"-5", b"0x5", b"x5", b"5h", b"5 ", b" 5",
             b"\t5", b"5\t", b"", b"5,", b"5.0", b"5_", b"10000000000000005", b"FFFFFFFFFFFFFFFF", b"FFFFFFFFFFFFFFFB",
             b"8000000000000005", b"100000005", b"5;", b"5;a", b"5;a=b", b'5;a="b"', b'5;a="\r\n"', b"5;a=\n", b"5;a=\r",
             b"5;\0", b"5 ;a", b"5; a = b", b"5;" + b"a" * 20000, b"5\n", b"5\r", b"5\r\r", b"5\n\r", b"5\0", b"g", b"\xb5"]
    for size in sizes:
        for end in (CRLF, b"\n", b"\r", b"\r\r\n", b"\n\r", b""):
            yield b"5\r\nhello\r\n".replace(b"5\r\n", size + end) + b"0\r\n\r\n"
            yield b"5\r\nhello" + end + b"0\r\n\r\n" if end != CRLF else b"5\r\nhello\r\n" + size + b"\r\n\r\n"
    lasts = [b"0", b"00", b"000000000000000000000", b"-0", b"+0", b"0x0", b"0;a", b"0;a=\n", b"0 ", b"0\n", b" 0", b"O", b"0,"]
    ends = [CRLF, b"\n", b"\r", b"\n\n", b"\r\r\n", b"X: y\r\n\r\n", b"X : y\r\n\r\n", b" X: y\r\n\r\n", b": y\r\n\r\n",
            b"X\r\n\r\n", b"X: y\n\r\n", b"X: y\r\n\n", b"X: \0\r\n\r\n", b"X: a\r\n b\r\n\r\n", b"X: a\rb\r\n\r\n",
            b"Content-Length: 50\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n", b"Host: other\r\n\r\n",
            b"X_Y: y\r\n\r\n", b"X[: y\r\n\r\n", b"X: " + b"a" * 100000 + b"\r\n\r\n"]
    for last in lasts:
        for end in ends:
            yield b"5\r\nhello\r\n" + last + b"\r\n" + end


def lines():
    """Request lines, hosts and line ends."""
    targets = [b"/outer", b"outer", b"//outer", b"/outer#x", b"/outer?a b", b"*", b"http://{host}/outer", b"http://other/outer",
               b"http://{host}:1/outer", b"http://a@{host}/outer", b"http:///outer", b"http:/outer", b"HTTP://{host}/outer",
               b"https://{host}/outer", b"ftp://{host}/outer", b"{host}:80", b"/outer\\x", b"/\xff", b"/%00", b"/%0d%0a", b"/%",
               b"/o\ruter", b"/o\nuter", b"/outer HTTP/1.1\r\nX: y", b"", b"?", b"http://{host}", b"http://{host}?x",
               b"http://[::1]/outer", b"http://{host}\\@other/", b"http://other\\@{host}/", b"http://{host},other/outer"]
    hosts = [[b"Host: {host}"], [], [b"Host:"], [b"Host: "], [b"Host: {host}", b"Host: {host}"],
             [b"Host: {host}", b"Host: other"], [b"Host: other", b"Host: {host}"], [b"Host: {host}, other"],
             [b"Host: {host} other"], [b"Host: {host}/x"], [b"Host: {host}?x"], [b"Host: {host}#x"], [b"Host: a@{host}"],
             [b"Host: {host}:"], [b"Host: {host}:80x"], [b"Host: {host}:-1"], [b"Host: {host}:99999"], [b"Host: http://{host}"],
             [b"Host : {host}"], [b" Host: {host}"], [b"X: y", b"\tHost: {host}"], [b"Host: {host}\0.other"],
             [b"Host: {host}\xff"], [b"Host: [::1]{host}"], [b"Host: other\r\n {host}"], [b"host_: {host}"],
             [b"Host: %7bhost%7d"], [b"Host: {host}\x0b"], [b"Host: {host}", b"X-Forwarded-Host: other"],
             [b"Host: {host}", b"Connection: host"], [b"Host: {host}", b"Connection: close, content-length"]]
    for target in targets:
        for method in (b"GET", b"POST", b"OPTIONS", b"CONNECT", b"get", b"G T", b"PRI"):
            yield message(method + b" " + target + b" HTTP/1.1", [b"Host: {host}"])
        for fields in hosts:
            yield message(b"GET " + target + b" HTTP/1.1", fields)
    for version in (b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/3", b"HTTP/11", b"HTTP/1.10", b"HTTP/01.1",
                    b"HTTP/1,1", b"http/1.1", b"HTTP /1.1", b"HTTP/ 1.1", b"HTTP/1.1 ", b"HTTP/1.1 x", b"HTTPS/1.1", b"ICY", b""):
        for gap in (b" ", b"  ", b"\t", b"\x0b", b""):
            yield message(b"GET" + gap + b"/outer " + version, [b"Host: {host}"])
            yield message(b"GET /outer" + gap + version, [b"Host: {host}"])
    for end in (b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\r\n", b"\0\r\n"):
        yield message(b"GET /outer HTTP/1.1", [b"Host: {host}", b"X: y"], end=end)
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", CL + b": 5"], b"hello", end=end)
        yield end + message(b"GET /outer HTTP/1.1", [b"Host: {host}"])
        yield message(b"GET /outer HTTP/1.1", [b"Host: {host}"])[:-2] + end + hidden(b"/pipelined")
    for named in (b"content-length", b"transfer-encoding", b"host", b"close, content-length", b"x\0", b"upgrade", b"keep-alive,te"):
        for lines_ in ([CL + b": 5"], [TE + b": chunked"]):
            yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", b"Connection: " + named, *lines_],
                          b"hello" if lines_[0][0:1] == b"C" else b"5\r\nhello\r\n0\r\n\r\n")
    for expectation in (b"100-continue", b"100-Continue", b"100-continue, x", b"x", b"", b"100-continue\r\nExpect: 100-continue"):
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", b"Expect: " + expectation, CL + b": 5"], b"hello")
    for upgrade in (b"h2c", b"websocket", b"websocket, h2c", b"HTTP/2.0", b"TLS/1.0"):
        yield message(b"GET /outer HTTP/1.1", [b"Host: {host}", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + upgrade,
                                               b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"], hidden(b"/pipelined"))


def http1_requests():
    yield from framing()
    yield from bytes_everywhere()
    for body in chunks():
        yield message(b"POST /outer HTTP/1.1", [b"Host: {host}", TE + b": chunked"], body + hidden(b"/pipelined"))
    yield from lines()


# --- HTTP/2 -----------------------------------------------------------------------------------------

def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def text(value):
    if len(value) < 127:
        return bytes([len(value)]) + value
    rest, out = len(value) - 127, b"\x7f"
    while rest >= 128:
        out, rest = out + bytes([rest & 127 | 128]), rest >> 7
    return out + bytes([rest]) + value


def block(fields):
    out = b""
    for name, value in fields:
        out += b"\0" + text(name.replace(b"{host}", HOST)) + text(value.replace(b"{host}", HOST))
    return out


def request2(fields, body=None, trailers=None):
    """A request of these fields; a body of None ends with the head."""
    out = frame(1, 4 if body is not None or trailers else 5, 1, block(fields))
    if body is not None:
        out += frame(0, 0 if trailers else 1, 1, body)
    if trailers:
        out += frame(1, 5, 1, block(trailers))
    return out


def pseudo(method=b"GET", path=b"/outer", scheme=b"http", authority=b"{host}"):
    given = [(b":method", method), (b":scheme", scheme), (b":authority", authority), (b":path", path)]
    return [(name, value) for name, value in given if value is not None]


NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
SITE = (b"{host}", b"{host}:")
CONNECTION_FIELDS = (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade")


def field_verdict(name, value):
    """What a request with this field beside {host} and five bytes of content deserves (RFC 9113 section 8.2)."""
    sound = (NAME.fullmatch(name) and not re.search(rb"[\0\r\n]|^[ \t]|[ \t]$", value)
             and name not in CONNECTION_FIELDS and name.replace(b"_", b"-") not in (b"content-length", b"transfer-encoding")
             and (name != b"te" or value == b"trailers") and (name != b"host" or value in SITE))
    # Five with zeros before it (RFC 9110 section 8.6).
    right = name == b"content-length" and re.fullmatch(rb"0+5", value)
    return EITHER if sound or right else strict_reader.REFUSED


def expected(sound):
    return strict_reader.OK if sound else strict_reader.REFUSED


def http2_requests():
    """What each request deserves, and its bytes."""
    inner = b"GET /inner HTTP/1.1\r\nHost: {host}\r\n\r\n"
    for code in range(256):
        odd = bytes([code])
        for name, value in ((b"x" + odd, b"y"), (odd, b"y"), (b"x" + odd + b"y", b"z"), (b"x", b"a" + odd + b"b"), (b"x", odd),
                            (b"x", b"a" + odd), (b"x", b"a" + odd + b"\ncontent-length: 5"), (odd + b"transfer-encoding", b"chunked"),
                            (b"transfer-encoding" + odd, b"chunked"), (b"cookie", b"a=b" + odd), (b"content-length", b"5" + odd),
                            (b"content-length", odd + b"5"), (b"host", b"{host}" + odd), (b"te", b"trailers" + odd)):
            yield field_verdict(name, value), request2(pseudo(b"POST") + [(name, value)], b"hello")
        spoils = code <= 0x20 or code == 0x7f
        yield strict_reader.REFUSED if spoils else EITHER, request2(pseudo(path=b"/ou" + odd + b"ter"))
        yield expected(odd == b"/"), request2(pseudo(path=odd))
        yield strict_reader.REFUSED if spoils else EITHER, request2(pseudo(method=b"GE" + odd + b"T"))
        yield EITHER if odd in b".:" else strict_reader.REFUSED, request2(pseudo(authority=b"{host}" + odd))
        yield strict_reader.REFUSED, request2(pseudo(authority=odd + b"{host}"))
        yield EITHER if odd in b"sS" else strict_reader.REFUSED, request2(pseudo(scheme=b"http" + odd))
        yield field_verdict(b"x" + odd, b"y" + odd), request2(pseudo(b"POST"), b"hello", [(b"x" + odd, b"y" + odd)])
    injected = b" HTTP/1.1\r\nHost: {host}\r\n\r\n" + inner
    for fields in (pseudo(path=b"/outer" + injected), pseudo(method=b"GET /outer" + injected), pseudo(authority=b"{host}\r\n\r\n" + inner),
                   pseudo(scheme=b"http://{host}/outer" + injected), pseudo() + [(b"x", b"y\r\n\r\n" + inner)],
                   pseudo() + [(b"x: y\r\n\r\n" + inner, b"z")], pseudo() + [(b"x\r\ntransfer-encoding", b"chunked")],
                   pseudo() + [(b"x", b"y\r\ntransfer-encoding: chunked")]):
        yield strict_reader.REFUSED, request2(fields)
        yield strict_reader.REFUSED, request2(fields, b"0\r\n\r\n" + inner)
    for forbidden in ((b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"identity"), (b"Transfer-Encoding", b"chunked"),
                      (b"connection", b"close"), (b"connection", b"transfer-encoding"), (b"keep-alive", b"x"), (b"upgrade", b"h2c"),
                      (b"proxy-connection", b"keep-alive"), (b"te", b"chunked"), (b"transfer_encoding", b"chunked"), (b"http2-settings", b""),
                      (b"content_length", b"5"), (b":x", b"y"), (b":status", b"200"), (b"", b"y"), (b"host", b"other"), (b"host", b""),
                      (b"content-length", b"+5"), (b"content-length", b"5,5"), (b"content-length", b""), (b"content-length", b"4"),
                      (b"content-length", b"6"), (b"content-length", b"05"), (b"content-length", b"18446744073709551621"),
                      (b"content-length", b"0"), (b"expect", b"100-continue"), (b":path", b"/inner"), (b":method", b"PUT"),
                      (b":authority", b"other"), (b":scheme", b"https"), (b":protocol", b"websocket"), (b"x", b" y"), (b"x", b"y\t")):
        # The content of the second has five bytes, the others' not, or they have no right to say so.
        wanted = field_verdict(*forbidden)
        others = strict_reader.REFUSED if forbidden[0] == b"content-length" else wanted
        yield others, request2(pseudo(b"POST") + [forbidden], b"0\r\n\r\n" + inner)
        yield wanted, request2(pseudo(b"POST") + [forbidden], b"hello")
        yield strict_reader.REFUSED, request2([forbidden] + pseudo(b"POST"), b"hello")
        yield others, request2(pseudo(b"POST") + [forbidden, forbidden], b"hello")
        yield EITHER if forbidden == (b"content-length", b"0") else others, request2(pseudo(b"GET") + [forbidden])
        yield others, request2(pseudo(b"POST"), b"hello", [forbidden])
    for authority in (None, b"", b"other", b"{host}:", b"{host}:x", b"a@{host}", b"{host},other", b"{host}/x", b"[::1]", b"{host} other"):
        for host in (None, b"{host}", b"other", b"", b"{host}, other", b"a@{host}"):
            named = host if authority is None else authority
            yield (expected(named in SITE and host in (None, b"{host}")),
                   request2(pseudo(authority=authority) + ([] if host is None else [(b"host", host)])))
    for path in (None, b"", b"outer", b"*", b"http://{host}/outer", b"//outer", b"/outer#x", b"/outer x", b"?x", b"/outer\0", b"/%0d%0a"):
        for method in (b"GET", b"OPTIONS", b"CONNECT", b"POST", b"", b"G T", b"get", None):
            for scheme in (b"http", b"https", b"", None, b"ftp", b"http://"):
                sound = path in (b"//outer", b"/%0d%0a") and method in (b"GET", b"OPTIONS", b"POST", b"get")
                sound = sound or (method, path) == (b"OPTIONS", b"*")
                yield expected(sound and scheme in (b"http", b"https")), request2(pseudo(method, path, scheme))


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) + frame(4, 1, 0)


# --- sending ----------------------------------------------------------------------------------------

def converse(port, data, patience):
    """Sends it and reads until the end or silence; what came, and whether the connection ended."""
    received = b""
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(patience)
        try:
            s.sendall(data)
            while part := s.recv(65536):
                received += part
                s.settimeout(SECONDS)
        except TimeoutError:
            return received, False
        except OSError:
            pass
    return received, True


def answer_to_http1(port, data, wanted):
    """How the first request was answered, in the words of `strict_reader`."""
    received, closed = converse(port, data, SECONDS if wanted == strict_reader.WAITS else LONGEST)
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)]
    if not statuses:
        return strict_reader.WAITS if not closed else "closed without an answer"
    if 200 <= statuses[0] < 300:
        return strict_reader.OK
    # 501: an unknown transfer coding (RFC 9112 section 6.1); 505: another major version.
    if statuses[0] in (400, 431, 501, 505):
        return strict_reader.REFUSED if closed and len(statuses) == 1 else "refused, and more is read"
    return strict_reader.ELSEWHERE if statuses[0] in (405, 421) else str(statuses[0])


def answer_to_http2(port, data):
    """The status of the answer; RST_STREAM and GOAWAY refuse."""
    with socket.create_connection(("127.0.0.1", port), LONGEST) as s:
        try:
            s.sendall(data)
            with s.makefile("rb") as frames:
                while len(head := frames.read(9)) == 9:
                    payload = frames.read(int.from_bytes(head[:3], "big"))
                    if head[3] == 1 and (status := hpack.fields(payload).get(":status", "no status")) != "100":
                        return {"2": strict_reader.OK, "4": strict_reader.REFUSED}.get(status[0], status)
                    if head[3] in (3, 7):
                        return strict_reader.REFUSED
        except TimeoutError:
            return "no answer"
        except OSError:
            pass
    return "closed without an answer"


def main(version, port, host):
    global HOST
    HOST, port, faults, answers = host.encode(), int(port), 0, collections.Counter()

    def ask(request):
        wanted, data = request
        return answer_to_http1(port, data, wanted) if version == "h1" else answer_to_http2(port, PREFACE + data)

    if version == "h1":
        requests = [raw.replace(b"{host}", HOST) for raw in dict.fromkeys(http1_requests())]
        requests = [(strict_reader.verdict(data, HOST), data) for data in requests]
    else:
        requests = list(dict.fromkeys(http2_requests()))
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        for (wanted, data), answer in zip(requests, pool.map(ask, requests)):
            answers[answer] += 1
            if answer != wanted and (wanted != EITHER or answer not in (strict_reader.OK, strict_reader.REFUSED)):
                faults += 1
                print(f"{answer} instead of {wanted}: {data[:200]!r}")
    print(len(requests), "requests:", ", ".join(f"{n} {kind}" for kind, n in sorted(answers.items())))
    # An edge that refuses everything is no edge.
    sys.exit(1 if faults or answers[strict_reader.OK] < 1000 else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
