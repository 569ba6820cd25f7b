"""An open-loop probe over UDP: questions at a constant rate, whatever the answers take.

dnsprobe.py PORT NAME RATE SECONDS [DO] says that it is ready, waits for a line on its standard input, and prints the
latencies in milliseconds, and how many answers were lost or wrong, as JSON. An answer has come when it is in the socket, as the kernel
stamps it: not when this process gets the core that it shares with the load.
"""
import gc
import json
import select
import socket
import struct
import sys
import time

# asm-generic/socket.h
SO_TIMESTAMPNS = 35


def query(number, name, wants_signatures=False, payload=1232):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    opt = b"\0" + struct.pack("!HHIH", 41, payload, 0x8000 if wants_signatures else 0, 0)
    return struct.pack("!6H", number & 0xffff, 0, 1, 0, 0, 1) + labels + struct.pack("!HH", 1, 1) + opt


def main(port, name, rate, seconds, wants_signatures):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.connect(("127.0.0.1", port))
    s.setblocking(False)
    total, sent, wrong, asked, latencies = int(rate * seconds), 0, 0, {}, []
    messages = [query(number, name, wants_signatures) for number in range(total)]
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.monotonic() + 0.02
    while (sent < total or asked) and time.monotonic() < start + seconds + 0.2:
        now = time.monotonic()
        if sent < total and now >= start + sent / rate:
            asked[sent] = time.clock_gettime(time.CLOCK_REALTIME)
            s.send(messages[sent])
            sent += 1
            continue
        wait = start + sent / rate - now if sent < total else 0.05
        if not select.select([s], [], [], max(0, wait))[0]:
            continue
        while True:
            try:
                data, ancillary, _, _ = s.recvmsg(4096, 64)
            except BlockingIOError:
                break
            number, flags, _, answers = struct.unpack("!4H", data[:8])
            if number in asked:
                seconds_and_nanoseconds = struct.unpack("qq", ancillary[0][2])
                came = seconds_and_nanoseconds[0] + seconds_and_nanoseconds[1] / 1e9
                latencies.append((came - asked.pop(number)) * 1e3)
                wrong += flags & 0x020f != 0 or answers == 0
    print(json.dumps({"latencies": latencies, "lost": len(asked), "wrong": wrong}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), len(sys.argv) > 5)
