#!/usr/bin/env python3
"""Writes a database in MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB/) of networks.

location.py FILE [--type TYPE] [--asn] [NETWORK=COUNTRY ...]
"""
import argparse
import ipaddress
import os


def encode(value):
    """The bytes of a value."""
    if isinstance(value, str):
        content = value.encode()
        return head(2, len(content)) + content
    if isinstance(value, dict):
        return head(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(encode(member) for member in value)
    kind, count, number = value
    return head(kind, count) + number.to_bytes(count, "big")


def head(kind, size):
    """The bytes before a value's content."""
    assert size < 285
    low = bytes([size]) if size < 29 else bytes([29, size - 29])
    first = (kind if kind < 8 else 0) << 5 | low[0]
    return bytes([first]) + (bytes([kind - 7]) if kind > 7 else b"") + low[1:]


class Database:
    """A search tree of IPv6 addresses, IPv4 ones at ::/96, and its data."""

    def __init__(self):
        self.nodes = [[None, None]]
        self.data = b""

    def add(self, network, record):
        """Says `record` of all addresses of `network`."""
        offset = len(self.data)
        self.data += encode(record)
        bits = network.prefixlen + (96 if network.version == 4 else 0)
        address = int(network.network_address)
        node = self.nodes[0]
        for bit in range(bits):
            side = address >> (127 - bit) & 1
            if bit == bits - 1:
                node[side] = ("data", offset)
                return
            if not (node[side] and node[side][0] == "node"):
                self.nodes.append([node[side], node[side]])
                node[side] = ("node", len(self.nodes) - 1)
            node = self.nodes[node[side][1]]

    def content(self, name):
        """The bytes of the file."""
        metadata = {
            "binary_format_major_version": (5, 2, 2), "binary_format_minor_version": (5, 2, 0),
            "build_epoch": (9, 8, 1_750_000_000), "database_type": name,
            "description": {"en": "Written by a test"}, "ip_version": (5, 2, 6),
            "languages": ["en"], "node_count": (6, 4, len(self.nodes)), "record_size": (5, 2, 24),
        }
        tree = b"".join(self.record(target).to_bytes(3, "big") for node in self.nodes for target in node)
        return tree + bytes(16) + self.data + b"\xab\xcd\xefMaxMind.com" + encode(metadata)

    def record(self, target):
        """The number that stands for a target in the tree."""
        if target is None:
            return len(self.nodes)
        return target[1] if target[0] == "node" else len(self.nodes) + 16 + target[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--type", default="Test-Country")
    parser.add_argument("--asn", action="store_true", help="records of systems, without countries")
    parser.add_argument("networks", nargs="*")
    options = parser.parse_intermixed_args()
    database = Database()
    for text in options.networks:
        network, country = text.split("=")
        record = {"country": {"iso_code": country}}
        if options.asn:
            record = {"autonomous_system_number": (6, 4, 64_496)}
        database.add(ipaddress.ip_network(network), record)
    # As those who fetch databases do: the file is there whole or not at all.
    with open(options.file + ".new", "wb") as file:
        file.write(database.content(options.type))
    os.replace(options.file + ".new", options.file)


main()
