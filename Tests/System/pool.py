#!/usr/bin/env python3
"""One address of a pool: answers HTTP with the status that a file says, and notes who asked.

pool.py ADDRESS PORT FOLDER [CERTIFICATE KEY]     the status is in FOLDER/ADDRESS.status (200 without); a line for each request goes to
FOLDER/ADDRESS.log. Status 0: accepts, and says nothing.
"""
import http.server
import os
import socketserver
import ssl
import sys
import time

address, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(f"{folder}/{address}.log", "a", encoding="ascii") as log:
            log.write(f"{self.path} {self.headers['Host']} {self.headers['User-Agent']}\n")
        status = 200
        if os.path.exists(f"{folder}/{address}.status"):
            with open(f"{folder}/{address}.status", encoding="ascii") as file:
                status = int(file.read())
        if status == 0:
            time.sleep(60)
            return
        self.send_response(status)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server((address, port), Handler)
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
