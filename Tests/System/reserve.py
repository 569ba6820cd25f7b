#!/usr/bin/env python3
"""An object store that fails on demand, and the bytes of one that does not.

reserve.py proxy PORT_FILE STORE_PORT MODE_FILE [CERTIFICATE KEY]: passes requests on (which come over TLS if there is a certificate)
  to the store at 127.0.0.1:STORE_PORT, as MODE_FILE says at each:
  pass; hang (takes the request and says nothing); hold N (hangs at the first N objects that are read); fail (503); cut (objects end early); change (a byte of each object is
  another); age N (objects that were not copied since are N days older than they are); skew (403 RequestTimeTooSkewed, with the Date of the store, until the signature's date is an hour ahead).
reserve.py ask PORT KEY SECRET METHOD TARGET: makes one signed request of the store and prints what it answers; what is
  read is its body, of PUT. Fails if the status is 300 or more.
reserve.py flip: reads an object and writes it with its middle byte changed.
reserve.py halve: reads an object and writes its first half.
"""
import hashlib
import hmac
import http.client
import http.server
import socketserver
import ssl
import sys
import threading
import time
from email.utils import formatdate, parsedate_to_datetime

SKEW = b"<Error><Code>RequestTimeTooSkewed</Code><Message>x</Message></Error>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store, mode_file = 0, ""
    held, lock = 0, threading.Lock()
    copied = set()

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(self.mode_file, encoding="ascii") as file:
            mode = file.read().strip()
        if mode == "hang" or mode.startswith("hold ") and self.is_held(int(mode[5:])):
            time.sleep(30)
            self.close_connection = True
            return
        if mode == "fail":
            return self.answer(503, [], b"")
        if mode == "skew" and not self.is_ahead():
            return self.answer(403, [("Date", formatdate(time.time() + 3600, usegmt=True))], SKEW)
        connection = http.client.HTTPConnection("127.0.0.1", self.store, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(body or None)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        is_object = self.command == "GET" and response.status == 200 and "list-type" not in self.path
        if is_object and mode == "change":
            content = flipped(content)
        fields = [(n, v) for n, v in response.getheaders()
                  if n.lower() not in ("content-length", "transfer-encoding", "connection")]
        if mode.startswith("age "):
            fields = self.aged(fields, int(mode[4:]), response.status)
        length = response.getheader("Content-Length") if self.command == "HEAD" else None
        self.answer(response.status, fields, content, length, is_object and mode == "cut")

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = pass_on

    def aged(self, fields, days, status):
        """The fields of the answer, as if the object had been written so long ago."""
        if self.command == "PUT" and "x-amz-copy-source" in self.headers and status == 200:
            Handler.copied.add(self.path)
        if self.path in Handler.copied:
            return fields
        older = lambda text: formatdate(parsedate_to_datetime(text).timestamp() - days * 86400, usegmt=True)
        return [(n, older(v) if n.lower() == "last-modified" else v) for n, v in fields]

    def is_held(self, count):
        if self.command != "GET" or "list-type" in self.path:
            return False
        with Handler.lock:
            Handler.held += 1
            return Handler.held <= count

    def is_ahead(self):
        """The signature is made an hour ahead of our clock."""
        stamp = self.headers.get("X-Amz-Date", "")
        return stamp[:11] == time.strftime("%Y%m%dT%H", time.gmtime(time.time() + 3600))

    def answer(self, status, fields, content, length=None, is_cut=False):
        self.send_response_only(status)
        if not any(name.lower() == "date" for name, _ in fields):
            self.send_header("Date", formatdate(usegmt=True))
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(content[:len(content) // 2] if is_cut else content)
        if is_cut:
            self.close_connection = True

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def ask(port, key, secret, method, target):
    """AWS Signature Version 4, as far as these tests need it: nothing in targets that is to be encoded anew."""
    body = sys.stdin.buffer.read() if method == "PUT" else b""
    stamp, host = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), f"127.0.0.1:{port}"
    digest = hashlib.sha256(body).hexdigest()
    path, _, query = target.partition("?")
    names = "host;x-amz-content-sha256;x-amz-date"
    request = f"{method}\n{path}\n{query}\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{stamp}\n\n{names}\n{digest}"
    scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    code = ("AWS4" + secret).encode()
    for part in scope.split("/") + [text]:
        code = hmac.new(code, part.encode(), hashlib.sha256).digest()
    authorization = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={code.hex()}"
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    connection.request(method, target, body or None, {
        "Host": host, "x-amz-date": stamp, "x-amz-content-sha256": digest, "Authorization": authorization})
    response = connection.getresponse()
    sys.stdout.buffer.write(response.read())
    sys.exit(response.status >= 300)


def main():
    if sys.argv[1] == "ask":
        return ask(*sys.argv[2:])
    if sys.argv[1] == "flip":
        return sys.stdout.buffer.write(flipped(sys.stdin.buffer.read()))
    if sys.argv[1] == "halve":
        content = sys.stdin.buffer.read()
        return sys.stdout.buffer.write(content[:len(content) // 2])
    Handler.store, Handler.mode_file = int(sys.argv[3]), sys.argv[4]
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 5:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[5:7])
        # Each connection's own thread makes its handshake.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with open(sys.argv[2], "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    threading.Thread(target=server.serve_forever).start()


main()
