"""examples/raspberry-pi-camera: the pictures of rpicam-vid come by the example's own service line into snapcron's buffer. The board's
programs are played by others that write what they write: JPEGs, one behind the other, or one."""

import os
import pathlib
import re
import signal
import subprocess
import unittest

import support
from support import wait_until

EXAMPLE = support.ROOT / "examples/raspberry-pi-camera"
RPICAM_VID = """#!/bin/sh
exec ffmpeg -loglevel error -re -f lavfi -i testsrc=size=320x240:rate=5,format=yuvj420p -c:v mjpeg -q:v 5 -f mjpeg -
"""
RPICAM_STILL = """#!/bin/sh
exec ffmpeg -loglevel error -f lavfi -i testsrc=size=320x240:rate=5,format=yuvj420p -frames:v 1 -c:v mjpeg -f mjpeg -
"""


def example(site):
    """The example's configuration, with its chip, ports and folders replaced."""
    text = (EXAMPLE / "snapcron.yaml").read_text()
    for shown, meant in (("pinctrl-bcm2711", "sim"), ("8080", site.port), ("/var/lib/snapcron/snapshots", site.pictures)):
        assert shown in text, shown
        text = text.replace(shown, str(meant))
    return text + "control_socket: sock\n"


@support.need("ffmpeg")
class CameraModule(support.TestCase):
    def setUp(self):
        super().setUp()
        program = self.site.write("bin/rpicam-vid", RPICAM_VID)
        os.chmod(program, 0o755)
        self.port = support.free_port()
        line = re.search(r"(?m)^ExecStart=/bin/sh -c '(.*)'$", (EXAMPLE / "picam.service").read_text()).group(1)
        self.service = subprocess.Popen(["/bin/sh", "-c", line.replace("8090", str(self.port))], start_new_session=True,
                                        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"})
        self.addCleanup(self.stop_service)

    def stop_service(self):
        os.killpg(self.service.pid, signal.SIGKILL)
        self.service.wait()

    def test_a_firing_has_pictures_from_before_the_door_opened(self):
        site = self.site
        text = (EXAMPLE / "snapcron.yaml").read_text()
        camera = re.search(r"(?ms)^  door:\n(.*?)^  # ", text).group(1).replace("8090", str(self.port))
        actions = re.search(r"(?m)^    actions: \{snapshot: door.*$", text).group(0)
        site.replace("  door: {test_pattern: {width: 320, height: 240}}\n", "  door:\n" + camera)
        site.replace("    actions:\n      - snapshot: door\n      - {relay: strike, pulse: 300ms}\n", actions + "\n")
        site.start()
        wait_until("two seconds of pictures", lambda: (next(c for c in site.status()["cameras"] if c["name"] == "door")["buffer"] or {}).get("seconds", 0) >= 2)

        site.ok("input", "1", "high")

        site.daemon.wait_log("ended ok")
        ages = sorted(int(re.search(rb'"age_ms": ?(-?\d+)', path.read_bytes()).group(1)) for path in site.pictures.rglob("*.jpg") if not path.is_symlink())
        self.assertGreaterEqual(len([age for age in ages if age < 0]), 2, ages)
        self.assertGreaterEqual(len([age for age in ages if age > 0]), 2, ages)

    def test_the_doctor_finds_nothing_amiss(self):
        self.site.config.write_text(example(self.site).replace("8090", str(self.port)))
        wait_until("the stream", self.listening)
        done = self.assertExit(self.site.snapcron("doctor"), 0)
        self.assertIn("All is well.", done.stdout)

    def listening(self):
        """By the kernel's list: whoever connects is the one reader."""
        return re.search(rf"(?m)^ *\d+: 0100007F:{self.port:04X} \S+ 0A ", pathlib.Path("/proc/net/tcp").read_text())


@support.need("ffmpeg")
class WithoutAStream(support.TestCase):
    def test_the_camera_of_the_comments_gives_pictures(self):
        program = self.site.write("bin/rpicam-still", RPICAM_STILL)
        os.chmod(program, 0o755)
        text, swapped = re.subn(r"(?ms)^  door:\n.*?^  # .*?\n((?:  #.*\n)+)", lambda found: re.sub(r"(?m)^  #", "  ", found.group(1)), example(self.site))
        self.assertEqual(swapped, 1)
        text, swapped = re.subn(r"(?m)^    actions: \{snapshot: door, pre.*$", "    actions: {snapshot: door}", text)
        self.assertEqual(swapped, 1)
        self.site.config.write_text(text)
        self.site.start(env={"PATH": f"{program.parent}:{os.environ['PATH']}"})
        self.site.ok("input", "1", "high")
        self.site.daemon.wait_log("ended ok")
        self.assertEqual(len([path for path in self.site.pictures.rglob("*.jpg") if not path.is_symlink()]), 1)


if __name__ == "__main__":
    support.main()
