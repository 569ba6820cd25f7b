"""Replays a sequence of requests through caches, and counts at the origin what they did not have.

The origin is nginx; its log says which objects were fetched, so no server is asked what it thinks was a hit. The client
is wrk, one thread: it takes the requests in order, whichever of its connections is free next, and ends with the last.
Caches other than Skerry are configured by ../shared/measure (or the folder that SKERRY_MEASURE names).
"""
import contextlib
import itertools
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKERRY = os.environ.get("SKERRY", f"{ROOT}/.build/release/skerry")
MEASURE = os.path.abspath(os.environ.get("SKERRY_MEASURE", f"{ROOT}/../shared/measure"))
SITE = os.environ.get("SKERRY_ZIPF_SITE", "/dev/shm/bench-docroot")
SERVER_CPU, LOAD_CPU = 0, min(1, (os.cpu_count() or 1) - 1)
OBJECTS, EXPONENT, MEDIAN_BYTES, SIGMA = 100_000, 0.9, 8192, 1.0
CONNECTIONS = 64
os.environ["PATH"] += ":/usr/sbin:/sbin"

# Asks for PREFIX and each line of a file, from line FIRST on; ends after COUNT answers,
# or goes through them again and again if it is 0.
SCRIPT = """
local names, number, at, left, before, after = {}, 0, -1, 0  -- wrk takes one request to look at it
function init(args)
  local first, count, line = tonumber(args[4]), tonumber(args[5]), 0
  before, after = "GET " .. args[3], " HTTP/1.1\\r\\nHost: " .. args[2] .. "\\r\\n\\r\\n"
  left = count > 0 and count or -1
  for name in io.lines(args[1]) do
    line = line + 1
    if line > first then
      number = number + 1
      names[number] = name
      if number == count then break end
    end
  end
end
function request()
  at = at + 1
  return before .. (names[at] or names[left < 0 and (at - 1) % number + 1 or number]) .. after
end
function response()
  left = left - 1
  if left == 0 then
    wrk.thread:stop()
    io.write("ENDED\\n")
    io.flush()
  end
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('JSON {"requests": %d, "seconds": %.3f, "bytes": %.0f, "errors": %d, "p50": %.3f, "p99": %.3f}\\n',
    summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


def peers():
    """The modules `servers` and `workloads` of ../shared/measure, or None."""
    if not os.path.exists(f"{MEASURE}/servers.py"):
        return None
    sys.path.insert(0, MEASURE)
    import servers
    import workloads
    return servers, workloads


def site():
    """The folder of the origin's files, kept between runs, and the bytes of each object (0: none has this number)."""
    if modules := peers():
        modules[1].make_docroot(SITE, True)
    elif not os.path.exists(f"{SITE}/done-True"):
        dice, noise = random.Random(1), random.Random(2).randbytes(2 << 20)
        for folder in "cz":
            os.makedirs(f"{SITE}/{folder}", exist_ok=True)
        for name, size in [("c/1k", 1 << 10), ("c/1m", 1 << 20)] + [
                (f"z/{n}", min(max(int(dice.lognormvariate(0, SIGMA) * MEDIAN_BYTES), 64), 1 << 20))
                for n in range(1, OBJECTS + 1)]:
            with open(f"{SITE}/{name}", "wb") as f:
                f.write(noise[len(name):len(name) + size])
        open(f"{SITE}/done-True", "w").close()
    return SITE, [0] + [os.path.getsize(f"{SITE}/z/{n}") for n in range(1, OBJECTS + 1)]


def zipf(count, seed):
    """Numbers of `count` requests."""
    weights = list(itertools.accumulate(n ** -EXPONENT for n in range(1, OBJECTS + 1)))
    return random.Random(seed).choices(range(1, OBJECTS + 1), cum_weights=weights, k=count)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def spawn(command, cpu, **more):
    def child():
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        os.sched_setaffinity(0, {cpu})
    return subprocess.Popen([str(word) for word in command], preexec_fn=child, stdin=subprocess.DEVNULL,
                            start_new_session=True, **more)


def tree(root):
    """The processes of a server."""
    found = [root]
    for pid in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as f:
                    found += map(int, f.read().split())
    return found


def cpu_seconds(root):
    """CPU time of all processes of a server, and of their children that have ended."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/stat") as f:
                total += sum(map(int, f.read().rpartition(")")[2].split()[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def memory(root):
    """RSS and PSS in bytes of all processes of a server."""
    sums = {"Rss": 0, "Pss": 0}
    for pid in tree(root):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/smaps_rollup") as f:
                for line in f:
                    if (key := line.partition(":")[0]) in sums:
                        sums[key] += int(line.split()[1]) << 10
    return sums


def stored_files(folder):
    """The files of a folder, or the file itself; those that go meanwhile left out."""
    if os.path.isfile(folder):
        yield folder, os.stat(folder)
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                path = os.path.join(base, name)
                yield path, os.stat(path)


def disk_bytes(folder):
    return sum(state.st_blocks * 512 for _, state in stored_files(folder))


def forget_pages(folder):
    """Makes the kernel give up what it has in memory of a server's files; what is mapped stays."""
    os.sync()
    for path, _ in stored_files(folder):
        with contextlib.suppress(OSError):
            f = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(f)


def end(process):
    pids = tree(process.pid)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


class Origin:
    """/z/NUMBER are the objects; /s/SIZE/ANYTHING is SIZE bytes under as many names as one likes."""

    SIZES = {"8k": 8 << 10, "64k": 64 << 10, "128k": 128 << 10, "256k": 256 << 10, "512k": 512 << 10, "1m": 1 << 20}

    def __init__(self, folder, files):
        self.port, self.log, self.read = free_port(), f"{folder}/fetched", 0
        os.makedirs(f"{folder}/s")
        for name, size in self.SIZES.items():
            with open(f"{folder}/s/{name}", "wb") as f:
                f.write(random.Random(size).randbytes(size))
        user = "user root;" if os.getuid() == 0 else ""
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{folder}/nginx.conf", "w") as f:
            f.write(f"""{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 19000; }}
http {{ {temporary} sendfile on; keepalive_timeout 600s; keepalive_requests 1000000000; default_type application/octet-stream;
log_format fetched "$uri $status $body_bytes_sent"; access_log {self.log} fetched buffer=64k flush=500ms;
open_file_cache max=8000 inactive=60s; open_file_cache_valid 60s; add_header Cache-Control "public, max-age=86400";
server {{ listen 127.0.0.1:{self.port} backlog=4096; root {files};
location ~ ^/s/([0-9a-z]+)/ {{ alias {folder}/s/$1; }} }} }}""")
        self.process = spawn(["nginx", "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"], LOAD_CPU)
        await_answer(self.port, "/c/1k", self.process)

    def fetched(self):
        """Path, status and bytes of everything that was asked for since the last call."""
        time.sleep(1.2)  # the log is written twice a second
        with open(self.log) as f:
            f.seek(self.read)
            lines = [line.split() for line in f.read().splitlines()]
            self.read = f.tell()
        return [(path, status, int(size)) for path, status, size in lines]


def await_answer(port, path, process, host="a.test", seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), 5) as s:
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                if s.recv(65536).startswith(b"HTTP/1.1 200"):
                    return
        time.sleep(0.05)
    raise RuntimeError(f"no answer on port {port} (exit status {process.poll()})")


class Load:
    """A wrk under way: asks `port` for prefix + line of the file `names`, lines `first` to `first + count`;
    from `first` on without an end if `count` is 0."""

    def __init__(self, folder, port, host, prefix, names, first, count, connections=CONNECTIONS):
        script = f"{folder}/replay.lua"
        with open(script, "w") as f:
            f.write(SCRIPT)
        self.process = spawn(["wrk", "-t1", f"-c{connections}", "-d3600s", "--timeout", "30s", "-s", script,
                              f"http://127.0.0.1:{port}/", "--", names, host, prefix, first, count], LOAD_CPU,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)

    @property
    def ended(self):
        """Whether the last answer has come."""
        os.set_blocking(self.process.stdout.fileno(), False)
        line = self.process.stdout.readline()
        os.set_blocking(self.process.stdout.fileno(), True)
        return line == "ENDED\n" or self.process.poll() is not None

    def result(self):
        """Ends it; wrk sleeps on when its thread has stopped."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        output = self.process.communicate()[0]
        if "JSON " not in output:
            raise RuntimeError(f"wrk failed: {output[:500]}")
        return json.loads(output.rpartition("JSON ")[2])


class Skerry:
    """An edge with a zone for each of `hosts`."""

    def __init__(self, folder, origin_port, ram_mb, disk_mb, hosts=("a.test",)):
        os.makedirs(folder)
        self.dir, self.port = folder, free_port()
        with open(f"{folder}/zones.yaml", "w") as f:
            f.write("zones:\n" + "".join(f"  - name: {host}\n    origins:\n      - url: http://127.0.0.1:{origin_port}\n"
                                         for host in hosts))
        with open(f"{folder}/log", "ab") as log:
            self.process = spawn(
                [SKERRY, "edge", "--directory", f"{folder}/edge", "--http", f"127.0.0.1:{self.port}", "--cpus", SERVER_CPU,
                 "--zones", f"{folder}/zones.yaml", "--ram-mb", ram_mb, "--disk-mb", disk_mb,
                 "--control", f"{folder}/c", "--token-file", f"{folder}/t"], SERVER_CPU, stdout=log, stderr=log)
        for host in hosts:
            await_answer(self.port, "/c/1k", self.process, host)

    def stop(self):
        end(self.process)


def average_blocks(sizes):
    """Bytes that an object takes on average as a file of its own with its head."""
    return sum((size + 600 + 4095) // 4096 * 4096 for size in sizes[1:]) / (len(sizes) - 1)


def make(name, folder, origin_port, ram_mb, disk_mb, sizes, hosts=("a.test",)):
    """Starts a server with these limits; `process`, `port`, `dir` and `stop` as `Skerry` has them."""
    if name == "skerry":
        return Skerry(folder, origin_port, ram_mb, disk_mb, hosts)
    servers = peers()[0]
    kind = {"nginx": servers.Nginx, "varnish": servers.Varnish, "squid": servers.Squid,
            "trafficserver": servers.TrafficServer}[name]

    class Limited(kind):
        """With the limits of this run where the configuration has greater ones."""

        def prepare(self):
            super().prepare()
            if name == "nginx":  # a full keys_zone evicts at once, max_size every ten seconds only
                keys = int((disk_mb << 20) / average_blocks(sizes))
                change(f"{self.dir}/nginx.conf", f"keys_zone=c:64m max_size={self.v['max_mb']}m",
                       f"keys_zone=c:{(keys // 32 + 12) * 4}k max_size={disk_mb}m")
            if name == "varnish":  # an object is in one of both for good; the dice make them fill at the same pace
                self.v["storage"] = f"ram=malloc,{ram_mb}m -s disk=file,{self.dir}/store,{disk_mb}m"
                change(f"{self.dir}/vcl", "vcl 4.1;", "vcl 4.1;\nimport std;")
                change(f"{self.dir}/vcl", "sub vcl_backend_response {", f"""sub vcl_backend_response {{
  if (std.random(0, {ram_mb + disk_mb}) < {ram_mb}) {{ set beresp.storage = storage.ram; }}
  else {{ set beresp.storage = storage.disk; }}""")
            if name == "trafficserver":
                change(f"{self.dir}/root/etc/storage.config", f"{max(disk_mb, 512)}M", f"{disk_mb}M")

    os.makedirs(os.path.dirname(folder), exist_ok=True)
    unused = {"cert": f"{folder}.pem", "key": f"{folder}.key", "pem": f"{folder}.pem"}
    if name in ("nginx", "squid", "trafficserver"):
        unused = servers.certificate(os.path.dirname(folder))
    return Limited(folder, f"127.0.0.1:{origin_port}", SITE, unused, {SERVER_CPU}, 1, ram_mb, disk_mb).start()


def change(path, old, new):
    with open(path) as f:
        text = f.read()
    if old not in text:
        raise RuntimeError(f"{path} does not say {old!r}")
    with open(path, "w") as f:
        f.write(text.replace(old, new))
