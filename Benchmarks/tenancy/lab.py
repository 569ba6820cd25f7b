"""Processes of a measurement: an origin, an edge, loads; where they run, and what CPU they use.

The edge under test has the first core, load tools and origin the second. Where it is allowed
(SCHED_RR needs root), edge and load run ahead of everything else during bursts of less than a
second, so that other work on the machine does not count; Linux gives that other work its share
between the bursts.
"""
import contextlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("SKERRY_BINARY", os.path.join(ROOT, ".build/release/skerry"))
EDGE_CPU, LOAD_CPU = 0, min(1, (os.cpu_count() or 1) - 1)
BURST_SECONDS = 0.8


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def threads(pid):
    return [int(t) for t in os.listdir(f"/proc/{pid}/task")]


def cpu_seconds(pid):
    """CPU time of all threads of a process, to the nanosecond."""
    total = 0
    for thread in threads(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as f:
                total += int(f.read().split()[0])
    return total / 1e9


def schedule(pid, policy, priority):
    """Sets the policy of all threads of a process; False where that is not allowed."""
    try:
        for thread in threads(pid):
            os.sched_setscheduler(thread, policy, os.sched_param(priority))
        return True
    except OSError:
        return False


@contextlib.contextmanager
def burst(*pids):
    """Lets the processes run ahead of everything else; yields whether that is allowed."""
    allowed = all([schedule(pid, os.SCHED_RR, 2) for pid in pids])
    try:
        yield allowed
    finally:
        for pid in pids:
            schedule(pid, os.SCHED_OTHER, 0)


class Lab:
    """A directory, and the processes that end with it."""

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="skerry-tenancy-")
        os.chmod(self.directory, 0o755)
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self.stop(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, command, cpus, fifo=0, **pipes):
        """Starts a command on `cpus`, with SCHED_FIFO priority `fifo` if that is allowed."""
        def child():
            os.sched_setaffinity(0, cpus)
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            if fifo:
                with contextlib.suppress(OSError):
                    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(fifo))
        log = open(f"{self.directory}/log", "ab")
        pipes = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **pipes}
        process = subprocess.Popen([str(c) for c in command], preexec_fn=child, **pipes)
        log.close()
        self.processes.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()

    def wait_for(self, check, seconds=10):
        deadline = time.monotonic() + seconds
        while not check():
            if time.monotonic() > deadline:
                with open(f"{self.directory}/log") as f:
                    raise SystemExit("not ready in time:\n" + f.read()[-2000:])
            time.sleep(0.05)

    def origin(self):
        """nginx on files: /c/1k and /c/1m may be stored; /n/1k may not, and neither may the texts /n/page
        (250 KB) and /n/note (16 KB). /d/SIZE/ANYTHING is /c/SIZE (100k, 1m, 10m) under as many names as one
        likes."""
        port, folder = free_port(), f"{self.directory}/origin"
        for name in ("c", "n"):
            os.makedirs(f"{folder}/{name}")
        noise = random.Random(1)
        for name, size in (("1k", 1 << 10), ("100k", 100 << 10), ("1m", 1 << 20), ("10m", 10 << 20)):
            with open(f"{folder}/c/{name}", "wb") as f:
                f.write(noise.randbytes(size))
        shutil.copy(f"{folder}/c/1k", f"{folder}/n/1k")
        words = ["".join(noise.choices("etaoinshrdlu", k=noise.randint(2, 9))) for _ in range(2000)]
        with open(f"{folder}/n/page", "w") as f:
            f.write(" ".join(noise.choices(words, k=60_000))[:250_000])
        with open(f"{folder}/n/note", "w") as f:
            f.write(" ".join(noise.choices(words, k=5_000))[:16_000])
        self.origin_pid = self.nginx(folder, {LOAD_CPU}, 0, f"""
  default_type text/plain; open_file_cache max=1000;
  server {{
    listen 127.0.0.1:{port} backlog=4096; root {folder};
    location /c/ {{ add_header Cache-Control "public, max-age=86400"; }}
    location ~ ^/d/([0-9a-z]+)/ {{ alias {folder}/c/$1; add_header Cache-Control "public, max-age=86400"; }}
    location /count {{ stub_status; }}
    location /n/ {{ add_header Cache-Control no-store; }}
  }}""").pid
        self.wait_for(lambda: answers(port, "x", "/c/1k"))
        return port

    def cache(self, origin, cpus):
        """nginx's proxy_cache in front of `origin`, with a worker pinned to each of `cpus`; /n/ goes past the cache."""
        port = free_port()
        folder = f"{self.directory}/cache-{port}"
        os.makedirs(folder)
        process = self.nginx(folder, set(range(os.cpu_count())), len(cpus), f"""
  proxy_cache_path {folder}/store keys_zone=c:10m use_temp_path=off; sendfile on; open_file_cache max=1000;
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 256; keepalive_requests 1000000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
  server {{
    listen 127.0.0.1:{port} backlog=4096 reuseport;
    location / {{ proxy_pass http://origin; proxy_cache c; proxy_cache_key $host$request_uri; proxy_cache_lock on; }}
    location /n/ {{ proxy_pass http://origin; }}
  }}""")
        self.wait_for(lambda: answers(port, "a.test", "/c/1k"))
        return Peer(process.pid, port)

    def nginx(self, folder, cpus, workers, http):
        """Starts nginx with what `http` says, each worker pinned to a core of its own; 0 workers: in one process."""
        user = "user root;" if os.getuid() == 0 else ""
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{folder}/nginx.conf", "w") as f:
            f.write(f"""{user} daemon off; {f"worker_processes {workers}" if workers else "master_process off"}; pid {folder}/pid; error_log {folder}/error.log;
{"worker_cpu_affinity auto;" if workers else ""}
events {{ worker_connections 8192; }}
http {{
  access_log off; {temporary} keepalive_requests 1000000000;{http}
}}""")
        path = os.environ["PATH"] + ":/usr/sbin"
        return self.start(
            [shutil.which("nginx", path=path) or "nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
            cpus)

    def edge(self, zones, cpus=(EDGE_CPU,), certificate=False, options=()):
        """An edge that serves `zones` (name and port of the origin each), the first by default."""
        return Edge(self, zones, cpus, certificate, options)


class Peer:
    """A server of several processes."""

    def __init__(self, pid, port):
        self.pid, self.port = pid, port

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children") as f:
            return [int(child) for child in f.read().split()]

    def cpu_seconds(self):
        return sum(map(cpu_seconds, self.children()))


class Edge:
    def __init__(self, lab, zones, cpus, certificate, options):
        self.lab, self.port, self.tls_port = lab, free_port(), free_port()
        folder = f"{lab.directory}/edge-{self.port}"
        os.makedirs(folder)
        self.folder = f"{folder}/edge"
        listen = ["--http", f"127.0.0.1:{self.port}"]
        lines = ["zones:"]
        if certificate:
            hosts = [x for name, _ in zones for x in ("--host", name)]
            for step in (["create", f"{folder}/ca"],
                         ["issue", f"{folder}/ca", *hosts, "--out", f"{folder}/site"]):
                subprocess.run([BINARY, "ca", *step], check=True, stdout=subprocess.DEVNULL)
            listen += ["--https", f"127.0.0.1:{self.tls_port}"]
        for name, port in zones:
            lines += [f"  - name: {name}", "    origins:", f"      - url: http://127.0.0.1:{port}"]
            if certificate:
                lines += ["    certificates:", "      - certificateFile: site.pem", "        keyFile: site.key"]
        with open(f"{folder}/zones.yaml", "w") as f:
            f.write("\n".join(lines) + "\n")
        process = lab.start(
            [BINARY, "edge", "--directory", self.folder, *listen,
             "--zones", f"{folder}/zones.yaml", "--default-zone", zones[0][0],
             "--cpus", ",".join(map(str, cpus)), *options], set(range(os.cpu_count())))
        self.pid = process.pid
        lab.wait_for(lambda: answers(self.port, zones[0][0], "/c/1k"))

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def get(self, target):
        """The result of a call of the operator's API."""
        connection = http.client.HTTPConnection("localhost", timeout=30)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(f"{self.folder}/control.sock")
        with open(f"{self.folder}/control.token") as f:
            token = f.read().strip()
        connection.request("GET", target, headers={"Authorization": f"Bearer {token}"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer.get("result", answer)


def answers(port, host, path):
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
        with urllib.request.urlopen(request, timeout=10) as r:
            return r.status == 200
    except OSError:
        return False


def wrk(lab, url, connections, seconds, headers, script=None, cpus=(LOAD_CPU,)):
    """Starts wrk; its output is read when it has ended."""
    fields = [x for h in headers for x in ("-H", h)]
    extra = ["-s", script] if script else []
    return lab.start(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *extra,
                      *fields, url], set(cpus), stdout=subprocess.PIPE, text=True)


def requests_of(process):
    """Requests that a wrk made, and how many failed."""
    out = process.communicate()[0]
    made = [int(l.split()[0]) for l in out.splitlines() if " requests in " in l]
    failed = [l for l in out.splitlines() if "Non-2xx" in l or "Socket errors" in l]
    return (made or [0])[0], failed


def table(title, columns, rows):
    widths = [max(len(str(r[i])) for r in [columns, *rows]) for i in range(len(columns))]
    line = lambda r: "| " + " | ".join(str(c).ljust(w) for c, w in zip(r, widths)) + " |"
    print(f"\n## {title}\n")
    print(line(columns))
    print("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    for row in rows:
        print(line(row))
    print(flush=True)
