"""What the edge must do with the first request of some bytes: RFC 9112, read as strictly as it allows."""
import re

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])")
VISIBLE = rb"[\x21-\x7e\x80-\xff]"
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*(" + VISIBLE + rb"(?:[\t\x20-\x7e\x80-\xff]*" + VISIBLE + rb")?)?[ \t]*")
PATH = re.compile(rb"/[^?#\x00-\x20\x7f-\xff]*(?:\?[^#\x00-\x20\x7f-\xff]*)?")
AUTHORITY = re.compile(rb"([0-9a-z.\-_~]+)(?::([0-9]*))?", re.I)
ABSOLUTE = re.compile(rb"http://([^/?#]*)((?:[/?][^#]*)?)", re.I)
# Section 7.1.1, without white space around "=", which nobody sends.
EXTENSION = (rb"[ \t]*;[ \t]*" + TOKEN + rb"(?:=(?:" + TOKEN
             + rb'|"[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]*"))?')
CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})((?:" + EXTENSION + rb")*)\r\n")
# Names that no trailer may have (RFC 9110 section 6.5.1), and those that some origins read as framing.
NO_TRAILERS = {b"content-length", b"transfer-encoding", b"host"}
DISGUISED = {b"transfer_encoding", b"content_length"}
# More than that in one line is more than the edge takes.
LONGEST_LINE = 8000

# Answered by the origin; refused, and the connection closed; for another site; its rest is awaited.
OK, REFUSED, ELSEWHERE, WAITS = "answered", "refused", "elsewhere", "awaited"


def verdict(data, host):
    """Of a minor version above 1 we know nothing: it is refused."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return REFUSED if re.search(rb"\r(?!\n)|(?<!\r)\n|\0", data) else WAITS
    line, *fields = head.removeprefix(b"\r\n").split(b"\r\n")
    match = LINE.fullmatch(line)
    fields = [FIELD.fullmatch(field) for field in fields]
    if not match or match[3] != b"1" or match[4] > b"1" or not all(fields):
        return REFUSED
    method, target, version = match[1], match[2], match[4]
    fields = [(field[1].lower(), field[2] or b"") for field in fields]

    def all_of(name):
        return [value for known, value in fields if known == name]

    if not DISGUISED.isdisjoint(name for name, _ in fields):
        return REFUSED
    where = authority(method, target, all_of(b"host"), host)
    if where == REFUSED:
        return REFUSED
    how = content(all_of(b"transfer-encoding"), all_of(b"content-length"), version, rest)
    return where if how == OK else how


def authority(method, target, hosts, host):
    """RFC 9112 sections 3.2 and 3.2.1 to 3.2.4."""
    named = AUTHORITY.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if not named or int(named[2] or 0) > 65535:
        return REFUSED
    if method == b"CONNECT":
        named = AUTHORITY.fullmatch(target)
        return ELSEWHERE if named and named[2] else REFUSED
    if absolute := ABSOLUTE.fullmatch(target):
        # Section 3.2.2: of the two the target counts; we refuse them if they differ.
        return OK if absolute[1].lower() == hosts[0].lower().rstrip(b":") == host else REFUSED
    if not PATH.fullmatch(target) and (method, target) != (b"OPTIONS", b"*"):
        return REFUSED
    return OK if named[1].lower().rstrip(b".") == host else ELSEWHERE


def content(codings, lengths, version, rest):
    """RFC 9112 section 6."""
    if codings:
        sound = not lengths and version != b"0" and [coding.lower() for coding in codings] == [b"chunked"]
        return chunked(rest) if sound else REFUSED
    if not lengths:
        return OK
    if len(lengths) > 1 or not re.fullmatch(rb"[0-9]{1,18}", lengths[0]):
        return REFUSED
    return OK if len(rest) >= int(lengths[0]) else WAITS


def chunked(rest):
    while True:
        chunk = CHUNK.match(rest)
        if not chunk:
            return REFUSED if b"\n" in rest else WAITS
        if len(chunk[2]) > LONGEST_LINE:
            return REFUSED
        size, rest = int(chunk[1], 16), rest[chunk.end():]
        if size == 0:
            break
        if len(rest) < size + 2:
            return WAITS
        if rest[size:size + 2] != b"\r\n":
            return REFUSED
        rest = rest[size + 2:]
    while not rest.startswith(b"\r\n"):
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return WAITS if b"\n" not in line else REFUSED
        field = FIELD.fullmatch(line)
        if not field or len(line) > LONGEST_LINE or field[1].lower() in NO_TRAILERS | DISGUISED:
            return REFUSED
    return OK
