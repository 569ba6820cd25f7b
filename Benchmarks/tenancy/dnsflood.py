"""Questions for names that are made up, as fast as they can be sent, whatever comes back.

dnsflood.py PORT ZONE SECONDS [DO] prints how many were sent a second.
"""
import random
import socket
import sys
import time

from dnsprobe import query


def main(port, zone, seconds, wants_signatures):
    names = random.Random(time.time_ns())
    sockets = []
    for _ in range(16):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        s.connect(("127.0.0.1", port))
        s.setblocking(False)
        sockets.append(s)
    # Only the name changes: 15 digits behind the header and a length.
    message = query(1, f"{0:015x}.{zone}", wants_signatures)
    head, tail = message[:13], message[28:]
    sent, start = 0, time.monotonic()
    while time.monotonic() < start + seconds:
        bits = f"{names.getrandbits(15360):03840x}".encode()
        for index in range(256):
            try:
                sockets[index & 15].send(head + bits[index * 15:index * 15 + 15] + tail)
                sent += 1
            except OSError:
                pass
    print(f"{sent / (time.monotonic() - start):.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), len(sys.argv) > 4)
