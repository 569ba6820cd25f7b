#!/usr/bin/env python3
"""One page in a headless browser, asked over its debugging pipe (Chrome DevTools Protocol).

browser.py BROWSER PROFILE URL SCREENSHOT   loads the page, and prints
  title TITLE
  response PROTOCOL STATUS TYPE URL         for everything that was loaded
  image WIDTH URL                           for every picture of the page, as it was decoded; 0: not at all
  colours COUNT                             in the screenshot, which is written to the file SCREENSHOT
"""
import base64
import json
import os
import struct
import subprocess
import sys
import time
import zlib

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--ignore-certificate-errors",
           "--window-size=1200,1500", "--remote-debugging-pipe"]
SECONDS = 60


class Browser:
    """A browser that reads commands from descriptor 3 and writes answers to 4, each ended by a NUL."""

    def __init__(self, program, profile):
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def pipes():
            # Moved away first: each may be where the other is to be.
            high = [os.dup(commands), os.dup(answers)]
            while min(high) < 10:
                high = [os.dup(fd) for fd in high]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"], preexec_fn=pipes, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.received, self.number, self.events = b"", 0, []
        self.until = time.monotonic() + SECONDS

    def message(self):
        os.set_blocking(self.answers, False)
        while b"\0" not in self.received:
            if time.monotonic() > self.until:
                sys.exit("the browser takes too long")
            try:
                piece = os.read(self.answers, 1 << 20)
                if not piece:
                    sys.exit("the browser has ended")
                self.received += piece
            except BlockingIOError:
                time.sleep(0.02)
        text, self.received = self.received.split(b"\0", 1)
        return json.loads(text)

    def ask(self, method, session=None, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def colours(png):
    """How many colours an 8-bit PNG without interlacing has (RFC 2083)."""
    at, data, width, channels = 8, b"", 0, 0
    while at < len(png):
        length, kind = struct.unpack("!I4s", png[at:at + 8])
        content = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, channels = struct.unpack("!I", content[:4])[0], {2: 3, 6: 4}[content[9]]
        elif kind == b"IDAT":
            data += content
        at += length + 12
    rows, line, found = zlib.decompress(data), width * channels, set()
    before = bytearray(line)
    for start in range(0, len(rows), line + 1):
        method, row = rows[start], bytearray(rows[start + 1:start + 1 + line])
        for i in range(line):
            left = row[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            up = before[i]
            if method == 1:
                row[i] = (row[i] + left) & 255
            elif method == 2:
                row[i] = (row[i] + up) & 255
            elif method == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif method == 4:
                guess = left + up - corner
                row[i] = (row[i] + min((left, up, corner), key=lambda value: abs(guess - value))) & 255
        found.update(bytes(row[i:i + 3]) for i in range(0, line, channels))
        before = row
    return len(found)


def main(program, profile, url, screenshot):
    browser = Browser(program, profile)
    try:
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.ask("Network.enable", session)
        browser.ask("Page.enable", session)
        browser.events.clear()
        browser.ask("Page.navigate", session, url=url)
        browser.wait("Page.loadEventFired")
        evaluated = browser.ask("Runtime.evaluate", session, awaitPromise=True, returnByValue=True, expression="""
            (async () => {
              await Promise.allSettled([...document.images].map(image => image.decode()))
              return [document.title, [...document.images].map(image => [image.naturalWidth, image.currentSrc])]
            })()""")
        title, images = evaluated["result"]["value"]
        print("title", title)
        for event in browser.events:
            if event.get("method") == "Network.responseReceived":
                response = event["params"]["response"]
                print("response", response["protocol"], response["status"], response["mimeType"], response["url"])
        for width, source in images:
            print("image", width, source)
        png = base64.b64decode(browser.ask("Page.captureScreenshot", session, format="png")["data"])
        with open(screenshot, "wb") as file:
            file.write(png)
        print("colours", colours(png))
    finally:
        browser.end()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
