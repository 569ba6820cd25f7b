"""An ordinary edge in front of nginx, in a folder of its own, for what counts and soaks."""
import json
import os
import re
import shutil
import socket
import subprocess
import time


class Edge:
    """The processes; `options` go to `skerry edge`."""

    def __init__(self, binary, folder, *options):
        self.binary, self.folder, self.options, self.processes = binary, folder, options, []
        self.origin, self.http, self.https = free_ports(3)
        self.environment = dict(os.environ, SKERRY_CONTROL=str(folder / "c"))

    def start(self, **environment):
        try:
            self.start_processes(environment)
        except BaseException:
            self.stop()
            raise

    def start_processes(self, environment):
        self.make_certificate()
        self.start_origin()
        self.process = self.run(
            [self.binary, "edge", "--directory", self.folder / "edge", "--control",
             self.folder / "c", "--token-file", self.folder / "t",
             "--http", f"127.0.0.1:{self.http}", "--https", f"127.0.0.1:{self.https}",
             "--default-origin", f"http://127.0.0.1:{self.origin}",
             "--default-certificate", self.folder / "cert", "--default-key", self.folder / "key",
             *self.options], **environment)
        self.etag = self.await_answer("/1k")
        for path in ("/1k", "/100k", "/pass/1k"):
            self.await_answer(path)

    def make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=a", "-addext",
             "subjectAltName=DNS:a,DNS:*.a,IP:127.0.0.1", "-keyout", self.folder / "key", "-out",
             self.folder / "cert"], check=True, capture_output=True)

    def start_origin(self):
        site = self.folder / "site"
        (site / "pass").mkdir(parents=True)
        for name, size in (("1k", 1024), ("100k", 102_400), ("pass/1k", 1024), ("pass/100k", 102_400)):
            (site / name).write_bytes(b"k" * size)
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind}; "
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(f"""{user} daemon off; worker_processes 1;
pid {self.folder}/pid; error_log {self.folder}/log; events {{ worker_connections 1024; }}
http {{ {temporary} access_log off; keepalive_requests 1000000000;
root {site}; add_header Cache-Control max-age=3600;
server {{ listen 127.0.0.1:{self.origin};
location /pass/ {{ add_header Cache-Control no-store; }} }} {self.servers()} }}""")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.run([nginx, "-p", self.folder, "-e", self.folder / "log",
                  "-c", self.folder / "nginx.conf"])

    def servers(self):
        """Further servers of the origin's nginx, as it wants them."""
        return ""

    def run(self, command, **environment):
        log = open(self.folder / "processes.log", "ab")
        extra = {name: str(value) for name, value in environment.items()}
        process = subprocess.Popen(
            [str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            env={**self.environment, **extra})
        self.processes.append(process)
        return process

    def await_answer(self, path, host="a"):
        """The ETag of the answer; waits for the edge to come up."""
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.http), timeout=5) as client:
                    client.sendall(
                        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                    answer = b"".join(iter(lambda: client.recv(1 << 16), b""))
                if answer.startswith(b"HTTP/1.1 200"):
                    return re.search(rb"\r\netag: ([^\r]*)", answer, re.I)[1].decode()
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"no answer to {path}:\n" + (self.folder / "processes.log").read_text())

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()

    def ask(self, *command):
        """What `skerry COMMAND --json` says."""
        answer = subprocess.run(
            [self.binary, *command, "--json", "--token-file", self.folder / "t"],
            env=self.environment, capture_output=True, text=True, check=True).stdout
        return json.loads(answer)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
