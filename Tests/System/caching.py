#!/usr/bin/env python3
"""What a shared cache must do, as a table of short dialogues between a client and an origin.

caching.py EDGE_PORT [NAME...]: listens as an origin on a free port, adds a zone for it (SKERRY and
SKERRY_CONTROL say how), plays every dialogue of the tables through the edge and prints `ok` and `not ok`
lines. The dialogues are in caching_store.py, caching_reuse.py and caching_rules.py; NAMEs choose those whose sentence
contains one of them.

A dialogue is a sentence and its steps. A step is one request (`get(...)`) with what is expected of the
answer and what the origin answers if it is asked:

  CACHE      the answer came from an earlier step, and the origin was not asked
  ORIGIN     the answer is the one that the origin gave in this very step
  VALIDATED  the origin was asked conditionally and said 304; the client got an earlier step's content
"""
import asyncio
import os
import re
import subprocess
import sys
import time
from email.utils import formatdate

CACHE, ORIGIN, VALIDATED = "from the cache", "from the origin", "validated"
TABLE = []  # (sentence, steps)


def date(offset=0):
    """An HTTP-date so many seconds from now."""
    return formatdate(time.time() + offset, usegmt=True)


class Step:
    """One request, the origin's answer to it, and what is expected."""

    def __init__(self, expect, *request, method="GET", path="", send=None, answer=(), status=200, body=None,
                 interim=(), drops=False, trailers=(), framing="length", pause=0, want=None, text=None, has=(), lacks=(), sent=(),
                 unsent=(), asked=None, early=None, delay=0):
        self.expect, self.request, self.method, self.path = expect, request, method, path
        self.send = send  # content of the request
        self.answer, self.status, self.body = answer, status, body  # what the origin answers
        self.interim, self.drops, self.trailers = interim, drops, trailers  # ... or closes the connection
        self.framing = framing  # how the origin tells the end: "length", "chunked" (with trailers anyway) or "close"
        self.delay = delay  # seconds before it answers
        self.pause = pause  # seconds before the request is sent
        self.want, self.text = want, text  # the status and content that the client gets
        self.has, self.lacks = has, lacks  # "name: pattern" and names of the answer's fields
        self.sent, self.unsent = sent, unsent  # the same of the fields that the origin got
        self.asked = asked  # how often the origin was asked in all
        self.early = early  # what an interim answer has


def get(expect=None, *request, **more):
    return Step(expect, *request, **more)


def case(sentence, *steps):
    TABLE.append((sentence, steps))


class Dialogue:
    """One case being played; what the origin has seen of it."""

    def __init__(self, number, sentence, steps):
        self.number, self.sentence, self.steps = number, sentence, steps
        self.seen = {}  # step -> [(status, request fields)]

    def asked(self):
        return sum(len(seen) for seen in self.seen.values())


async def read_head(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
    fields = [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in head[1:] if line)]
    return head[0], fields


def values(fields, name):
    return ", ".join(v for n, v in fields if n == name)


async def read_body(reader, fields, method, status):
    if method == "HEAD" or status in (204, 304):
        return b"", []
    if values(fields, "transfer-encoding") == "chunked":
        body, trailers = b"", []
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:size]
        while (line := await reader.readline()) != b"\r\n":
            name, _, value = line.decode("latin1").partition(":")
            trailers.append((name.lower(), value.strip()))
        return body, trailers
    if length := values(fields, "content-length"):
        return await reader.readexactly(int(length)), []
    return (b"", []) if status is None else (await reader.read(), [])


# --- the origin -----------------------------------------------------------------------------------


def is_same(step, fields):
    """Whether the request's condition says that the client has what this step answers."""
    own = [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in step.answer)]
    tag, modified = values(own, "etag"), values(own, "last-modified")
    asked = values(fields, "if-none-match")
    if asked:
        return bool(tag) and tag.removeprefix("W/") in [t.strip().removeprefix("W/") for t in asked.split(",")]
    return bool(modified) and values(fields, "if-modified-since") == modified


async def answer(writer, dialogue, index, method, target, fields):
    step = dialogue.steps[index]
    conditional = step.expect == VALIDATED and is_same(step, fields)
    status = 304 if conditional else step.status
    dialogue.seen.setdefault(index, []).append((status, fields))
    if step.drops:
        return False
    await asyncio.sleep(step.delay)
    for line in step.interim:
        writer.write(f"HTTP/1.1 {line}\r\n\r\n".encode("latin1"))
    body = f"answer {index}" if step.body is None else step.body
    lines = [f"HTTP/1.1 {status} Whatever", f"X-Step: {index}", *(line.replace("{target}", target) for line in step.answer)]
    if not any(line.lower().startswith(("date:", "no-date")) for line in step.answer):
        lines.append(f"Date: {date()}")
    lines = [line for line in lines if line != "no-date"]
    if status in (204, 304):
        body = ""
    elif step.trailers or step.framing == "chunked":
        lines += ["Transfer-Encoding: chunked"]
    elif step.framing == "length":
        lines += [f"Content-Length: {len(body)}"]
    head, content = "\r\n".join([*lines, "", ""]), body
    if "Transfer-Encoding: chunked" in lines:
        content = f"{len(body):x}\r\n{body}\r\n0\r\n" + "\r\n".join([*step.trailers, "", ""])
    # In one piece: what can come at once does.
    writer.write((head if method == "HEAD" else head + content).encode("latin1"))
    await writer.drain()
    if step.framing == "close":
        writer.close()
    return step.framing != "close"


async def serve(dialogues, reader, writer):
    try:
        while True:
            line, fields = await read_head(reader)
            method, target, _ = line.split(" ")
            await read_body(reader, fields, method, None)
            number = int(target.split("/")[1])
            if not await answer(writer, dialogues[number], int(values(fields, "x-ask") or 0), method, target, fields):
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.transport.abort()


# --- the client -----------------------------------------------------------------------------------


class Fault(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Fault(message)


def check_fields(fields, has, lacks, whose):
    for line in has:
        name, _, pattern = line.partition(":")
        found = [v for n, v in fields if n == name.lower()]
        joined = ", ".join(found)
        check(found and re.search(pattern.strip(), joined), f"{whose} {name} is {joined!r}, not {pattern.strip()!r}")
    for name in lacks:
        check(not any(n == name.lower() for n, _ in fields), f"{whose} {name} is {values(fields, name.lower())!r}")


def check_source(dialogue, index, status, fields, body):
    step, seen = dialogue.steps[index], dialogue.seen.get(index, [])
    source = values(fields, "x-step")
    if step.expect == CACHE:
        check(not seen, "the origin was asked")
        check(source != str(index), "it came from the origin")
    elif step.expect == ORIGIN:
        check(seen, "the origin was not asked")
        check(source == str(index), f"it came from step {source}")
    elif step.expect == VALIDATED:
        check(seen, "the origin was not asked")
        check(seen[0][0] == 304, "the origin was not asked conditionally")
        check(body != f"answer {index}".encode(), "it got the origin's content")
    check(status == (step.want or (200 if step.expect == VALIDATED else None) or step.status), f"the status is {status}")
    if step.text is not None:
        check(body.decode("latin1") == step.text, f"the content is {body!r}")


async def ask(dialogue, index, port):
    step = dialogue.steps[index]
    if step.pause:
        await asyncio.sleep(step.pause)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{step.method} /{dialogue.number}/{step.path} HTTP/1.1", "Host: caching.test", f"X-Ask: {index}",
                 "Connection: close", *step.request]
        content = (step.send or "").encode()
        if step.send is not None:
            lines.append(f"Content-Length: {len(content)}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin1") + content)
        interim = []
        while True:
            line, fields = await read_head(reader)
            status = int(line.split(" ")[1])
            if status >= 200:
                break
            interim.append((status, fields))
        body, _ = await read_body(reader, fields, step.method, status)
        check(not await reader.read(1), "more follows the answer's end")
    finally:
        writer.close()
    check_source(dialogue, index, status, fields, body)
    check_fields(fields, step.has, step.lacks, "the answer's")
    if step.sent or step.unsent:
        check(dialogue.seen.get(index), "the origin was not asked")
        check_fields(dialogue.seen[index][-1][1], step.sent, step.unsent, "the request's")
    if step.early is not None:
        check(len(interim) == len(step.interim), f"{len(interim)} interim answers")
        for _, fields in interim:
            check_fields(fields, step.early, (), "the interim answer's")
    if step.asked is not None:
        check(dialogue.asked() == step.asked, f"the origin was asked {dialogue.asked()} times")


async def play(dialogue, port, turns):
    async with turns:
        try:
            for index in range(len(dialogue.steps)):
                await asyncio.wait_for(ask(dialogue, index, port), 30)
            return f"ok {dialogue.sentence}"
        except Exception as fault:  # whatever it is, this case failed and the others go on
            return f"not ok {dialogue.sentence}\n#   step {index}: {fault or type(fault).__name__}"


async def main(port, *names):
    chosen = [(s, steps) for s, steps in TABLE if not names or any(name in s for name in names)]
    dialogues = [Dialogue(number, *entry) for number, entry in enumerate(chosen)]
    server = await asyncio.start_server(lambda r, w: serve(dialogues, r, w), "127.0.0.1", 0, backlog=1000)
    origin = server.sockets[0].getsockname()[1]
    subprocess.run([os.environ["SKERRY"], "zone", "add", "caching.test", "--origin", f"http://127.0.0.1:{origin}"],
                   check=True, stdout=subprocess.DEVNULL)
    turns = asyncio.Semaphore(64)
    for line in await asyncio.gather(*(play(dialogue, port, turns) for dialogue in dialogues)):
        print(line)


if __name__ == "__main__":
    sys.modules["caching"] = sys.modules["__main__"]
    import caching_reuse  # noqa: F401  (they fill TABLE)
    import caching_rules  # noqa: F401
    import caching_store  # noqa: F401
    asyncio.run(main(*sys.argv[1:]))
