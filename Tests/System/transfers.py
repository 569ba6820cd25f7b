"""Transfers and signatures as dnspython makes and checks them, and as nobody should make them.

transfers.py code PORT ZONE          the code of the response to an unsigned AXFR
transfers.py tsig PORT SECRET        signed queries and transfers of alpha.test; silent if all is right
"""

import socket
import struct
import sys
import time

HOST = "127.0.0.1"
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 5: "REFUSED", 9: "NOTAUTH"}


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def exchange(port, message):
    """One query over TCP; the first message that comes, b'' if none does."""
    with socket.create_connection((HOST, port), timeout=5) as stream:
        stream.sendall(struct.pack("!H", len(message)) + message)
        data = b""
        while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
            part = stream.recv(65536)
            if not part:
                return b""
            data += part
        return data[2 : 2 + struct.unpack("!H", data[:2])[0]]


def code(port, zone):
    query = struct.pack("!HHHHHH", 4711, 0, 1, 0, 0, 0) + name(zone) + struct.pack("!HH", 252, 1)
    return CODES.get(exchange(port, query)[3] & 15, "?")


def check(condition, text):
    if not condition:
        sys.exit(text)


def tsig(port, secret):
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.tsig
    import dns.tsigkeyring
    import dns.zone

    keys = {}
    for label, algorithm in (("transfer.example", "hmac-sha256"), ("long.example", "hmac-sha512")):
        keys[label] = dns.tsig.Key(label, secret, algorithm)

    def query(key, kind="SOA"):
        message = dns.message.make_query("alpha.test", kind)
        message.use_tsig({key.name: key}, key.name)
        return message

    # Both algorithms, over UDP and TCP: dnspython throws if a signature is wrong or missing.
    for key in keys.values():
        for send in (dns.query.udp, dns.query.tcp):
            answer = send(query(key), HOST, port=port, timeout=5)
            check(answer.had_tsig and answer.rcode() == 0 and answer.answer, f"{key.name}: {answer}")
    # A transfer: each message is signed over the one before.
    key = keys["transfer.example"]
    zone = dns.zone.from_xfr(
        dns.query.xfr(HOST, "alpha.test", port=port, keyring={key.name: key}, keyname=key.name, timeout=5)
    )
    check(len(zone.nodes) > 40, f"{len(zone.nodes)} names came")
    # Times that are wrong are told with a signature, by which the client learns the server's.
    def signed(when, spoil=None, length=None):
        message = query(key)
        wire = message.to_wire()
        plain = dns.message.make_query("alpha.test", "SOA")
        plain.id = message.id
        body = plain.to_wire()
        prior = dns.tsig.get_context(key)
        variables = (
            dns.name.from_text("transfer.example.").to_wire() + struct.pack("!HI", 255, 0)
            + dns.name.from_text("hmac-sha256.").to_wire()
            + struct.pack("!HIH", when >> 32, when & 0xFFFFFFFF, 300) + struct.pack("!HH", 0, 0)
        )
        prior.update(body)
        prior.update(variables)
        mac = prior.sign()[:length]
        if spoil:
            mac = spoil(mac)
        content = (
            dns.name.from_text("hmac-sha256.").to_wire()
            + struct.pack("!HIH", when >> 32, when & 0xFFFFFFFF, 300) + struct.pack("!H", len(mac)) + mac
            + struct.pack("!HHH", message.id, 0, 0)
        )
        record = name("transfer.example") + struct.pack("!HHIH", 250, 255, 0, len(content)) + content
        counts = struct.pack("!HHHH", 1, 0, 0, 1)
        return body[:4] + counts + body[12:] + record, mac

    def error(answer):
        """The TSIG error, and the length of its MAC, of a response that ends with a TSIG record."""
        place = answer.rindex(b"\x0bhmac-sha256\x00") + 13
        size = struct.unpack("!H", answer[place + 8 : place + 10])[0]
        place += 10 + size + 2
        return struct.unpack("!H", answer[place : place + 2])[0], size

    now = int(time.time())
    for when in (now - 1000, now + 1000):
        answer = exchange(port, signed(when)[0])
        check((answer[3] & 15, *error(answer)) == (9, 18, 32), f"another time: {answer.hex()}")
        check(answer[-6:] != b"\0" * 6 and abs(int.from_bytes(answer[-6:], "big") - now) < 60, "its clock")
    for when in (now - 250, now + 250):
        answer = exchange(port, signed(when)[0])
        check(answer[3] & 15 == 0 and error(answer) == (0, 32), "within the fudge")
    # A code may be cut to its half, and not further (RFC 8945 section 5.2.2.1).
    answer = exchange(port, signed(now, length=16)[0])
    check(answer[3] & 15 == 0, f"half a code: {answer.hex()}")
    for length in (15, 10, 0):
        check(exchange(port, signed(now, length=length)[0])[3] & 15 == 1, f"{length} bytes of a code")
    check(exchange(port, signed(now, spoil=lambda mac: mac + b"\0")[0])[3] & 15 == 1, "a longer code")
    answer = exchange(port, signed(now, spoil=lambda mac: bytes([mac[0] ^ 1]) + mac[1:])[0])
    check((answer[3] & 15, *error(answer)) == (9, 16, 0), f"a wrong code: {answer.hex()}")
    # Whatever is cut off or changed is refused or not answered, and never taken.
    message, _ = signed(now)
    for index in range(12, len(message)):
        changed = message[:index] + bytes([message[index] ^ 0x20]) + message[index + 1 :]
        answer = exchange(port, changed) if index % 3 == 0 else b""
        if answer and answer[3] & 15 == 0:
            # Names count in any case (RFC 4343).
            check(message[index : index + 1].isalpha(), f"byte {index} was changed and the query taken")


if sys.argv[1] == "code":
    print(code(int(sys.argv[2]), sys.argv[3]))
else:
    tsig(int(sys.argv[2]), sys.argv[3])
