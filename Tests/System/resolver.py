#!/usr/bin/env python3
"""A resolver of one's own names: answers from a file that it reads for each query.

resolver.py PORT FILE     lines of NAME TYPE TTL CONTENT; a name FAIL makes everything SERVFAIL, SILENT nothing at all, or SILENT PREFIX nothing for names
that begin so.
"""
import ipaddress
import socket
import struct
import sys
import threading


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def question(message):
    labels, index = [], 12
    while message[index]:
        labels.append(message[index + 1:index + 1 + message[index]].decode().lower())
        index += 1 + message[index]
    kind = struct.unpack("!H", message[index + 1:index + 3])[0]
    return ".".join(labels), kind, message[12:index + 5]


def records(path):
    with open(path, encoding="ascii") as file:
        return [line.split() for line in file if line.strip()]


TYPES = {1: "A", 5: "CNAME", 28: "AAAA"}


def content(kind, text):
    if kind == "CNAME":
        return wire(text)
    return ipaddress.ip_address(text).packed


def answer(message, path, over_udp):
    rows = records(path)
    name, kind, asked = question(message)
    if any(row[0] == "SILENT" and name.startswith("".join(row[1:])) for row in rows):
        return None
    with open(path + ".log", "a", encoding="ascii") as log:
        log.write(f"{name} {TYPES.get(kind, kind)} {'udp' if over_udp else 'tcp'}\n")
    if any(row[0] == "FAIL" for row in rows):
        return message[:2] + struct.pack("!5H", 0x8182, 1, 0, 0, 0) + asked
    found, current = [], name
    for _ in range(8):
        own = [row for row in rows if row[0] == current and row[1] in ("CNAME", TYPES.get(kind))]
        found += own
        aliases = [row for row in own if row[1] == "CNAME"]
        if not aliases:
            break
        current = aliases[0][3]
    body = b""
    for owner, type_name, ttl, text in found:
        number = {value: key for key, value in TYPES.items()}[type_name]
        data = content(type_name, text)
        body += wire(owner) + struct.pack("!HHIH", number, 1, int(ttl), len(data)) + data
    flags = 0x8180
    if over_udp and len(body) > 1200:
        flags, body, found = 0x8380, b"", []
    return message[:2] + struct.pack("!5H", flags, 1, len(found), 0, 0) + asked + body


def serve_tcp(listener, path):
    while True:
        connection, _ = listener.accept()
        with connection:
            head = connection.recv(2, socket.MSG_WAITALL)
            if len(head) < 2:
                continue
            message = connection.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
            reply = answer(message, path, False)
            if reply is not None:
                connection.sendall(struct.pack("!H", len(reply)) + reply)


def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=serve_tcp, args=(listener, path), daemon=True).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", port))
        while True:
            message, peer = datagrams.recvfrom(4096)
            reply = answer(message, path, True)
            if reply is not None:
                datagrams.sendto(reply, peer)


main()
