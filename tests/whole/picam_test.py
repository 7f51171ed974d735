"""examples/raspberry-pi-camera: the pictures of rpicam-vid come by the example's own service line into snapcron's buffer. The board's
program is played by one that writes what it writes: JPEGs, one behind the other."""

import os
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
        camera = re.search(r"(?ms)^  door:\n(.*?)^  #", text).group(1).replace("8090", str(self.port))
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


if __name__ == "__main__":
    support.main()
