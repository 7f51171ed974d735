"""Pictures from before the edge: cameras that are kept running, what they keep, and what becomes a file."""

import contextlib
import datetime
import json
import pathlib
import re
import signal
import subprocess
import threading
import time
import unittest

import support
from support import wait_until

RTSP_SERVER = pathlib.Path(__file__).with_name("rtsp_server.py")
SYSTEM_PYTHON = "/usr/bin/python3"  # whose packages are Debian's


def with_stamp(jpeg):
    """The picture with the time of its taking in a comment."""
    text = f"taken {time.time():.6f}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + jpeg[2:]


def comments(path):
    """What an independent program finds in the file."""
    done = subprocess.run(["rdjpgcom", str(path)], capture_output=True, text=True, check=True)
    return done.stdout


def facts(path):
    return json.loads(re.search(r'^\{"camera".*\}$', comments(path), re.M).group())


class MjpegCamera(support.Camera):
    """Streams a picture every 1/fps s; `length` says what is told of its size, None nothing."""

    def __init__(self, fps=20, length=len):
        jpeg = support.a_jpeg()
        self.off = threading.Event()  # refuses, and breaks off what runs
        self.streams = 0

        def behave(handler):
            if self.off.is_set():
                return support.send(handler, b"busy", 503, "text/plain")
            handler.send_response(200)
            handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=--frame")
            handler.end_headers()
            handler.close_connection = True
            self.streams += 1
            try:
                while not self.off.wait(1 / fps):
                    frame = with_stamp(jpeg)
                    told = "" if length is None else f"Content-Length: {length(frame)}\r\n"
                    handler.wfile.write(f"--frame\r\nContent-Type: image/jpeg\r\n{told}\r\n".encode() + frame + b"\r\n")
            finally:
                self.streams -= 1
        super().__init__(behave)


class FramesTestCase(support.TestCase):
    def use(self, source, buffer="{seconds: 5s, fps: 10}", actions="{snapshot: door, pre_capture: 1s, post_capture: 1s, interval: 200ms}", start=True):
        more = f", buffer: {buffer}" if buffer else ""
        self.site.replace("door: {test_pattern: {width: 320, height: 240}}", f"door: {{{source}{more}}}")
        self.site.replace("      - snapshot: door\n      - {relay: strike, pulse: 300ms}", f"      - {actions}")
        self.site.replace("{time:%H%M%S}_{rule}_{seq}", "{time:%H%M%S}_{rule}_{event}_{seq}")
        if start:
            self.site.start()

    def mjpeg(self, **options):
        camera = MjpegCamera(**options)
        self.addCleanup(camera.close)
        self.addCleanup(camera.off.set)
        return camera

    def camera(self):
        return next(c for c in self.site.status()["cameras"] if c["name"] == "door")

    def wait_buffer(self, seconds=1.5):
        return wait_until(f"{seconds} s of frames", lambda: (c := self.camera())["buffer"] and c["buffer"]["seconds"] >= seconds and c)

    def fire(self):
        """Opens the door; the pictures of the run in the order of their numbers."""
        before = set(self.site.files())
        runs = self.site.rule("door-open")["runs"]
        self.site.ok("input", "1", "pulse")
        wait_until("the run's end", lambda: (r := self.site.rule("door-open"))["runs"] > runs and not r["running"])
        new = [n for n in self.site.files() if n not in before]
        return [self.site.pictures / n for n in sorted(new, key=lambda n: int(re.search(r"_(\d+)\.jpg$", n).group(1)))]

    def check_around(self, pictures, before=1000, after=1000, apart=200):
        ages = [facts(p)["age_ms"] for p in pictures]
        self.assertEqual(ages, sorted(ages))
        self.assertGreater(len(ages), 5, ages)
        self.assertTrue(all(-before - 1 <= a <= after for a in ages), ages)
        self.assertLess(ages[0], -before / 2, ages)
        self.assertGreater(ages[-1], after / 2, ages)
        for side in ([a for a in ages if a < 0], [a for a in ages if a >= 0]):
            self.assertTrue(all(b - a >= apart - 1 for a, b in zip(side, side[1:])), ages)
        for path in pictures:
            support.decodes(path)
        return ages


class AroundTheEdge(FramesTestCase):
    @support.need("rdjpgcom")
    def test_a_stream_gives_pictures_from_before_the_edge_and_after_it(self):
        self.use(f'mjpeg: "{self.mjpeg().url}"')
        self.wait_buffer()

        pictures = self.fire()

        self.check_around(pictures)
        for path in pictures:
            told = facts(path)
            self.assertEqual((told["camera"], told["rule"]), ("door", "door-open"))
            self.assertIn(told["event"], path.name)
            captured = datetime.datetime.fromisoformat(told["captured"])
            trigger = datetime.datetime.fromisoformat(told["trigger"])
            self.assertAlmostEqual((captured - trigger).total_seconds() * 1000, told["age_ms"], delta=2)
            self.assertIn(captured.strftime("%H%M%S_"), path.name)
            # What the camera itself says of the time: it sends the frame at once.
            taken = float(re.search(r"^taken (\d+\.\d+)$", comments(path), re.M).group(1))
            self.assertAlmostEqual(taken, captured.timestamp(), delta=0.15)
            if told["age_ms"] < 0:
                self.assertLess(taken, trigger.timestamp())
        self.assertEqual(self.site.status()["pictures"], len(pictures))

    def test_lengths_that_lie_cost_no_frame(self):
        for number, length in enumerate([None, lambda frame: 100, lambda frame: 10 * len(frame)]):
            with self.subTest(number):
                self.site.close()
                self.site = self.another_site()
                self.use(f'mjpeg: "{self.mjpeg(length=length).url}"')
                self.wait_buffer()
                self.check_around(self.fire())

    def test_a_camera_of_single_pictures_is_asked_over_and_over(self):
        asked = support.Camera(lambda h: support.send(h, with_stamp(support.a_jpeg())))
        self.addCleanup(asked.close)
        self.use(f'url: "{asked.url}"')
        self.wait_buffer()
        self.check_around(self.fire())

    def test_the_test_pattern_needs_no_camera(self):
        self.use("test_pattern: {width: 160, height: 120}")
        self.wait_buffer()
        self.check_around(self.fire())

    def test_a_command_is_asked_over_and_over(self):
        still = self.site.folder / "still.jpg"
        still.write_bytes(support.a_jpeg())
        self.use(f"command: [cat, {still}]", actions="{snapshot: door, pre_capture: 100ms}")
        self.wait_buffer(0.5)
        pictures = self.fire()
        self.assertEqual(len(pictures), 1)
        self.assertLess(facts(pictures[0])["age_ms"], 0)

    def test_a_run_is_over_when_its_last_picture_is_there_and_fails_without_any(self):
        camera = self.mjpeg()
        camera.off.set()
        self.use(f'mjpeg: "{camera.url}", timeout: 1s, stall_timeout: 1s, connect_timeout: 1s',
                 actions="{snapshot: door, pre_capture: 1s}")
        self.assertEqual(self.fire(), [])
        self.assertEqual(self.site.rule("door-open")["failed"], 1)
        self.site.daemon.wait_log(r"door.*503")


class OnePicture(FramesTestCase):
    def test_is_taken_after_the_trigger_unless_an_older_one_will_do(self):
        self.use(f'mjpeg: "{self.mjpeg(fps=5).url}"', actions="snapshot: door")
        self.wait_buffer()
        picture, = self.fire()
        self.assertTrue(0 <= facts(picture)["age_ms"] < 1000, facts(picture))

        self.site.replace("- snapshot: door", "- {snapshot: door, max_age: 2s}")
        self.site.ok("reload")
        picture, = self.fire()
        self.assertTrue(-2000 <= facts(picture)["age_ms"] <= 0, facts(picture))

    def test_comes_from_the_buffer_by_hand_as_well(self):
        camera = self.mjpeg()
        self.use(f'mjpeg: "{camera.url}"')
        self.wait_buffer()
        path = self.assertExit(self.site.snapshot("door"), 0).stdout.strip()
        self.assertEqual(facts(path)["rule"], "manual")
        self.assertGreaterEqual(facts(path)["age_ms"], 0)
        self.assertEqual(camera.streams, 1)

    def test_of_a_stream_without_a_buffer_opens_and_closes_it(self):
        camera = self.mjpeg()
        self.use(f'mjpeg: "{camera.url}"', buffer="", actions="snapshot: door")
        self.assertEqual(camera.requests, 0)
        picture, = self.fire()
        support.decodes(picture)
        wait_until("the stream's end", lambda: camera.streams == 0)
        self.assertIsNone(self.camera()["buffer"])


class ACameraThatIsKeptRunning(FramesTestCase):
    def test_a_frozen_one_is_lost_and_its_rule_says_so(self):
        frozen = support.Camera(lambda handler: support.send(handler, support.a_jpeg(), 200, "image/jpeg"))
        self.addCleanup(frozen.close)
        self.site.write_config(f"""\
version: 1
gpio: {{chip: sim}}
cameras:
  door: {{url: "{frozen.url}", stale_after: 1s, buffer: {{fps: 10}}}}
  yard: {{url: "{frozen.url}", stale_after: 1s}}
storage: {{directory: pictures}}
control_socket: sock
rules:
  - {{name: frozen, triggers: {{camera: door, event: lost}}, actions: {{log: "look at the camera"}}}}
""")
        self.site.start()
        self.site.daemon.wait_log("camera door is lost: .*is it frozen")
        self.site.daemon.wait_log("look at the camera")
        self.assertExit(self.site.snapshot("yard"), 0)
        time.sleep(1.1)
        self.assertExit(self.site.snapshot("yard"), 0)  # what it shows is still stored
        self.site.daemon.wait_log("camera yard is lost: .*is it frozen")

    def test_is_lost_when_it_breaks_off_and_found_again(self):
        camera = self.mjpeg()
        self.use(f'mjpeg: "{camera.url}"')
        self.assertEqual(self.wait_buffer(0.5)["state"], "ok")
        camera.off.set()
        wait_until("lost", lambda: self.camera()["state"] == "lost")
        self.assertIn("camera 'door'", self.camera()["error"])
        camera.off.clear()
        wait_until("found", lambda: self.camera()["state"] == "ok")
        self.site.daemon.wait_log(r"camera door is lost")
        self.assertEqual(len(re.findall("camera door is there", self.site.daemon.log())), 2)

    def test_keeps_its_frames_over_a_reload_that_does_not_concern_it(self):
        camera = self.mjpeg()
        self.use(f'mjpeg: "{camera.url}"')
        self.wait_buffer(1.5)
        self.site.replace("pre_capture: 1s", "pre_capture: 2s")
        self.site.ok("reload")
        self.assertGreaterEqual(self.camera()["buffer"]["seconds"], 1.4)
        self.assertEqual(camera.requests, 1)
        self.site.replace("seconds: 5s", "seconds: 3s")
        self.site.ok("reload")
        wait_until("another stream", lambda: camera.requests == 2 and camera.streams == 1)

    def test_holds_no_more_than_it_may(self):
        self.use(f'mjpeg: "{self.mjpeg().url}"', buffer="{seconds: 60s, max_bytes: 50KB, fps: 20}")
        kept = wait_until("a full buffer", lambda: (b := self.camera()["buffer"]) and b["bytes"] > 30_000 and b)
        time.sleep(1)
        self.assertLessEqual(self.camera()["buffer"]["bytes"], 50_000)
        self.assertLess(kept["frames"], 200)

    def test_stops_with_the_daemon(self):
        camera = self.mjpeg()
        self.use(f'mjpeg: "{camera.url}"')
        self.wait_buffer(0.3)
        self.assertEqual(self.site.stop(), 0)
        wait_until("the stream's end", lambda: camera.streams == 0)


def rtsp_is_there():
    check = subprocess.run([SYSTEM_PYTHON, str(RTSP_SERVER), "--check"], capture_output=True)
    return check.returncode == 0


@support.need("ffmpeg")
@unittest.skipUnless(rtsp_is_there(), "missing: gir1.2-gst-rtsp-server-1.0 with python3-gi and x264enc of gstreamer1.0-plugins-ugly")
class Rtsp(FramesTestCase):
    PASSWORD = "pass word/@'\""

    def serve(self):
        server = subprocess.Popen([SYSTEM_PYTHON, str(RTSP_SERVER), "root", self.PASSWORD], stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.site.write("door.pw", self.PASSWORD + "\n", 0o600)
        return server, server.stdout.readline().strip()

    def ffmpegs(self):
        found = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                status = (entry / "status").read_text()
                if re.search(rf"^PPid:\s+{self.site.daemon.pid}$", status, re.M) and status.startswith("Name:\tffmpeg\n"):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().decode()
        return found

    def test_gives_frames_around_the_edge_and_shows_nobody_the_password(self):
        server, url = self.serve()
        self.use(f'rtsp: "{url}", username: root, password_file: door.pw', buffer="{seconds: 5s, fps: 8}")
        self.wait_buffer()
        (line,) = self.ffmpegs().values()
        for secret in ("pass", "root", "rtsp://"):
            self.assertNotIn(secret, line)
        self.assertLess(self.camera()["buffer"]["fps"], 10)

        self.check_around(self.fire())

        server.kill()
        wait_until("lost", lambda: self.camera()["state"] == "lost", 40)
        self.assertNotIn("pass", self.camera()["error"])
        self.assertNotIn("pass", self.site.daemon.log())
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.ffmpegs(), {})

    def test_leaves_no_ffmpeg_when_the_daemon_is_killed_and_the_camera_is_silent(self):
        server, url = self.serve()
        self.use(f'rtsp: "{url}", username: root, password_file: door.pw')
        self.wait_buffer(0.3)
        (pid,) = self.ffmpegs()
        server.send_signal(signal.SIGSTOP)
        self.site.daemon.kill()
        # What has ended may wait for a busy init to take notice: it has no command line any more.
        wait_until("ffmpeg's end", lambda: pid not in self.ffmpegs())

    def test_gives_a_single_picture_and_says_what_is_wrong(self):
        server, url = self.serve()
        self.use(f'rtsp: "{url}", username: root, password_file: door.pw', buffer="", actions="snapshot: door")
        picture, = self.fire()
        self.assertEqual(support.decodes(picture), (320, 240))
        self.assertEqual(self.ffmpegs(), {})
        self.site.write("door.pw", "wrong\n", 0o600)
        self.site.ok("reload")
        done = self.assertExit(self.site.snapshot("door"), 1)
        self.assertIn("401", done.stderr)
        self.assertNotIn("wrong", done.stderr)


class WithoutFfmpeg(FramesTestCase):
    def test_the_error_names_the_package(self):
        self.use('rtsp: "rtsp://127.0.0.1:9/x"', buffer="", actions="snapshot: door", start=False)
        self.site.start(env={"PATH": "/nowhere"})
        done = self.assertExit(self.site.snapshot("door"), 1)
        self.assertIn("package ffmpeg", done.stderr)


if __name__ == "__main__":
    support.main()
