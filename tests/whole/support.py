"""What the whole-program tests stand on: a folder with a configuration, the real `snapcron` and `snapshot`, and
ways to ask them things. Standard library only. The binaries' folder comes in $SNAPCRON_BIN."""

import base64
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BIN = pathlib.Path(os.environ.get("SNAPCRON_BIN", pathlib.Path(__file__).parents[2] / "build/dev")).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
SNAPCRON = str(BIN / "snapcron")
SNAPSHOT = str(BIN / "snapshot")
# Sanitizers and two shared cores: waits are long, because a wait that ends early costs nothing.
PATIENCE = float(os.environ.get("SNAPCRON_TEST_PATIENCE", "20"))

DOOR = """\
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: front-door, line: 0, debounce: 5ms}
  2: {name: window, line: 1}
relays:
  1: {name: strike, line: 8}
  2: {name: lamp, line: 9, on_exit: on}
cameras:
  door: {test_pattern: {width: 320, height: 240}}
  yard: {test_pattern: {width: 160, height: 120}}
storage:
  directory: pictures
  filename: "{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg"
http: {listen: "127.0.0.1:@PORT@"}
control_socket: sock
rules:
  - name: door-open
    triggers: {input: front-door, edge: rising}
    actions:
      - snapshot: door
      - {relay: strike, pulse: 300ms}
"""


def env_for_child(**extra):
    """A clean environment: no HOME, no TTY settings, nothing of the person who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")}
    kept.update({k: str(v) for k, v in extra.items() if v is not None})
    return kept


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, predicate, timeout=PATIENCE, every=0.02):
    """Returns the first true value of predicate(); fails with `what` when it stays false."""
    end = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:g} s in vain: {what}")
        time.sleep(every)


def jpeg_size(data):
    """(width, height) of a whole baseline or progressive JPEG, by walking its markers to the end."""
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        raise AssertionError(f"no JPEG: {len(data)} bytes, begins {data[:8]!r}, ends {data[-8:]!r}")
    at, size = 2, None
    while at < len(data):
        if data[at] != 0xFF:
            raise AssertionError(f"no marker at {at}")
        marker = data[at + 1]
        if marker == 0xD9:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0xC0, 0xC1, 0xC2):
            size = (int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big"))
        at += 2 + length
        if marker == 0xDA:  # entropy-coded data up to the next real marker
            while not (data[at] == 0xFF and data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7):
                at += 1
    if size is None:
        raise AssertionError("a JPEG without a frame header")
    return size


def as_sent(path):
    """A stored picture as the camera sent it: without the comment that tells its facts."""
    data = pathlib.Path(path).read_bytes()
    at = data.index(b'\xff\xfe')
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"):]


def decodes(path):
    """The picture as an independent program sees it: djpeg must decode all of it without a warning."""
    data = pathlib.Path(path).read_bytes()
    size = jpeg_size(data)
    if shutil.which("djpeg"):
        done = subprocess.run(["djpeg", "-outfile", "/dev/null", str(path)], capture_output=True, text=True)
        if done.returncode != 0 or done.stderr.strip():
            raise AssertionError(f"djpeg on {path}: {done.stderr.strip()}")
    return size


def make_certificate(folder, certificate="cert.pem", key="key.pem"):
    """A certificate for localhost and 127.0.0.1, by the command that docs/http.md gives for one of one's own."""
    line = re.search(r"^openssl req (?:.*\\\n)*.*$", (ROOT / "docs/http.md").read_text(), re.M).group(0)
    for shown, meant in (("gate.local", "localhost"), ("192.168.1.30", "127.0.0.1"), ("/etc/snapcron/", f"{folder}/"), ("cert.pem", certificate), ("key.pem", key)):
        line = line.replace(shown, meant)
    subprocess.run(["sh", "-c", line], check=True, capture_output=True)


class NotifySocket:
    """systemd's side of sd_notify: collects (monotonic time, message)."""

    def __init__(self, path):
        self.path = str(path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            for line in data.decode().splitlines():
                self.messages.append((time.monotonic(), line))

    def lines(self):
        return [line for _, line in list(self.messages)]

    def times(self, wanted):
        return [at for at, line in list(self.messages) if line == wanted]

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Daemon:
    """A running `snapcron run`; its log grows in a file."""

    def __init__(self, site, env=None, args=(), preexec_fn=None, prefix=()):
        self.site = site
        site.starts += 1
        self.log_path = site.folder / f"log.{site.starts}"
        self.notify = NotifySocket(site.folder / "notify")
        environment = env_for_child(NOTIFY_SOCKET=self.notify.path, **(env or {}))
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*prefix, SNAPCRON, "run", "-c", str(site.config), *args],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd="/",
                start_new_session=True, preexec_fn=preexec_fn)
        self.pid = self.process.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_ready(self, timeout=PATIENCE):
        def ready():
            code = self.process.poll()
            if code is not None:
                raise AssertionError(f"the daemon ended with {code} before it was ready:\n{self.log()}")
            return "READY=1" in self.notify.lines()
        wait_until("READY=1 from the daemon", ready, timeout)
        return self

    def wait_log(self, pattern, timeout=PATIENCE):
        try:
            return wait_until(f"log line /{pattern}/", lambda: re.search(pattern, self.log(), re.M), timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; the log:\n{self.log()}") from None

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, timeout=PATIENCE):
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the daemon did not end within {timeout:g} s; its log:\n{self.log()}") from None
        self.notify.close()
        return code

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self.notify.close()

    def memory(self, what="VmRSS"):
        """Bytes, of /proc/PID/status."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{what}:\s+(\d+) kB", text, re.M).group(1)) * 1024


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:200]!r}"


class Site:
    """A folder with a configuration. `@PORT@` and `@FOLDER@` in the text are filled in."""

    def __init__(self, config=DOOR, folder=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="snapcron-whole-"))
        self.own_folder = folder is None
        self.config = self.folder / "snapcron.yaml"
        self.pictures = self.folder / "pictures"
        self.socket = self.folder / "sock"
        self.port = free_port()
        self.starts = 0
        self.daemon = None
        self.write_config(config)

    def write_config(self, text):
        self.config.write_text(text.replace("@PORT@", str(self.port)).replace("@FOLDER@", str(self.folder)))

    def replace(self, old, new):
        text = self.config.read_text()
        if old not in text:
            raise AssertionError(f"the configuration has no {old!r}")
        self.config.write_text(text.replace(old, new))

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def start(self, ready=True, **options):
        self.daemon = Daemon(self, **options)
        if ready:
            self.daemon.wait_ready()
        return self.daemon

    def stop(self):
        return self.daemon.stop()

    def run(self, program, *args, env=None, text=True, timeout=60, input=None, config=True, prefix=(), **options):
        environment = env_for_child(**({"SNAPCRON_CONFIG": self.config} if config else {}), **(env or {}))
        stdin = {} if input is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run([*prefix, program, *map(str, args)], capture_output=True, text=text, timeout=timeout,
                              env=environment, cwd="/", input=input, **stdin, **options)

    def snapcron(self, *args, **options):
        return self.run(SNAPCRON, *args, **options)

    def snapshot(self, *args, **options):
        return self.run(SNAPSHOT, *args, **options)

    def run_as_nobody(self, program, *args):
        """As a user without rights. The binary is copied: the build folder may lie where nobody may go."""
        self.folder.chmod(0o755)
        copy = self.folder / "bin" / os.path.basename(program)
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(program, copy)
        return self.run(str(copy), *args, prefix=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])

    def ok(self, *args, **options):
        """A `snapcron` command that must succeed; its stdout."""
        done = self.snapcron(*args, **options)
        if done.returncode != 0:
            raise AssertionError(f"snapcron {' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def status(self):
        return json.loads(self.ok("status", "--json"))

    def input_status(self, number):
        return next(i for i in self.status()["inputs"] if i["number"] == number)

    def relay(self, number):
        return next(r["state"] for r in self.status()["relays"] if r["number"] == number)

    def rule(self, name):
        return next(r for r in self.status()["rules"] if r["name"] == name)

    def http(self, method, path, headers=None, body=None, user=None, password=None, timeout=PATIENCE):
        headers = dict(headers or {})
        if user is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            return Reply(reply.status, dict((k.lower(), v) for k, v in reply.getheaders()), reply.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.http("GET", path, **options)

    def raw(self, data, port=None, timeout=PATIENCE):
        """Sends bytes over TCP and returns all that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", port or self.port), timeout=timeout) as connection:
            connection.sendall(data)
            received = b""
            while True:
                try:
                    part = connection.recv(65536)
                except (ConnectionResetError, socket.timeout):
                    return received
                if not part:
                    return received
                received += part

    def sim_levels(self):
        """What the simulated chip's outputs drive, as a voltmeter would show it: the chip keeps its levels in a file
        beside the control socket, so that they outlive the daemon, as on a real board."""
        levels = {}
        for line in (self.folder / "sock.sim").read_text().splitlines():
            levels[line[13:]] = line[0] == "1"
        return levels

    def guard_pid(self):
        """The process that holds the simulated chip's outputs; None when nobody does."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self.folder / "sock.sim").read_text().splitlines()[0][2:12])
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "snapcron-guard":
                return pid
        return None

    def kill_guard(self, number=signal.SIGKILL):
        pid = self.guard_pid()
        if pid is not None:
            os.kill(pid, number)
        return pid

    def wait_guard_gone(self, timeout=PATIENCE):
        wait_until("the relay guard's end", lambda: self.guard_pid() is None, timeout)

    def files(self):
        """Every regular file below the storage folder, relative, sorted; what a reader would find."""
        return sorted(str(p.relative_to(self.pictures)) for p in self.pictures.rglob("*")
                      if p.is_file() and not p.is_symlink() and ".snapcron" not in p.parts)

    def wait_pictures(self, count, timeout=PATIENCE):
        return wait_until(f"{count} pictures below {self.pictures}",
                          lambda: (f := [n for n in self.files() if n.endswith(".jpg")]) and len(f) >= count and f, timeout)

    def close(self):
        if self.daemon is not None:
            self.daemon.kill()
        self.kill_guard()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class TestCase(unittest.TestCase):
    """A test with a site of its own. When it fails, the daemons' logs are printed."""

    config = DOOR

    def setUp(self):
        self.site = Site(self.config)
        self.addCleanup(self._finish)

    def another_site(self, config=None):
        site = Site(config or self.config)
        self.addCleanup(site.close)
        return site

    def _finish(self):
        result = getattr(getattr(self, "_outcome", None), "result", None)
        failed = result is not None and any(
            test is self or getattr(test, "test_case", None) is self for test, _ in result.failures + result.errors)
        if failed:
            for log in sorted(self.site.folder.glob("log.*")):
                sys.stderr.write(f"--- {log.name} of {self.id()}\n{log.read_text(errors='replace')[-8000:]}---\n")
        self.site.close()

    def assertExit(self, done, code):
        if done.returncode != code:
            self.fail(f"{' '.join(map(str, done.args))}: exit {done.returncode}, not {code}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done


def need_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


def need(*tools):
    missing = [t for t in tools if shutil.which(t, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None]
    return unittest.skipIf(missing, "missing: " + ", ".join(missing))


class LineWatch:
    """Looks at a simulated output all the time and keeps each change, (monotonic time, level)."""

    def __init__(self, site, line):
        self.path, self.line = site.folder / "sock.sim", str(line)
        self.changes = []
        self.looked = time.monotonic()
        self.blind = 0.0  # the longest time between two looks
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def level(self):
        with contextlib.suppress(OSError):
            for record in self.path.read_bytes().split(b"\n"):
                if record[13:].decode() == self.line:
                    return record[:1] == b"1"
        return False

    def _look(self):
        while not self.ended.wait(0.001):
            level = self.level()
            with self.lock:
                self.blind = max(self.blind, time.monotonic() - self.looked)
                self.looked = time.monotonic()
                if not self.changes or self.changes[-1][1] != level:
                    self.changes.append((time.monotonic(), level))

    def settled(self, level):
        """Is `level` the last that was seen, and still there?"""
        return self.levels()[-1:] == [level] and self.level() == level

    def longest_blink(self):
        with self.lock:
            return max(self.blind, time.monotonic() - self.looked)

    def forget(self):
        with self.lock:
            del self.changes[:-1]
            self.blind = 0.0

    def levels(self):
        with self.lock:
            return [level for _, level in self.changes]

    def close(self):
        self.ended.set()
        self.thread.join()


class Camera:
    """An HTTP camera whose behaviour is a function (handler) -> None; counts its requests."""

    def __init__(self, behave):
        self.requests = 0
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                camera.requests += 1
                with contextlib.suppress(OSError):
                    camera.behave(self)

            def log_message(self, *args):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        self.behave = behave
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/jpg/image.cgi"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def send(handler, body, status=200, content_type="image/jpeg", length=None):
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


_jpeg = None


def a_jpeg():
    """A real picture, made by the program itself from a test pattern."""
    global _jpeg
    if _jpeg is None:
        site = Site()
        try:
            done = site.snapshot("--direct", "-o", "-", "door", text=False)
            if done.returncode != 0:
                raise AssertionError(f"no picture for the test camera: {done.stderr.decode()}")
            _jpeg = done.stdout
        finally:
            site.close()
    return _jpeg


def main():
    """Prints each case and, for a skipped one, the reason."""
    unittest.main(verbosity=2)
