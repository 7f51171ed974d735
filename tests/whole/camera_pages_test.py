"""Clients of later camera servers: their I/O pages, monitors and pictures, against the daemon."""

import asyncio
import contextlib
import http.client
import os
import re
import socket
import subprocess
import time

import support
from support import wait_until

SITE = """\
version: 1
timezone: UTC
gpio: {chip: sim}
inputs:
  1: {name: gate, line: 0}
  6: {name: app, virtual: true}
relays:
  1: {name: strike, line: 8}
cameras:
  gate: {test_pattern: {width: 640, height: 480}, buffer: {fps: 10}}
  yard: {test_pattern: {width: 1280, height: 720}}
storage: {directory: pictures}
http: {listen: "127.0.0.1:@PORT@"}
control_socket: sock
rules:
  - name: bell
    triggers: {input: app, edge: rising}
    actions: [{snapshot: yard}]
"""


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        self.site.write_config(SITE)
        self.site.start()

    def text(self, target):
        reply = self.site.get(target)
        self.assertEqual(reply.status, 200, reply)
        return reply.text


class Monitor:
    """A client of its time: HTTP/1.0, and lines."""

    def __init__(self, port, target):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=support.PATIENCE)
        self.socket.sendall(f"GET {target} HTTP/1.0\r\n\r\n".encode())
        self.lines = self.socket.makefile("rb")

    def next(self):
        """The next line that tells something of a port."""
        while line := self.lines.readline():
            if re.match(rb"(IO\d+|\d+[IO]):", line):
                return line.decode().strip()
        raise AssertionError("the monitor's connection ended")

    def close(self):
        self.lines.close()
        self.socket.close()


class Ports(TestCase):
    def test_an_action_is_followed_by_a_monitor_step_by_step(self):
        monitor = Monitor(self.site.port, "/axis-cgi/io/port.cgi?monitor=1,7")
        self.addCleanup(monitor.close)
        self.assertEqual([monitor.next(), monitor.next()], ["1I:L", "7O:L"])

        self.assertEqual(self.text("/axis-cgi/io/output.cgi?action=1:/100\\100/100\\"), "")
        self.site.ok("input", "1", "high")

        seen = [monitor.next() for _ in range(5)]
        self.assertEqual([s for s in seen if s.startswith("7O")], ["7O:/", "7O:\\", "7O:/", "7O:\\"])
        self.assertIn("1I:/", seen)
        self.assertEqual(self.text("/axis-cgi/io/port.cgi?check=1,7"), "port1=1\nport7=0\n")

    def test_a_second_action_takes_the_place_of_the_first(self):
        self.text("/axis-cgi/io/output.cgi?action=1:/60000\\")
        self.assertEqual(self.text("/io?relay=check"), "relay=on\n")
        self.text("/axis-cgi/io/output.cgi?action=1:%5C")
        self.assertEqual(self.text("/io?relay=check"), "relay=off\n")

    def test_the_daemon_ends_cleanly_while_it_is_watched(self):
        monitor = Monitor(self.site.port, "/axis-cgi/io/port.cgi?monitor=1")
        self.addCleanup(monitor.close)
        self.assertEqual(monitor.next(), "1I:L")
        self.assertEqual(self.site.stop(), 0)
        self.assertNotIn("Sanitizer", self.site.daemon.log())

    def test_a_virtual_input_fires_rules_like_any_other(self):
        self.text("/axis-cgi/io/virtualinput.cgi?action=6:/200\\")
        self.site.wait_pictures(1)
        wait_until("the pulse to end", lambda: self.site.input_status(6)["pulses"] == 1)
        self.assertRegex(self.text("/io/input.txt"), "(?m)^input:6 current:0 last:0 pulse:1 ")
        self.assertIn("<StateChanged>true<", self.text("/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=6"))
        wait_until("it to be high", lambda: self.site.input_status(6)["level"] == "high")
        self.assertIn("<ErrorCode>20<", self.text("/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=1"), "a real one")
        self.site.ok("input", "6", "low")


class Images(TestCase):
    def size(self, target):
        reply = self.site.get(target)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "image/jpeg"), reply)
        path = self.site.folder / "got.jpg"
        path.write_bytes(reply.body)
        return support.decodes(path)

    def test_fit_what_is_asked_for(self):
        for target, size in {
                "/fullsize.jpg": (320, 240), "/halfsize.jpg": (160, 120), "/hugesize.jpg": (640, 480),
                "/fullsize.jpg?camera=2": (320, 180), "/axis-cgi/jpg/image.cgi": (640, 480),
                "/axis-cgi/jpg/image.cgi?camera=yard&resolution=640x480&compression=50": (640, 360),
                "/images/buffer.jpg?imagetype=halfsize.jpg&color=none": (160, 120)}.items():
            self.assertEqual(self.size(target), size, target)
        self.assertEqual(self.text("/axis-cgi/imagesize.cgi?camera=yard"), "image width = 1280\nimage height = 720\n")
        self.assertEqual(self.site.files(), [], "nothing of it is stored")

    def test_lastshot_is_the_newest_that_was_stored(self):
        self.assertEqual(self.site.get("/lastshot.jpg").status, 404)
        path = self.assertExit(self.site.snapshot("yard"), 0).stdout.strip()
        with open(path, "rb") as stored:
            self.assertEqual(self.site.get("/lastshot.jpg?camera=2").body, stored.read())

    @support.need("ffmpeg")
    def test_a_present_day_player_reads_the_video(self):
        out = self.site.folder / "video.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "mpjpeg", "-i",
                        f"http://127.0.0.1:{self.site.port}/axis-cgi/mjpg/video.cgi?fps=10&resolution=320x240",
                        "-frames:v", "10", "-y", str(out)], check=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertGreater(out.stat().st_size, 1000)

    def test_a_viewer_that_stops_reading_is_cut_off_and_harms_nobody(self):
        stopped = socket.create_connection(("127.0.0.1", self.site.port), timeout=60)
        self.addCleanup(stopped.close)
        stopped.sendall(b"GET /axis-cgi/mjpg/video.cgi?camera=yard&fps=30 HTTP/1.0\r\n\r\n")
        time.sleep(22)  # the server's patience
        self.assertEqual(self.size("/halfsize.jpg"), (160, 120))
        deadline = time.monotonic() + support.PATIENCE
        with contextlib.suppress(ConnectionError):
            while stopped.recv(65536):
                self.assertLess(time.monotonic(), deadline, "it is still served")


@support.need("wget", "curl")
class ScriptsOfTheTime(support.TestCase):
    """wget and curl lines as they stand in old crontabs, on a site with passwords."""

    AT_ONCE = {"curl": ["curl", "-sS", "-f", "--http1.0", "-u", "root:s3cret"],
               "curl, no keep-alive": ["curl", "-sS", "-f", "--http1.1", "-H", "Connection: close", "-u", "root:s3cret"],
               "wget": ["wget", "-q", "-O", "-", "--auth-no-challenge", "--user=root", "--password=s3cret"],
               "wget, no keep-alive": ["wget", "-q", "-O", "-", "--no-http-keep-alive", "--auth-no-challenge", "--user=root",
                                       "--password=s3cret"]}
    WHEN_ASKED = {"curl": ["curl", "-sS", "-f", "--http1.0", "--anyauth", "-u", "root:s3cret"],
                  "wget": ["wget", "-q", "-O", "-", "--user=root", "--password=s3cret"],
                  "wget, in the address": ["wget", "-q", "-O", "-"]}

    def setUp(self):
        super().setUp()
        self.site.write_config(SITE.replace("http: {", "http: {users_file: users, "))
        self.site.write("users", self.site.ok("passwd", "root", input="s3cret\n"), 0o600)
        self.site.start()

    def url(self, target, user=""):
        return f"http://{user}127.0.0.1:{self.site.port}{target}"

    def run_line(self, argv, target):
        user = "root:s3cret@" if argv == self.WHEN_ASKED["wget, in the address"] else ""
        done = subprocess.run([*argv, self.url(target, user)], capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
                              env=support.env_for_child(HOME=self.site.folder))
        self.assertEqual(done.returncode, 0, (argv, target, done.stderr))
        return done.stdout

    def test_they_switch_the_relay_and_read_the_inputs(self):
        for argv in [*self.AT_ONCE.values(), *self.WHEN_ASKED.values()]:
            with self.subTest(" ".join(argv)):
                self.assertEqual(self.run_line(argv, "/io/relayon.txt"), b"Relay is On\n")
                self.assertEqual(self.site.relay(1), "on")
                self.assertEqual(self.run_line(argv, "/axis-cgi/io/output.cgi?action=1:%5C"), b"")
                self.assertEqual(self.site.relay(1), "off")
                self.assertRegex(self.run_line(argv, "/io/input.txt").decode(),
                                 r"\Ainput:1 current:0 last:0 pulse:0 time of change:\d\d\.\d\d\ninput:6 ")

    def test_a_read_that_is_asked_for_a_password_first_counts_once(self):
        self.run_line(self.AT_ONCE["curl"], "/io/input.txt")
        for argv in self.WHEN_ASKED.values():
            self.site.ok("input", "1", "pulse", "20ms")
            wait_until("the pulse to end", lambda: self.site.input_status(1)["level"] == "low")
            self.assertIn(b"input:1 current:0 last:0 pulse:1 ", self.run_line(argv, "/io/input.txt"), "what the refused one left")

    def test_wget_asks_without_a_password_first(self):
        done = subprocess.run(["wget", "-S", "-O", "/dev/null", "--user=root", "--password=s3cret", self.url("/io/input.txt")],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(re.findall(r"HTTP/1\.[01] (\d+)", done.stderr), ["401", "200"], done.stderr)

    def test_a_client_of_http_1_0_is_answered_in_it_and_the_connection_ends(self):
        reply = self.site.raw(b"GET /io/input.txt HTTP/1.0\r\nAuthorization: Basic cm9vdDpzM2NyZXQ=\r\n\r\n")
        head, _, body = reply.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.0 200 OK\r\n"), head)
        self.assertIn(b"\r\nConnection: close\r\n", head)
        self.assertEqual(len(body.splitlines()), 2)

    def test_a_poller_gets_a_new_picture_each_time(self):
        lines = list(self.AT_ONCE.values()) + list(self.WHEN_ASKED.values())
        path = self.site.folder / "poll.jpg"
        for turn in range(21):
            path.write_bytes(self.run_line(lines[turn % len(lines)], "/fullsize.jpg"))
            self.assertEqual(support.decodes(path), (320, 240))
        self.assertEqual(self.site.files(), [], "nothing of it is stored")
        self.assertExit(self.site.snapshot("gate"), 0)
        stored = self.run_line(lines[0], "/lastshot.jpg")
        for argv in lines:
            self.assertEqual(self.run_line(argv, "/lastshot.jpg"), stored, "no new exposure")

    def test_a_monitor_reads_its_parts_for_as_long_as_it_likes(self):
        # Its life is counted in edges: none is lost, none comes twice, and every part has its form.
        edges = 1000
        curl = subprocess.Popen([*self.AT_ONCE["curl"], "-N", self.url("/axis-cgi/io/port.cgi?monitor=6,7")],
                                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(curl.stdout.close)
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)

        def next_part():
            self.assertEqual([curl.stdout.readline() for _ in range(3)],
                             [b"--ioboundary\r\n", b"Content-Type: text/plain\r\n", b"\r\n"])
            text = curl.stdout.readline()
            if text != b"\r\n":
                self.assertEqual(curl.stdout.readline(), b"\r\n")
            return text.decode().strip()

        def next_news():
            while not (news := next_part()):  # nothing for 15 seconds
                pass
            return news

        self.assertEqual([next_news(), next_news()], ["6I:L", "7O:L"])
        unit = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=support.PATIENCE)
        self.addCleanup(unit.close)
        for edge in range(edges):
            way = "/" if edge % 2 == 0 else "\\"
            unit.request("GET", "/axis-cgi/io/virtualinput.cgi?action=6:" + way, headers={"Authorization": "Basic cm9vdDpzM2NyZXQ="})
            self.assertEqual(unit.getresponse().read(), b"")
            self.assertEqual(next_news(), "6I:" + way, f"edge {edge}")


class ManyClients(TestCase):
    SECONDS = float(os.environ.get("SNAPCRON_MONITOR_SECONDS", "5"))

    def test_every_edge_comes_to_every_monitor_once_and_in_order(self):
        memory = self.site.daemon.memory()
        edges = asyncio.run(self.run_clients(monitors=50, pollers=200))
        grown = self.site.daemon.memory() - memory
        print(f"{edges} edges to 50 monitors beside 200 pollers; {grown / 1e6:.1f} MB more", flush=True)
        self.assertGreater(edges, 10)

    async def run_clients(self, monitors, pollers):
        ended = asyncio.Event()
        ready = [asyncio.Event() for _ in range(monitors)]
        seen = [[] for _ in range(monitors)]
        failures = []

        async def connect(number):
            return await asyncio.open_connection("127.0.0.1", self.site.port, local_addr=(f"127.0.1.{number % 100 + 1}", 0))

        async def monitor(number):
            reader, writer = await connect(number)
            with contextlib.closing(writer):
                writer.write(b"GET /axis-cgi/io/input.cgi?monitor=6 HTTP/1.0\r\n\r\n")
                while line := await reader.readline():
                    if line.startswith(b"IO5:"):
                        seen[number].append(line.decode().strip()[4:])
                        ready[number].set()

        async def poller(number):
            while not ended.is_set():
                try:
                    reader, writer = await connect(number)
                    writer.write(b"GET /io/input.txt?peek HTTP/1.0\r\n\r\n")
                    if b" 200 " not in await asyncio.wait_for(reader.readline(), support.PATIENCE):
                        failures.append("a poller was refused")
                    await reader.read()
                    writer.close()
                except (OSError, asyncio.TimeoutError) as error:
                    failures.append(repr(error))
                await asyncio.sleep(1)

        tasks = [asyncio.create_task(monitor(n)) for n in range(monitors)]
        await asyncio.wait_for(asyncio.gather(*(r.wait() for r in ready)), support.PATIENCE)
        polling = [asyncio.create_task(poller(n)) for n in range(pollers)]
        end, edges = time.monotonic() + self.SECONDS, 0
        while time.monotonic() < end:
            edges += 1
            reader, writer = await connect(99)
            way = "/" if edges % 2 else "%5C"
            writer.write(f"GET /axis-cgi/io/virtualinput.cgi?action=6:{way} HTTP/1.0\r\n\r\n".encode())
            await reader.read()
            writer.close()
        expected = ["L"] + ["/" if n % 2 else "\\" for n in range(1, edges + 1)]
        deadline = time.monotonic() + support.PATIENCE
        while any(len(s) < len(expected) for s in seen) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        ended.set()
        await asyncio.gather(*polling)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.assertEqual(failures, [])
        for one in seen:
            self.assertEqual(one, expected)
        return edges


if __name__ == "__main__":
    support.main()
