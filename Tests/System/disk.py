#!/usr/bin/env python3
"""An origin whose every byte can be checked, and a client that does.

disk.py origin PORT_FILE: serves /o/NAME?size=N, fresh for a day, with a tag and ranges (?pause=S: S seconds half-way; ?vary=F:
  it varies by that field; ?tags=T: its Cache-Tag; ?editions: other content in each edition), and
  /count?prefix=P: how many requests for paths with that prefix came (all below /o/ by default), /edition?number=N: the edition from now on.
disk.py get PORT HOST PREFIX FIRST COUNT SIZE: fetches PREFIX+FIRST ... with sizes around SIZE and checks
  every byte. Prints "hits misses": answers from the store and others. Fails at a wrong byte.
disk.py prefix PORT HOST PREFIX COUNT SIZE: the same from 0 on, in the order in which they were stored. Prints the hits;
  fails if there is one behind an object that is not there.
disk.py many PORT HOST PREFIX COUNT SIZE: the same of `get`, all from 0 on at once, each over a connection of its own.
disk.py race PORT HOST PREFIX SIZE SECONDS FILE: fetches one after the other and notes each that is complete in
  FILE with the time, until the edge goes away or the time is over. Fails at a wrong byte.
disk.py moments SEED COUNT: COUNT moments by chance, in seconds.
disk.py noted FILE SECONDS TIME: how many that `race` noted were complete so many seconds before TIME.
disk.py digests FOLDER: how many digests the index of that folder has, by its last commit; as LMDB's own library reads it.
disk.py flip FILE COUNT SEED: changes COUNT bytes at random places.
disk.py cold FILE...: the kernel forgets what it has of them in memory, as if it had needed that.
"""
import asyncio
import ctypes
import hashlib
import http.client
import http.server
import os
import random
import socketserver
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

COUNTS, LOCK = {}, threading.Lock()
EDITION = "1"


def content(name, size):
    """Bytes that belong to this name and place alone."""
    block = hashlib.sha256(name.encode()).digest()
    seed = int.from_bytes(block[:8], "little")
    return random.Random(seed).randbytes(size)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head and the body are sent apart; the second is not to wait until the first was acknowledged.
    disable_nagle_algorithm = True

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
        if parts.path == "/count":
            prefix = query.get("prefix", "/o/")
            with LOCK:
                total = sum(n for path, n in COUNTS.items() if path.startswith(prefix))
            return self.answer(200, str(total).encode(), [])
        if parts.path == "/edition":
            global EDITION
            EDITION = query["number"]
            return self.answer(200, b"", [])
        with LOCK:
            COUNTS[parts.path] = COUNTS.get(parts.path, 0) + 1
        body = content(parts.path + (EDITION if "editions" in query else ""), int(query["size"]))
        tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        fields = [("Cache-Control", "max-age=86400"), ("ETag", tag), ("Accept-Ranges", "bytes")]
        if "vary" in query:
            fields.append(("Vary", query["vary"]))
        if "tags" in query:
            fields.append(("Cache-Tag", query["tags"]))
        if self.headers.get("If-None-Match") == tag:
            return self.answer(304, b"", fields)
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes=") and wanted[6].isdigit():
            first, last = wanted[6:].split("-")
            first, last = int(first), min(int(last or len(body)), len(body) - 1)
            fields.append(("Content-Range", f"bytes {first}-{last}/{len(body)}"))
            return self.answer(206, body[first:last + 1], fields)
        self.answer(200, body, fields, float(query.get("pause", 0)))

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(200, b"", [])

    def answer(self, status, body, fields, pause=0):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        time.sleep(pause)
        self.wfile.write(body[half:])

    def log_message(self, *_):
        pass



class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


def origin(port_file):
    server = Server(("127.0.0.1", 0), Handler)
    with open(port_file, "w") as f:
        f.write(f"{server.server_port}\n")
    server.serve_forever()


def size_of(number, size):
    return max(1, (number * 7919) % (2 * size))


def fetch(connection, host, path, size):
    connection.request("GET", f"{path}?size={size}", headers={"Host": host})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        sys.exit(f"{path}: status {response.status}")
    if body != content(path, size):
        sys.exit(f"{path}: a wrong byte ({len(body)} of {size} came)")
    return "; hit" in response.headers.get("Cache-Status", "")


def get(port, host, prefix, first, count, size):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    hits = 0
    for number in range(int(first), int(first) + int(count)):
        hits += fetch(connection, host, f"/o/{prefix}{number}", size_of(number, int(size)))
    print(hits, int(count) - hits)


async def fetch_alone(port, host, path, size):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path}?size={size} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await asyncio.wait_for(reader.read(-1), 60)).partition(b"\r\n\r\n")
    writer.close()
    if head.split(b" ")[1] != b"200":
        sys.exit(f"{path}: {head.decode('latin-1')}")
    if body != content(path, size):
        sys.exit(f"{path}: a wrong byte ({len(body)} of {size} came)")
    return b"; hit" in head


async def fetch_all(port, host, prefix, count, size):
    asked = [fetch_alone(port, host, f"/o/{prefix}{number}", size_of(number, size)) for number in range(count)]
    return sum(await asyncio.gather(*asked))


def many(port, host, prefix, count, size):
    hits = asyncio.run(fetch_all(int(port), host, prefix, int(count), int(size)))
    print(hits, int(count) - hits)


def prefix(port, host, prefix, count, size):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    hits = [fetch(connection, host, f"/o/{prefix}{number}", size_of(number, int(size))) for number in range(int(count))]
    found = hits.index(False) if False in hits else len(hits)
    if any(hits[found:]):
        sys.exit(f"object {found} is lost, and a later one is there")
    print(found)


def race(port, host, prefix, size, seconds, file):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    end = time.monotonic() + float(seconds)
    number = 0
    with open(file, "w") as notes:
        while time.monotonic() < end:
            try:
                fetch(connection, host, f"/o/{prefix}{number}", size_of(number, int(size)))
            except (OSError, http.client.HTTPException):
                return
            notes.write(f"{number} {time.time():.3f}\n")
            notes.flush()
            number += 1


def moments(seed, count):
    rng = random.Random(int(seed))
    print(*(f"{rng.uniform(0.05, 3):.3f}" for _ in range(int(count))))


def noted(file, seconds, end):
    with open(file) as notes:
        times = [float(line.split()[1]) for line in notes]
    print(sum(time <= float(end) - float(seconds) for time in times))


class Statistics(ctypes.Structure):
    """MDB_stat of lmdb.h."""
    _fields_ = [("page", ctypes.c_uint), ("depth", ctypes.c_uint)] + [
        (name, ctypes.c_size_t) for name in ("branches", "leaves", "overflows", "entries")]


def digests(folder):
    lmdb = ctypes.CDLL("liblmdb.so.0")
    environment, transaction, table = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint()
    statistics, only_reading, without_lock = Statistics(), 0x20000, 0x400000

    def check(code):
        if code:
            sys.exit(f"{folder}: LMDB says {code}")
    check(lmdb.mdb_env_create(ctypes.byref(environment)))
    check(lmdb.mdb_env_set_maxdbs(environment, 8))
    check(lmdb.mdb_env_open(environment, folder.encode(), only_reading | without_lock, 0o600))
    check(lmdb.mdb_txn_begin(environment, None, only_reading, ctypes.byref(transaction)))
    check(lmdb.mdb_dbi_open(transaction, b"objects", 0, ctypes.byref(table)))
    check(lmdb.mdb_stat(transaction, table, ctypes.byref(statistics)))
    print(statistics.entries)


def flip(path, count, seed):
    rng = random.Random(int(seed))
    with open(path, "r+b") as f:
        length = f.seek(0, 2)
        for _ in range(int(count)):
            place = rng.randrange(length)
            f.seek(place)
            byte = f.read(1)[0]
            f.seek(place)
            f.write(bytes([byte ^ (1 << rng.randrange(8))]))


def cold(*paths):
    for path in paths:
        with open(path, "rb") as f:
            os.fsync(f.fileno())
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


COMMANDS = {"cold": cold, "digests": digests, "flip": flip, "get": get, "many": many, "moments": moments, "noted": noted,
            "origin": origin, "prefix": prefix, "race": race}
COMMANDS[sys.argv[1]](*sys.argv[2:])
